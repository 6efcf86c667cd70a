/** Units on a tile's side. */
export const extent = 4096;
/** Units beside the tile that it also holds. */
export const buffer = 64;
/** No tile is larger, before compression: a phone takes several at once. */
export const tileBytesMax = 500_000;
