/** The profiles that are shipped: real cities with published facts and no geometry of districts, and the sample city. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCity } from './load.ts';
import type { City } from './profile.ts';

const directory = fileURLToPath(new URL('profiles/', import.meta.url));

/** Their ids, in alphabetical order. */
export function listShippedCities(): readonly string[] {
  return readdirSync(directory)
    .filter((id) => existsSync(join(directory, id, 'city.json')))
    .sort();
}

/** The directory of a shipped profile; undefined when none has that id. */
export function findShippedCity(id: string): string | undefined {
  return listShippedCities().includes(id) ? join(directory, id) : undefined;
}

/** Namuna ("sample"), the invented city. Everything in it is simulated. */
export function namuna(): City {
  return loadCity(fileURLToPath(new URL('namuna/', import.meta.url)));
}
