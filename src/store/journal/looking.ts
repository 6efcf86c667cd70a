/** Reading the journal from outside, while its city is served or not: nothing is mended, sealed or cleared away. */
import { join } from 'node:path';
import type { JournalRecord } from '../ports.ts';
import { realDisk, type Disk } from './disk.ts';
import { frameEnd, frameState, headerBytes, proofOfDamage } from './frame.ts';
import { segmentReader } from './reader.ts';
import { type Segment, segmentName } from './segment.ts';
import { openSegments } from './segments.ts';

const disk: Disk = { ...realDisk, remove: () => Promise.resolve() };
const recordsAtOnce = 2_000;
/** A segment that is sealed or pruned while it is read is looked for again. */
const attempts = 5;

/**
 * Every record that is kept, in order, up to the last whole one.
 * @throws Error when a record is damaged that was durable once, or a segment is missing
 */
export async function* recordsIn(directory: string): AsyncGenerator<readonly JournalRecord[]> {
  let next = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      const segments = await openSegments(disk, directory);
      const last = segments.at(-1);
      if (!last) return;
      if (!last.sealed) await findEnd(directory, last);
      const reader = segmentReader({ disk, directory, segments });
      for (next = Math.max(next, segments[0]?.firstSeq ?? 1); next <= last.lastSeq;) {
        const records = await reader.read(next, Math.min(recordsAtOnce, last.lastSeq - next + 1));
        next += records.length;
        yield records;
      }
      return;
    } catch (error) {
      if (attempt >= attempts || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The last segment goes on being written, or ends where a crash left it. */
async function findEnd(directory: string, segment: Segment): Promise<void> {
  const path = join(directory, segmentName(segment.firstSeq));
  const file = await disk.open(path, 'read');
  try {
    const bytes = await file.read(0, segment.fileBytes);
    let at = headerBytes;
    let index = 0;
    for (; frameState(bytes, at, index) === 'frame'; index++) at = frameEnd(bytes, at);
    if (frameState(bytes, at, index) === 'broken' && proofOfDamage(bytes, at, index) !== undefined)
      throw new Error(`journal segment ${path}: record ${segment.firstSeq + index} at byte ${at} is damaged`);
    segment.lastSeq = segment.firstSeq + index - 1;
    segment.length = at;
  } finally {
    await file.close();
  }
}
