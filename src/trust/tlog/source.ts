/** A log as whoever checks it meets it: static files by path, in a directory or behind a URL. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { hashesOf, tilePath, type ReadTile, type TileName } from './tiles.ts';
import { tree } from './keys.ts';
import type { ReadHash } from './merkle.ts';

/** @returns undefined when there is no such file */
export type ReadPath = (path: string) => Promise<Uint8Array | undefined>;

export const inDirectory =
  (directory: string): ReadPath =>
  async (path) => {
    try {
      return new Uint8Array(await readFile(join(directory, path)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };

/** A tile or bundle; of one that was partial and is whole by now, the part. @throws Problem not-found */
export async function readWhole(read: ReadPath, name: TileName): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const exact = await read(tilePath(name));
  if (exact) return { bytes: exact, whole: false };
  const whole = name.width === 256 ? undefined : await read(tilePath({ ...name, width: 256 }));
  if (!whole) throw new Problem('not-found', `the log has no ${tilePath(name)}`);
  return { bytes: whole, whole: true };
}

export const tilesOf =
  (read: ReadPath): ReadTile =>
  async (name) => {
    const { bytes, whole } = await readWhole(read, name);
    return whole ? bytes.subarray(0, name.width * 32) : bytes;
  };

/** Hashes of the tree of this size; tiles are read once. */
export function hashesIn(read: ReadPath, size: number): ReadHash {
  const tiles = tilesOf(read);
  const known = new Map<string, Promise<Uint8Array>>();
  return hashesOf(tree, size, (name) => {
    const path = tilePath(name);
    let tile = known.get(path);
    if (!tile) known.set(path, (tile = tiles(name)));
    return tile;
  });
}
