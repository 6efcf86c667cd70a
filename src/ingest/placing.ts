import { isObject } from '../base/json.ts';
import type { Attributes } from '../ngsild/entity.ts';
import { refused, type Refused, type Taken } from './mapping/index.ts';

/** West, south, east, north, in degrees. */
export type Box = readonly [number, number, number, number];

export type Placing = {
  /** Refused when longitude and latitude are swapped; `far` when a place lies far outside of the city. */
  check(taken: Taken): Refused | 'far' | undefined;
};

/** Degrees around the city that may still be meant: rivers, reservoirs and power lines begin far outside. */
const leastMargin = 1;

/**
 * Looks where points lie. One that lies far outside of the city, and inside with longitude and latitude exchanged, is
 * refused: nobody means it. One that lies far outside either way may be meant, and is told.
 */
export function placing([west, south, east, north]: Box): Placing {
  const marginX = Math.max(leastMargin, east - west);
  const marginY = Math.max(leastMargin, north - south);
  const near = (x: number, y: number): boolean =>
    x >= west - marginX && x <= east + marginX && y >= south - marginY && y <= north + marginY;
  const look = (attributes: Attributes | undefined): Refused | 'far' | undefined => {
    let far = false;
    for (const iri in attributes) {
      for (const { type, value } of attributes[iri] ?? []) {
        if (type !== 'GeoProperty' || !isObject(value) || value['type'] !== 'Point') continue;
        const [x = Number.NaN, y = Number.NaN] = value['coordinates'] as unknown as readonly number[];
        if (near(x, y)) continue;
        if (near(y, x)) {
          return refused('range', `longitude ${x}, latitude ${y}: far outside of the city; they look swapped`);
        }
        far = true;
      }
    }
    return far ? 'far' : undefined;
  };
  return { check: ({ reading }) => look(reading.attrs) ?? look(reading.atBirth) };
}
