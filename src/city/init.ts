/** `chorsu init`: makes the directory of a city from a name, languages, a time zone and a district file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { parseArea, parseFeatures } from './geojson.ts';
import { countries } from './law.ts';
import { parseCity } from './load.ts';
import { findNaming, idsOf, slug, uzbekLetters } from './naming.ts';
import { languages as known, type City, type Language, type Words } from './profile.ts';
import { zoneOffsetMs } from './time.ts';

export type InitOptions = {
  /** A text is in the first of the languages. */
  readonly name: string | Words;
  /** Tags; the first is what a reader gets who asks for none of them. Default: those of the country. */
  readonly languages?: readonly string[];
  /** IANA name. Default: that of the country's capital. */
  readonly timeZone?: string;
  /** GeoJSON: one feature per district, or one for the whole city. */
  readonly districtsFile: string;
  /** TJ, KZ, KG, UZ, TM: the law pack and the fixed holidays. */
  readonly country: string;
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
 * Writes `city.json` and `districts.geojson`. Nothing is invented: what the district file does not say stays empty, and
 * the notes say so. Either the whole directory is there afterwards or nothing.
 * @throws Problem invalid-request (an option; `field` is its name), already-exists (out), bad-data (the district file)
 */
export function initCity(options: InitOptions): InitResult {
  const country = options.country.toUpperCase();
  const usual = byCountry[country];
  if (!usual) {
    throw new Problem(
      'invalid-request',
      `expected one of ${countries.join(', ')}, found "${options.country}"`,
      'country',
    );
  }
  const languages = checkedLanguages(options.languages ?? usual.languages);
  const timeZone = options.timeZone ?? usual.timeZone;
  const first = languages[0] as Language;
  const name: Words = typeof options.name === 'string' ? { [first]: options.name.trim() } : options.name;
  const id = idOf(name);
  if (existsSync(options.out) && readdirSync(options.out).length > 0) {
    throw new Problem('already-exists', `${options.out} is not empty; choose another directory`, 'out');
  }
  const { districts, notes } = normalized(options.districtsFile, languages, timeZone);
  const profile = {
    id,
    name,
    languages,
    timeZone,
    simulated: false,
    lawPack: country,
    holidays: [],
    watches: 'default',
    files: { districts: 'districts.geojson' },
  };
  const written: Readonly<Record<string, string>> = {
    'city.json': `${JSON.stringify(profile, undefined, 2)}\n`,
    'districts.geojson': districts,
  };
  // Read as the server will read it, before anything is written.
  const encoder = new TextEncoder();
  const city = parseCity(JSON.parse(written['city.json'] ?? ''), (file) => encoder.encode(written[file]));
  writeTogether(options.out, written);
  return {
    city,
    files: Object.keys(written).map((file) => join(options.out, file)),
    notes: [
      ...notes,
      `Holidays: the fixed dates of ${country} are set; add the movable ones to "holidays" as { "date": "YYYY-MM-DD", "name": {…} }.`,
      'Watches: the thresholds are proposals; replace "default" by your own list when your utilities have decided theirs.',
      'Credit: when the licence of the file asks for one (such as "© OpenStreetMap contributors"), write it as "credit" in city.json.',
      'Streets, water and parks are optional: name your files in "files" as "streets" and "ground".',
    ],
  };
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
): { districts: string; notes: string[] } {
  const file = basename(path);
  const json = readGeoJson(path, file);
  const features = parseFeatures(json, file);
  if (features.length === 0) throw new Problem('bad-data', 'expected at least one district', `${file}: features`);
  const { name: naming, guessed } = findNaming(
    features.map(({ properties }) => properties),
    languages,
  );
  const zoneHours = offsetHours(timeZone);
  const names = features.map(({ properties, at }) => {
    const words: Partial<Record<Language, string>> = {};
    for (const language of known) {
      const value = properties[naming[language] ?? ''];
      if (typeof value === 'string' && value.trim() !== '')
        words[language] = language === 'uz' ? uzbekLetters(value.trim()) : value.trim();
    }
    if (Object.keys(words).length === 0) {
      const found = Object.keys(properties).join(', ') || 'none';
      throw new Problem(
        'bad-data',
        `no name found; properties are ${found}; call one of them "name"`,
        `${at}.properties`,
      );
    }
    return words;
  });
  const ids = idsOf(names);
  const lines = features.map((feature, i) => {
    const words = Object.fromEntries(Object.entries(names[i] ?? {}).map(([tag, word]) => [`name:${tag}`, word]));
    return JSON.stringify({
      type: 'Feature',
      properties: { ...withoutOdd(feature.properties), id: ids[i], ...words },
      geometry: parseArea(feature.geometry, feature.at, zoneHours),
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
  return { districts: `${head},"features":[\n${lines.join(',\n')}\n]}\n`, notes };
}

/** A population that is not a whole number would be refused at load: it is kept under another name. */
function withoutOdd(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { population, ...rest } = properties;
  if (population === undefined || population === null) return rest;
  const isCount = Number.isSafeInteger(population) && (population as number) >= 0;
  return isCount ? { ...rest, population } : { ...rest, populationAsFound: population };
}

function readGeoJson(path: string, file: string): Record<string, unknown> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Problem(
      'invalid-request',
      `${path} cannot be read (${(error as { code?: string }).code})`,
      'districtsFile',
    );
  }
  try {
    const json = parseJson(bytes);
    if (isObject(json)) return json;
  } catch (error) {
    if (error instanceof Problem) throw new Problem('bad-data', error.message, `${file}: ${error.field ?? ''}`);
    throw error;
  }
  throw new Problem('bad-data', 'expected a GeoJSON FeatureCollection', file);
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

/** Into a directory beside it first, so that a failure leaves nothing half made. */
function writeTogether(out: string, files: Readonly<Record<string, string>>): void {
  const draft = `${out}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  mkdirSync(draft);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(draft, file), text);
  if (existsSync(out)) rmSync(out, { recursive: true });
  renameSync(draft, out);
}
