/**
 * Plane geometry for one city: positions are [long, lat] in degrees, lengths in metres. Inside a city the earth is
 * flat enough: a local equirectangular projection errs by less than 0.1 % over 30 km.
 */
import { boxOf, type Box } from '../base/shapes.ts';
import type { AreaGeometry, Position } from './profile.ts';

export { boxOf, type Box };

export type Ring = readonly Position[];

const metresPerDegree = 111_195;

/** The rings of each polygon of an area; the first is the shell, the others are holes. */
export function polygonsOf(area: AreaGeometry): readonly (readonly Ring[])[] {
  return area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
}

export function boxOfArea(area: AreaGeometry): Box {
  return boxOf(polygonsOf(area).flat(2));
}

export function inBox([long, lat]: Position, [west, south, east, north]: Box): boolean {
  return long >= west && long <= east && lat >= south && lat <= north;
}

/**
 * True when the position lies in the area and in none of its holes. Edges are half open (south and west inside), so
 * that of two areas that share an edge exactly one holds a position on it.
 */
export function inArea(position: Position, area: AreaGeometry): boolean {
  for (const [shell, ...holes] of polygonsOf(area)) {
    if (shell && inRing(position, shell) && !holes.some((hole) => inRing(position, hole))) return true;
  }
  return false;
}

/** Even-odd rule: counts the edges that a ray to the east crosses. */
function inRing([x, y]: Position, ring: Ring): boolean {
  let inside = false;
  let before = ring[ring.length - 1];
  for (const here of ring) {
    if (before && here[1] > y !== before[1] > y) {
      // Always from the lower end, so that both owners of an edge compute the same crossing.
      const [low, high] = here[1] < before[1] ? [here, before] : [before, here];
      if (x < low[0] + ((y - low[1]) / (high[1] - low[1])) * (high[0] - low[0])) inside = !inside;
    }
    before = here;
  }
  return inside;
}

/** Metres east and north of an origin. */
export function offsetM(origin: Position, position: Position): readonly [number, number] {
  const cos = Math.cos((origin[1] * Math.PI) / 180);
  return [(position[0] - origin[0]) * metresPerDegree * cos, (position[1] - origin[1]) * metresPerDegree];
}

/** The position so many metres east and north of an origin. */
export function movedM(origin: Position, eastM: number, northM: number): Position {
  const cos = Math.cos((origin[1] * Math.PI) / 180);
  return [origin[0] + eastM / (metresPerDegree * cos), origin[1] + northM / metresPerDegree];
}

export function distanceM(a: Position, b: Position): number {
  return Math.hypot(...offsetM(a, b));
}

/** How far a position lies outside of a box; 0 inside. Beyond a few hundred kilometres it is only roughly so. */
export function boxDistanceM([long, lat]: Position, [west, south, east, north]: Box): number {
  return distanceM([Math.min(Math.max(long, west), east), Math.min(Math.max(lat, south), north)], [long, lat]);
}

export function lengthM(line: readonly Position[]): number {
  let length = 0;
  for (let i = 1; i < line.length; i++) length += distanceM(line[i - 1] as Position, line[i] as Position);
  return length;
}

/** The place `alongM` metres from the line's start, and the direction there in degrees clockwise from north. */
export function placeOn(line: readonly Position[], alongM: number): { position: Position; bearing: number } {
  let left = Math.max(0, alongM);
  for (let i = 1; i < line.length; i++) {
    const from = line[i - 1] as Position;
    const to = line[i] as Position;
    const step = distanceM(from, to);
    if (left <= step || i === line.length - 1) {
      const share = step === 0 ? 0 : Math.min(1, left / step);
      const [east, north] = offsetM(from, to);
      return {
        position: [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share],
        bearing: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360,
      };
    }
    left -= step;
  }
  return { position: line[0] ?? [0, 0], bearing: 0 };
}

/** The point of the line that is nearest to a position. `left` tells the side of the line, seen in its direction. */
export function nearestOn(
  line: readonly Position[],
  position: Position,
): { distanceM: number; alongM: number; left: boolean } {
  let best = { distanceM: Infinity, alongM: 0, left: false };
  let walked = 0;
  for (let i = 1; i < line.length; i++) {
    const from = line[i - 1] as Position;
    const [dx, dy] = offsetM(from, line[i] as Position);
    const [px, py] = offsetM(from, position);
    const length = Math.hypot(dx, dy);
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / (length * length)));
    const distance = Math.hypot(px - dx * share, py - dy * share);
    if (distance < best.distanceM) {
      best = { distanceM: distance, alongM: walked + length * share, left: dx * py - dy * px > 0 };
    }
    walked += length;
  }
  return best;
}

/** True when the ring's edges cross each other; edges that only touch do not count. Sweeps from west to east. */
export function crossesItself(ring: Ring): Position | undefined {
  const edges: { a: Position; b: Position; west: number; east: number }[] = [];
  for (let i = 1; i < ring.length; i++) {
    const a = ring[i - 1] as Position;
    const b = ring[i] as Position;
    edges.push({ a, b, west: Math.min(a[0], b[0]), east: Math.max(a[0], b[0]) });
  }
  edges.sort((one, other) => one.west - other.west);
  for (let i = 0; i < edges.length; i++) {
    const one = edges[i] as (typeof edges)[number];
    for (let j = i + 1; j < edges.length; j++) {
      const other = edges[j] as (typeof edges)[number];
      if (other.west > one.east) break;
      if (cross(one.a, one.b, other.a, other.b)) return other.a;
    }
  }
  return undefined;
}

function cross(a: Position, b: Position, c: Position, d: Position): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/** 1: c lies left of a to b, -1: right, 0: on the line. */
function turn(a: Position, b: Position, c: Position): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}
