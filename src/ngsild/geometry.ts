/** GeoJSON geometries as values: RFC 7946 without GeometryCollection (CIM 009 v1.9.1, 4.7). */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Geometry } from './query.ts';

export const geometryTypes = [
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
] as const satisfies readonly Geometry['type'][];

/** Nesting of the coordinates array: 1 = one position. */
const depths: Record<Geometry['type'], number> = {
  Point: 1,
  MultiPoint: 2,
  LineString: 2,
  MultiLineString: 3,
  Polygon: 3,
  MultiPolygon: 4,
};

/** True for the `type` of a supported geometry. */
export function isGeometryType(type: unknown): type is Geometry['type'] {
  return typeof type === 'string' && Object.hasOwn(depths, type);
}

/** Looks like a geometry: enough to infer a GeoProperty (4.7.3); `checkGeometry` then says whether it is a good one. */
export function looksLikeGeometry(value: unknown): boolean {
  return isObject(value) && isGeometryType(value['type']) && 'coordinates' in value;
}

/**
 * Checks a geometry: type, nesting, positions of two or three numbers inside WGS 84, closed rings of four or more
 * positions. The winding of rings is not checked (RFC 7946, 3.1.6 asks parsers not to).
 * @returns the value itself
 * @throws Problem bad-data with the path of what is wrong
 */
export function checkGeometry(value: unknown, path: string): Geometry {
  if (!isObject(value)) throw new Problem('bad-data', 'a GeoJSON geometry is expected', path);
  const { type, coordinates } = value;
  if (!isGeometryType(type)) {
    throw new Problem('bad-data', `the geometry type must be one of ${geometryTypes.join(', ')}`, `${path}.type`);
  }
  for (const key in value) {
    if (key !== 'type' && key !== 'coordinates' && key !== 'bbox') {
      throw new Problem('bad-data', `a geometry has no member "${key}"`, path);
    }
  }
  checkCoordinates(type, coordinates, depths[type], `${path}.coordinates`);
  return value as Geometry;
}

function checkCoordinates(type: Geometry['type'], coordinates: unknown, depth: number, path: string): void {
  if (!Array.isArray(coordinates)) throw new Problem('bad-data', 'an array is expected', path);
  if (depth === 1) {
    checkPosition(coordinates, path);
    return;
  }
  const list: readonly unknown[] = coordinates;
  const isLine = depth === 2 && (type === 'LineString' || type === 'MultiLineString');
  const isRing = depth === 2 && (type === 'Polygon' || type === 'MultiPolygon');
  if (list.length === 0) throw new Problem('bad-data', 'the array is empty', path);
  if (isLine && list.length < 2) throw new Problem('bad-data', 'a line has at least two positions', path);
  if (isRing && list.length < 4) throw new Problem('bad-data', 'a ring has at least four positions', path);
  for (let i = 0; i < list.length; i++) checkCoordinates(type, list[i], depth - 1, `${path}[${i}]`);
  if (isRing) {
    const first = list[0] as number[];
    const last = list[list.length - 1] as number[];
    if (first[0] !== last[0] || first[1] !== last[1]) {
      throw new Problem('bad-data', 'a ring ends where it begins', path);
    }
  }
}

function checkPosition(position: readonly unknown[], path: string): void {
  const [long, lat, altitude] = position;
  if (position.length < 2 || position.length > 3) {
    throw new Problem('bad-data', 'a position has two or three numbers: longitude, latitude, altitude', path);
  }
  if (typeof long !== 'number' || !(long >= -180 && long <= 180)) {
    throw new Problem('bad-data', 'the longitude must be a number from -180 to 180', path);
  }
  if (typeof lat !== 'number' || !(lat >= -90 && lat <= 90)) {
    throw new Problem('bad-data', 'the latitude must be a number from -90 to 90', path);
  }
  if (altitude !== undefined && (typeof altitude !== 'number' || !Number.isFinite(altitude))) {
    throw new Problem('bad-data', 'the altitude must be a number', path);
  }
}
