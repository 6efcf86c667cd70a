/** Web Mercator inside a box: the same look as interactive maps, so that both pictures agree. */
import { boxOf } from '../base/shapes.ts';
import type { Position } from '../city/profile.ts';

export type Projection = {
  readonly width: number;
  readonly height: number;
  /** [long, lat] to picture units. */
  readonly point: (position: readonly [number, number]) => readonly [number, number];
  /** Metres on the ground that one picture unit covers, in the middle of the box. */
  readonly metresPerUnit: number;
};

/** Where web maps end: beyond, the picture would be endless. */
const latitudeMax = 85.0511;

const mercatorY = (lat: number): number =>
  Math.log(Math.tan(Math.PI / 4 + (Math.min(latitudeMax, Math.max(-latitudeMax, lat)) * Math.PI) / 360));
const earthRadiusM = 6_378_137;

/**
 * Fits a box into a picture of the given width.
 * @param bbox   west, south, east, north in degrees
 * @param margin picture units left free on each side
 */
export function fitBox(bbox: readonly [number, number, number, number], width: number, margin = 12): Projection {
  const [west, south, east, north] = bbox;
  const spanX = ((east - west) * Math.PI) / 180;
  const scale = (width - 2 * margin) / spanX;
  const topY = mercatorY(north);
  const height = Math.round((topY - mercatorY(south)) * scale + 2 * margin);
  const middle = (((south + north) / 2) * Math.PI) / 180;
  return {
    width,
    height,
    point: ([long, lat]) => [
      margin + (((long - west) * Math.PI) / 180) * scale,
      margin + (topY - mercatorY(lat)) * scale,
    ],
    metresPerUnit: (earthRadiusM * Math.cos(middle)) / scale,
  };
}

/** A box around places with some room, at least about a kilometre wide; undefined when there are none. */
export function boxAround(places: readonly Position[]): readonly [number, number, number, number] | undefined {
  if (places.length === 0) return undefined;
  const [west, south, east, north] = boxOf(places);
  const room = Math.max(east - west, north - south, 0.01) * 0.15;
  return [west - room, south - room, east + room, north + room];
}

/** A round number of metres for a scale bar of about `units` picture units. */
export function scaleLength(projection: Projection, units: number): number {
  const metres = projection.metresPerUnit * units;
  const power = 10 ** Math.floor(Math.log10(metres));
  return ([5, 2, 1].find((m) => m * power <= metres) ?? 1) * power;
}

/** The balance point of a ring: where a district's name stands. */
export function centroid(ring: readonly Position[]): Position {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < ring.length; i++) {
    const [x1, y1] = ring[i] ?? [0, 0];
    const [x2, y2] = ring[(i + 1) % ring.length] ?? [0, 0];
    const cross = x1 * y2 - x2 * y1;
    area += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  const [first = [0, 0] as const] = ring;
  return area === 0 ? first : [x / (3 * area), y / (3 * area)];
}

/** Whether a place lies inside a ring (even-odd rule). */
export function insideRing([x, y]: Position, ring: readonly Position[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] ?? [0, 0];
    const [xj, yj] = ring[j] ?? [0, 0];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
