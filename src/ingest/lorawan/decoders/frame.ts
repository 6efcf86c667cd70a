import { Problem } from '../../../base/problem.ts';

/** What a device measured, by the names of the published codecs; units are in each decoder's table. */
export type Decoded = Readonly<Record<string, number | string | boolean>>;
/** @throws Problem bad-data when the frame is not one of this device */
export type Decoder = (bytes: Uint8Array, fPort: number) => Decoded;

/** Reads a frame from its beginning; asking for more than there is means that the frame was cut. */
export type Frame = {
  readonly left: number;
  u8(): number;
  u16le(): number;
  i16le(): number;
  u32le(): number;
  u16be(): number;
};

export function frame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number): number => {
    if (at + count > bytes.length) {
      throw new Problem(
        'bad-data',
        `the frame of ${bytes.length} bytes is cut: ${count} more were wanted`,
        `byte ${at}`,
      );
    }
    at += count;
    return at - count;
  };
  return {
    get left() {
      return bytes.length - at;
    },
    u8: () => view.getUint8(take(1)),
    u16le: () => view.getUint16(take(2), true),
    i16le: () => view.getInt16(take(2), true),
    u32le: () => view.getUint32(take(4), true),
    u16be: () => view.getUint16(take(2), false),
  };
}
