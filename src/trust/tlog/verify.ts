/** Checks a whole log, in a directory or behind a URL, trusting nothing but the keys. */
import { Problem } from '../../base/problem.ts';
import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.ts';
import { hmac, tree, verifyEd25519 } from './keys.ts';
import { equal, hashBytes, type Hash } from './merkle.ts';
import { openReceipt, type Keys, type Receipt } from './receipt.ts';
import { hashesIn, readWhole, tilesOf, type ReadPath } from './source.ts';
import { firstForeign, newTiles, subtree, tilePath, tileWidth, unbundle } from './tiles.ts';

export async function readCheckpoint(read: ReadPath, keys: Keys): Promise<OpenedCheckpoint> {
  const bytes = await read('checkpoint');
  if (!bytes) throw new Problem('not-found', 'there is no checkpoint: this is no transparency log');
  return openCheckpoint(new TextDecoder().decode(bytes), keys, verifyEd25519);
}

/**
 * Reads every entry and every tile, and makes the root of them.
 * @returns the checkpoint that they are the log of
 * @throws Problem conflict with the file and the entry that is not what it was, not-found, forbidden, bad-data
 */
export async function verifyLog(
  read: ReadPath,
  keys: Keys,
  tell: (done: number, total: number) => void = () => {},
  /** Told of every entry, in their order. */
  visit: (first: number, entries: readonly Uint8Array[]) => void = () => {},
): Promise<OpenedCheckpoint> {
  const opened = await readCheckpoint(read, keys);
  const { size, root } = opened.checkpoint;
  const tiles = tilesOf(read);
  /** By level: what the tiles below say that the next tile of this level has to hold. */
  const expected: Hash[][] = [];
  let entries = 0;
  for (const { level, index, width } of newTiles(0, size)) {
    const path = tilePath({ level, index, width });
    const tile = await tiles({ level, index, width });
    if (tile.length !== width * hashBytes) throw new Problem('conflict', `${path} has ${tile.length} bytes`);
    if (level === 0) {
      const name = { level: 'entries', index, width } as const;
      const read256 = unbundle((await readWhole(read, name)).bytes).slice(0, width);
      const foreign = firstForeign(tree, read256, tile);
      if (foreign !== undefined)
        throw new Problem(
          'conflict',
          `entry ${index * tileWidth + foreign} is not the one that was logged (${tilePath(name)})`,
        );
      visit(index * tileWidth, read256);
      tell((entries += width), size);
    } else {
      for (let at = 0; at < width; at++) {
        const hash = expected[level]?.[index * tileWidth + at];
        if (!hash || !equal(hash, tile.subarray(at * hashBytes, (at + 1) * hashBytes)))
          throw new Problem('conflict', `${path} does not fit the tiles below it, at ${at}`);
      }
    }
    if (width === tileWidth) (expected[level + 1] ??= []).push(subtree(tree, tile, 0, tileWidth));
  }
  const made = await tree.root(size, hashesIn(read, size));
  if (!equal(made, root)) throw new Problem('conflict', 'the entries are not those of the signed root');
  return opened;
}

/** @throws Problem bad-data, forbidden, conflict */
export const verifyReceipt = (text: string, keys: Keys): Receipt =>
  openReceipt(text, keys, { merkle: tree, verify: verifyEd25519, hmac });
