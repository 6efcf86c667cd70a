import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';

/**
 * Reads a file that a person named.
 * @param option the option that named it, for the message
 * @throws Problem invalid-request (cannot be read), bad-data (no JSON object)
 */
export function readGeoJson(path: string, option: string): Record<string, unknown> {
  const file = basename(path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Problem('invalid-request', `${path} cannot be read (${(error as { code?: string }).code})`, option);
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
