/** Map tiles: which layer is asked for, and whether the reader's copy is still good. */
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import { coreContext, locationIri, parseQ, parseTypeSelection, printQ } from '../../ngsild/index.ts';
import { languages, type City } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import type { Live } from '../live.ts';
import type { TileAddress } from './address.ts';
import type { CityPart } from './cityIndex.ts';
import { tileCutter, type CutTile } from './cutter.ts';
import { thingsLayers, typesIn } from './layers.ts';
import type { ThingsQuery, Urgent } from './things.ts';
import type { TileWords } from './tileIndex.ts';

export type TileAnswer = {
  /** Of what the tile is made of: the same text, the same tile. Quoted, as in the header. */
  readonly etag: string;
  /** Absent when the reader's copy is still good. */
  readonly tile?: CutTile;
};

export type Tiles = {
  /** @param known what `If-None-Match` holds */
  cityTile(address: TileAddress, known: string | undefined): Promise<TileAnswer>;
  /**
   * A tile of entities. The layer is a type selection (4.17); the query may have `q` (4.9), `geoproperty`, `district`,
   * `only=attention` and `lang`.
   * @throws Problem with the parameter as its field; overloaded
   */
  thingsTile(
    who: Principal,
    address: TileAddress,
    query: URLSearchParams,
    known: string | undefined,
  ): Promise<TileAnswer>;
  close(): Promise<void>;
};

/** Positions handed to the worker at a time: about 3 ms of copying. */
const positionsAtATime = 8000;

export function tileService(deps: {
  city: City;
  broker: Broker;
  live: Pick<Live, 'lastChangeOf'>;
  /** What the watches have found. */
  urgent: (who: Principal) => Promise<Urgent>;
  /** A type (IRI) in words of the reader's language. */
  typeWord: (type: string, language: string) => string;
  now: () => number;
}): Tiles {
  const { city, broker, live, urgent, typeWord, now } = deps;
  const cutter = tileCutter();
  const layers = thingsLayers({ broker, live, city, cutter, urgent, now });
  // Tells this run from the one before, which may have had another profile.
  const run = now().toString(36);
  let cityBuilt: Promise<unknown> | undefined;

  const buildCity = (): Promise<unknown> => {
    const built = cutter.build('city', 'city', cityParts(city));
    cityBuilt = built;
    // The next reader tries again.
    built.catch(() => (cityBuilt = undefined));
    return built;
  };

  return {
    async cityTile(address, known) {
      const etag = `"${run}.city"`;
      if (holds(known, etag)) return { etag };
      await (cityBuilt ?? buildCity());
      const tile = await cutter.tile('city', address);
      if (tile) return { etag, tile };
      await buildCity();
      return { etag, tile: (await cutter.tile('city', address)) ?? nothing };
    },
    async thingsTile(who, address, parametersGiven, known) {
      const query = thingsQuery(address.layer, parametersGiven, city);
      const { name } = broker.view(who);
      const { type, q, ...rest } = query;
      const key = JSON.stringify([type, q && printQ(q, coreContext), rest, name]);
      const language = languageOf(parametersGiven, city);
      const words: TileWords = {
        languages: [language, '@none', ...languages.filter((other) => other !== language)],
        types: Object.fromEntries(typesIn(type).map((iri) => [coreContext.compact(iri), typeWord(iri, language)])),
      };
      for (;;) {
        const { version } = await layers.current(who, key, query);
        const etag = `"${run}.${version.toString(36)}.${language}"`;
        if (holds(known, etag)) return { etag };
        const tile = await cutter.tile(key, address, words);
        if (tile) return { etag, tile };
        layers.lost(key);
      }
    },
    close: () => cutter.close(),
  };
}

const nothing: CutTile = { gzip: new Uint8Array(), thinned: 0 };

function thingsQuery(layer: string, given: URLSearchParams, city: City): ThingsQuery {
  const q = given.get('q');
  const property = given.get('geoproperty');
  const district = given.get('district');
  const only = given.get('only');
  if (district !== null && !city.districts.some(({ id }) => id === district)) {
    throw new Problem('invalid-request', `the city has no district "${district}"`, 'district');
  }
  if (only !== null && only !== 'attention') {
    throw new Problem('invalid-request', `only=attention is known; found "${only}"`, 'only');
  }
  const type = parseTypeSelection(layer, coreContext, 'layer');
  if (!type) throw new Problem('invalid-request', 'name the types: Vehicle or Vehicle,Streetlight', 'layer');
  return {
    type,
    property: property === null ? locationIri : coreContext.expand(property),
    ...(q !== null && { q: parseQ(q, coreContext) }),
    ...(district !== null && { district }),
    ...(only !== null && { urgentOnly: true as const }),
  };
}

const languageOf = (given: URLSearchParams, city: City): string => {
  const wanted = given.get('lang') ?? city.languages[0] ?? 'en';
  if (!(languages as readonly string[]).includes(wanted)) {
    throw new Problem('invalid-request', `lang is one of ${languages.join(', ')}; found "${wanted}"`, 'lang');
  }
  return wanted;
};

/** `If-None-Match` is a list; a proxy that compressed the answer anew marks its tags as weak (RFC 9110, 13.1.2). */
const holds = (known: string | undefined, etag: string): boolean =>
  known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) === true;

function* cityParts({ districts, ground, groundLines, streets }: City): Iterable<CityPart> {
  for (const district of districts) yield { districts: [district] };
  for (let i = 0; i < ground.length; i += 200) yield { ground: ground.slice(i, i + 200) };
  for (let i = 0; i < groundLines.length; i += 200) yield { groundLines: groundLines.slice(i, i + 200) };
  for (let from = 0; from < streets.length;) {
    let to = from;
    for (let positions = 0; to < streets.length && positions < positionsAtATime; to++) {
      positions += streets[to]?.line.length ?? 0;
    }
    yield { streets: streets.slice(from, to) };
    from = to;
  }
}
