/** Opening the last segment: reads what is there, and cuts what power loss left half-written. */
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { RecordDecoder } from './decoder.ts';
import type { Disk } from './disk.ts';
import { frameBytes, frameEnd, frameState, headerBytes, proofOfDamage } from './frame.ts';
import { type Segment, segmentName } from './segment.ts';

/**
 * @returns where the next record goes, the last readable seq, and the segment's dictionary
 * @throws Error when a record is damaged that was durable once
 */
export async function mendTail(
  disk: Disk,
  directory: string,
  segment: Segment,
  log: Log,
): Promise<{ offset: number; lastSeq: number; strings: readonly string[] }> {
  const path = join(directory, segmentName(segment.firstSeq));
  const file = await disk.open(path, 'synced');
  try {
    const bytes = await file.read(0, segment.fileBytes);
    const decoder = new RecordDecoder();
    let at = headerBytes;
    let index = 0;
    while (frameState(bytes, at, index) === 'frame') {
      const end = frameEnd(bytes, at);
      decoder.read(bytes, at + frameBytes, end, segment.firstSeq + index);
      at = end;
      index++;
    }
    const lastSeq = segment.firstSeq + index - 1;
    const rest = lastNonZero(bytes, at);
    if (rest > at) {
      const proof = proofOfDamage(bytes, at, index);
      if (proof !== undefined) {
        throw new Error(
          `journal segment ${path}: record ${lastSeq + 1} at byte ${at} is damaged, readable records follow at byte ${proof}; restore from a backup`,
        );
      }
      log.warn('journal: a torn tail was cut', { segment: path, afterSeq: lastSeq, bytes: rest - at });
      // Wiped, so that nothing of the torn group can ever be taken for a record.
      await file.write(Buffer.alloc(rest - at), at);
    }
    return { offset: at, lastSeq, strings: decoder.strings };
  } finally {
    await file.close();
  }
}

/** The end of the last byte that is not zero, at least `from`. */
function lastNonZero(bytes: Buffer, from: number): number {
  let end = bytes.length;
  const zeros = Buffer.alloc(4096);
  while (end - from >= 4096 && bytes.compare(zeros, 0, 4096, end - 4096, end) === 0) end -= 4096;
  while (end > from && bytes[end - 1] === 0) end--;
  return end;
}
