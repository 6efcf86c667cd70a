/**
 * What geoqueries mean. CIM 009 v1.9.1, 4.10; relations as in OGC 06-103r4. Planar in degrees, as RFC 7946 draws
 * lines; distances are metres on a sphere. Nothing crosses the antimeridian (RFC 7946, 3.1.9: cut there).
 */
import type { Entity } from './entity.ts';
import { isGeometryType } from './geometry.ts';
import type { GeoNode, Geometry } from './query.ts';
import { dimension, edgesOf, interiorPoint, locate, piecesOf, shapeOf, touchesBox } from './shape.ts';
import type { Box, Position, Shape } from './shape.ts';

/** Mean radius of the earth in metres. */
export const earthRadiusM = 6_371_008.8;

/** True when an instance of the GeoProperty stands in the relation to the reference geometry (5.7.2.4). */
export function evaluateGeo(node: GeoNode, entity: Entity): boolean {
  for (const { type, value } of entity.attrs[node.property] ?? []) {
    if (type !== 'GeoProperty' || typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    if (isGeometryType(value['type']) && relates(value as unknown as Geometry, node)) return true;
  }
  return false;
}

/** True when the target stands in the relation of the query to its reference geometry. */
export function relates(target: Geometry, node: GeoNode): boolean {
  const a = shapeOf(target);
  const b = shapeOf(node.geometry);
  switch (node.relation) {
    case 'near': {
      const metres = distance(a, b);
      if (node.maxDistanceM !== undefined && metres > node.maxDistanceM) return false;
      return node.minDistanceM === undefined || metres > node.minDistanceM;
    }
    case 'within':
      return within(a, b);
    case 'contains':
      return within(b, a);
    case 'intersects':
      return intersects(a, b);
    case 'disjoint':
      return !intersects(a, b);
    case 'equals':
      return dimension(a) === dimension(b) && covers(a, b) && covers(b, a);
    case 'overlaps':
      return overlaps(a, b);
  }
}

/** They have a point in common. */
function intersects(a: Shape, b: Shape): boolean {
  if (!touchesBox(a.box, b.box)) return false;
  return (
    a.positions.some((position) => locate(position, b) !== 'outside') ||
    b.positions.some((position) => locate(position, a) !== 'outside') ||
    edgesOf(a).some((edge) => piecesOf(edge, b).cuts > 0)
  );
}

/** Every point of `a` is a point of `b`. */
function covers(b: Shape, a: Shape): boolean {
  if (dimension(a) > dimension(b) || !insideBox(a.box, b.box)) return false;
  if (!a.positions.every((position) => locate(position, b) !== 'outside')) return false;
  for (const edge of edgesOf(a)) {
    if (!piecesOf(edge, b).middles.every((middle) => locate(middle, b) !== 'outside')) return false;
  }
  if (dimension(a) < 2) return true;
  // The border of `b` (a hole, say) must not run through the inside of `a`; then one inner point speaks for all.
  for (const edge of edgesOf(b)) {
    if (piecesOf(edge, a).middles.some((middle) => locate(middle, a) === 'inside')) return false;
  }
  return a.polygons.every((polygon) => locate(interiorPoint(polygon), b) === 'inside');
}

/** `a` is covered by `b`, and not by its border alone. */
function within(a: Shape, b: Shape): boolean {
  if (!covers(b, a)) return false;
  if (dimension(a) === 2 || dimension(a) === dimension(b)) return true;
  if (dimension(a) === 0) return a.positions.some((position) => locate(position, b) === 'inside');
  return edgesOf(a).some((edge) => piecesOf(edge, b).middles.some((middle) => locate(middle, b) === 'inside'));
}

/** Of the same dimension, with inner points in common, and each with points that the other has not. */
function overlaps(a: Shape, b: Shape): boolean {
  if (dimension(a) !== dimension(b) || !touchesBox(a.box, b.box)) return false;
  return shareInside(a, b) && !covers(a, b) && !covers(b, a);
}

function shareInside(a: Shape, b: Shape): boolean {
  const inside = (one: Shape, other: Shape, wanted: 'inside' | 'any'): boolean =>
    edgesOf(one).some((edge) =>
      piecesOf(edge, other).middles.some((middle) => {
        const where = locate(middle, other);
        return wanted === 'any' ? where !== 'outside' : where === 'inside';
      }),
    );
  switch (dimension(a)) {
    case 0:
      return a.positions.some((position) => locate(position, b) === 'inside');
    case 1:
      return inside(a, b, 'any');
    case 2:
      return (
        inside(a, b, 'inside') ||
        inside(b, a, 'inside') ||
        a.polygons.some((polygon) => locate(interiorPoint(polygon), b) === 'inside') ||
        b.polygons.some((polygon) => locate(interiorPoint(polygon), a) === 'inside')
      );
  }
}

const insideBox = (a: Box, b: Box): boolean =>
  a[0] >= b[0] - 1e-9 && a[1] >= b[1] - 1e-9 && a[2] <= b[2] + 1e-9 && a[3] <= b[3] + 1e-9;

/** Metres between the nearest points of two geometries; 0 when they touch. */
export function distanceM(a: Geometry, b: Geometry): number {
  return distance(shapeOf(a), shapeOf(b));
}

function distance(a: Shape, b: Shape): number {
  if (dimension(a) > 0 || dimension(b) > 0) {
    if (intersects(a, b)) return 0;
  }
  let least = Infinity;
  const measure = (from: Shape, to: Shape): void => {
    for (const position of from.positions) {
      if (dimension(to) === 0) {
        for (const other of to.positions) least = Math.min(least, haversineM(position, other));
      } else {
        for (const edge of edgesOf(to)) least = Math.min(least, haversineM(position, nearest(position, edge)));
      }
    }
  };
  measure(a, b);
  if (dimension(a) > 0) measure(b, a);
  return least;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres along the great circle. */
export function haversineM([longA, latA]: Position, [longB, latB]: Position): number {
  const sinLat = Math.sin(radians(latB - latA) / 2);
  const sinLong = Math.sin(radians(longB - longA) / 2);
  const h = sinLat * sinLat + Math.cos(radians(latA)) * Math.cos(radians(latB)) * sinLong * sinLong;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The point of a segment nearest to a position, on a plane in which degrees of longitude shrink as they do there. */
function nearest([long, lat]: Position, [[ax, ay], [bx, by]]: readonly [Position, Position]): Position {
  const shrink = Math.max(Math.cos(radians(lat)), 1e-9);
  const wrap = (degrees: number): number => degrees - 360 * Math.round(degrees / 360);
  const startX = wrap(ax - long) * shrink;
  const alongX = (bx - ax) * shrink;
  const alongY = by - ay;
  const length = alongX * alongX + alongY * alongY;
  const t = length === 0 ? 0 : -(startX * alongX + (ay - lat) * alongY) / length;
  const share = Math.max(0, Math.min(1, t));
  return [ax + (bx - ax) * share, ay + alongY * share];
}

/** The least box that holds the geometry: [west, south, east, north]. */
export function boundingBox(geometry: Geometry): Box {
  return shapeOf(geometry).box;
}

/**
 * A box that holds everything within `metres` of the geometry's box; for the index, so rather too large. Where it
 * would cross the antimeridian or a pole, it takes all longitudes.
 */
export function boxAround(geometry: Geometry, metres: number): Box {
  const [west, south, east, north] = boundingBox(geometry);
  const angle = (metres / earthRadiusM) * (180 / Math.PI) * 1.000001 + 1e-9;
  const low = Math.max(-90, south - angle);
  const high = Math.min(90, north + angle);
  const steepest = Math.max(Math.abs(south), Math.abs(north));
  const sine = Math.sin(radians(Math.min(angle, 90))) / Math.cos(radians(steepest));
  if (low <= -90 || high >= 90 || !(sine < 1)) return [-180, low, 180, high];
  const wide = (Math.asin(sine) * 180) / Math.PI + 1e-9;
  if (west - wide < -180 || east + wide > 180) return [-180, low, 180, high];
  return [west - wide, low, east + wide, high];
}
