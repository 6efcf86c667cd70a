/** Geometries of files as NGSI-LD takes them: what files get wrong is mended where nothing is guessed, else refused. */
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { crossingOf, type Position } from '../../city/index.ts';
import { checkGeometry, type Geometry } from '../../ngsild/index.ts';
import type { CollectionRule } from '../mapping/index.ts';

/** Where the city lies: tells when longitude and latitude are swapped. West, south, east, north. */
export type CityBox = readonly [number, number, number, number];

/**
 * A geometry of RFC 7946. A collection of one member is that member; rings are turned the right way round (3.1.6: the
 * shell against the clock), which many programs forget and which changes nothing.
 * @returns undefined for none: null, or a collection without members
 * @throws Problem bad-data; `field` is the path in the feature
 */
export function parseGeometry(
  value: unknown,
  options: { readonly box?: CityBox; readonly collection?: CollectionRule } = {},
  path = 'geometry',
): Geometry | undefined {
  if (value === null || value === undefined) return undefined;
  if (isObject(value) && value['type'] === 'GeometryCollection') {
    const { geometries } = value;
    if (!Array.isArray(geometries))
      throw new Problem('bad-data', 'a GeometryCollection has a list of geometries', path);
    if (geometries.length > 1 && options.collection !== 'first') {
      throw new Problem(
        'bad-data',
        `a GeometryCollection of ${geometries.length} geometries; an entity has one place ("geojson": { "collection": "first" } takes the first)`,
        path,
      );
    }
    return parseGeometry(geometries[0], options, `${path}.geometries[0]`);
  }
  const swapped = swappedAt(value, options.box);
  if (swapped) {
    throw new Problem(
      'bad-data',
      `longitude and latitude are swapped: ${swapped.join(', ')} is not in the city, ${swapped.toReversed().join(', ')} is; GeoJSON wants [longitude, latitude]`,
      path,
    );
  }
  // A bounding box beside the coordinates says nothing more; other members are not GeoJSON's.
  const geometry = checkGeometry(
    isObject(value) ? { type: value['type'], coordinates: value['coordinates'] } : value,
    path,
  );
  if (geometry.type === 'Polygon')
    return { ...geometry, coordinates: area(geometry.coordinates, `${path}.coordinates`) };
  if (geometry.type === 'MultiPolygon') {
    return {
      ...geometry,
      coordinates: geometry.coordinates.map((rings, i) => area(rings, `${path}.coordinates[${i}]`)),
    };
  }
  return geometry;
}

type Ring = readonly (readonly number[])[];

function area(rings: readonly Ring[], path: string): readonly Ring[] {
  return rings.map((ring, i) => {
    const crossing = crossingOf(ring as readonly Position[]);
    if (crossing) {
      throw new Problem('bad-data', `the ring crosses itself near ${crossing[0]}, ${crossing[1]}`, `${path}[${i}]`);
    }
    return isAgainstClock(ring) === (i === 0) ? ring : ring.toReversed();
  });
}

function isAgainstClock(ring: Ring): boolean {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
    const [x2 = 0, y2 = 0] = ring[i] ?? [];
    sum += x1 * y2 - x2 * y1;
  }
  return sum >= 0;
}

/** How far outside its box a city may still have things: a pumping station, the airport; in degrees. */
const around = 1;

/** The first position, when it is far from the city and would lie in it the other way round. */
function swappedAt(value: unknown, box: CityBox | undefined): readonly [number, number] | undefined {
  let at: unknown = isObject(value) ? value['coordinates'] : undefined;
  while (Array.isArray(at) && Array.isArray(at[0])) at = at[0];
  if (!Array.isArray(at) || !box) return undefined;
  const [x, y] = at as unknown[];
  if (typeof x !== 'number' || typeof y !== 'number') return undefined;
  const [west, south, east, north] = box;
  const isIn = (long: number, lat: number): boolean =>
    long >= west - around && long <= east + around && lat >= south - around && lat <= north + around;
  return !isIn(x, y) && isIn(y, x) ? [x, y] : undefined;
}
