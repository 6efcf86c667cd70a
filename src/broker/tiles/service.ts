/** Which layers there are, when they are made, and what tells that a reader's copy is still good. */
import type { City } from '../../ui/index.ts';
import type { TileAddress } from './address.ts';
import type { CityPart } from './cityIndex.ts';
import { tileCutter, type CutTile } from './cutter.ts';

export type TileAnswer = {
  /** Of what the tile is made of: the same text, the same tile. Quoted, as in the header. */
  readonly etag: string;
  /** Absent when the reader's copy is still good. */
  readonly tile?: CutTile;
};

export type Tiles = {
  /**
   * @param known what `If-None-Match` holds
   * @throws Problem as `parseTileAddress` and the query languages do
   */
  cityTile(address: TileAddress, known: string | undefined): Promise<TileAnswer>;
  close(): Promise<void>;
};

/** Positions handed to the worker at a time: about 3 ms of copying. */
const positionsAtATime = 8000;

/** @param startedMs tells this run from the one before, which may have had another profile */
export function tileService(deps: { city: City; startedMs: number }): Tiles {
  const { city, startedMs } = deps;
  const cutter = tileCutter();
  const run = startedMs.toString(36);
  let cityBuilt: Promise<unknown> | undefined;

  const buildCity = (): Promise<unknown> => {
    cityBuilt = cutter.build('city', 'city', cityParts(city));
    // The next reader tries again.
    cityBuilt.catch(() => (cityBuilt = undefined));
    return cityBuilt;
  };

  return {
    async cityTile(address, known) {
      const etag = `"${run}.city"`;
      if (holds(known, etag)) return { etag };
      await (cityBuilt ?? buildCity());
      const tile = await cutter.tile('city', address);
      if (tile) return { etag, tile };
      await buildCity();
      return { etag, tile: (await cutter.tile('city', address)) ?? { gzip: new Uint8Array(), thinned: 0 } };
    },
    close: () => cutter.close(),
  };
}

/** `If-None-Match` is a list; a proxy that compressed the answer anew marks its tags as weak (RFC 9110, 13.1.2). */
const holds = (known: string | undefined, etag: string): boolean =>
  known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) === true;

function* cityParts({ districts, ground, streets }: City): Iterable<CityPart> {
  for (const district of districts) yield { districts: [district] };
  for (let i = 0; i < ground.length; i += 200) yield { ground: ground.slice(i, i + 200) };
  for (let from = 0; from < streets.length;) {
    let to = from;
    for (let positions = 0; to < streets.length && positions < positionsAtATime; to++) {
      positions += streets[to]?.line.length ?? 0;
    }
    yield { streets: streets.slice(from, to) };
    from = to;
  }
}
