/** The newest records as they were written, so that whoever follows at the tip never touches the disk. */
import type { JournalRecord } from '../ports.ts';

export type RecentRecords = {
  /** `bytes`: encoded size of them all. */
  add(records: readonly JournalRecord[], bytes: number): void;
  /** From `seq` on, at most `limit`; undefined when `seq` is older than the oldest kept. */
  slice(seq: number, limit: number): readonly JournalRecord[] | undefined;
};

/** Keeps whole groups up to `maxBytes` of encoded size. */
export function recentRecords(maxBytes: number): RecentRecords {
  const groups: { records: readonly JournalRecord[]; first: number; bytes: number }[] = [];
  let total = 0;
  return {
    add(records, bytes) {
      const first = records[0]?.seq;
      if (first === undefined) return;
      groups.push({ records, first, bytes });
      total += bytes;
      while (total > maxBytes && groups.length > 1) total -= groups.shift()?.bytes ?? 0;
    },
    slice(seq, limit) {
      const [oldest] = groups;
      if (!oldest || seq < oldest.first) return undefined;
      let low = 0;
      let high = groups.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((groups[middle]?.first ?? 0) <= seq) low = middle;
        else high = middle - 1;
      }
      const found: JournalRecord[] = [];
      for (let group = low; group < groups.length && found.length < limit; group++) {
        for (const record of groups[group]?.records ?? []) {
          if (record.seq >= seq && found.length < limit) found.push(record);
        }
      }
      return found;
    },
  };
}
