/**
 * A city profile is a directory: `city.json` and the GeoJSON files that it names. Whatever is wrong is a Problem whose
 * field is the file and the path in it (`districts.geojson: features[2].properties.name:tg`).
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { parseFacts } from './facts.ts';
import { parseBox, parseCenter, parseFrame } from './frame.ts';
import {
  parseAddresses,
  parseDistrict,
  parseGround,
  parsePlace,
  parseStreet,
  standardNames,
  type Layer,
} from './layers.ts';
import { parseFeatures } from './geojson.ts';
import { boxOf, boxOfArea } from './geometry.ts';
import { countries, lawPackOf, parseHolidays } from './law.ts';
import { languages, type City, type District, type Language, type LawPack, type Position } from './profile.ts';
import { bool, keysOnly, oneOf, text, words } from './words.ts';
import { defaultWatches, parseWatches } from './watches.ts';
import { zoneOffsetMs } from './time.ts';

/** A file of the profile, by its name in `files`; throws when there is none. */
export type ReadFile = (path: string) => Uint8Array;

const keys = [
  'id',
  'name',
  'languages',
  'timeZone',
  'simulated',
  'lawPack',
  'holidays',
  'watches',
  'files',
  'credit',
  'center',
  'bbox',
  'frame',
  'facts',
  'creditUrl',
  'note',
];

/** Layers without a single name are a mistake in them; ground and house numbers do without. */
const namedLayers: readonly string[] = ['districts', 'streets', 'places'];
const layerNames = ['districts', 'streets', 'ground', 'places', 'addresses'] as const;

/**
 * Reads the profile at a path: the directory, or its `city.json`.
 * @param seen told of each file that was read, `city.json` under that name
 * @throws Problem bad-data; `field` is the file and the path in it
 */
export function loadCity(path: string, seen: (name: string, bytes: Uint8Array) => void = () => {}): City {
  const file = path.endsWith('.json') ? path : join(path, 'city.json');
  const directory = dirname(file);
  const readFile: ReadFile = (name) => {
    const bytes = readFileSync(join(directory, name));
    seen(name === basename(file) ? 'city.json' : name, bytes);
    return bytes;
  };
  return parseCity(readJson(basename(file), readFile), readFile);
}

/** @param json what `city.json` holds, as parsed */
export function parseCity(json: unknown, readFile: ReadFile): City {
  const top = 'city.json: ';
  if (!isObject(json)) throw new Problem('bad-data', 'expected an object', 'city.json');
  keysOnly(json, keys, top);
  const id = text(json['id'], `${top}id`);
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(id)) {
    throw new Problem('bad-data', `expected lower case letters, digits and "-", found "${id}"`, `${top}id`);
  }
  const own = parseLanguages(json['languages'], `${top}languages`);
  const timeZone = text(json['timeZone'], `${top}timeZone`);
  const zoneHours = parseZone(timeZone, `${top}timeZone`);
  const files = json['files'] ?? {};
  if (!isObject(files)) throw new Problem('bad-data', 'expected the files of the profile', `${top}files`);
  keysOnly(files, layerNames, `${top}files.`);
  const layer = (name: (typeof layerNames)[number]): Layer | undefined =>
    files[name] === undefined
      ? undefined
      : parseLayer(files[name], `${top}files.${name}`, own, readFile, namedLayers.includes(name));

  const districtLayer = layer('districts');
  const districts = (districtLayer?.features ?? []).map((feature) =>
    parseDistrict(feature, districtLayer as Layer, zoneHours),
  );
  if (districtLayer && districts.length === 0) {
    throw new Problem('bad-data', 'expected at least one district', districtLayer.file);
  }
  if (districtLayer) {
    unique(
      districts.map((district) => district.id),
      districtLayer,
    );
  }
  const streets = layer('streets');
  const ground = layer('ground');
  const places = layer('places');
  const addresses = layer('addresses');
  const { center, bbox } = districtLayer ? placeOfDistricts(districts) : placeOfFrame(json, top, zoneHours);
  const simulated = bool(json['simulated'], `${top}simulated`, false);
  const facts = parseFacts(json['facts'] ?? [], `${top}facts`);
  if (simulated && facts.length > 0) {
    throw new Problem('bad-data', 'a simulated city has no published facts', `${top}facts`);
  }
  const pack = parseLawPack(json['lawPack'], `${top}lawPack`);
  return {
    id,
    name: words(json['name'], `${top}name`),
    languages: own,
    timeZone,
    center,
    bbox,
    simulated,
    districts,
    ...(json['frame'] !== undefined && { frame: parseFrame(json['frame'], `${top}frame`) }),
    streets: streets?.features.map((feature) => parseStreet(feature, streets, zoneHours)) ?? [],
    ...parseGround(ground, zoneHours),
    places: places?.features.map((feature) => parsePlace(feature, places, zoneHours)) ?? [],
    ...parseAddresses(addresses, zoneHours),
    holidays: [...pack.holidays, ...parseHolidays(json['holidays'] ?? [], `${top}holidays`)],
    lawPack: pack.lawPack,
    watches:
      json['watches'] === undefined
        ? []
        : json['watches'] === 'default'
          ? defaultWatches()
          : parseWatches(json['watches'], `${top}watches`),
    ...(json['credit'] !== undefined && { credit: text(json['credit'], `${top}credit`) }),
    ...(json['creditUrl'] !== undefined && { creditUrl: parseLink(json['creditUrl'], `${top}creditUrl`) }),
    facts,
  };
}

type Extent = Pick<City, 'center' | 'bbox'>;

/** The box of the districts and its middle; a box in `city.json` gives way to it. */
function placeOfDistricts(districts: readonly District[]): Extent {
  const [west, south, east, north] = boxOf(districts.flatMap((district) => corners(boxOfArea(district.geometry))));
  return { center: [(west + east) / 2, (south + north) / 2], bbox: [west, south, east, north] };
}

function placeOfFrame(json: Record<string, unknown>, top: string, zoneHours: number): Extent {
  const center = parseCenter(json['center'], `${top}center`, zoneHours);
  return { center, bbox: parseBox(json['bbox'], `${top}bbox`, center, zoneHours) };
}

function parseLayer(value: unknown, at: string, own: readonly Language[], readFile: ReadFile, isNamed: boolean): Layer {
  const spec = typeof value === 'string' ? { path: value } : value;
  if (!isObject(spec)) throw new Problem('bad-data', 'expected a file name or { path, name, id, population }', at);
  keysOnly(spec, ['path', 'name', 'id', 'population'], `${at}.`);
  const file = text(spec['path'], `${at}.path`);
  if (isAbsolute(file) || normalize(file).startsWith('..')) {
    throw new Problem('bad-data', 'a file of the profile stands in its directory', `${at}.path`);
  }
  const isStandard = spec['name'] === undefined;
  const name = isStandard ? standardNames : words(spec['name'], `${at}.name`);
  const features = parseFeatures(readJson(file, readFile), file);
  const id = spec['id'] === undefined ? 'id' : text(spec['id'], `${at}.id`);
  const population = spec['population'] === undefined ? 'population' : text(spec['population'], `${at}.population`);
  // Said once and early: a wrong mapping would otherwise show up as every district without a name.
  const wantedNames = [...Object.values(name), ...(isStandard ? ['name'] : [])];
  const first = features[0];
  if (
    first &&
    (isNamed || !isStandard) &&
    !features.some(({ properties }) => wantedNames.some((property) => properties[property] !== undefined))
  ) {
    const found = Object.keys(first.properties).join(', ') || 'none';
    const wanted = own.map((language) => name[language] ?? `name:${language}`).join(', ');
    throw new Problem(
      'bad-data',
      `no property holds a name: wanted ${wanted}; found ${found}`,
      `${first.at}.properties`,
    );
  }
  return { file, features, name, isStandard, languages: own, id, population };
}

function parseLanguages(value: unknown, at: string): readonly Language[] {
  if (!Array.isArray(value) || value.length === 0) throw new Problem('bad-data', 'expected at least one language', at);
  const list = value.map((tag, i) => oneOf(tag, languages, `${at}[${i}]`));
  if (new Set(list).size < list.length) throw new Problem('bad-data', 'a language stands twice', at);
  return list;
}

/** Hours east of UTC; the zone's name is checked on the way. */
function parseZone(timeZone: string, at: string): number {
  try {
    return zoneOffsetMs(timeZone, Date.UTC(2026, 0, 1)) / 3_600_000;
  } catch {
    throw new Problem('bad-data', `expected an IANA time zone such as Asia/Dushanbe, found "${timeZone}"`, at);
  }
}

function parseLink(value: unknown, at: string): string {
  const link = text(value, at);
  if (!/^https?:\/\/\S+$/.test(link)) throw new Problem('bad-data', 'expected an address that begins with http', at);
  return link;
}

function parseLawPack(value: unknown, at: string): { lawPack: LawPack; holidays: City['holidays'] } {
  if (typeof value === 'string') {
    const pack = lawPackOf(value);
    if (!pack) throw new Problem('bad-data', `expected one of ${countries.join(', ')}, found "${value}"`, at);
    return pack;
  }
  if (!isObject(value)) throw new Problem('bad-data', 'expected a country code or a law pack of your own', at);
  keysOnly(value, ['country', 'householdReadings', 'laws', 'note'], `${at}.`);
  const laws = value['laws'] ?? [];
  if (!Array.isArray(laws)) throw new Problem('bad-data', 'expected a list of names', `${at}.laws`);
  const note = value['note'];
  return {
    holidays: [],
    lawPack: {
      country: text(value['country'], `${at}.country`),
      householdReadings: bool(value['householdReadings'], `${at}.householdReadings`, false),
      laws: laws.map((law, i) => text(law, `${at}.laws[${i}]`)),
      ...(note !== undefined && { note: text(note, `${at}.note`) }),
    },
  };
}

function readJson(file: string, readFile: ReadFile): unknown {
  let bytes: Uint8Array;
  try {
    bytes = readFile(file);
  } catch (error) {
    const { code = 'unknown', path } = error as { code?: string; path?: string };
    const where = path === undefined ? '' : `: ${path}`;
    throw new Problem(
      'bad-data',
      code === 'ENOENT' ? `no such file${where}` : `cannot be read (${code})${where}`,
      file,
    );
  }
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof Problem) throw new Problem('bad-data', error.message, `${file}: ${error.field ?? ''}`);
    throw error;
  }
}

function unique(ids: readonly string[], layer: Layer): void {
  ids.forEach((id, i) => {
    if (ids.indexOf(id) < i) {
      throw new Problem(
        'bad-data',
        `two districts have the id "${id}"`,
        `${layer.features[i]?.at}.properties.${layer.id}`,
      );
    }
  });
}

const corners = ([west, south, east, north]: readonly [number, number, number, number]): Position[] => [
  [west, south],
  [east, north],
];
