/** One feature of a file as the paths of a mapping see it. */
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { isGeometryType } from '../../ngsild/index.ts';
import { refused, type CollectionRule, type Refused } from '../mapping/index.ts';
import { parseGeometry, type CityBox } from './geometry.ts';

/** `id`, `properties`, `geometry` (checked; absent when there is none), and what else the feature holds. */
export type FeaturePayload = Readonly<Record<string, unknown>>;

export function readFeature(
  bytes: Uint8Array,
  options: { readonly box?: CityBox; readonly collection?: CollectionRule },
): { readonly payload: FeaturePayload } | Refused {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refused(
      'payload',
      `the feature ${error.message.replace(/^the body /, '')}${error.field ? ` (${error.field})` : ''}`,
    );
  }
  if (!isObject(json)) return refused('payload', 'no object');
  const { type } = json;
  // A bare geometry is GeoJSON as well (RFC 7946, 3).
  const feature = isGeometryType(type) || type === 'GeometryCollection' ? { type: 'Feature', geometry: json } : json;
  if (feature['type'] !== 'Feature') {
    return refused('payload', `wanted a Feature, found the type ${JSON.stringify(type) ?? 'nothing'}`);
  }
  const properties = feature['properties'] ?? {};
  if (!isObject(properties)) return refused('payload', 'properties is no object');
  try {
    const geometry = parseGeometry(feature['geometry'], options);
    const { geometry: _, ...rest } = feature;
    return { payload: { ...rest, properties, ...(geometry && { geometry }) } };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refused('geometry', `${error.field ?? 'geometry'}: ${error.message}`);
  }
}
