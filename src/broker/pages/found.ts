/** What a search of the city finds: streets, houses, places and districts by their index, entities by their names. */
import { Problem } from '../../base/problem.ts';
import { type City, type CitySearch, inLanguage, type Position, type SearchResult } from '../../ui/index.ts';
import type { CityState } from './cityState.ts';
import { entityPath, isSimulated, localId, nameOf, nameWords, positionOf } from './view.ts';
import { pageWords } from './messages/index.ts';
import { typeWord } from './vocabulary/index.ts';

export type Found = {
  readonly kind: SearchResult['kind'] | 'entity';
  readonly title: string;
  /** What it is: `street`, `house number, approximate`, `school`. */
  readonly what: string;
  readonly district?: { readonly id: string; readonly name: string };
  readonly precision?: 'exact' | 'approximate';
  /** West, south, east, north, of what is no point. */
  readonly box?: readonly [number, number, number, number];
  readonly at?: Position;
  /** The entity's own page; absent: the map is the only place to see it. */
  readonly href?: string;
  readonly simulated: boolean;
};

/** A query that is longer is no name. */
export const queryMax = 200;
/** Kinds with more members are not looked through by name. */
const crowd = 2000;
const entitiesMax = 5;

/** @throws Problem invalid-request; field `q` or `limit` */
export function searchRequest(query: URLSearchParams): { q: string; limit: number } {
  const q = (query.get('q') ?? '').trim();
  if (q === '') throw new Problem('invalid-request', 'expected what to look for', 'q');
  if (q.length > queryMax) throw new Problem('invalid-request', `at most ${queryMax} characters`, 'q');
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) {
    throw new Problem('invalid-request', 'expected a whole number from 1 to 50', 'limit');
  }
  return { q, limit };
}

export async function foundIn(
  { city, search, state }: { city: City; search: CitySearch; state: CityState },
  q: string,
  limit: number,
  language: string,
): Promise<readonly Found[]> {
  const things = search.find(q.slice(0, queryMax), limit).map((result) => described(result, city, language));
  const entities = await entitiesNamed(search.matcher(q), q, state, language);
  // A few entities always find room: a pump's name may be that of its street.
  const room = Math.max(limit - entities.length, Math.min(things.length, Math.ceil(limit / 2)));
  return [...things.slice(0, room), ...entities].slice(0, limit);
}

function described(result: SearchResult, city: City, language: string): Found {
  const t = pageWords(language);
  const name = inLanguage(result.name, language).text;
  const { kind, number, precision, district, box, at, placeKind } = result;
  const what =
    kind === 'house'
      ? t(precision === 'exact' ? 'foundHouse' : 'foundHouseNear')
      : kind === 'place'
        ? placeWord(placeKind ?? '', language)
        : t(kind === 'district' ? 'foundDistrict' : number === undefined ? 'foundStreet' : 'foundNoNumber', {
            number: number ?? '',
          });
  return {
    kind,
    title: kind === 'house' ? `${name}, ${number}` : name,
    what,
    at,
    ...(precision && { precision }),
    ...(box && { box }),
    ...(district && { district: { id: district.id, name: inLanguage(district.name, language).text } }),
    simulated: city.simulated,
  };
}

async function entitiesNamed(
  matches: (text: string) => boolean,
  q: string,
  state: CityState,
  language: string,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const { type, count } of await state.types()) {
    if (count > crowd) continue;
    for (const entity of await state.ofType(type)) {
      const words = nameWords(entity);
      const texts = typeof words === 'string' ? [words] : Object.values(words ?? {});
      if (entity.id !== q && localId(entity.id) !== q && !texts.some(matches)) continue;
      const at = positionOf(entity);
      found.push({
        kind: 'entity',
        title: nameOf(entity, language).text,
        what: typeWord(type, language),
        ...(at && { at }),
        href: entityPath(entity.id),
        simulated: isSimulated(entity),
      });
      if (found.length === entitiesMax) return found;
    }
  }
  return found;
}

/** Kinds of places that have a word of their own; all others are "a place". */
const placeWords = {
  square: 'placeSquare',
  neighbourhood: 'placeQuarter',
  quarter: 'placeQuarter',
  suburb: 'placeQuarter',
  city_block: 'placeQuarter',
  village: 'placeVillage',
  hamlet: 'placeVillage',
  town: 'placeVillage',
  school: 'placeSchool',
  kindergarten: 'placeKindergarten',
  university: 'placeUniversity',
  college: 'placeUniversity',
  hospital: 'placeHospital',
  clinic: 'placeHospital',
  doctors: 'placeHospital',
  pharmacy: 'placePharmacy',
  library: 'placeLibrary',
  marketplace: 'placeMarket',
  mall: 'placeMarket',
  park: 'placePark',
  garden: 'placePark',
  station: 'placeStation',
  bus_station: 'placeStation',
  halt: 'placeStation',
  townhall: 'placeOffice',
  public_building: 'placeOffice',
  courthouse: 'placeOffice',
  police: 'placePolice',
  fire_station: 'placePolice',
  place_of_worship: 'placeWorship',
  museum: 'placeCulture',
  theatre: 'placeCulture',
  arts_centre: 'placeCulture',
} as const;

const placeWord = (kind: string, language: string): string => {
  const t = pageWords(language);
  return t(Object.hasOwn(placeWords, kind) ? placeWords[kind as keyof typeof placeWords] : 'placeOther');
};
