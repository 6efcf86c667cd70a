/** Lines and rings on their way to the file: joined, cut at the box, simplified. Positions are degrees. */
import { crossesItself, offsetM, type Box, type Ring } from '../geometry.ts';
import type { Position } from '../profile.ts';

/** A piece of a street or a border: its points, and the nodes of its ends, where it may go on. */
export type Piece = { readonly points: readonly Position[]; readonly first: number; readonly last: number };

/**
 * Joins pieces that follow each other: at a node where exactly two ends meet. Crossings stay ends.
 * @returns the joined pieces, each with the indexes of those that it is made of
 */
export function joined(pieces: readonly Piece[]): { points: Position[]; of: number[]; closed: boolean }[] {
  const ends = new Map<number, number[]>();
  const add = (node: number, piece: number): void => {
    const there = ends.get(node);
    if (there) there.push(piece);
    else ends.set(node, [piece]);
  };
  pieces.forEach(({ first, last }, i) => {
    add(first, i);
    add(last, i);
  });
  const used = new Uint8Array(pieces.length);
  /** The piece that goes on at a node; undefined at a crossing or an end. */
  const next = (node: number, from: number): number | undefined => {
    const there = ends.get(node) as number[];
    if (there.length !== 2) return undefined;
    const other = there[0] === from ? there[1] : there[0];
    return other === undefined || used[other] === 1 ? undefined : other;
  };
  const results: { points: Position[]; of: number[]; closed: boolean }[] = [];
  pieces.forEach((piece, i) => {
    if (used[i]) return;
    used[i] = 1;
    const of = [i];
    let points = [...piece.points];
    const grow = (from: number, at: number): number => {
      let [here, node] = [from, at];
      for (let found = next(node, here); found !== undefined; found = next(node, here)) {
        const more = pieces[found] as Piece;
        used[found] = 1;
        of.push(found);
        const forward = more.first === node;
        for (const point of (forward ? more.points : more.points.toReversed()).slice(1)) points.push(point);
        node = forward ? more.last : more.first;
        here = found;
      }
      return node;
    };
    const last = grow(i, piece.last);
    points = points.reverse();
    const first = grow(i, piece.first);
    results.push({ points: points.reverse(), of, closed: first === last && points.length > 3 });
  });
  return results;
}

/** Keeps the points that matter by more than a tolerance (Douglas and Peucker), with the first and the last. */
export function simplified(points: readonly Position[], toleranceM: number): Position[] {
  const count = points.length;
  if (count < 3) return [...points];
  const origin = points[0] as Position;
  const flat = points.map((point) => offsetM(origin, point));
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const stack: number[] = [0, count - 1];
  // A ring begins and ends at one point: its farthest point is kept, so that it does not collapse.
  while (stack.length > 0) {
    const to = stack.pop() as number;
    const from = stack.pop() as number;
    const [ax, ay] = flat[from] as readonly [number, number];
    const [bx, by] = flat[to] as readonly [number, number];
    const [dx, dy] = [bx - ax, by - ay];
    const length2 = dx * dx + dy * dy;
    let [farthest, worst] = [-1, toleranceM];
    for (let i = from + 1; i < to; i++) {
      const [px, py] = flat[i] as readonly [number, number];
      const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length2));
      const away = Math.hypot(px - ax - share * dx, py - ay - share * dy);
      if (away > worst) [farthest, worst] = [i, away];
    }
    if (farthest < 0) continue;
    keep[farthest] = 1;
    stack.push(from, farthest, farthest, to);
  }
  return points.filter((_, i) => keep[i] === 1);
}

/** Six decimals, about a decimetre; neighbours that become equal are one. */
export function rounded(points: readonly Position[]): Position[] {
  const result: Position[] = [];
  for (const [x, y] of points) {
    const point: Position = [Math.round(x * 1e6) / 1e6, Math.round(y * 1e6) / 1e6];
    const before = result.at(-1);
    if (before?.[0] !== point[0] || before[1] !== point[1]) result.push(point);
  }
  return result;
}

/** The parts of a line that lie in a box. */
export function cutLine(points: readonly Position[], box: Box): Position[][] {
  const parts: Position[][] = [];
  let part: Position[] = [];
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1] as Position;
    const to = points[i] as Position;
    const share = shareInBox(from, to, box);
    if (!share) {
      if (part.length > 1) parts.push(part);
      part = [];
      continue;
    }
    const [start, end] = share;
    if (part.length === 0) part.push(between(from, to, start));
    part.push(between(from, to, end));
    if (end < 1) {
      parts.push(part);
      part = [];
    }
  }
  if (part.length > 1) parts.push(part);
  return parts;
}

const between = (a: Position, b: Position, share: number): Position =>
  share === 0 ? a : share === 1 ? b : [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];

/** From where to where a step lies in the box, as shares of it (Liang and Barsky). */
function shareInBox(a: Position, b: Position, [west, south, east, north]: Box): readonly [number, number] | undefined {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  let [start, end] = [0, 1];
  const sides = [
    [-dx, a[0] - west],
    [dx, east - a[0]],
    [-dy, a[1] - south],
    [dy, north - a[1]],
  ] as const;
  for (const [p, q] of sides) {
    if (p === 0) {
      if (q < 0) return undefined;
      continue;
    }
    const share = q / p;
    if (p < 0) start = Math.max(start, share);
    else end = Math.min(end, share);
  }
  return start <= end ? [start, end] : undefined;
}

/** The part of a closed ring that lies in a box (Sutherland and Hodgman); undefined when there is none. */
export function cutRing(ring: Ring, [west, south, east, north]: Box): Ring | undefined {
  let points: Position[] = ring.slice(0, -1);
  const sides = [
    { axis: 0, at: west, sign: 1 },
    { axis: 0, at: east, sign: -1 },
    { axis: 1, at: south, sign: 1 },
    { axis: 1, at: north, sign: -1 },
  ] as const;
  for (const { axis, at, sign } of sides) {
    const isIn = (point: Position): boolean => (point[axis] - at) * sign >= 0;
    if (points.every(isIn)) continue;
    const result: Position[] = [];
    points.forEach((point, i) => {
      const before = points.at(i - 1) as Position;
      if (isIn(point) !== isIn(before)) {
        result.push(between(before, point, (at - before[axis]) / (point[axis] - before[axis])));
      }
      if (isIn(point)) result.push(point);
    });
    points = result;
  }
  return points.length < 3 ? undefined : [...points, points[0] as Position];
}

/** Simplified and rounded, unless the ring would cross itself then; undefined when it does so by itself or is a line. */
export function cleanRing(ring: Ring, toleranceM: number): Ring | undefined {
  for (const tolerance of [toleranceM, 0]) {
    const points = rounded(tolerance === 0 ? ring : simplified(ring, tolerance));
    if (points.length >= 4 && !crossesItself(points)) return points;
  }
  return undefined;
}

/** Square metres; positive when the ring runs against the clock. */
export function ringAreaM2(ring: Ring): number {
  const origin = ring[0] as Position;
  let twice = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1, y1] = offsetM(origin, ring[i - 1] as Position);
    const [x2, y2] = offsetM(origin, ring[i] as Position);
    twice += x1 * y2 - x2 * y1;
  }
  return twice / 2;
}
