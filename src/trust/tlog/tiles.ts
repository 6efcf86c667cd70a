/** Tiles: the tree in files of 256 hashes, and the entries beside them. C2SP tlog-tiles. */
import { equal, hashBytes, type Hash, type Merkle, type ReadHash } from './merkle.ts';

export const tileWidth = 256;
const tileHeight = 8;
/** Of one entry, in bytes: its length stands in two. */
export const entryMax = 65_535;

export type TileName = {
  /** Of hashes, or the entries themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** Of a partial tile; 256 when whole. */
  readonly width: number;
};

/** `tile/0/x001/x234/067.p/12`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** What a path names; undefined: no tile can be there. */
export function parseTilePath(path: string): TileName | undefined {
  const found = /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!found) return undefined;
  const [, level = '', groups = '', width] = found;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  };
  if (width !== undefined && name.width >= tileWidth) return undefined;
  return Number.isSafeInteger(name.index) && tilePath(name) === path ? name : undefined;
}

/** The tiles that a tree of `size` has and one of `from` had not, whole or in this width; lowest level first. */
export function* newTiles(from: number, size: number): Generator<TileName & { readonly level: number }> {
  for (let level = 0; ; level++) {
    const hashes = Math.floor(size / tileWidth ** level);
    const before = Math.floor(from / tileWidth ** level);
    if (hashes === 0) return;
    if (hashes === before) continue;
    for (let index = Math.floor(before / tileWidth); index * tileWidth < hashes; index++)
      yield { level, index, width: Math.min(tileWidth, hashes - index * tileWidth) };
  }
}

/** Reads a tile of hashes. @throws when it is not there */
export type ReadTile = (name: TileName) => Promise<Uint8Array>;

/** Hashes of a tree of `size`, out of its tiles. @throws Error for a tile of the wrong length */
export function hashesOf(merkle: Merkle, size: number, readTile: ReadTile): ReadHash {
  return async (level, index) => {
    const tileLevel = Math.floor(level / tileHeight);
    const within = level - tileLevel * tileHeight;
    const first = index * 2 ** within;
    const tile = Math.floor(first / tileWidth);
    const hashes = Math.floor(size / tileWidth ** tileLevel);
    const width = Math.min(tileWidth, hashes - tile * tileWidth);
    const bytes = await readTile({ level: tileLevel, index: tile, width });
    if (bytes.length !== width * hashBytes)
      throw new Error(
        `${tilePath({ level: tileLevel, index: tile, width })} has ${bytes.length} bytes, wanted ${width * hashBytes}`,
      );
    return subtree(merkle, bytes, first - tile * tileWidth, 2 ** within);
  };
}

/** The hash over `count` hashes of a tile, a power of two, from `first` on. */
export function subtree(merkle: Merkle, tile: Uint8Array, first: number, count: number): Hash {
  if (count === 1) return tile.slice(first * hashBytes, (first + 1) * hashBytes);
  const left = subtree(merkle, tile, first, count / 2);
  return merkle.node(left, subtree(merkle, tile, first + count / 2, count / 2));
}

/** Entries as a bundle: each behind its length in two bytes, most significant first. @throws RangeError for one too long */
export function bundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > entryMax)
      throw new RangeError(`an entry has ${entry.length} bytes; at most ${entryMax} are possible`);
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** @throws Error with the position where the bytes are no bundle */
export function unbundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const end = at + 2 + length;
    if (end > bytes.length) throw new Error(`the bundle ends within the entry at byte ${at}`);
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  return entries;
}

/** Whether the entries of a bundle are those that a tile of level 0 says. Tells the first that is not. */
export function firstForeign(merkle: Merkle, entries: readonly Uint8Array[], tile: Uint8Array): number | undefined {
  const at = entries.findIndex(
    (entry, index) => !equal(merkle.leaf(entry), tile.subarray(index * hashBytes, (index + 1) * hashBytes)),
  );
  return at < 0 ? (entries.length * hashBytes === tile.length ? undefined : entries.length) : at;
}
