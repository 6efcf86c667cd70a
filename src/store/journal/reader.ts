/**
 * Reading from segment files. A segment's dictionary grows as it is read, so a reader that comes back for the next
 * records finds its place (cursor) again, or the last one before it: what it got from memory meanwhile is skipped. Anybody
 * else begins at the segment's first record.
 */
import type { JournalRecord } from '../ports.ts';
import { RecordDecoder } from './decoder.ts';
import type { Disk } from './disk.ts';
import { frameBytes, frameEnd, frameState, headerBytes } from './frame.ts';
import { blockBytes, readSegment, type Segment } from './segment.ts';

type Cursor = { readonly segment: Segment; seq: number; offset: number; readonly decoder: RecordDecoder };

const cursorsKept = 8;
/** A read ends here: records may be large, and what they decode to is some ten times larger. */
const readMaxBytes = blockBytes;

export function segmentReader(options: { disk: Disk; directory: string; segments: readonly Segment[] }): {
  /** Up to `limit` records from `seq`, both inside what is durable; at least one, and no more when they are large. */
  read(seq: number, limit: number): Promise<readonly JournalRecord[]>;
} {
  const { disk, directory, segments } = options;
  let cursors: Cursor[] = [];

  const take = (seq: number): Cursor => {
    const segment = segments.findLast(({ firstSeq }) => firstSeq <= seq);
    if (!segment) throw new Error(`no journal segment holds record ${seq}`);
    const before = cursors.filter((cursor) => cursor.segment === segment && cursor.seq <= seq);
    const [known] = before.sort((a, b) => b.seq - a.seq);
    if (known) {
      cursors = cursors.filter((cursor) => cursor !== known);
      return known;
    }
    return { segment, seq: segment.firstSeq, offset: headerBytes, decoder: new RecordDecoder() };
  };

  /** Moves the cursor by what one look at the file gives; records from `from` on go to `found`. */
  const advance = async (cursor: Cursor, from: number, limit: number, found: JournalRecord[], want: number) => {
    const { segment, decoder } = cursor;
    const bytes = await readSegment(disk, directory, segment, cursor.offset, want);
    const start = cursor.offset;
    let at = 0;
    while (found.length < limit) {
      const state = frameState(bytes, at, cursor.seq - segment.firstSeq);
      if (state === 'more' && bytes.length === want) return at === 0 ? want * 2 : blockBytes;
      if (state !== 'frame') throw new Error(`journal record ${cursor.seq} is damaged (segment ${segment.firstSeq})`);
      const end = frameEnd(bytes, at);
      const record = decoder.read(bytes, at + frameBytes, end, cursor.seq);
      if (cursor.seq >= from) found.push(record);
      at = end;
      cursor.offset = start + end;
      cursor.seq++;
      if (cursor.seq > segment.lastSeq) return 0;
    }
    return 0;
  };

  return {
    async read(seq, limit) {
      const found: JournalRecord[] = [];
      let bytes = 0;
      while (found.length < limit && (found.length === 0 || bytes < readMaxBytes)) {
        const next = seq + found.length;
        const cursor = take(next);
        let want = blockBytes;
        while (want > 0 && (found.length === 0 || bytes < readMaxBytes)) {
          const { offset } = cursor;
          const some = found.length;
          want = await advance(cursor, next, limit, found, want);
          // What was skipped on the way to the first record is not held.
          if (found.length > some) bytes += cursor.offset - offset;
        }
        if (cursor.seq <= cursor.segment.lastSeq || cursor.segment === segments.at(-1)) {
          cursors = [cursor, ...cursors].slice(0, cursorsKept);
        }
      }
      return found;
    },
  };
}
