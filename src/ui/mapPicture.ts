/** What part of the world a drawn map shows, and what lies outside of it. */
import { hasPlace, type City, type Position } from '../city/profile.ts';
import type { PinShape } from './components/pin.tsx';
import { boxAround, fitBox, type Projection } from './projection.ts';

export type MapPin = {
  /** Number of the row that it leads to. */
  readonly number: number;
  readonly shape: PinShape;
  readonly at: Position;
  /** Read out: `1. Burst main, Weavers Street 14`. */
  readonly label: string;
};

export type MapDots = {
  /** `silent`: not heard for long; drawn hollow. */
  readonly state?: 'trouble' | 'warn' | 'silent';
  readonly at: readonly Position[];
};

export type Picture = {
  /** West, south, east, north. */
  readonly bbox: City['bbox'];
  readonly projection: Projection;
  /** The city has nothing but a box: it is drawn as what it is. */
  readonly framed: boolean;
  readonly pins: readonly MapPin[];
  readonly dots: readonly MapDots[];
  /** Marks that lie outside and are not drawn; one with a pin and a dot counts once. */
  readonly outside: number;
};

const width = 720;

/**
 * A map shows the city, wherever its things may claim to be: one wrong position would make all others a single dot. Only
 * a process without a city, whose box is the world, shows where its things are.
 */
export function pictureOf(city: City, pins: readonly MapPin[], dots: readonly MapDots[] = []): Picture {
  const framed = city.districts.length + city.streets.length === 0 && city.frame !== undefined;
  const places = (): Position[] => [...pins.map(({ at }) => at), ...dots.flatMap(({ at }) => at)];
  const bbox = (!hasPlace(city) && boxAround(places())) || (framed ? widened(city.bbox) : city.bbox);
  const projection = fitBox(bbox, width);
  const isSeen = (at: Position): boolean => {
    const [x, y] = projection.point(at);
    return x >= 0 && x <= projection.width && y >= 0 && y <= projection.height;
  };
  const outsideDots = dots.flatMap(({ at }) => at.filter((one) => !isSeen(one)));
  const dotted = new Set(outsideDots.map(String));
  const outsidePins = pins.filter(({ at }) => !isSeen(at) && !dotted.has(String(at)));
  return {
    bbox,
    projection,
    framed,
    pins: pins.filter(({ at }) => isSeen(at)),
    dots: outsideDots.length === 0 ? dots : dots.map((some) => ({ ...some, at: some.at.filter(isSeen) })),
    outside: outsideDots.length + outsidePins.length,
  };
}

/** Room around a box, so that its edge can be seen. */
function widened([west, south, east, north]: City['bbox']): City['bbox'] {
  const [x, y] = [(east - west) / 8, (north - south) / 8];
  return [west - x, south - y, east + x, north + y];
}
