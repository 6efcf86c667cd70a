/** Where the city ends: a picture of its districts in cells, so that a hundred thousand points are asked quickly. */
import { boxOf, boxOfArea, polygonsOf, type Box } from '../geometry.ts';
import type { AreaGeometry, Position } from '../profile.ts';
import { cutLine } from './shapes.ts';

export type Outline = {
  /** The districts with some room, in degrees: what is drawn is cut here. */
  readonly box: Box;
  readonly middle: Position;
  /** In a district, or nearer to one than about a cell (a 500th of the city). */
  has(position: Position): boolean;
  /** Whether a line passes through it, even one without a point inside. */
  touches(line: readonly Position[]): boolean;
};

const cells = 512;

export function outlineOf(areas: readonly AreaGeometry[]): Outline {
  const corners = areas.map(boxOfArea).flatMap(([w, s, e, n]): Position[] => [
    [w, s],
    [e, n],
  ]);
  const [w, s, e, n] = boxOf(corners);
  const room = Math.max(e - w, n - s) / (cells - 8);
  const box: Box = [w - 3 * room, s - 3 * room, e + 3 * room, n + 3 * room];
  const [west, south, east, north] = box;
  const cellX = (east - west) / cells;
  const cellY = (north - south) / cells;
  const inside = new Uint8Array(cells * cells);
  for (const rings of areas.flatMap(polygonsOf)) {
    for (let row = 0; row < cells; row++) {
      const y = south + (row + 0.5) * cellY;
      // Even-odd along the middle of the row: from each crossing to the next.
      const crossings: number[] = [];
      for (const ring of rings) {
        for (let i = 1; i < ring.length; i++) {
          const [x1, y1] = ring[i - 1] as Position;
          const [x2, y2] = ring[i] as Position;
          if (y1 > y !== y2 > y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
        }
      }
      crossings.sort((a, b) => a - b);
      for (let i = 1; i < crossings.length; i += 2) {
        const from = Math.max(0, Math.floor(((crossings[i - 1] as number) - west) / cellX));
        const to = Math.min(cells - 1, Math.floor(((crossings[i] as number) - west) / cellX));
        inside.fill(1, row * cells + from, row * cells + to + 1);
      }
    }
  }
  const near = new Uint8Array(inside.length);
  for (let i = 0; i < inside.length; i++) {
    if (!inside[i]) continue;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) near[i + dy * cells + dx] = 1;
  }
  const has = ([long, lat]: Position): boolean => {
    const x = Math.floor((long - west) / cellX);
    const y = Math.floor((lat - south) / cellY);
    return x >= 0 && y >= 0 && x < cells && y < cells && near[y * cells + x] === 1;
  };
  return {
    box,
    middle: [(west + east) / 2, (south + north) / 2],
    has,
    touches: (line) => {
      if (line.some(has)) return true;
      for (const part of cutLine(line, box)) {
        for (let i = 1; i < part.length; i++) {
          const [x1, y1] = part[i - 1] as Position;
          const [x2, y2] = part[i] as Position;
          const steps = Math.ceil(Math.max(Math.abs(x2 - x1) / cellX, Math.abs(y2 - y1) / cellY));
          for (let step = 1; step < steps; step++) {
            if (has([x1 + ((x2 - x1) * step) / steps, y1 + ((y2 - y1) * step) / steps])) return true;
          }
        }
      }
      return false;
    },
  };
}
