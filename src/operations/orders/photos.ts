/**
 * Photos as they are kept: drawn anew from their pixels, upright, without anything that was written beside them (place,
 * time, telephone). What cannot be read is not kept; no byte of what was sent is.
 */
import { ResizeFit, Transformer } from '@napi-rs/image';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';

/** Of a file that a telephone sends; of its picture, in pixels; of a kept photo's longer side. */
export const photoBytesMax = 15 * 2 ** 20;
export const pixelsMax = 50_000_000;
export const photoSideMax = 2048;
const quality = 82;

export type CleanPhoto = { readonly bytes: Uint8Array; readonly width: number; readonly height: number };

/** A picture takes 200 MB while it is drawn: one after the other. */
const inTurn = oneAtATime();

/**
 * @param bytes JPEG, PNG or WebP
 * @returns a JPEG
 * @throws Problem unsupported-media-type, too-large, bad-data (field `photo`)
 */
export async function cleaned(bytes: Uint8Array): Promise<CleanPhoto> {
  if (bytes.length > photoBytesMax)
    throw new Problem('too-large', `a photo has at most ${photoBytesMax / 2 ** 20} MB`, 'photo');
  const size = sizeOf(bytes);
  if (size.width * size.height > pixelsMax)
    throw new Problem('too-large', `a photo has at most ${pixelsMax / 1_000_000} million pixels`, 'photo');
  return inTurn(async () => {
    try {
      const picture = new Transformer(bytes).rotate();
      const isLarge = Math.max(size.width, size.height) > photoSideMax;
      const fitting = isLarge
        ? picture.resize({ width: photoSideMax, height: photoSideMax, fit: ResizeFit.Inside })
        : picture;
      const drawn = new Uint8Array(await fitting.jpeg(quality));
      return { bytes: drawn, ...sizeOf(drawn) };
    } catch {
      throw new Problem('bad-data', 'the photo cannot be read; take it again', 'photo');
    }
  });
}

type Size = { readonly width: number; readonly height: number };

/** As the head of the file says, before anything is drawn. @throws Problem unsupported-media-type, bad-data */
function sizeOf(bytes: Uint8Array): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  try {
    if (name.startsWith('\xff\xd8\xff')) return jpegSize(view);
    if (name.startsWith('\x89PNG\r\n\x1a\n')) return { width: view.getUint32(16), height: view.getUint32(20) };
    if (name.startsWith('RIFF') && name.slice(8, 12) === 'WEBP') return webpSize(view, name.slice(12, 16));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('bad-data', 'the photo is cut off; take it again', 'photo');
  }
  if (/^.{4}ftyp(?:hei|hev|mif|msf|avif)/s.test(name))
    throw new Problem(
      'unsupported-media-type',
      'photos in HEIC or AVIF cannot be read here: set the camera to JPEG ("most compatible")',
      'photo',
    );
  throw new Problem('unsupported-media-type', 'a photo is a JPEG, PNG or WebP file', 'photo');
}

/** ITU T.81, B.2: from marker to marker until the head of the frame. */
function jpegSize(view: DataView): Size {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw new Problem('bad-data', 'the photo is damaged; take it again', 'photo');
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Filled up with 0xff.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
}

/** RFC 9649, 2.5 to 2.7. */
function webpSize(view: DataView, chunk: string): Size {
  if (chunk === 'VP8X') {
    const at24 = (at: number): number => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1;
    return { width: at24(24), height: at24(27) };
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}
