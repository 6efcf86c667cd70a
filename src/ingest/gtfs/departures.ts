/** Which vehicles leave a stop when. */
import { dayAt, toServiceDate } from './calendar.ts';
import { approximateAt, none, stopIndex, type StopIndex, type TimetableColumns } from './columns.ts';
import type { Departure, Route, Stop } from './words.ts';

const secondMs = 1000;
const dayS = 86_400;

/** Stops by their index. */
export type Departures = {
  /** From `fromMs` to `toMs`, exclusive, by time. */
  of(stops: readonly number[], fromMs: number, toMs: number, limit: number): readonly Departure[];
  /** Indexes of the routes that leave there, ascending. */
  routesAt(stops: readonly number[]): readonly number[];
};

/** @param startOf when a service day (days since 1970) begins */
export function departuresOf(columns: TimetableColumns, startOf: (day: number) => number): Departures {
  const { timeZone, stops, routes, services, trips, stopTimes, headsigns } = columns;
  const index = stopIndex(columns);
  const span = daysAcross(columns);

  /** The trip that a stop time belongs to: the last one that begins at it or before. */
  const tripOf = (stopTime: number): number => {
    let [low, high] = [0, trips.ids.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((trips.first[middle] ?? 0) <= stopTime) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const headsignOf = (stopTime: number, trip: number): string | undefined => {
    const own = stopTimes.headsign?.[stopTime] ?? none;
    return headsigns[own === none ? (trips.headsign[trip] ?? none) : own];
  };
  const departure = (
    stopTime: number,
    trip: number,
    day: number,
    run?: { startS: number; headwayS: number; exact: boolean },
  ): Departure => {
    const first = stopTimes.departureS[trips.first[trip] ?? 0] ?? 0;
    const shiftMs = startOf(day) + (run ? run.startS - first : 0) * secondMs;
    const headsign = headsignOf(stopTime, trip);
    const approximate = run && !run.exact ? 'frequency' : approximateAt(stopTimes, stopTime);
    return {
      stopId: (stops[stopTimes.stop[stopTime] ?? 0] as Stop).id,
      stopSequence: stopTimes.sequence[stopTime] ?? 0,
      tripId: trips.ids[trip] ?? '',
      routeId: (routes[trips.route[trip] ?? 0] as Route).id,
      serviceDate: toServiceDate(day),
      startS: run ? run.startS : first,
      arrivalMs: shiftMs + (stopTimes.arrivalS[stopTime] ?? 0) * secondMs,
      departureMs: shiftMs + (stopTimes.departureS[stopTime] ?? 0) * secondMs,
      ...(headsign !== undefined && { headsign }),
      ...(approximate !== undefined && { approximate }),
      ...(run && !run.exact && { headwayS: run.headwayS }),
    };
  };

  /** Departures of one stop on one service day between two seconds, by time, at most `limit`. */
  const once = (stop: number, day: number, fromS: number, toS: number, limit: number, into: Departure[]): void => {
    const { first, order } = index.exact;
    const end = first[stop + 1] ?? 0;
    let taken = 0;
    for (let at = lowerBound(index.exact, stop, stopTimes.departureS, fromS); at < end && taken < limit; at++) {
      const stopTime = order[at] ?? 0;
      if ((stopTimes.departureS[stopTime] ?? 0) >= toS) return;
      const trip = tripOf(stopTime);
      if (!services.runs(trips.service[trip] ?? 0, day)) continue;
      into.push(departure(stopTime, trip, day));
      taken++;
    }
  };
  const repeated = (stop: number, day: number, fromS: number, toS: number, limit: number, into: Departure[]): void => {
    const { first, order } = index.repeated;
    for (let at = first[stop] ?? 0; at < (first[stop + 1] ?? 0); at++) {
      const stopTime = order[at] ?? 0;
      const trip = tripOf(stopTime);
      if (!services.runs(trips.service[trip] ?? 0, day)) continue;
      const afterStartS = (stopTimes.departureS[stopTime] ?? 0) - (stopTimes.departureS[trips.first[trip] ?? 0] ?? 0);
      for (const { startS, endS, headwayS, exact } of trips.frequencies.get(trip) ?? []) {
        const skipped = Math.max(0, Math.ceil((fromS - afterStartS - startS) / headwayS));
        let taken = 0;
        for (let runS = startS + skipped * headwayS; runS < endS && taken < limit; runS += headwayS, taken++) {
          if (runS + afterStartS >= toS) break;
          into.push(departure(stopTime, trip, day, { startS: runS, headwayS, exact }));
        }
      }
    }
  };

  return {
    of(asked, fromMs, toMs, limit) {
      const found: Departure[] = [];
      // A service day may begin an hour before its date, where clocks are set forward at midnight.
      const lastDay = dayAt(toMs, timeZone) + 1;
      for (let day = dayAt(fromMs, timeZone) - span; day <= lastDay; day++) {
        const start = startOf(day);
        const fromS = Math.ceil((fromMs - start) / secondMs);
        const toS = Math.ceil((toMs - start) / secondMs);
        if (toS <= 0) continue;
        for (const stop of asked) {
          once(stop, day, fromS, toS, limit, found);
          repeated(stop, day, fromS, toS, limit, found);
        }
      }
      return found.sort((a, b) => a.departureMs - b.departureMs).slice(0, limit);
    },
    routesAt(asked) {
      const found = new Set<number>();
      for (const { first, order } of [index.exact, index.repeated]) {
        for (const stop of asked) {
          for (let at = first[stop] ?? 0; at < (first[stop + 1] ?? 0); at++) {
            found.add(trips.route[tripOf(order[at] ?? 0)] ?? 0);
          }
        }
      }
      return [...found].sort((a, b) => a - b);
    },
  };
}

/** First place of a stop's departures at which it is `fromS` or later. */
function lowerBound({ first, order }: StopIndex, stop: number, departureS: Int32Array, fromS: number): number {
  let [low, high] = [first[stop] ?? 0, first[stop + 1] ?? 0];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((departureS[order[middle] ?? 0] ?? 0) < fromS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many days before a trip of a service day may still be under way. */
function daysAcross({ trips, stopTimes }: TimetableColumns): number {
  let latestS = 0;
  for (const departureS of stopTimes.departureS) latestS = Math.max(latestS, departureS);
  for (const [trip, runs] of trips.frequencies) {
    const first = stopTimes.departureS[trips.first[trip] ?? 0] ?? 0;
    const last = stopTimes.departureS[(trips.first[trip + 1] ?? 1) - 1] ?? 0;
    for (const { endS } of runs) latestS = Math.max(latestS, endS + last - first);
  }
  // One more, for the days that the clocks are changed.
  return Math.floor(latestS / dayS) + 1;
}
