/** Finds streets, house numbers, places and districts of a city by what people type, in any script. Pure and in memory. */
import { setImmediate as pause } from 'node:timers/promises';
import { boxOf, boxOfArea, distanceM, lengthM, placeOn, type Box } from '../geometry.ts';
import { districtAt } from '../place.ts';
import type { City, District, Position, Street, Words } from '../profile.ts';
import { foldedWords, plain } from './fold.ts';
import { readings, type Split } from './houseNumber.ts';
import { houses } from './houses.ts';
import { nameIndex } from './names.ts';
import { nameKey, type PlaceClass } from './words.ts';

export type SearchResult = {
  readonly kind: 'district' | 'street' | 'house' | 'place';
  /** Of a place: `school`, `square`, ... */
  readonly placeKind?: string;
  /** Of the thing, or of the street that the house stands in. */
  readonly name: Words;
  /** The house number asked for. On a street: it is not known there. */
  readonly number?: string;
  /** `approximate`: the house stands between known numbers. */
  readonly precision?: 'exact' | 'approximate';
  readonly at: Position;
  /** What to show of the map, for things that are no point. */
  readonly box?: Box;
  readonly district?: District;
};

export type CitySearch = {
  /** Whether a text holds every word of a query, the last ones by their beginning: for what has a name elsewhere. */
  matcher(query: string): (text: string) => boolean;
  /** Best first; empty for a query without a letter or digit. */
  find(query: string, limit?: number): SearchResult[];
  readonly size: { readonly things: number; readonly names: number; readonly words: number; readonly houses: number };
};

type Thing = {
  readonly kind: 'district' | 'street' | 'place';
  readonly placeKind?: string;
  readonly name: Words;
  readonly at: Position;
  readonly box?: Box;
  readonly streets: readonly Street[];
  /** What a main street has before a lane of the same name. */
  readonly weight: number;
};

type Name = {
  readonly thing: number;
  readonly text: string;
  readonly words: number;
  readonly class?: PlaceClass;
  readonly isOld: boolean;
};

const weights = { avenue: 10, street: 6, lane: 2, path: 0 } as const;
/** Pieces of a street farther apart than this are two streets of one name. */
const gapM = 400;
/** An address and its street, where only the words of the name agree. */
const nearM = 1000;
/** Candidates that are looked at closely. */
const closely = 40;
/** Words with at least so many letters may have one wrong; shorter ones only when nothing is found otherwise. */
const typosFrom = 5;
const typosFromAtLast = 4;

/** Addresses taken in before others are let through: the index of a big city takes a second. */
const slice = 5000;

/** Builds the index. Others may work while it does. */
export async function searchOf(city: City): Promise<CitySearch> {
  const things: Thing[] = [];
  const names: Name[] = [];
  const keys: (readonly string[])[] = [];
  const addName = (thing: number, text: string, isOld: boolean): void => {
    const key = nameKey(text);
    if (key.words.length === 0) return;
    names.push({ thing, text, words: key.words.length, ...(key.class && { class: key.class }), isOld });
    // "Абылай хан" is found as "Абылайхан" too.
    keys.push(key.words.length > 1 ? [...key.words, key.words.join('')] : key.words);
  };
  const add = (thing: Thing, others: Iterable<string> = []): number => {
    const index = things.push(thing) - 1;
    const own = new Set(Object.values(thing.name));
    for (const text of own) addName(index, text, false);
    for (const text of new Set(others)) if (!own.has(text)) addName(index, text, true);
    return index;
  };

  for (const { name, geometry } of city.districts) {
    const box = boxOfArea(geometry);
    add({ kind: 'district', name, at: middle(box), box, streets: [], weight: 14 });
  }
  /** Which things an address may mean by the name of its street. */
  const byStreetName = new Map<string, number[]>();
  const owned = (index: number, texts: readonly string[]): void => {
    for (const key of new Set([...texts.map(streetKey), ...texts.map(wordsKey)])) {
      const there = byStreetName.get(key);
      if (!there) byStreetName.set(key, [index]);
      else if (!there.includes(index)) there.push(index);
    }
  };
  await pause();
  for (const streets of streetsByName(city.streets)) {
    const name = wordsOf(streets);
    const others = streets.flatMap(({ name: own = {}, otherNames = [] }) => [...Object.values(own), ...otherNames]);
    const longest = streets.reduce((one, other) => (other.line.length > one.line.length ? other : one));
    const index = add(
      {
        kind: 'street',
        name,
        at: placeOn(longest.line, lengthM(longest.line) / 2).position,
        box: boxOf(streets.flatMap(({ line }) => line)),
        streets,
        weight: Math.max(...streets.map(({ kind }) => weights[kind])),
      },
      others,
    );
    owned(index, [...Object.values(name), ...others]);
  }
  for (const { name, otherNames, kind, at } of city.places) {
    owned(add({ kind: 'place', placeKind: kind, name, at, streets: [], weight: 4 }, otherNames), Object.values(name));
  }
  const numbers = houses();
  /** Houses of a street that is on no map: the address alone tells its name. */
  const unmapped = new Map<string, { index: number; street: string }>();
  const streetKeys = new Map<string, string>();
  const nearestTo = ([only, ...more]: readonly number[], at: Position, mostM = Infinity): number | undefined => {
    if (only === undefined || (more.length === 0 && mostM === Infinity)) return only;
    let [nearest, least] = [only, away(things[only], at)];
    for (const other of more) {
      const metres = least === 0 ? Infinity : away(things[other], at);
      if (metres < least) [nearest, least] = [other, metres];
    }
    return least <= mostM ? nearest : undefined;
  };
  const ownerOf = (street: string, at: Position): number => {
    let key = streetKeys.get(street);
    if (key === undefined) streetKeys.set(street, (key = streetKey(street)));
    // "Рудаки 12" stands in "проспект Рудаки" when no street is called just so, and it is near.
    const nearest =
      nearestTo(byStreetName.get(key) ?? [], at) ?? nearestTo(byStreetName.get(wordsKey(street)) ?? [], at, nearM);
    if (nearest !== undefined) return nearest;
    let own = unmapped.get(key);
    if (!own) {
      const name = { [city.languages[0] ?? 'en']: street } as Words;
      own = { index: add({ kind: 'street', name, at, streets: [], weight: 3 }), street };
      unmapped.set(key, own);
    }
    return own.index;
  };
  await pause();
  for (const [i, { street, number, at }] of city.addresses.entries()) {
    if (i % slice === slice - 1) await pause();
    numbers.add(ownerOf(street, at), number, at);
  }
  for (const range of city.addressRanges) numbers.addRange(ownerOf(range.street, range.line[0] as Position), range);
  numbers.close();
  const index = nameIndex(keys);

  const rank = (words: readonly string[], fromLetters: number): Map<number, { name: Name; score: number }> => {
    const best = new Map<number, { name: Name; score: number }>();
    for (const [at, fault] of index.find(words, { typosFrom: fromLetters })) {
      const name = names[at] as Name;
      const extra = Math.max(0, name.words - words.length);
      const score = 100 - 8 * fault - 6 * extra - (name.isOld ? 5 : 0) + (things[name.thing] as Thing).weight;
      const before = best.get(name.thing);
      if (!before || score > before.score) best.set(name.thing, { name, score });
    }
    return best;
  };

  /** Up to 8 for the middle of the city, and for what is written as asked. */
  const nearer = (thing: Thing): number => 8 / (1 + distanceM(city.center, thing.at) / 3000);
  const written = (name: Name, asked: string, askedClass: PlaceClass | undefined): number => {
    const text = plain(name.text);
    const same = text === asked ? 12 : text.startsWith(asked) ? 6 : text.includes(asked) ? 4 : 0;
    return same + (askedClass !== undefined && askedClass === name.class ? 8 : 0);
  };

  type Hit = { score: number; result: SearchResult };
  const read = ({ name: text, number, before = false }: Split, fromLetters: number): Hit[] => {
    const { words, class: askedClass } = nameKey(text);
    if (words.length === 0) return [];
    let ranked = rank(words, fromLetters);
    if (ranked.size === 0 && words.length > 1) ranked = rank([words.join('')], fromLetters);
    const asked = plain(text);
    return best([...ranked.entries()], closely, ([, { score }]) => score).flatMap(([at, { name, score }]): Hit[] => {
      const thing = things[at] as Thing;
      if (number !== undefined && thing.kind === 'district') return [];
      const full = score + nearer(thing) + written(name, asked, askedClass);
      const { kind, placeKind, box } = thing;
      const shown = { name: thing.name, ...(placeKind !== undefined && { placeKind }) };
      if (number === undefined) return [{ score: full, result: { ...shown, kind, at: thing.at, ...(box && { box }) } }];
      const house = numbers.find(at, number, thing.streets);
      if (house) {
        const more = house.precision === 'exact' ? 30 : 20;
        const own = house.precision === 'exact' ? (house.number ?? number) : number;
        return [
          {
            score: full + more,
            result: { name: thing.name, kind: 'house', number: own, precision: house.precision, at: house.at },
          },
        ];
      }
      // A place has no numbers; a street without this one is better than nothing, unless "8 марта" was meant.
      if (kind === 'place' || before) return [];
      return [{ score: full - 15, result: { ...shown, kind, number, at: thing.at, ...(box && { box }) } }];
    });
  };

  return {
    matcher: (query) => {
      const { words } = nameKey(query);
      return (text) => {
        const there = foldedWords(text);
        return words.length > 0 && words.every((word) => there.some((one) => one.startsWith(word)));
      };
    },
    size: { things: things.length, names: names.length, words: index.words, houses: numbers.count() },
    find: (query, limit = 10) => {
      for (const fromLetters of [typosFrom, typosFromAtLast]) {
        const found = readings(query).flatMap((reading) => read(reading, fromLetters));
        if (found.length === 0) continue;
        return best(found, limit, ({ score }) => score).map(({ result }) => {
          const district = result.kind === 'district' ? undefined : districtAt(city, result.at);
          return { ...result, ...(district && { district }) };
        });
      }
      return [];
    },
  };
}

/** The highest by a score, best first; among equals the one that came first. */
function best<T>(list: readonly T[], count: number, score: (one: T) => number): T[] {
  if (list.length <= count * 2) return list.toSorted((a, b) => score(b) - score(a)).slice(0, count);
  // A prefix of one letter has thousands of candidates: only those near the top are sorted.
  const scores = Float64Array.from(list, score).sort();
  const least = scores[scores.length - count] as number;
  return list
    .filter((one) => score(one) >= least)
    .sort((a, b) => score(b) - score(a))
    .slice(0, count);
}

const middle = ([west, south, east, north]: Box): Position => [(west + east) / 2, (south + north) / 2];
const wordsKey = (name: string): string => ` ${nameKey(name).words.join(' ')}`;
const streetKey = (name: string): string => {
  const { words, class: own } = nameKey(name);
  return `${own ?? ''} ${words.join(' ')}`;
};

/** Metres from a thing to a position, by its box. */
function away(thing: Thing | undefined, at: Position): number {
  if (!thing) return Infinity;
  const [west, south, east, north] = thing.box ?? [...thing.at, ...thing.at];
  return distanceM(at, [Math.min(east, Math.max(west, at[0])), Math.min(north, Math.max(south, at[1]))]);
}

/** The names that most pieces of the street have, by language. */
function wordsOf(streets: readonly Street[]): Words {
  const name: Record<string, string> = {};
  for (const street of streets)
    for (const [language, word] of Object.entries(street.name ?? {})) name[language] ??= word;
  return name;
}

/** Pieces of one name that lie near each other are one street. */
function streetsByName(streets: readonly Street[]): Street[][] {
  const byName = new Map<string, Street[]>();
  for (const street of streets) {
    const [first] = Object.values(street.name ?? {});
    if (first === undefined) continue;
    const key = streetKey(first);
    const there = byName.get(key);
    if (there) there.push(street);
    else byName.set(key, [street]);
  }
  return [...byName.values()].flatMap(clusters);
}

function clusters(streets: readonly Street[]): Street[][] {
  if (streets.length === 1) return [[...streets]];
  let found: { box: Box; streets: Street[] }[] = [];
  for (const street of streets) {
    let own = { box: boxOf(street.line), streets: [street] };
    const apart: typeof found = [];
    for (const other of found) {
      if (gapBetweenM(own.box, other.box) > gapM) apart.push(other);
      else own = { box: around(own.box, other.box), streets: [...other.streets, ...own.streets] };
    }
    found = [...apart, own];
  }
  return found.map((one) => one.streets);
}

const around = (a: Box, b: Box): Box => [
  Math.min(a[0], b[0]),
  Math.min(a[1], b[1]),
  Math.max(a[2], b[2]),
  Math.max(a[3], b[3]),
];

function gapBetweenM(a: Box, b: Box): number {
  const long = Math.max(0, a[0] - b[2], b[0] - a[2]);
  const lat = Math.max(0, a[1] - b[3], b[1] - a[3]);
  return distanceM([a[0], a[1]], [a[0] + long, a[1] + lat]);
}
