/** The journal as segment files: one ordered, durable log. See README.md for what it promises. */
import { join } from 'node:path';
import { assert, Problem } from '../../base/problem.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { Gap, Journal, JournalRecord } from '../ports.ts';
import { ByteWriter } from './bytes.ts';
import { RecordEncoder } from './encoder.ts';
import { type Disk, type DiskFile, realDisk } from './disk.ts';
import { frameBytes, headerBytes, sealFrame, segmentHeader } from './frame.ts';
import { segmentReader } from './reader.ts';
import { recentRecords } from './recent.ts';
import { sealedName, sealSegment, type Segment, segmentName } from './segment.ts';
import { openSegments } from './segments.ts';
import { spareSegments } from './spare.ts';
import { mendTail } from './tail.ts';

export type JournalOptions = {
  readonly directory: string;
  readonly disk?: Disk;
  readonly log?: Log;
  /** Size to which segments grow, allocated before use; default 64 MiB, the first has 4. */
  readonly segmentBytes?: number;
  /** Recent records kept in memory for followers, by their encoded size (ten to twenty times that on the heap); default 4 MiB. */
  readonly recentBytes?: number;
  /** Compresses closed segments in the background; default true. */
  readonly seal?: boolean;
  /** Sequence number of the first record of a journal that is made: a copy begins where its original does. Default 1. */
  readonly startsAt?: number;
};

export type SegmentJournal = Journal & {
  /** Resolves when nothing is being sealed or prepared. */
  idle(): Promise<void>;
  /** Closes the active segment, so that the next record begins a new one. */
  roll(): Promise<void>;
  readonly directory: string;
};

const firstSegmentBytes = 4 * 1024 * 1024;

type Active = { segment: Segment; file: DiskFile; encoder: RecordEncoder; capacity: number; offset: number };

/**
 * Opens or makes the journal. A torn tail (a write that power loss cut) is cut at the last readable record.
 * @throws Error when a record is damaged that was durable once, or a segment is missing
 */
export async function openJournal(options: JournalOptions): Promise<SegmentJournal> {
  const { directory, disk = realDisk, log = silentLog, segmentBytes = 64 * 1024 * 1024, seal = true } = options;
  await disk.makeDirectory(directory);
  const segments = await openSegments(disk, directory);
  const last = segments.at(-1);
  let active: Active | undefined;
  let lastSeq = last?.lastSeq ?? (options.startsAt ?? 1) - 1;
  if (last && !last.sealed) {
    const tail = await mendTail(disk, directory, last, log);
    lastSeq = tail.lastSeq;
    last.lastSeq = lastSeq;
    last.length = tail.offset;
    active = {
      segment: last,
      file: await disk.open(join(directory, segmentName(last.firstSeq)), 'synced'),
      encoder: RecordEncoder.after(tail.strings),
      capacity: last.fileBytes,
      offset: tail.offset,
    };
  }
  const recent = recentRecords(options.recentBytes ?? 4 * 1024 * 1024);
  const reader = segmentReader({ disk, directory, segments });
  let out = new ByteWriter(1024 * 1024);
  let failure: Error | undefined;
  let appending = false;
  let closed = false;

  // Work beside the writer, one piece after another.
  let background: Promise<void> = Promise.resolve();
  const inBackground = (what: string, work: () => Promise<void>): Promise<void> => {
    background = background.then(work).catch((error: unknown) => {
      log.error(`journal: ${what} failed`, { error: String(error) });
    });
    return background;
  };

  /** A new city begins small and doubles, so that a directory of a few records takes no 64 MiB. */
  const nextBytes = (): number => {
    const last = segments.at(-1);
    const size = last ? (last.sealed?.rawBytes ?? last.fileBytes) : 0;
    return Math.min(segmentBytes, Math.max(firstSegmentBytes, size * 2));
  };
  const spares = spareSegments(disk, directory, nextBytes);

  const sealLater = (segment: Segment): void => {
    if (seal) void inBackground('sealing', () => (closed ? Promise.resolve() : sealSegment(disk, directory, segment)));
  };

  const rollActive = async (): Promise<void> => {
    if (!active) return;
    const { segment, file, offset } = active;
    active = undefined;
    await file.close();
    if (lastSeq < segment.firstSeq) {
      // Begun, left without a record by a crash, and too small for the first group: the next one takes its name, so it
      // must not be sealed, which would delete the file of that name.
      segments.pop();
      return;
    }
    segment.lastSeq = lastSeq;
    segment.length = offset;
    sealLater(segment);
  };

  /** A new active segment with room for `room` bytes. */
  const begin = async (firstSeq: number, firstAt: number, room: number): Promise<Active> => {
    const name = join(directory, segmentName(firstSeq));
    const { path, bytes: capacity } = spares.take(headerBytes + room);
    const prepared = await path;
    const file = await disk.open(prepared, 'synced');
    await file.write(segmentHeader({ firstSeq, firstAt }), 0);
    await disk.rename(prepared, name);
    await disk.syncDirectory(directory);
    const segment: Segment = {
      firstSeq,
      firstAt,
      lastSeq: firstSeq - 1,
      length: headerBytes,
      fileBytes: capacity,
      sealed: undefined,
    };
    segments.push(segment);
    return { segment, file, encoder: new RecordEncoder(), capacity, offset: headerBytes };
  };

  const encode = (records: readonly JournalRecord[], encoder: RecordEncoder, firstSeq: number): void => {
    out.length = 0;
    let back = 0;
    for (const record of records) {
      const at = out.length;
      out.reserve(frameBytes);
      out.length += frameBytes;
      encoder.write(out, record);
      sealFrame(out.bytes, at, out.length, record.seq - firstSeq, back++);
    }
  };

  const write = async (records: readonly JournalRecord[]): Promise<number> => {
    const [first] = records;
    if (!first) return lastSeq;
    const end = records.at(-1) as JournalRecord;
    assert(first.seq === lastSeq + 1 && end.seq === lastSeq + records.length, `seq ${first.seq} follows ${lastSeq}`);
    if (active) {
      try {
        encode(records, active.encoder, active.segment.firstSeq);
      } catch (error) {
        active.encoder.takeBack();
        throw error;
      }
    }
    if (!active || active.offset + out.length > active.capacity) {
      // The dictionary is the segment's own, so the group is encoded anew.
      await rollActive();
      encode(records, new RecordEncoder(), first.seq);
      active = await begin(first.seq, first.at, out.length);
      encode(records, active.encoder, first.seq);
    }
    const { segment, file, encoder } = active;
    await file.write(out.bytes.subarray(0, out.length), active.offset);
    encoder.keep();
    active.offset += out.length;
    segment.length = active.offset;
    lastSeq = segment.lastSeq = end.seq;
    recent.add(records, out.length);
    if (out.bytes.length > 8 * 1024 * 1024) out = new ByteWriter(1024 * 1024);
    if (!spares.isPrepared() && active.offset > active.capacity / 2) {
      void inBackground('preparing a segment', async () => {
        if (!closed) await spares.prepare();
      });
    }
    return lastSeq;
  };

  const firstSeq = (): number => segments[0]?.firstSeq ?? lastSeq + 1;

  for (const segment of segments) if (!segment.sealed && segment !== active?.segment) sealLater(segment);
  if (!active) void inBackground('preparing a segment', () => spares.prepare());

  return {
    directory,
    lastSeq: () => lastSeq,
    firstSeq,
    async append(records) {
      if (failure) throw failure;
      if (closed) throw new Problem('overloaded', 'the journal is closed');
      assert(!appending, 'one append at a time');
      appending = true;
      try {
        return await write(records);
      } catch (error) {
        // A refused record leaves the journal as it was; whatever else fails leaves it unknown.
        if (!(error instanceof Problem)) failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        appending = false;
      }
    },
    async read(seq, limit) {
      for (let attempt = 0; ; attempt++) {
        const first = firstSeq();
        const from = Math.max(seq, first);
        const gap: Gap | undefined =
          seq < first && lastSeq > 0
            ? { from: Math.max(seq, 1), to: first - 1, count: first - Math.max(seq, 1) }
            : undefined;
        const missed = gap && gap.count > 0 ? { gap } : {};
        if (from > lastSeq) return { records: [], ...missed };
        const known = recent.slice(from, limit);
        if (known) return { records: known, ...missed };
        try {
          return { records: await reader.read(from, Math.min(limit, lastSeq - from + 1)), ...missed };
        } catch (error) {
          // The segment was sealed or pruned under the reader: look again.
          if (attempt >= 3 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
      }
    },
    async prune({ now, maxAgeMs, maxBytes, minSeq }) {
      let deletedSegments = 0;
      await inBackground('pruning', async () => {
        let bytes = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
        for (;;) {
          const [oldest, next] = segments;
          if (!oldest || !next || oldest.lastSeq >= minSeq) return;
          // The first record of the next segment is at least as old as the last of this one.
          if (now - next.firstAt <= maxAgeMs && bytes <= maxBytes) return;
          segments.shift();
          try {
            await disk.remove(join(directory, (oldest.sealed ? sealedName : segmentName)(oldest.firstSeq)));
          } catch (error) {
            // It is still there: were the next one deleted before it, the journal would have a hole.
            segments.unshift(oldest);
            throw error;
          }
          await disk.syncDirectory(directory);
          bytes -= sizeOf(oldest);
          deletedSegments++;
        }
      });
      return { deletedSegments };
    },
    stats: () => ({
      segments: segments.length,
      bytes: segments.reduce((sum, segment) => sum + sizeOf(segment), 0),
      firstSeq: firstSeq(),
      lastSeq,
    }),
    async idle() {
      await background;
    },
    async roll() {
      assert(!appending, 'no append while rolling');
      await rollActive();
    },
    async close() {
      closed = true;
      await background;
      await active?.file.close();
      active = undefined;
    },
  };
}

const sizeOf = (segment: Segment): number => (segment.sealed ? segment.fileBytes : segment.length);
