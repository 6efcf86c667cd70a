/** Reads GeoJSON (RFC 7946) strictly enough that a wrong district file is refused with a sentence that helps. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { crossesItself } from './geometry.ts';
import type { AreaGeometry, Position } from './profile.ts';

export type Feature = {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly geometry: unknown;
  /** `districts.geojson: features[2]`, for messages. */
  readonly at: string;
};

/** @throws Problem bad-data; `field` is the file and the path in it */
export function parseFeatures(json: unknown, file: string): Feature[] {
  if (!isObject(json) || !['FeatureCollection', 'Feature'].includes(String(json['type']))) {
    throw new Problem('bad-data', 'expected a GeoJSON FeatureCollection', `${file}: type`);
  }
  const list = json['type'] === 'Feature' ? [json] : json['features'];
  if (!Array.isArray(list)) throw new Problem('bad-data', 'expected a list of features', `${file}: features`);
  const crs = json['crs'];
  if (crs !== undefined && !/CRS84|4326/.test(JSON.stringify(crs))) {
    throw new Problem(
      'bad-data',
      'coordinates must be WGS 84 (RFC 7946, section 4); found another crs',
      `${file}: crs`,
    );
  }
  return list.map((feature, i) => {
    const at = `${file}: features[${i}]`;
    if (!isObject(feature) || feature['type'] !== 'Feature') throw new Problem('bad-data', 'expected a Feature', at);
    const properties = feature['properties'] ?? {};
    if (!isObject(properties)) throw new Problem('bad-data', 'expected an object', `${at}.properties`);
    return { properties, geometry: feature['geometry'], at };
  });
}

/**
 * A Polygon or MultiPolygon. A GeometryCollection with one member is unwrapped, as some tools write it.
 * @param zoneHours hours east of UTC of the city's time zone: tells when longitude and latitude are swapped
 */
export function parseArea(geometry: unknown, at: string, zoneHours: number): AreaGeometry {
  const { value, path } = unwrap(geometry, `${at}.geometry`);
  const coordinates = value['coordinates'];
  if (value['type'] === 'Polygon') {
    return { type: 'Polygon', coordinates: parsePolygon(coordinates, `${path}.coordinates`, zoneHours) };
  }
  if (value['type'] === 'MultiPolygon') {
    return {
      type: 'MultiPolygon',
      coordinates: asList(coordinates, `${path}.coordinates`, 1, 'polygons').map((polygon, i) =>
        parsePolygon(polygon, `${path}.coordinates[${i}]`, zoneHours),
      ),
    };
  }
  throw new Problem('bad-data', `expected a Polygon or MultiPolygon, found ${String(value['type'])}`, `${path}.type`);
}

/** A LineString of at least two positions. */
export function parseLine(geometry: unknown, at: string, zoneHours: number): Position[] {
  const { value, path } = unwrap(geometry, `${at}.geometry`);
  if (value['type'] !== 'LineString') {
    throw new Problem('bad-data', `expected a LineString, found ${String(value['type'])}`, `${path}.type`);
  }
  return parsePositions(value['coordinates'], `${path}.coordinates`, 2, zoneHours);
}

/** A Point. */
export function parsePoint(geometry: unknown, at: string, zoneHours: number): Position {
  const { value, path } = unwrap(geometry, `${at}.geometry`);
  if (value['type'] !== 'Point') {
    throw new Problem('bad-data', `expected a Point, found ${String(value['type'])}`, `${path}.type`);
  }
  return parsePosition(value['coordinates'], `${path}.coordinates`, zoneHours);
}

function unwrap(geometry: unknown, path: string): { value: Record<string, unknown>; path: string } {
  if (!isObject(geometry)) throw new Problem('bad-data', 'expected a geometry', path);
  if (geometry['type'] !== 'GeometryCollection') return { value: geometry, path };
  const members = geometry['geometries'];
  if (!Array.isArray(members) || members.length !== 1) {
    throw new Problem('bad-data', 'a GeometryCollection must hold exactly one geometry here', `${path}.geometries`);
  }
  return unwrap(members[0], `${path}.geometries[0]`);
}

function parsePolygon(value: unknown, path: string, zoneHours: number): Position[][] {
  return asList(value, path, 1, 'rings').map((ring, i) => parseRing(ring, `${path}[${i}]`, zoneHours));
}

function parseRing(value: unknown, path: string, zoneHours: number): Position[] {
  const ring = parsePositions(value, path, 4, zoneHours);
  const first = ring[0];
  const last = ring.at(-1);
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
    throw new Problem('bad-data', 'the ring is not closed: its last position must equal its first', path);
  }
  const crossing = crossesItself(ring);
  if (crossing) throw new Problem('bad-data', `the border crosses itself near [${crossing.join(', ')}]`, path);
  return ring;
}

/** A city has a million positions: only a wrong one is given its path. */
function parsePositions(value: unknown, path: string, least: number, zoneHours: number): Position[] {
  const list = asList(value, path, least, 'positions');
  for (let i = 0; i < list.length; i++) {
    const [long, lat] = Array.isArray(list[i]) ? (list[i] as unknown[]) : [];
    const isPosition =
      typeof long === 'number' &&
      typeof lat === 'number' &&
      Math.abs(long) <= 180 &&
      Math.abs(lat) <= 90 &&
      Math.abs(long - zoneHours * 15) <= 25 &&
      (list[i] as unknown[]).length === 2;
    if (!isPosition) list[i] = parsePosition(list[i], `${path}[${i}]`, zoneHours);
  }
  return list as Position[];
}

export function parsePosition(value: unknown, path: string, zoneHours: number): Position {
  if (!Array.isArray(value) || value.length < 2 || !value.every((part) => Number.isFinite(part))) {
    throw new Problem('bad-data', 'expected a position [longitude, latitude]', path);
  }
  const [long, lat] = value as [number, number];
  const swapped = `longitude and latitude look swapped: GeoJSON writes [longitude, latitude], found [${long}, ${lat}]`;
  if (Math.abs(lat) > 90 && Math.abs(long) <= 90) throw new Problem('bad-data', swapped, path);
  if (Math.abs(long) > 180 || Math.abs(lat) > 90) {
    throw new Problem('bad-data', `not a position in degrees: [${long}, ${lat}]; expected WGS 84`, path);
  }
  // Clocks follow the sun: a city lies near 15 degrees east for each hour of its time zone.
  const meridian = zoneHours * 15;
  if (Math.abs(long - meridian) > 25 && Math.abs(lat - meridian) + 4 < Math.abs(long - meridian)) {
    throw new Problem('bad-data', `${swapped} in a time zone near longitude ${meridian}`, path);
  }
  return [long, lat];
}

function asList(value: unknown, path: string, least: number, what: string): unknown[] {
  if (!Array.isArray(value) || value.length < least) {
    throw new Problem('bad-data', `expected at least ${least} ${what}`, path);
  }
  return value;
}
