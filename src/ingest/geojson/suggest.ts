/** A first mapping for a GeoJSON file: what its features have in common, as a file to read, correct and keep. */
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { findNaming, type Language } from '../../city/index.ts';
import { personalFault } from '../../trust/index.ts';
import type { MappingSuggestion, SuggestAbout } from '../importing/importer.ts';
import { attributeName } from '../tables/suggest/naming.ts';
import { readFeature } from './feature.ts';
import { scannedFeatures } from './source.ts';

/** Features looked at; a property that appears later is not in the suggestion. */
const featuresMax = 20_000;
/** Members that files use for ids, the surest first. */
const idNames = [
  '@id',
  'osm_id',
  'osm-relation-id',
  'osm_relation_id',
  'id',
  'ID',
  'uuid',
  'globalid',
  'objectid',
  'fid',
  'gid',
  'code',
];

type Seen = {
  count: number;
  readonly kinds: Set<'number' | 'text' | 'boolean' | 'object'>;
  /** Values so far, to tell whether they are all different; dropped when they are not. */
  distinct: Set<unknown> | undefined;
};

/**
 * A name without a language is placed by its letters among the languages of the city.
 * @throws Problem bad-data when the file is no GeoJSON, or nothing in it tells its features apart
 */
export async function suggestMapping(
  path: string,
  { city: { languages }, name: fileName = basename(path), type = typeName(fileName) }: SuggestAbout,
): Promise<MappingSuggestion> {
  const seen = new Map<string, Seen>();
  const properties: Record<string, unknown>[] = [];
  let features = 0;
  let ids = 0;
  const idsSeen = new Set<unknown>();
  let located = 0;
  for await (const { features: found } of scannedFeatures(path)) {
    for (const { bytes } of found) {
      if (features >= featuresMax) break;
      features++;
      const read = readFeature(bytes, { collection: 'first' });
      if (!('payload' in read)) continue;
      const { payload } = read;
      if (payload['geometry'] !== undefined) located++;
      const { id } = payload;
      if (typeof id === 'string' || typeof id === 'number') {
        ids++;
        idsSeen.add(id);
      }
      const own = payload['properties'] as Record<string, unknown>;
      if (properties.length < 1000) properties.push(own);
      for (const [name, value] of Object.entries(own)) note(seen, name, value);
    }
  }
  if (features === 0) throw new Problem('bad-data', `${basename(path)} has no features`, 'features');

  const names = namesOf(properties, languages);
  const nameKeys = new Set(names.map(([, key]) => key));
  const unique = (name: string): boolean => {
    const one = seen.get(name);
    return one?.count === features && one.distinct?.size === features && !isPersonal(name);
  };
  const idKey =
    [...idNames, ...seen.keys()].find((name) => unique(name) && !nameKeys.has(name)) ?? [...nameKeys].find(unique);
  const hole =
    ids === features && idsSeen.size === features
      ? '{id}'
      : idKey === undefined
        ? undefined
        : `{properties${step(idKey)}}`;
  if (hole === undefined) {
    throw new Problem(
      'bad-data',
      `${fileName}: neither id nor any property is there in every feature and different in each; give the features an id`,
      'id',
    );
  }
  const attributes: Record<string, unknown> = {};
  if (located > 0) attributes['location'] = { kind: 'GeoProperty', path: 'geometry' };
  if (names.length > 0) {
    const paths = names.map(([language, key]) => [language, `properties${step(key)}`] as const);
    attributes['name'] = { languages: Object.fromEntries(paths) };
  }
  const taken = new Set(['name', 'location', 'simulated']);
  for (const [name, one] of seen) {
    if (nameKeys.has(name) || name === idKey || one.count === 0 || isPersonal(name)) continue;
    const attribute = attributeName(name, taken, false);
    attributes[attribute] = { path: `properties${step(name)}`, ...formOf(one) };
  }
  const personal = [...seen.keys()].filter(isPersonal);
  const empty = [...seen].filter(([, { count }]) => count === 0).map(([name]) => name);
  return {
    doubts: [
      ...(features === featuresMax
        ? [{ kind: 'firstOnly' as const, text: `only the first ${featuresMax} features were looked at` }]
        : []),
      ...personal.map((column) => ({
        kind: 'personal' as const,
        column,
        text: `"${column}" is left out: what is public holds no personal data`,
      })),
      ...(empty.length > 0
        ? [{ kind: 'unfilled' as const, text: `left out, since nowhere filled: ${empty.join(', ')}` }]
        : []),
    ],
    kind: 'geojson',
    mapping: {
      payload: 'geojson',
      entity: { id: `urn:ngsi-ld:${type}:${hole}`, type },
      attributes,
    },
  };
}

const isPersonal = (name: string): boolean => personalFault([], name) !== undefined;

/**
 * Which property holds the name in which language. A `name` without a language that is written in several scripts is in
 * whatever language people there use: `@none`.
 */
function namesOf(
  properties: readonly Readonly<Record<string, unknown>>[],
  languages: readonly Language[],
): readonly (readonly [string, string])[] {
  const { name, guessed } = findNaming(properties, languages);
  const plain = guessed?.property ?? 'name';
  const values = properties.map((own) => own[plain]).filter((value): value is string => typeof value === 'string');
  const cyrillic = values.filter((value) => /\p{Script=Cyrillic}/u.test(value)).length;
  const mixed = values.length > 0 && (guessed === undefined || (cyrillic > 0 && cyrillic < values.length));
  const told = Object.entries(name).filter(([, key]) => !mixed || key !== plain);
  const isNamed = told.some(([, key]) => key === plain);
  return mixed && !isNamed ? [...told, ['@none', plain]] : told;
}

function note(seen: Map<string, Seen>, name: string, value: unknown): void {
  let one = seen.get(name);
  if (!one) seen.set(name, (one = { count: 0, kinds: new Set(), distinct: new Set() }));
  if (value === null || value === undefined || value === '') return;
  one.count++;
  one.kinds.add(
    typeof value === 'number'
      ? 'number'
      : typeof value === 'string'
        ? 'text'
        : typeof value === 'boolean'
          ? 'boolean'
          : 'object',
  );
  if (typeof value === 'object') one.distinct = undefined;
  else if (one.distinct?.has(value) === true) one.distinct = undefined;
  else one.distinct?.add(value);
}

/** A column of more than one kind is text, which all of them can be. */
function formOf({ kinds }: Seen): Record<string, unknown> {
  if (kinds.has('object')) return kinds.size === 1 ? { kind: 'JsonProperty' } : { as: 'text' };
  if (kinds.size > 1) return { as: 'text' };
  return kinds.has('number') ? {} : kinds.has('boolean') ? { as: 'boolean' } : { as: 'text' };
}

/** One step of a path: `.amenity`, `["name:tg"]`. */
const step = (name: string): string =>
  /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** `tjk-health-points.geojson` is `TjkHealthPoints`. */
function typeName(fileName: string): string {
  const words = fileName
    .replace(/\.[^.]*$/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `Feature${name}`;
}
