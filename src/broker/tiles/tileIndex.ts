import type { TileAddress } from './address.ts';

/** What the worker keeps of one layer: parts go in, then tiles come out. */
export type TileIndex<Part> = {
  add(part: Part): void;
  /** Called once, after the last part. */
  finish(): { readonly features: number };
  tile(address: Omit<TileAddress, 'layer'>, words?: TileWords): EncodedTile;
};

/** How names are put into the tile. */
export type TileWords = {
  /** The reader's language, then those that stand in for it. */
  readonly languages: readonly string[];
  /** What a thing without a name is called, by its type's short name. */
  readonly types: Readonly<Record<string, string>>;
};

export type EncodedTile = {
  /** Empty: nothing lies there. */
  readonly bytes: Uint8Array;
  /** Features that were left out because the tile would be too large. */
  readonly thinned: number;
};
