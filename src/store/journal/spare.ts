/** Files of zeros, made ahead of the segments that they become: to write inside of one changes no metadata. */
import { join } from 'node:path';
import type { Disk } from './disk.ts';

/** `path` resolves when the file is durable. */
export type Spare = { readonly bytes: number; readonly path: Promise<string> };

export type Spares = {
  /** True: one is there, or being made. */
  isPrepared(): boolean;
  /** Makes one ahead; resolves when it is durable. A full disk is told by whoever takes one: it may have room by then. */
  prepare(): Promise<void>;
  /** The one that was made ahead; where it is too small for `needed` bytes, or there is none, a new one. */
  take(needed: number): Spare;
};

/** @param nextBytes the size that the next segment should have */
export function spareSegments(disk: Disk, directory: string, nextBytes: () => number): Spares {
  let made = 0;
  let spare: Spare | undefined;
  // Each has a name of its own: one may still be in use while the next is being made.
  const make = (bytes: number): Spare => ({
    bytes,
    path: makeZeroed(disk, join(directory, `spare-${++made}.tmp`), bytes),
  });
  return {
    isPrepared: () => spare !== undefined,
    async prepare() {
      spare ??= make(nextBytes());
      await spare.path.catch(() => {
        spare = undefined;
      });
    },
    take(needed) {
      if (!spare || spare.bytes < needed) return make(Math.max(nextBytes(), needed));
      const ready = spare;
      spare = undefined;
      return ready;
    },
  };
}

const zeros = Buffer.alloc(1024 * 1024);

/**
 * Allocates for real, so that a later write inside changes no metadata. Synced piece by piece: the disk does one flush
 * after the other, and a group of the journal must not wait behind 64 MiB of zeros.
 */
async function makeZeroed(disk: Disk, path: string, size: number): Promise<string> {
  const file = await disk.open(path, 'new');
  try {
    for (let at = 0; at < size; at += zeros.length) {
      await file.write(zeros.subarray(0, Math.min(zeros.length, size - at)), at);
      await file.sync();
    }
  } finally {
    await file.close();
  }
  return path;
}
