/** A timetable in columns: ten million stop times are typed arrays of 19 bytes each, not ten million objects. */
import type { Services } from './calendar.ts';
import type { Agency, Approximate, Frequency, Names, Route, Stop } from './words.ts';

/** Bits of `StopTimeColumns.flags`. */
export const flag = { interpolated: 1, stated: 2, pickupShift: 2, dropOffShift: 4 } as const;
/** No value, in columns of indexes. */
export const none = -1;

/** In the order of trip, then sequence. */
export type StopTimeColumns = {
  readonly count: number;
  /** Index into `stops`. */
  readonly stop: Int32Array;
  readonly sequence: Uint16Array | Uint32Array;
  readonly arrivalS: Int32Array;
  readonly departureS: Int32Array;
  readonly flags: Uint8Array;
  /** Index into `headsigns`; absent when no stop time has one of its own. */
  readonly headsign: Int32Array | undefined;
};

export type TripColumns = {
  readonly ids: readonly string[];
  /** First stop time of each trip; one more than trips, so that a trip ends where the next one begins. */
  readonly first: Uint32Array;
  readonly route: Int32Array;
  readonly service: Int32Array;
  readonly shape: Int32Array;
  readonly headsign: Int32Array;
  /** -1 unknown, 0, 1. */
  readonly direction: Int8Array;
  readonly wheelchair: Uint8Array;
  /** By trip; few feeds have any. */
  readonly shortNames: ReadonlyMap<number, string>;
  readonly blocks: ReadonlyMap<number, string>;
  readonly frequencies: ReadonlyMap<number, readonly Frequency[]>;
};

export type ShapeColumns = {
  readonly ids: readonly string[];
  /** First point of each shape; one more than shapes. */
  readonly first: Uint32Array;
  readonly long: Float64Array;
  readonly lat: Float64Array;
};

/** A feed that was read and checked: every index points to something that is there. */
export type TimetableColumns = {
  readonly timeZone: string;
  /** BCP 47; absent when the feed does not say in which language it is. */
  readonly language?: string;
  readonly version?: string;
  readonly agencies: readonly Agency[];
  readonly stops: readonly Stop[];
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly trips: TripColumns;
  readonly stopTimes: StopTimeColumns;
  readonly shapes: ShapeColumns;
  readonly headsigns: readonly string[];
  /** In other languages, where the feed translates them. */
  readonly headsignNames?: ReadonlyMap<string, Names>;
};

export function approximateAt({ flags }: StopTimeColumns, stopTime: number): Approximate | undefined {
  const bits = flags[stopTime] ?? 0;
  return bits & flag.interpolated ? 'interpolated' : bits & flag.stated ? 'stated' : undefined;
}

/** The stop times of each stop by departure: those of stop `s` are `order[first[s]]` up to `order[first[s + 1]]`. */
export type StopIndex = { readonly first: Uint32Array; readonly order: Uint32Array };

/**
 * Which stop times are departures: not the last one of a trip, not where nobody may board, not those of trips with
 * frequencies (their times are only distances). Two counting sorts: by second, then by stop.
 */
export function stopIndex({ stops, trips, stopTimes }: TimetableColumns): { exact: StopIndex; repeated: StopIndex } {
  const { count, departureS, stop, flags } = stopTimes;
  const noPickup = 1;
  let latest = 0;
  for (let i = 0; i < count; i++) latest = Math.max(latest, departureS[i] ?? 0);
  /** 0 no departure, 1 of a trip that runs once, 2 of one that is repeated. */
  const kind = new Uint8Array(count);
  for (let trip = 0; trip < trips.ids.length; trip++) {
    const end = (trips.first[trip + 1] ?? 0) - 1;
    const one = trips.frequencies.has(trip) ? 2 : 1;
    for (let i = trips.first[trip] ?? 0; i < end; i++) {
      if ((((flags[i] ?? 0) >> flag.pickupShift) & 3) !== noPickup) kind[i] = one;
    }
  }
  const bySecond = countingSort(count, latest + 1, (i) => departureS[i] ?? 0);
  const of = (wanted: number): StopIndex => {
    const first = new Uint32Array(stops.length + 1);
    for (let i = 0; i < count; i++) {
      if (kind[i] === wanted) {
        const at = (stop[i] ?? 0) + 1;
        first[at] = (first[at] ?? 0) + 1;
      }
    }
    for (let s = 1; s <= stops.length; s++) first[s] = (first[s] ?? 0) + (first[s - 1] ?? 0);
    const next = first.slice();
    const order = new Uint32Array(first[stops.length] ?? 0);
    for (const i of bySecond) {
      if (kind[i] !== wanted) continue;
      const s = stop[i] ?? 0;
      const at = next[s] ?? 0;
      order[at] = i;
      next[s] = at + 1;
    }
    return { first, order };
  };
  return { exact: of(1), repeated: of(2) };
}

/** Indexes 0 to `count` in the order of their keys (0 to `keys`, exclusive); equal keys keep their order. */
export function countingSort(count: number, keys: number, keyOf: (index: number) => number): Uint32Array {
  const next = new Uint32Array(keys + 1);
  for (let i = 0; i < count; i++) {
    const at = keyOf(i) + 1;
    next[at] = (next[at] ?? 0) + 1;
  }
  for (let key = 1; key <= keys; key++) next[key] = (next[key] ?? 0) + (next[key - 1] ?? 0);
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const key = keyOf(i);
    const at = next[key] ?? 0;
    order[at] = i;
    next[key] = at + 1;
  }
  return order;
}
