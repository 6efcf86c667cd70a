/** Streets for `chorsu init`: lines with names, in the words of the profile. */
import { basename } from 'node:path';
import { Problem } from '../base/problem.ts';
import { parseFeatures, parseLine, type Feature } from './geojson.ts';
import { readGeoJson } from './geojsonFile.ts';
import { findNaming, namesOf } from './naming.ts';
import type { Language } from './profile.ts';

/** How OpenStreetMap ranks a road, and what the map draws it as. */
const avenues = ['motorway', 'trunk', 'primary', 'secondary', 'avenue'];
const lanes = ['service', 'living_street', 'pedestrian', 'lane'];

/**
 * Lines that have a name; what is no line, or has none, is left out and counted in the notes.
 * @param zoneHours hours east of UTC; see `parseArea`
 * @returns the text of `streets.geojson`
 * @throws Problem invalid-request, bad-data
 */
export function normalizedStreets(
  path: string,
  languages: readonly Language[],
  zoneHours: number,
): { streets: string; notes: string[] } {
  const file = basename(path);
  const json = readGeoJson(path, 'streetsFile');
  const features = parseFeatures(json, file);
  const lines = features.filter(({ geometry }) => isLine(geometry));
  const { name: naming } = findNaming(
    lines.map(({ properties }) => properties),
    languages,
  );
  const named = lines.filter(({ properties }) =>
    Object.values(naming).some((key) => key && typeof properties[key] === 'string' && properties[key].trim() !== ''),
  );
  if (named.length === 0) {
    throw new Problem('bad-data', 'expected LineStrings with a name; found none', `${file}: features`);
  }
  const written = named.map((feature) => {
    const words = Object.entries(namesOf(feature, naming)).map(([tag, word]) => [`name:${tag}`, word]);
    return JSON.stringify({
      type: 'Feature',
      properties: { ...Object.fromEntries(words), kind: kindOf(feature) },
      geometry: { type: 'LineString', coordinates: parseLine(feature.geometry, feature.at, zoneHours) },
    });
  });
  const { type: _type, features: _features, geometry: _geometry, properties: _properties, ...foreign } = json;
  const head = JSON.stringify({ type: 'FeatureCollection', ...foreign, madeFrom: file }).slice(0, -1);
  const notes = [`Streets: ${named.length} lines are taken.`];
  const others = features.length - lines.length;
  const nameless = lines.length - named.length;
  if (nameless > 0) notes.push(`Streets: ${nameless} lines have no name and are left out.`);
  if (others > 0) notes.push(`Streets: ${others} features are no LineString and are left out.`);
  return { streets: `${head},"features":[\n${written.join(',\n')}\n]}\n`, notes };
}

const isLine = (geometry: unknown): boolean => (geometry as { type?: unknown } | null)?.type === 'LineString';

function kindOf({ properties }: Feature): 'avenue' | 'street' | 'lane' {
  const told = properties['kind'] ?? properties['highway'];
  const given = typeof told === 'string' ? told.replace(/_link$/, '') : '';
  return avenues.includes(given) ? 'avenue' : lanes.includes(given) ? 'lane' : 'street';
}
