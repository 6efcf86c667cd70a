/** `chorsu init`: makes the directory of a city from a name, languages, a time zone and a district file, an extract. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { writeDirectory } from './directory.ts';
import { parseArea, parseFeatures } from './geojson.ts';
import { readGeoJson } from './geojsonFile.ts';
import { countries } from './law.ts';
import { loadCity, parseCity } from './load.ts';
import { findNaming, idsOf, namesOf, slug } from './naming.ts';
import type { ExtractOptions } from './osm/extract.ts';
import { boxArea, cityFromOsm, layerTexts, osmCreditUrl, osmFiles, withOsmCredit, type OsmCity } from './osm/files.ts';
import { languages as known, type AreaGeometry, type City, type Language, type Words } from './profile.ts';
import { findShippedCity, listShippedCities } from './shipped.ts';
import { normalizedStreets } from './streets.ts';
import { zoneOffsetMs } from './time.ts';

export type InitOptions = {
  /** The id of a shipped profile: its name, languages, zone, law pack and facts are the beginning. */
  readonly shipped?: string;
  /** A text is in the first of the languages. Needed without `shipped`, as is `country`. */
  readonly name?: string | Words;
  /** Tags; the first is what a reader gets who asks for none of them. Default: those of the country. */
  readonly languages?: readonly string[];
  /** IANA name. Default: that of the country's capital. */
  readonly timeZone?: string;
  /** GeoJSON: one feature per district, or one for the whole city. Needed without `shipped` and without an extract. */
  readonly districtsFile?: string;
  /** GeoJSON: LineStrings with names; or an OpenStreetMap extract (`.osm.pbf`), which has more than streets. */
  readonly streetsFile?: string;
  /** Told while an extract is read. */
  readonly onProgress?: ExtractOptions['onProgress'];
  /** TJ, KZ, KG, UZ, TM: the law pack and the fixed holidays. */
  readonly country?: string;
  /** A directory that is empty or not there yet. */
  readonly out: string;
};

export type InitResult = {
  readonly city: City;
  /** Paths written. */
  readonly files: readonly string[];
  /** What the person should know or do next; English sentences for the command line. */
  readonly notes: readonly string[];
};

const byCountry: Readonly<Record<string, { languages: readonly Language[]; timeZone: string }>> = {
  TJ: { languages: ['tg', 'ru'], timeZone: 'Asia/Dushanbe' },
  KZ: { languages: ['kk', 'ru'], timeZone: 'Asia/Almaty' },
  KG: { languages: ['ky', 'ru'], timeZone: 'Asia/Bishkek' },
  UZ: { languages: ['uz', 'ru'], timeZone: 'Asia/Tashkent' },
  TM: { languages: ['tk', 'ru'], timeZone: 'Asia/Ashgabat' },
};

/**
 * Writes `city.json` and the GeoJSON files. Nothing is invented: what the files do not say stays empty, and the notes say
 * so. Either the whole directory is there afterwards or nothing.
 * @throws Problem invalid-request (an option; `field` is its name), already-exists (out), bad-data (a file)
 */
export async function initCity(options: InitOptions): Promise<InitResult> {
  const { shipped, ...start } = options.shipped === undefined ? fromOptions(options) : fromShipped(options);
  const { languages, timeZone } = start;
  if (existsSync(options.out) && readdirSync(options.out).length > 0) {
    throw new Problem('already-exists', `${options.out} is not empty; choose another directory`, 'out');
  }
  const districts =
    options.districtsFile === undefined ? undefined : normalized(options.districtsFile, languages, timeZone);
  const isExtract = /\.pbf$/i.test(options.streetsFile ?? '');
  const osm = isExtract ? await takenFrom(options, timeZone, districts?.areas ?? areasOf(shipped)) : undefined;
  const streets =
    options.streetsFile === undefined || isExtract
      ? undefined
      : normalizedStreets(options.streetsFile, languages, offsetHours(timeZone));
  const files = {
    ...(districts && { districts: 'districts.geojson' }),
    ...(streets && { streets: 'streets.geojson' }),
    ...(osm && osmFiles),
  };
  // With districts the city has a shape of its own, and the frame of the shipped profile is no longer needed.
  const { center: _center, bbox: _bbox, frame: _frame, credit: _credit, ...unframed } = shipped;
  const framed = osm && shipped['bbox'] === undefined ? frameOf(osm, basename(options.streetsFile ?? '')) : shipped;
  const credit = typeof framed['credit'] === 'string' && !districts ? framed['credit'] : undefined;
  const profile = {
    ...(districts ? unframed : { ...shipped, ...framed }),
    ...start,
    files,
    ...(osm && { credit: withOsmCredit(credit), creditUrl: osmCreditUrl }),
  };
  const written: Readonly<Record<string, string>> = {
    'city.json': `${JSON.stringify(profile, undefined, 2)}\n`,
    ...(districts && { 'districts.geojson': districts.districts }),
    ...(streets && { 'streets.geojson': streets.streets }),
    ...(osm && layerTexts(osm)),
  };
  // Read as the server will read it, before anything is written.
  const encoder = new TextEncoder();
  const city = parseCity(JSON.parse(written['city.json'] ?? ''), (file) => encoder.encode(written[file]));
  writeDirectory(options.out, written);
  return {
    city,
    files: Object.keys(written).map((file) => join(options.out, file)),
    notes: [
      ...(districts?.notes ?? [
        'Districts: none are loaded; the city has a centre and a box until you make it again with --districts FILE.',
      ]),
      ...(streets?.notes ?? []),
      ...(osm?.notes ?? []),
      `Holidays: the fixed dates of ${start.lawPack} are set; add the movable ones to "holidays" as { "date": "YYYY-MM-DD", "name": {…} }.`,
      'Watches: the thresholds are proposals; replace "default" by your own list when your utilities have decided theirs.',
      ...(osm ? [`Credit: "${withOsmCredit(credit)}" is shown with every map, as the licence asks.`] : []),
      ...(districts
        ? [
            'Credit: when the licence of the district file asks for one (such as "© OpenStreetMap contributors"), write it into "credit" in city.json.',
          ]
        : []),
      ...(osm
        ? []
        : [
            'Streets, water, parks and house numbers are optional: chorsu streets FILE.osm.pbf --city DIR takes them from OpenStreetMap; files of your own are named in "files".',
          ]),
    ],
  };
}

function takenFrom(
  options: InitOptions,
  timeZone: string,
  areas: readonly AreaGeometry[] | undefined,
): Promise<OsmCity> {
  return cityFromOsm({
    path: options.streetsFile ?? '',
    zoneHours: offsetHours(timeZone),
    timeZone,
    ...(areas && { areas }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
}

/** The box of a shipped profile, to cut an extract with. */
function areasOf({ bbox }: Readonly<Record<string, unknown>>): readonly AreaGeometry[] | undefined {
  return Array.isArray(bbox) ? [boxArea(bbox as unknown as OsmCity['box'])] : undefined;
}

/** The extract has an end, the city has not said its own: centre and box of the streets. */
function frameOf({ box }: OsmCity, file: string): Record<string, unknown> {
  const [west, south, east, north] = box;
  return {
    center: [(west + east) / 2, (south + north) / 2],
    bbox: box,
    frame: {
      kind: 'chosen',
      sources: [{ title: `The box around the streets of ${file}, OpenStreetMap`, url: osmCreditUrl }],
    },
  };
}

/** What `city.json` begins with; `shipped` is everything else of a shipped profile. */
type Start = {
  readonly id: string;
  readonly name: Words;
  readonly languages: readonly Language[];
  readonly timeZone: string;
  readonly simulated: false;
  readonly lawPack: string;
  readonly holidays: readonly unknown[];
  readonly watches: unknown;
  readonly shipped: Readonly<Record<string, unknown>>;
};

function fromOptions(options: InitOptions): Start {
  const country = countryOf(options.country ?? '');
  const usual = byCountry[country];
  if (!usual) throw new Problem('invalid-request', 'no languages and zone are known for it', 'country');
  if (options.name === undefined) throw new Problem('invalid-request', 'expected the name of the city', 'name');
  if (options.districtsFile === undefined && !/\.pbf$/i.test(options.streetsFile ?? '')) {
    throw new Problem(
      'invalid-request',
      'expected a file of districts, or an extract whose box is the city',
      'districtsFile',
    );
  }
  const languages = checkedLanguages(options.languages ?? usual.languages);
  const first = languages[0] as Language;
  const name: Words = typeof options.name === 'string' ? { [first]: options.name.trim() } : options.name;
  return {
    id: idOf(name),
    name,
    languages,
    timeZone: options.timeZone ?? usual.timeZone,
    simulated: false,
    lawPack: country,
    holidays: [],
    watches: 'default',
    shipped: {},
  };
}

/** @throws Problem invalid-request when there is no such profile */
function fromShipped(options: InitOptions): Start {
  const path = findShippedCity(options.shipped ?? '');
  if (path === undefined) {
    const known = listShippedCities().join(', ');
    throw new Problem('invalid-request', `expected one of ${known}, found "${options.shipped}"`, 'city');
  }
  const city = loadCity(path);
  const json = parseJson(readFileSync(join(path, 'city.json'))) as Record<string, unknown>;
  const { name } = options;
  const languages = options.languages ? checkedLanguages(options.languages) : city.languages;
  return {
    id: city.id,
    name:
      name === undefined ? city.name : typeof name === 'string' ? { ...city.name, [languages[0] ?? 'en']: name } : name,
    languages,
    timeZone: options.timeZone ?? city.timeZone,
    simulated: false,
    lawPack: options.country === undefined ? city.lawPack.country : countryOf(options.country),
    holidays: [],
    watches: json['watches'],
    shipped: json,
  };
}

function countryOf(given: string): string {
  const country = given.toUpperCase();
  if (!countries.includes(country)) {
    throw new Problem('invalid-request', `expected one of ${countries.join(', ')}, found "${given}"`, 'country');
  }
  return country;
}

function checkedLanguages(tags: readonly string[]): Language[] {
  if (tags.length === 0) throw new Problem('invalid-request', 'expected at least one language', 'languages');
  return tags.map((tag) => {
    const found = known.find((language) => language === tag);
    if (!found) {
      throw new Problem('invalid-request', `expected some of ${known.join(', ')}, found "${tag}"`, 'languages');
    }
    return found;
  });
}

function idOf(name: Words): string {
  const text = name.en ?? name.uz ?? name.tk ?? Object.values(name)[0] ?? '';
  const id = slug(text).slice(0, 40);
  if (!/^[a-z]/.test(id)) throw new Problem('invalid-request', `no id can be made of "${text}"`, 'name');
  return id;
}

/** The district file in the words of the profile; every other property and the credit of the source are kept. */
function normalized(
  path: string,
  languages: readonly Language[],
  timeZone: string,
): { districts: string; areas: AreaGeometry[]; notes: string[] } {
  const file = basename(path);
  const json = readGeoJson(path, 'districtsFile');
  const features = parseFeatures(json, file);
  if (features.length === 0) throw new Problem('bad-data', 'expected at least one district', `${file}: features`);
  const { name: naming, guessed } = findNaming(
    features.map(({ properties }) => properties),
    languages,
  );
  const zoneHours = offsetHours(timeZone);
  const names = features.map((feature) => namesOf(feature, naming));
  const ids = idsOf(names);
  const areas = features.map((feature) => parseArea(feature.geometry, feature.at, zoneHours));
  const lines = features.map((feature, i) => {
    const words = Object.fromEntries(Object.entries(names[i] ?? {}).map(([tag, word]) => [`name:${tag}`, word]));
    return JSON.stringify({
      type: 'Feature',
      properties: { ...withoutOdd(feature.properties), id: ids[i], ...words },
      geometry: areas[i],
    });
  });
  // Foreign members such as a licence or an attribution travel with the data.
  const { type: _type, features: _features, geometry: _geometry, properties: _properties, ...foreign } = json;
  const head = JSON.stringify({ type: 'FeatureCollection', ...foreign, madeFrom: file }).slice(0, -1);
  const notes = languages
    .filter((language) => names.some((words) => words[language] === undefined))
    .map((language) => {
      const missing = names.filter((words) => words[language] === undefined).length;
      return `Names: ${missing} of ${names.length} districts have no name in ${language}; readers see another language until you add "name:${language}".`;
    });
  if (guessed) {
    notes.unshift(
      `Names: "${guessed.property}" was taken as ${guessed.language} by its letters; correct it if that is wrong.`,
    );
  }
  if (features.length === 1) {
    notes.unshift(
      'Districts: the file holds one area; it stands as the only district until you have a file of districts.',
    );
  }
  return { districts: `${head},"features":[\n${lines.join(',\n')}\n]}\n`, areas, notes };
}

/** A population that is not a whole number would be refused at load: it is kept under another name. */
function withoutOdd(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { population, ...rest } = properties;
  if (population === undefined || population === null) return rest;
  const isCount = Number.isSafeInteger(population) && (population as number) >= 0;
  return isCount ? { ...rest, population } : { ...rest, populationAsFound: population };
}

function offsetHours(timeZone: string): number {
  try {
    return zoneOffsetMs(timeZone, Date.UTC(2026, 0, 1)) / 3_600_000;
  } catch {
    throw new Problem(
      'invalid-request',
      `expected an IANA time zone such as Asia/Dushanbe, found "${timeZone}"`,
      'timeZone',
    );
  }
}
