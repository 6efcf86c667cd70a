/** `chorsu streets`: the streets, ground, places and house numbers of a profile from an OpenStreetMap extract. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { replaceFiles } from './directory.ts';
import { boxOfArea, inArea, inBox } from './geometry.ts';
import { loadCity, parseCity } from './load.ts';
import type { ExtractOptions } from './osm/extract.ts';
import { boxArea, cityFromOsm, layerTexts, osmCreditUrl, osmFiles, withOsmCredit } from './osm/files.ts';
import type { City } from './profile.ts';
import { zoneOffsetMs } from './time.ts';

export type StreetsOptions = {
  /** An OpenStreetMap extract (`.osm.pbf`). */
  readonly file: string;
  /** The directory of the profile, or its `city.json`. */
  readonly city: string;
  readonly onProgress?: ExtractOptions['onProgress'];
};

export type StreetsResult = {
  /** The city as it was, and as it is now. */
  readonly before: City;
  readonly after: City;
  readonly files: readonly string[];
  /** English sentences for the command line. */
  readonly notes: readonly string[];
};

/**
 * Replaces the layers of a profile that come from OpenStreetMap and writes their credit into `city.json`.
 * @throws Problem of the profile or of the extract; then nothing is changed
 */
export async function takeStreets({ file, city: path, onProgress }: StreetsOptions): Promise<StreetsResult> {
  const before = loadCity(path);
  const profilePath = path.endsWith('.json') ? path : join(path, 'city.json');
  const directory = dirname(profilePath);
  const osm = await cityFromOsm({
    path: file,
    areas: before.districts.length === 0 ? [boxArea(before.bbox)] : before.districts.map(({ geometry }) => geometry),
    zoneHours: zoneOffsetMs(before.timeZone, Date.UTC(2026, 0, 1)) / 3_600_000,
    timeZone: before.timeZone,
    ...(onProgress && { onProgress }),
  });
  const json = parseJson(readFileSync(profilePath));
  if (!isObject(json)) throw new Problem('bad-data', 'expected an object', 'city.json');
  const files = isObject(json['files']) ? json['files'] : {};
  const notes = [...osm.notes];
  const others = Object.entries(osmFiles).flatMap(([layer, name]) => {
    const named = files[layer];
    return named === undefined || named === name
      ? []
      : [`"${layer}" was another file; it stays beside ${name}, unused.`];
  });
  const profile = {
    ...json,
    files: { ...files, ...osmFiles },
    credit: withOsmCredit(before.credit),
    creditUrl: before.creditUrl ?? osmCreditUrl,
  };
  const written: Record<string, string> = {
    ...layerTexts(osm),
    'city.json': `${JSON.stringify(profile, undefined, 2)}\n`,
  };
  // Read as the server will read it, before anything is written.
  const encoder = new TextEncoder();
  const after = parseCity(profile, (name) => {
    const text = written[name];
    return text === undefined ? readFileSync(join(directory, name)) : encoder.encode(text);
  });
  const empty = before.districts.filter(({ geometry }) => !hasStreet(after, geometry)).length;
  if (empty > 0) {
    notes.push(
      `Warning: ${empty} of ${before.districts.length} districts have no street: does the extract end before them?`,
    );
  }
  replaceFiles(directory, written);
  return {
    before,
    after,
    files: Object.keys(written).map((name) => join(directory, name)),
    notes: [...notes, ...others],
  };
}

function hasStreet(city: City, geometry: City['districts'][number]['geometry']): boolean {
  const box = boxOfArea(geometry);
  return city.streets.some(({ line }) => line.some((point) => inBox(point, box) && inArea(point, geometry)));
}
