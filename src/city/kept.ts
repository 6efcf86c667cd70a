/**
 * Which city a data directory is. It is served under one profile for good: the profile's id stands in `format.json`, and
 * the files of an own profile are kept in the directory, so that a copy of the directory is the whole city.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../base/problem.ts';
import { replaceFiles } from './directory.ts';
import { emptyCity } from './empty.ts';
import { loadCity } from './load.ts';
import type { City } from './profile.ts';
import { findShippedCity, namuna } from './shipped.ts';

/** What `format.json` remembers. `sample` is Namuna with its simulator, `own` one whose files are kept. */
export type KeptProfile = { readonly id: string; readonly from: string };

export type ChosenCity = {
  readonly city: City;
  /** What the directory shall remember; absent: it goes on being no certain city. */
  readonly profile?: KeptProfile;
  /** What `keepProfile` shall keep. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
};

/**
 * The city to serve: the one that is asked for, else the one that the directory remembers, else the empty one.
 * @param given city: path of a profile, or the id of a shipped one; demo: the sample city
 * @param directory where the files of an own profile are kept
 * @throws Problem bad-data (the profile cannot be read), not-supported (it was remembered by a newer program)
 */
export function chooseCity(
  given: { readonly city?: string; readonly demo: boolean },
  kept: KeptProfile | undefined,
  directory: string,
): ChosenCity {
  if (given.demo) return sample();
  if (given.city !== undefined) return existsSync(given.city) ? own(given.city) : shipped(given.city, given.city);
  if (!kept) return { city: emptyCity() };
  if (kept.from === 'sample') return sample();
  if (kept.from === 'shipped') return shipped(kept.id, kept.id);
  if (kept.from !== 'own')
    throw new Problem('not-supported', `a profile from "${kept.from}" is not known to this program`, 'format.json');
  if (!existsSync(join(directory, 'city.json')))
    throw new Problem('bad-data', `the profile of ${kept.id} is not in ${directory}: say where it is with --city`);
  return { city: loadCity(directory), profile: kept };
}

function sample(): ChosenCity {
  const city = namuna();
  return { city, profile: { id: city.id, from: 'sample' } };
}

function shipped(id: string, given: string): ChosenCity {
  const city = loadCity(findShippedCity(id) ?? given);
  return { city, profile: { id: city.id, from: 'shipped' } };
}

function own(path: string): ChosenCity {
  const files = new Map<string, Uint8Array>();
  const city = loadCity(path, (name, bytes) => files.set(name, bytes));
  return { city, profile: { id: city.id, from: 'own' }, files };
}

/** Keeps the files of an own profile; those that are there already are not written again. */
export function keepProfile(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const changed = [...files].filter(([name, bytes]) => {
    const path = join(directory, name);
    return !existsSync(path) || !readFileSync(path).equals(bytes);
  });
  for (const [name] of changed) mkdirSync(dirname(join(directory, name)), { recursive: true });
  replaceFiles(directory, Object.fromEntries(changed));
}
