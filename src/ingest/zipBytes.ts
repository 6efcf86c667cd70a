import { open } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';
import { Problem } from '../base/problem.ts';

/** Bytes that can be read at any place: of a file, or already in memory. */
export type Bytes = {
  readonly size: number;
  /** Fewer than asked for at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
};

/** @throws Problem not-found */
export async function openBytes(source: string | Uint8Array): Promise<Bytes> {
  if (typeof source !== 'string') {
    return {
      size: source.length,
      read: (into, position) => {
        const found = source.subarray(position, position + into.length);
        into.set(found);
        return Promise.resolve(found.length);
      },
      close: () => Promise.resolve(),
    };
  }
  try {
    const file = await open(source);
    return {
      size: (await file.stat()).size,
      read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
      close: () => file.close(),
    };
  } catch {
    throw new Problem('not-found', `cannot read the file ${source}`);
  }
}

/**
 * How yauzl reads these bytes. Its own readers hand any position of the file's directory to `fs.read`, which throws
 * where nobody can catch it when the position is out of range; here it is an error like any other.
 */
export class BytesForYauzl extends RandomAccessReader {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super();
    this.#bytes = bytes;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, count?: number) => void,
  ): void {
    if (!(position >= 0 && position + length <= this.#bytes.size)) {
      setImmediate(callback, new Error('unexpected EOF'));
      return;
    }
    this.#bytes.read(buffer.subarray(offset, offset + length), position).then(
      (count) => setImmediate(callback, null, count),
      (error: unknown) => setImmediate(callback, error instanceof Error ? error : new Error(String(error))),
    );
  }
}
