/** A geometry taken apart into positions, edges and polygons, and where a position lies in it. Planar, in degrees. */
import { boxOf, type Box } from '../base/shapes.ts';
import type { Geometry } from './query.ts';

export type { Box };

export type Position = readonly [number, number];
export type Edge = readonly [Position, Position];
type Ring = readonly Position[];

/** Only one of points, lines, polygons is not empty: there are no GeometryCollections. */
export type Shape = {
  readonly points: readonly Position[];
  readonly lines: readonly Ring[];
  /** The first ring is the outer one. */
  readonly polygons: readonly (readonly Ring[])[];
  /** All vertices. */
  readonly positions: readonly Position[];
  readonly box: Box;
};

/** Positions nearer than this (degrees; a hundredth of a millimetre) are the same. */
const tolerance = 1e-10;

const shapes = new WeakMap<Geometry, Shape>();

/** The parts of a geometry; remembered as long as the geometry lives. */
export function shapeOf(geometry: Geometry): Shape {
  const known = shapes.get(geometry);
  if (known) return known;
  const made = takeApart(geometry);
  shapes.set(geometry, made);
  return made;
}

const flat = (position: readonly number[]): Position => [position[0] ?? 0, position[1] ?? 0];
const path = (line: readonly (readonly number[])[]): Ring => line.map(flat);

function takeApart(geometry: Geometry): Shape {
  let points: readonly Position[] = [];
  let lines: readonly Ring[] = [];
  let polygons: readonly (readonly Ring[])[] = [];
  switch (geometry.type) {
    case 'Point':
      points = [flat(geometry.coordinates)];
      break;
    case 'MultiPoint':
      points = path(geometry.coordinates);
      break;
    case 'LineString':
      lines = [path(geometry.coordinates)];
      break;
    case 'MultiLineString':
      lines = geometry.coordinates.map(path);
      break;
    case 'Polygon':
      polygons = [geometry.coordinates.map(path)];
      break;
    case 'MultiPolygon':
      polygons = geometry.coordinates.map((polygon) => polygon.map(path));
      break;
  }
  const positions = [...points, ...lines.flat(), ...polygons.flat(2)];
  return { points, lines, polygons, positions, box: boxOf(positions) };
}

/** 0 points, 1 lines, 2 polygons. */
export function dimension({ polygons, lines }: Shape): 0 | 1 | 2 {
  if (polygons.length > 0) return 2;
  return lines.length > 0 ? 1 : 0;
}

const edges = new WeakMap<Shape, readonly Edge[]>();

/** Every segment of lines and rings. */
export function edgesOf(shape: Shape): readonly Edge[] {
  const known = edges.get(shape);
  if (known) return known;
  const made: Edge[] = [];
  for (const line of [...shape.lines, ...shape.polygons.flat()]) {
    for (let i = 1; i < line.length; i++) {
      const [from, to] = [line[i - 1], line[i]];
      if (from && to) made.push([from, to]);
    }
  }
  edges.set(shape, made);
  return made;
}

export function touchesBox(a: Box, b: Box): boolean {
  return a[0] <= b[2] + tolerance && b[0] <= a[2] + tolerance && a[1] <= b[3] + tolerance && b[1] <= a[3] + tolerance;
}

const same = ([ax, ay]: Position, [bx, by]: Position): boolean =>
  Math.abs(ax - bx) <= tolerance && Math.abs(ay - by) <= tolerance;

function onEdge([x, y]: Position, [[ax, ay], [bx, by]]: Edge): boolean {
  if (x < Math.min(ax, bx) - tolerance || x > Math.max(ax, bx) + tolerance) return false;
  if (y < Math.min(ay, by) - tolerance || y > Math.max(ay, by) + tolerance) return false;
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  return length <= tolerance || Math.abs(dx * (y - ay) - dy * (x - ax)) <= tolerance * length;
}

export type Place = 'inside' | 'boundary' | 'outside';

/**
 * Where a position lies. A line's boundary is its ends (an end that an even number of lines share is inside); a point
 * is all inside.
 */
export function locate(position: Position, shape: Shape): Place {
  const [x, y] = position;
  const [west, south, east, north] = shape.box;
  if (x < west - tolerance || x > east + tolerance || y < south - tolerance || y > north + tolerance) return 'outside';
  switch (dimension(shape)) {
    case 0:
      return shape.points.some((point) => same(point, position)) ? 'inside' : 'outside';
    case 1:
      return locateOnLines(position, shape);
    case 2: {
      let found: Place = 'outside';
      for (const polygon of shape.polygons) {
        const place = locateInPolygon(position, polygon);
        if (place === 'inside') return 'inside';
        if (place === 'boundary') found = 'boundary';
      }
      return found;
    }
  }
}

function locateOnLines(position: Position, shape: Shape): Place {
  if (!edgesOf(shape).some((edge) => onEdge(position, edge))) return 'outside';
  let ends = 0;
  for (const line of shape.lines) {
    const [first, last] = [line[0], line.at(-1)];
    if (!first || !last || same(first, last)) continue;
    if (same(first, position)) ends++;
    if (same(last, position)) ends++;
  }
  return ends % 2 === 1 ? 'boundary' : 'inside';
}

function locateInPolygon(position: Position, polygon: readonly Ring[]): Place {
  let inside = false;
  const [x, y] = position;
  for (const ring of polygon) {
    let from = ring[0];
    for (let i = 1; i < ring.length; i++) {
      const to = ring[i];
      if (!from || !to) continue;
      const low = from[1] < to[1] ? from[1] : to[1];
      const high = from[1] < to[1] ? to[1] : from[1];
      // Most edges pass above or below; only the others are looked at closely.
      if (y >= low - tolerance && y <= high + tolerance) {
        if (onEdge(position, [from, to])) return 'boundary';
        // Every edge that a ray to the east crosses changes the side; holes are rings like the outer one.
        if (from[1] > y !== to[1] > y && x < ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]) + from[0]) {
          inside = !inside;
        }
      }
      from = to;
    }
  }
  return inside ? 'inside' : 'outside';
}

/**
 * Cuts an edge wherever it meets the edges of a shape.
 * @returns the middle of every piece, and how many edges were met
 */
export function piecesOf(edge: Edge, shape: Shape): { middles: readonly Position[]; cuts: number } {
  const [[ax, ay], [bx, by]] = edge;
  const box: Box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  const at = [0, 1];
  let cuts = 0;
  if (touchesBox(box, shape.box)) {
    for (const other of edgesOf(shape)) {
      const found = meet(edge, other, box);
      if (found.length > 0) cuts++;
      at.push(...found);
    }
  }
  at.sort((a, b) => a - b);
  const middles: Position[] = [];
  const least = tolerance / Math.max(Math.hypot(bx - ax, by - ay), tolerance);
  for (let i = 1; i < at.length; i++) {
    const [from = 0, to = 0] = [at[i - 1], at[i]];
    if (to - from <= least) continue;
    const share = (from + to) / 2;
    middles.push([ax + (bx - ax) * share, ay + (by - ay) * share]);
  }
  return { middles, cuts };
}

/** Where along `edge` (0 to 1) it meets another: nowhere, at one place, or at both ends of a common stretch. */
function meet([a, b]: Edge, [c, d]: Edge, box: Box): readonly number[] {
  if (Math.max(c[0], d[0]) < box[0] - tolerance || Math.min(c[0], d[0]) > box[2] + tolerance) return [];
  if (Math.max(c[1], d[1]) < box[1] - tolerance || Math.min(c[1], d[1]) > box[3] + tolerance) return [];
  const [rx, ry] = [b[0] - a[0], b[1] - a[1]];
  const [sx, sy] = [d[0] - c[0], d[1] - c[1]];
  const lengthR = Math.hypot(rx, ry);
  const lengthS = Math.hypot(sx, sy);
  if (lengthR <= tolerance) return onEdge(a, [c, d]) ? [0] : [];
  const along = ([x, y]: Position): number => ((x - a[0]) * rx + (y - a[1]) * ry) / (lengthR * lengthR);
  const found = [c, d].filter((end) => onEdge(end, [a, b])).map(along);
  if (onEdge(a, [c, d])) found.push(0);
  if (onEdge(b, [c, d])) found.push(1);
  if (found.length > 0 || lengthS <= tolerance) return found;
  const cross = rx * sy - ry * sx;
  if (Math.abs(cross) <= tolerance * lengthR * lengthS * 1e-3) return [];
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross;
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [t] : [];
}

/** A position inside a polygon and not on its border: the middle of the widest stretch on a line between vertices. */
export function interiorPoint(polygon: readonly Ring[]): Position {
  const heights = [...new Set(polygon.flat().map(([, y]) => y))].sort((a, b) => a - b);
  let best: { at: Position; width: number } | undefined;
  for (let i = 1; i < heights.length; i++) {
    const y = ((heights[i - 1] ?? 0) + (heights[i] ?? 0)) / 2;
    const crossings: number[] = [];
    for (const ring of polygon) {
      for (let k = 1; k < ring.length; k++) {
        const [from, to] = [ring[k - 1], ring[k]];
        if (!from || !to || from[1] > y === to[1] > y) continue;
        crossings.push(((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]) + from[0]);
      }
    }
    crossings.sort((a, b) => a - b);
    for (let k = 1; k < crossings.length; k += 2) {
      const [west = 0, east = 0] = [crossings[k - 1], crossings[k]];
      if (best === undefined || east - west > best.width) best = { at: [(west + east) / 2, y], width: east - west };
    }
    // Wide enough to be safe: no need to look at every height of a long coastline.
    if (best && best.width > 1e-4 && i > 16) break;
  }
  return best?.at ?? polygon[0]?.[0] ?? [0, 0];
}
