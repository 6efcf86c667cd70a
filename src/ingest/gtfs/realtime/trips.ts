import { dayAt, parseServiceDate, serviceDayStartMs, toServiceDate } from '../calendar.ts';
import type { Timetable } from '../timetable.ts';
import type { Departure, ServiceDate, StopTime } from '../words.ts';
import { instantMs } from './instances.ts';
import type { TripDescriptor, TripUpdate } from './message.ts';

import type { Unknown } from './unknown.ts';
import { tripTimes, type StopPrediction } from './tripTimes.ts';

/** The part of a timetable that updates are matched with. */
export type Matched = Pick<Timetable, 'timeZone' | 'trip' | 'tripIds' | 'route' | 'stop' | 'stopTimes' | 'runsOn'>;

/** What an update says of one stop of one run. */
export type TripPrediction = StopPrediction & { readonly cancelled?: boolean; readonly saidMs: number };

/** A departure that no timetable holds. */
export type Extra = { readonly departure: Departure; readonly prediction: TripPrediction };

/** The trip updates of one feed, matched with one timetable. */
export type Trips = {
  find(departure: Departure): TripPrediction | undefined;
  /** Of trips that were added, by stop; in no order. */
  extras(stopId: string): readonly Extra[];
  /** Runs of the timetable that the feed speaks of, those that do not run among them, and runs that it adds. */
  readonly counts: {
    readonly runs: number;
    readonly cancelled: number;
    readonly added: number;
    readonly implausible: number;
  };
};

type Run = {
  readonly update: TripUpdate;
  readonly saidMs: number;
  /** Of a trip with frequencies. */
  readonly startS: number | undefined;
  readonly cancelled: boolean;
  times?: ReadonlyMap<number, StopPrediction>;
};

const secondMs = 1000;
const dayS = 86_400;

/**
 * Matches the updates with the timetable.
 * @param unknown what it does not know is added here
 * @param feedMs when the feed was made: for updates without a time, and to tell on which day a trip without a date runs
 */
export function matchTrips(
  updates: readonly TripUpdate[],
  timetable: Matched,
  feedMs: number,
  unknown: Unknown,
): Trips {
  const runs = new Map<string, Run[]>();
  const extras = new Map<string, Extra[]>();
  let [count, cancelled, added, implausible] = [0, 0, 0, 0];

  const addRun = (tripId: string, date: ServiceDate, run: Run): void => {
    const key = `${tripId}\n${date}`;
    const known = runs.get(key);
    if (known) known.push(run);
    else runs.set(key, [run]);
    count++;
    if (run.cancelled) cancelled++;
  };
  const addExtra = (extra: Extra): void => {
    const { stopId } = extra.departure;
    const known = extras.get(stopId);
    if (known) known.push(extra);
    else extras.set(stopId, [extra]);
  };
  const times = (update: TripUpdate, stopTimes: readonly StopTime[], baseMs: number) => {
    const found = tripTimes(update, stopTimes, baseMs);
    implausible += found.implausible;
    for (const stop of found.unknownStops) unknown.stops.add(stop);
    return found.at;
  };

  for (const update of updates) {
    const { trip } = update;
    const relationship = trip.relationship ?? 'SCHEDULED';
    const saidMs = instantMs(update.timestampS) ?? feedMs;
    if (trip.routeId !== undefined && !timetable.route(trip.routeId)) unknown.routes.add(trip.routeId);
    const tripId = tripIdOf(trip, timetable, feedMs);
    if (relationship === 'DUPLICATED' && tripId !== undefined) {
      const copies = copyOf(update, tripId, timetable, saidMs, times);
      if (copies.length > 0) added++;
      for (const extra of copies) addExtra(extra);
    } else if (isAdded(relationship) || (relationship === 'UNSCHEDULED' && tripId === undefined)) {
      added++;
      for (const extra of addedBy(update, timetable, saidMs)) {
        if (timetable.stop(extra.departure.stopId)) addExtra(extra);
        else unknown.stops.add(extra.departure.stopId);
      }
    } else if (tripId === undefined) unknown.trips.add(trip.tripId ?? trip.routeId ?? update.id);
    else {
      const frequencies = timetable.trip(tripId)?.frequencies ?? [];
      const startS = parseStart(trip.startTime);
      if (frequencies.length > 0 && startS === undefined) {
        unknown.trips.add(`${tripId} (no start_time)`);
        continue;
      }
      const date = dateOf(update, tripId, timetable, saidMs);
      if (date === undefined) {
        unknown.trips.add(`${tripId} (${trip.startDate ?? 'no start_date'})`);
        continue;
      }
      const isCancelled = relationship === 'CANCELED' || relationship === 'DELETED';
      const run: Run = {
        update,
        saidMs,
        startS: frequencies.length > 0 ? startS : undefined,
        cancelled: isCancelled,
      };
      if (!isCancelled) {
        const stopTimes = timetable.stopTimes(tripId);
        run.times = times(update, stopTimes, baseMs(timetable, date, stopTimes, run.startS));
      }
      addRun(tripId, date, run);
    }
  }

  return {
    find({ tripId, serviceDate, startS, stopSequence }) {
      const found = runs.get(`${tripId}\n${serviceDate}`);
      const run = found?.find((one) => one.startS === undefined || one.startS === startS);
      if (!run) return undefined;
      const { saidMs } = run;
      if (run.cancelled) return { cancelled: true, saidMs };
      const stop = run.times?.get(stopSequence);
      return stop && { ...stop, saidMs };
    },
    extras: (stopId) => extras.get(stopId) ?? [],
    counts: { runs: count, cancelled, added, implausible },
  };
}

/** `NEW` is what later versions of the specification call a trip that was added as a whole. */
const isAdded = (relationship: string): boolean => relationship === 'ADDED' || relationship === 'NEW';

/** When second 0 of a run's stop times is. */
function baseMs(
  timetable: Matched,
  date: ServiceDate,
  stopTimes: readonly StopTime[],
  startS: number | undefined,
): number {
  const day = parseServiceDate(date) ?? 0;
  const shiftS = startS === undefined ? 0 : startS - (stopTimes[0]?.departureS ?? 0);
  return serviceDayStartMs(day, timetable.timeZone) + shiftS * secondMs;
}

/** The trip by its id; without one by its route, direction and start. */
function tripIdOf(trip: TripDescriptor, timetable: Matched, feedMs: number): string | undefined {
  const { tripId, routeId, directionId } = trip;
  if (tripId !== undefined) return timetable.trip(tripId) && tripId;
  const startS = parseStart(trip.startTime);
  if (routeId === undefined || startS === undefined) return undefined;
  const date = trip.startDate ?? toServiceDate(dayAt(feedMs, timetable.timeZone));
  return timetable
    .tripIds(routeId)
    .find(
      (id) =>
        timetable.stopTimes(id)[0]?.departureS === startS &&
        (directionId === undefined || timetable.trip(id)?.directionId === directionId) &&
        timetable.runsOn(id, date),
    );
}

/** The day that the update speaks of: as it says, else the one on which the trip is nearest to the instant it was said. */
function dateOf(
  { trip, stops }: TripUpdate,
  tripId: string,
  timetable: Matched,
  saidMs: number,
): ServiceDate | undefined {
  if (trip.startDate !== undefined) {
    return parseServiceDate(trip.startDate) !== undefined && timetable.runsOn(tripId, trip.startDate)
      ? trip.startDate
      : undefined;
  }
  const first = stops.find(({ arrival, departure }) => departure?.timeS || arrival?.timeS);
  const aroundMs = instantMs(first?.departure?.timeS || first?.arrival?.timeS) ?? saidMs;
  const stopTimes = timetable.stopTimes(tripId);
  const [startS, endS] = [stopTimes[0]?.departureS ?? 0, stopTimes.at(-1)?.arrivalS ?? 0];
  const today = dayAt(aroundMs, timetable.timeZone);
  let best: { date: ServiceDate; awayMs: number } | undefined;
  for (let day = today - Math.floor(endS / dayS) - 1; day <= today + 1; day++) {
    const date = toServiceDate(day);
    if (!timetable.runsOn(tripId, date)) continue;
    const begins = serviceDayStartMs(day, timetable.timeZone);
    const awayMs = Math.max(begins + startS * secondMs - aroundMs, aroundMs - begins - endS * secondMs, 0);
    if (best === undefined || awayMs < best.awayMs) best = { date, awayMs };
  }
  return best?.date;
}

/** Departures of a trip that no timetable holds: its stops with their times; the last one is no departure. */
function addedBy({ id, trip, stops, properties }: TripUpdate, timetable: Matched, saidMs: number): Extra[] {
  return stops.slice(0, -1).flatMap((stop, place): Extra | [] => {
    const leavesMs = instantMs(stop.departure?.timeS) ?? instantMs(stop.arrival?.timeS);
    const stopId = stop.stopId;
    if (stopId === undefined || leavesMs === undefined || stop.relationship === 'SKIPPED') return [];
    const arrivesMs = instantMs(stop.arrival?.timeS) ?? leavesMs;
    const headsign = properties?.headsign;
    return {
      departure: {
        stopId,
        stopSequence: stop.stopSequence ?? place + 1,
        tripId: trip.tripId ?? id,
        routeId: trip.routeId ?? timetable.trip(trip.tripId ?? '')?.routeId ?? '',
        serviceDate: trip.startDate ?? toServiceDate(dayAt(leavesMs, timetable.timeZone)),
        startS: parseStart(trip.startTime) ?? 0,
        arrivalMs: instantMs(stop.arrival?.scheduledTimeS) ?? arrivesMs,
        departureMs: instantMs(stop.departure?.scheduledTimeS) ?? leavesMs,
        ...(headsign !== undefined && { headsign }),
      },
      prediction: { arrivalMs: arrivesMs, departureMs: leavesMs, saidMs },
    };
  });
}

/** Departures of a trip that runs a second time, at another hour. */
function copyOf(
  update: TripUpdate,
  tripId: string,
  timetable: Matched,
  saidMs: number,
  times: (update: TripUpdate, stopTimes: readonly StopTime[], baseMs: number) => ReadonlyMap<number, StopPrediction>,
): Extra[] {
  const { trip, properties } = update;
  const original = timetable.trip(tripId);
  const date = properties?.startDate ?? trip.startDate;
  const startS = parseStart(properties?.startTime);
  if (!original || date === undefined || parseServiceDate(date) === undefined || startS === undefined) return [];
  const stopTimes = timetable.stopTimes(tripId);
  const zeroMs = baseMs(timetable, date, stopTimes, startS);
  const at = times(update, stopTimes, zeroMs);
  const headsign = properties?.headsign ?? original.headsign;
  return stopTimes.slice(0, -1).map(({ stopId, sequence, arrivalS, departureS }): Extra => ({
    departure: {
      stopId,
      stopSequence: sequence,
      tripId: properties?.tripId ?? `${tripId} ${properties?.startTime ?? ''}`,
      routeId: original.routeId,
      serviceDate: date,
      startS,
      arrivalMs: zeroMs + arrivalS * secondMs,
      departureMs: zeroMs + departureS * secondMs,
      ...(headsign !== undefined && { headsign }),
    },
    prediction: { ...at.get(sequence), saidMs },
  }));
}

/** `26:15:00` in seconds. */
function parseStart(text: string | undefined): number | undefined {
  const parts = /^(\d{1,3}):(\d\d):(\d\d)$/.exec(text ?? '');
  return parts ? Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]) : undefined;
}
