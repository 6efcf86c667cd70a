/** Tells the same file with the same mapping from every other, cheaply: what an interrupted import is known by. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Up to here the whole file is hashed. */
const wholeMaxBytes = 64 * 2 ** 20;
/** Of a larger file its size, when it was last written, and this many pieces, spread evenly. */
const pieces = 64;
const pieceBytes = 64 * 1024;

/**
 * A large file that was copied counts as another one. Nothing is lost by it: the import then looks at every item again
 * and finds those that are there.
 * @param beside what else decides what the items become: kind, source, mapping, sheet
 */
export async function fileIdentity(file: string, beside: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(beside ?? null));
  const handle = await open(file, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    hash.update(`${size}`);
    const whole = size <= wholeMaxBytes;
    if (!whole) hash.update(`${mtimeMs}`);
    const step = whole ? pieceBytes : Math.floor((size - pieceBytes) / (pieces - 1));
    const buffer = Buffer.alloc(pieceBytes);
    for (let at = 0; at < size; at += step) {
      const { bytesRead } = await handle.read(buffer, 0, pieceBytes, at);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
