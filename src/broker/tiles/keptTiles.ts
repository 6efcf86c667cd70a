export type KeptTile = { readonly gzip: Uint8Array<ArrayBuffer>; readonly thinned: number };

/** Tiles for the next reader, those that were asked for last. */
export type KeptTiles = {
  find(layer: string, tile: string): KeptTile | undefined;
  keep(layer: string, tile: string, made: KeptTile): void;
  forget(layer: string): void;
  readonly bytes: number;
};

/** What a tile takes beside its bytes and its name: most are empty, and there are very many of them. */
const entryBytes = 100;

export function keptTiles(bytesMax: number): KeptTiles {
  const kept = new Map<string, KeptTile>();
  let bytes = 0;
  const nameOf = (layer: string, tile: string): string => `${layer}\n${tile}`;
  const weight = (name: string, { gzip }: KeptTile): number => gzip.length + 2 * name.length + entryBytes;
  const drop = (name: string, made: KeptTile): void => {
    bytes -= weight(name, made);
    kept.delete(name);
  };
  return {
    get bytes() {
      return bytes;
    },
    find(layer, tile) {
      const name = nameOf(layer, tile);
      const known = kept.get(name);
      if (!known) return undefined;
      // The newest stand last: those at the front go first.
      kept.delete(name);
      kept.set(name, known);
      return known;
    },
    keep(layer, tile, made) {
      const name = nameOf(layer, tile);
      const before = kept.get(name);
      if (before) drop(name, before);
      kept.set(name, made);
      bytes += weight(name, made);
      for (const [oldest, old] of kept) {
        if (bytes <= bytesMax) break;
        drop(oldest, old);
      }
    },
    forget(layer) {
      for (const [name, made] of kept) if (name.startsWith(`${layer}\n`)) drop(name, made);
    },
  };
}
