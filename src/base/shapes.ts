/** Plane shapes as maps draw them: positions are pairs of numbers in any plane, rings are closed. */

export type Pair = readonly [number, number];
export type Box = readonly [west: number, south: number, east: number, north: number];

/** The least box that holds all positions; of none, one that holds nothing and touches nothing. */
export function boxOf(positions: Iterable<Pair>): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions) {
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < south) south = y;
    if (y > north) north = y;
  }
  return [west, south, east, north];
}

/** Twice the signed area of a ring; positive when it runs against the clock (y upwards). */
function doubleArea(ring: readonly Pair[]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[j] as Pair;
    const b = ring[i] as Pair;
    sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum;
}

/** Area without sign, in squares of the plane's unit. */
export function areaOf(ring: readonly Pair[]): number {
  return Math.abs(doubleArea(ring)) / 2;
}

/**
 * Where a name stands: the point of an area that is farthest from its edges, so that it lies inside even when the area
 * is a crescent. Of several polygons the largest one counts. Found by halving squares until nothing better can hide.
 * @param polygons rings of each polygon, the shell first, then its holes
 * @param across   how much wider one unit of x is drawn than one of y (the cosine of the latitude for degrees)
 * @returns undefined when there is no area
 */
export function labelPoint(polygons: readonly (readonly (readonly Pair[])[])[], across = 1): Pair | undefined {
  let best: readonly (readonly Pair[])[] | undefined;
  let bestArea = 0;
  for (const rings of polygons) {
    const area = rings[0] ? areaOf(rings[0]) : 0;
    if (area > bestArea) [best, bestArea] = [rings, area];
  }
  if (!best) return undefined;
  const rings = across === 1 ? best : best.map((ring) => ring.map(([x, y]): Pair => [x * across, y]));
  const [x, y] = farthestInside(rings);
  return [x / across, y];
}

type Cell = { x: number; y: number; half: number; distance: number; atMost: number };

function farthestInside(rings: readonly (readonly Pair[])[]): Pair {
  const shell = rings[0] ?? [];
  const [west, south, east, north] = boxOf(shell);
  const width = east - west;
  const height = north - south;
  const size = Math.min(width, height);
  if (size === 0) return [west, south];
  // Two per cent of the narrow side: nobody sees the difference in the place of a name.
  const precision = size / 50;
  const cell = (x: number, y: number, half: number): Cell => {
    const distance = distanceInside(x, y, rings);
    return { x, y, half, distance, atMost: distance + half * Math.SQRT2 };
  };
  const queue: Cell[] = [];
  let best = cell((west + east) / 2, (south + north) / 2, 0);
  const half = size / 2;
  for (let x = west; x < east; x += size)
    for (let y = south; y < north; y += size) queue.push(cell(x + half, y + half, half));
  while (queue.length > 0) {
    let top = 0;
    for (let i = 1; i < queue.length; i++) if ((queue[i] as Cell).atMost > (queue[top] as Cell).atMost) top = i;
    const [next] = queue.splice(top, 1) as [Cell];
    if (next.distance > best.distance) best = next;
    if (next.atMost - best.distance <= precision) break;
    const quarter = next.half / 2;
    for (const dx of [-quarter, quarter]) {
      for (const dy of [-quarter, quarter]) queue.push(cell(next.x + dx, next.y + dy, quarter));
    }
  }
  return [best.x, best.y];
}

/** Distance to the nearest edge; negative outside. */
function distanceInside(x: number, y: number, rings: readonly (readonly Pair[])[]): number {
  let inside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i] as Pair;
      const [bx, by] = ring[j] as Pair;
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      nearest = Math.min(nearest, squaredDistance(x, y, ax, ay, bx, by));
    }
  }
  return (inside ? 1 : -1) * Math.sqrt(nearest);
}

function squaredDistance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return (x - ax - share * dx) ** 2 + (y - ay - share * dy) ** 2;
}

/**
 * The line with fewer points: none of those left out lies farther than `tolerance` from what remains (Douglas and
 * Peucker). Both ends stay.
 */
export function simplified<P extends Pair>(line: readonly P[], tolerance: number): readonly P[] {
  if (line.length <= 2) return line;
  const keep = new Uint8Array(line.length);
  keep[0] = 1;
  keep[line.length - 1] = 1;
  const limit = tolerance * tolerance;
  const open: [number, number][] = [[0, line.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const [ax, ay] = line[from] as P;
    const [bx, by] = line[to] as P;
    let farthest = limit;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const [x, y] = line[i] as P;
      const distance = squaredDistance(x, y, ax, ay, bx, by);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (at < 0) continue;
    keep[at] = 1;
    open.push([from, at], [at, to]);
  }
  return line.filter((_, i) => keep[i] === 1);
}
