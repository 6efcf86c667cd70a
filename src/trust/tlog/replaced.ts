/** Parts of tiles that a fuller one has taken the place of: whoever holds an older checkpoint may still be given them. */
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { equal, hashBytes } from './merkle.ts';
import { inDirectory, readWhole } from './source.ts';
import { newTiles, parseTilePath, tilePath, unbundle } from './tiles.ts';

/**
 * Compares them with the tiles of a log of `size`, which `verifyLog` has found to be right.
 * @throws Problem conflict: the file that is not the beginning of the one that replaced it
 */
export async function verifyReplaced(directory: string, size: number): Promise<void> {
  const read = inDirectory(directory);
  const widths = new Map<string, number>();
  for (const { level, index, width } of newTiles(0, size)) {
    widths.set(`${level} ${index}`, width);
    if (level === 0) widths.set(`entries ${index}`, width);
  }
  const files = await readdir(join(directory, 'tile'), { recursive: true }).catch(() => []);
  for (const file of files) {
    const name = parseTilePath(`tile/${file.split(sep).join('/')}`);
    const width = name && widths.get(`${name.level} ${name.index}`);
    // What is wider belongs to a log that has grown meanwhile.
    if (!name || width === undefined || name.width >= width) continue;
    const part = await read(tilePath(name));
    if (!part) continue;
    const { bytes } = await readWhole(read, { ...name, width });
    const length =
      name.level === 'entries'
        ? unbundle(bytes)
            .slice(0, name.width)
            .reduce((sum, entry) => sum + 2 + entry.length, 0)
        : name.width * hashBytes;
    if (!equal(part, bytes.subarray(0, length)))
      throw new Problem('conflict', `${tilePath(name)} is not the beginning of ${tilePath({ ...name, width })}`);
  }
}
