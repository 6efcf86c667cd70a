/**
 * Layout of a segment: a header of 64 bytes, then frames. A frame is
 *
 *     crc u32 | length u32 | index u32 | back u32 | payload
 *
 * little endian. `index` is the record's place in the segment (seq - firstSeq), `back` its place in its group: the
 * group is what one synced write held. The checksum covers all that follows it. Length 0 is the end.
 *
 * `back` tells a torn tail from damage: a group is written only after the one before it is durable. So when record n
 * cannot be read, a later readable record of the same group says nothing, but one whose group began after n proves that
 * n was durable once.
 */
import { crc32c } from './crc32c.ts';

export const headerBytes = 64;
export const frameBytes = 16;
/**
 * 2: deltas that forget. 3: they forget attributes, history replaces instances, what goes has its kind, also with a put,
 * and an entity has its end set. A segment of an older format is read and, when it is the last one, gone on with.
 */
export const formatByte = 3;

const magic = 'CHORSUJ';

export type SegmentHeader = { readonly firstSeq: number; /** ms; of the first record. */ readonly firstAt: number };

export function segmentHeader({ firstSeq, firstAt }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, 'latin1');
  bytes[7] = formatByte;
  bytes.writeDoubleLE(firstSeq, 8);
  bytes.writeDoubleLE(firstAt, 16);
  bytes.writeUInt32LE(crc32c(bytes, 0, headerBytes - 4), headerBytes - 4);
  return bytes;
}

/** @throws Error when the header is damaged or of a newer format */
export function parseSegmentHeader(bytes: Buffer, name: string): SegmentHeader {
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 7) !== magic) {
    throw new Error(`journal segment ${name} has no header`);
  }
  const format = bytes[7] ?? 0;
  if (format < 1 || format > formatByte) {
    throw new Error(`journal segment ${name} has format ${format}, wanted at most ${formatByte}`);
  }
  if (crc32c(bytes, 0, headerBytes - 4) !== bytes.readUInt32LE(headerBytes - 4)) {
    throw new Error(`journal segment ${name}: the header is damaged`);
  }
  return { firstSeq: bytes.readDoubleLE(8), firstAt: bytes.readDoubleLE(16) };
}

/** Fills the frame whose payload stands at `at + frameBytes` and ends at `end`. */
export function sealFrame(bytes: Buffer, at: number, end: number, index: number, back: number): void {
  bytes.writeUInt32LE(end - at - frameBytes, at + 4);
  bytes.writeUInt32LE(index, at + 8);
  bytes.writeUInt32LE(back, at + 12);
  bytes.writeUInt32LE(crc32c(bytes, at + 4, end), at);
}

/** `more`: the buffer ends before the frame does. `broken`: no frame with this index stands here. */
export type FrameState = 'frame' | 'end' | 'more' | 'broken';

/** Looks at the frame at `at`; a frame with length 0 or no room for another is the end. */
export function frameState(bytes: Buffer, at: number, index: number): FrameState {
  if (at + frameBytes > bytes.length) return 'more';
  const length = bytes.readUInt32LE(at + 4);
  if (length === 0) {
    return bytes.readUInt32LE(at) === 0 && bytes.readUInt32LE(at + 8) === 0 ? 'end' : 'broken';
  }
  if (bytes.readUInt32LE(at + 8) !== index) return 'broken';
  const end = at + frameBytes + length;
  if (end > bytes.length) return 'more';
  return crc32c(bytes, at + 4, end) === bytes.readUInt32LE(at) ? 'frame' : 'broken';
}

export const frameEnd = (bytes: Buffer, at: number): number => at + frameBytes + bytes.readUInt32LE(at + 4);

/**
 * After an unreadable record `index` at `at`: the offset of a record that proves that it was durable once, undefined
 * when there is none (a torn tail). `bytes` is the whole rest of the segment.
 */
export function proofOfDamage(bytes: Buffer, at: number, index: number): number | undefined {
  for (let i = at; i + frameBytes < bytes.length; i++) {
    const length = bytes.readUInt32LE(i + 4);
    if (length === 0 || length > bytes.length - i - frameBytes) continue;
    const found = bytes.readUInt32LE(i + 8);
    const back = bytes.readUInt32LE(i + 12);
    if (found <= index || found - index > bytes.length || back > found || found - back <= index) continue;
    if (crc32c(bytes, i + 4, i + frameBytes + length) === bytes.readUInt32LE(i)) return i;
  }
  return undefined;
}
