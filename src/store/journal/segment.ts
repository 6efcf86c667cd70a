/**
 * One segment file: plain while it is written (`N.seg`), then sealed (`N.zst`): the same bytes in blocks of 1 MiB, each
 * compressed on its own, so that a reader may begin anywhere. N is the first sequence number, 16 digits.
 */
import { join } from 'node:path';
import { crc32c } from './crc32c.ts';
import type { Disk } from './disk.ts';
import { frameEnd, frameState, headerBytes } from './frame.ts';

export const blockBytes = 1024 * 1024;
const sealedMagic = 'CHORSUZ';
const sealedFormat = 1;
const sealedHeaderBytes = 48;

export type Segment = {
  readonly firstSeq: number;
  /** ms; of the first record. */
  readonly firstAt: number;
  /** Known once the next segment has begun. */
  lastSeq: number;
  /** Raw bytes up to which records are durable; infinite when not yet known. */
  length: number;
  /** Bytes of the file. */
  fileBytes: number;
  sealed: SealedIndex | undefined;
};

export type SealedIndex = {
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly rawBytes: number;
  /** Where each block begins in the file, and where the last one ends. */
  readonly starts: readonly number[];
  readonly checksums: readonly number[];
};

export const segmentName = (firstSeq: number): string => `${String(firstSeq).padStart(16, '0')}.seg`;
export const sealedName = (firstSeq: number): string => `${String(firstSeq).padStart(16, '0')}.zst`;

/** Raw bytes from `position`, at most `length`, fewer at the end. @throws Error with code ENOENT when pruned meanwhile */
export async function readSegment(
  disk: Disk,
  directory: string,
  segment: Segment,
  position: number,
  length: number,
): Promise<Buffer> {
  const index = segment.sealed;
  const end = Math.min(position + length, index ? index.rawBytes : segment.length);
  if (end <= position) return Buffer.alloc(0);
  const file = await disk.open(join(directory, (index ? sealedName : segmentName)(segment.firstSeq)), 'read');
  try {
    if (!index) return await file.read(position, end - position);
    const blocks: Uint8Array[] = [];
    const first = Math.floor(position / blockBytes);
    for (let block = first; block * blockBytes < end; block++) {
      const from = index.starts[block] as number;
      const packed = await file.read(from, (index.starts[block + 1] as number) - from);
      if (crc32c(packed) !== index.checksums[block]) {
        throw new Error(`journal segment ${sealedName(segment.firstSeq)}: block ${block} is damaged`);
      }
      blocks.push(await disk.decompress(packed));
    }
    return Buffer.concat(blocks).subarray(position - first * blockBytes, end - first * blockBytes);
  } finally {
    await file.close();
  }
}

/**
 * Walks a closed segment's frames. @returns raw length and last seq
 * @throws Error when a record is damaged
 */
export async function measureSegment(
  disk: Disk,
  directory: string,
  segment: Segment,
): Promise<{ rawBytes: number; lastSeq: number }> {
  let position = headerBytes;
  let index = 0;
  let want = blockBytes;
  for (;;) {
    const bytes = await readSegment(disk, directory, segment, position, want);
    let at = 0;
    let state = frameState(bytes, at, index);
    while (state === 'frame') {
      at = frameEnd(bytes, at);
      index++;
      state = frameState(bytes, at, index);
    }
    if (state === 'broken') {
      throw new Error(
        `journal segment ${segmentName(segment.firstSeq)}: record ${segment.firstSeq + index} is damaged`,
      );
    }
    position += at;
    if (state === 'end' || bytes.length < want) {
      if (state === 'more' && at < bytes.length && bytes.subarray(at).some((byte) => byte !== 0)) {
        throw new Error(`journal segment ${segmentName(segment.firstSeq)} ends inside a record`);
      }
      return { rawBytes: position, lastSeq: segment.firstSeq + index - 1 };
    }
    // A frame longer than the window: look through a larger one.
    want = at === 0 ? want * 2 : blockBytes;
  }
}

/** Writes the sealed twin of a closed segment and removes the plain file. */
export async function sealSegment(disk: Disk, directory: string, segment: Segment): Promise<void> {
  const { rawBytes, lastSeq } = await measureSegment(disk, directory, segment);
  if (lastSeq !== segment.lastSeq) {
    throw new Error(`journal segment ${segmentName(segment.firstSeq)} ends at ${lastSeq}, wanted ${segment.lastSeq}`);
  }
  const blocks = Math.ceil(rawBytes / blockBytes);
  const head = Buffer.alloc(sealedHeaderBytes + blocks * 8);
  const temporary = join(directory, `${segmentName(segment.firstSeq)}.tmp`);
  const file = await disk.open(temporary, 'new');
  const starts = [head.length];
  const checksums: number[] = [];
  try {
    let position = head.length;
    for (let block = 0; block < blocks; block++) {
      const raw = await readSegment(
        disk,
        directory,
        segment,
        block * blockBytes,
        Math.min(blockBytes, rawBytes - block * blockBytes),
      );
      const packed = await disk.compress(raw);
      await file.write(packed, position);
      position += packed.length;
      starts.push(position);
      checksums.push(crc32c(packed));
    }
    head.write(sealedMagic, 0, 'latin1');
    head[7] = sealedFormat;
    head.writeDoubleLE(segment.firstSeq, 8);
    head.writeDoubleLE(segment.firstAt, 16);
    head.writeDoubleLE(lastSeq, 24);
    head.writeDoubleLE(rawBytes, 32);
    head.writeUInt32LE(blocks, 40);
    for (let block = 0; block < blocks; block++) {
      head.writeUInt32LE((starts[block + 1] as number) - (starts[block] as number), sealedHeaderBytes + block * 8);
      head.writeUInt32LE(checksums[block] as number, sealedHeaderBytes + block * 8 + 4);
    }
    head.writeUInt32LE(headChecksum(head), 44);
    await file.write(head, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, join(directory, sealedName(segment.firstSeq)));
  await disk.syncDirectory(directory);
  const { firstSeq, firstAt } = segment;
  segment.fileBytes = starts.at(-1) as number;
  segment.length = rawBytes;
  segment.sealed = { firstSeq, firstAt, lastSeq, rawBytes, starts, checksums };
  await disk.remove(join(directory, segmentName(segment.firstSeq)));
}

/** Everything but the checksum itself. */
const headChecksum = (head: Buffer): number => (crc32c(head, 0, 44) ^ crc32c(head, 48, head.length)) >>> 0;

/** @throws Error when the file is damaged or of a newer format */
export async function openSealed(disk: Disk, path: string): Promise<SealedIndex> {
  const file = await disk.open(path, 'read');
  try {
    const start = await file.read(0, sealedHeaderBytes);
    if (start.length < sealedHeaderBytes || start.toString('latin1', 0, 7) !== sealedMagic) {
      throw new Error(`sealed journal segment ${path} has no header`);
    }
    if (start[7] !== sealedFormat) throw new Error(`sealed journal segment ${path} has format ${start[7]}`);
    const blocks = start.readUInt32LE(40);
    const head = await file.read(0, sealedHeaderBytes + blocks * 8);
    if (head.length < sealedHeaderBytes + blocks * 8 || headChecksum(head) !== head.readUInt32LE(44)) {
      throw new Error(`sealed journal segment ${path}: the header is damaged`);
    }
    const starts = [head.length];
    const checksums: number[] = [];
    for (let block = 0; block < blocks; block++) {
      starts.push((starts[block] as number) + head.readUInt32LE(sealedHeaderBytes + block * 8));
      checksums.push(head.readUInt32LE(sealedHeaderBytes + block * 8 + 4));
    }
    return {
      firstSeq: head.readDoubleLE(8),
      firstAt: head.readDoubleLE(16),
      lastSeq: head.readDoubleLE(24),
      rawBytes: head.readDoubleLE(32),
      starts,
      checksums,
    };
  } finally {
    await file.close();
  }
}
