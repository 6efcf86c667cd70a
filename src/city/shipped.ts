/** The profiles of real cities that are shipped: published facts with their sources, no geometry of districts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** What `--city` means: a directory or file where there is one of that name, else a shipped profile. */
export function cityPath(given: string): string {
  return existsSync(given) ? given : (findShippedCity(given) ?? given);
}
