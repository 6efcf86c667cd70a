import type { Clock } from '../../../base/clock.ts';
import type { RealtimeReport } from '../../schema.ts';
import type { Timetable } from '../timetable.ts';
import type { AddedDeparture, Prediction, Realtime } from '../words.ts';
import { feedAlerts, type Alerts } from './alerts.ts';
import { alertUrn } from './alertReadings.ts';
import { instantMs, urn } from './instances.ts';
import type { FeedMessage, TripUpdate, VehiclePosition } from './message.ts';
import { matchTrips, type TripPrediction, type Trips } from './trips.ts';
import { foundUnknown, nothingUnknown, type Unknown } from './unknown.ts';
import { vehicleName } from './vehicleReadings.ts';

/** A feed as the board knows it. */
export type BoardFeed = {
  /** As in the mapping file; unique. */
  readonly name: string;
  /** Whose values it gives. */
  readonly source: string;
  /** Whose trips, routes and stops it names. */
  readonly timetable: string;
  /** What is older is not used. */
  readonly maxAgeMs: number;
};

/**
 * What the live feeds last said, in memory: read by departures, forgotten when the program ends. Each feed's part is
 * replaced as a whole, so that nobody sees half of it.
 */
export type RealtimeBoard = Realtime & {
  /** A feed that is there; it has said nothing yet. */
  declare(feed: BoardFeed): void;
  /** @returns what of it could be used */
  publish(name: string, message: FeedMessage, takenMs: number): RealtimeReport;
  /** Of one source's feeds that have said anything. */
  reports(source: string): readonly RealtimeReport[];
};

type Said = {
  readonly message: FeedMessage;
  readonly takenMs: number;
  /** When the feed says that it was made; when it was taken, where it does not, or cannot know. */
  readonly saidMs: number;
  readonly aheadMs: number | undefined;
  /** Entity ids of vehicles by trip and, where said, service date. */
  readonly vehicles: ReadonlyMap<string, string>;
};
/** What follows from the message and a timetable; worked out again when another timetable holds. */
type Matched = { readonly timetable: Timetable; readonly trips: Trips; readonly unknown: Unknown };
type Entry = {
  readonly feed: BoardFeed;
  said: Said | undefined;
  matched: Matched | undefined;
  alerts: Alerts | undefined;
  /** It has told something of trips since the start. */
  tellsTrips: boolean;
};

/** A feed's clock may be ahead by this much. */
const aheadMaxMs = 300_000;

/** @param timetableOf the timetable that holds now for a source */
export function realtimeBoard({
  clock,
  timetableOf,
}: {
  clock: Clock;
  timetableOf: (source: string) => Timetable | undefined;
}): RealtimeBoard {
  const entries = new Map<string, Entry>();
  const of = (timetable: string): readonly Entry[] =>
    [...entries.values()].filter(({ feed }) => feed.timetable === timetable);
  const isCurrent = (saidMs: number, { maxAgeMs }: BoardFeed): boolean => clock.now() - saidMs <= maxAgeMs;

  const matchedOf = (entry: Entry): Matched | undefined => {
    const { said, feed } = entry;
    const timetable = timetableOf(feed.timetable);
    if (!said || !timetable) return undefined;
    if (entry.matched?.timetable !== timetable) {
      const unknown = nothingUnknown();
      const trips = matchTrips(said.message.tripUpdates, timetable, said.saidMs, unknown);
      lookUp(said.message, timetable, unknown);
      entry.matched = { timetable, trips, unknown };
    }
    return entry.matched;
  };
  /** Feeds of a timetable whose message is not too old, with what was matched. */
  const currentOf = (source: string): readonly { entry: Entry; said: Said; trips: Trips }[] =>
    of(source).flatMap((entry) => {
      const { said } = entry;
      if (!said || !isCurrent(said.saidMs, entry.feed)) return [];
      const matched = matchedOf(entry);
      return matched ? [{ entry, said, trips: matched.trips }] : [];
    });
  const vehicleOf = (source: string, tripId: string, date: string): string | undefined => {
    for (const { said } of currentOf(source)) {
      const found = said.vehicles.get(`${tripId}\n${date}`) ?? said.vehicles.get(`${tripId}\n`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const withVehicle = (source: string, tripId: string, date: string, found: TripPrediction): Prediction => {
    const vehicle = vehicleOf(source, tripId, date);
    return vehicle === undefined ? found : { ...found, vehicle };
  };

  const reportOf = (entry: Entry): RealtimeReport | undefined => {
    const { feed, said } = entry;
    if (!said) return undefined;
    const { header, vehicles, tripUpdates, alerts, skipped } = said.message;
    const matched = matchedOf(entry);
    const headerMs = instantMs(header.timestampS);
    const nothing = { count: 0, first: [] };
    return {
      feed: feed.name,
      timetable: feed.timetable,
      timetableKnown: matched !== undefined,
      saidAt: headerMs === undefined ? null : new Date(headerMs).toISOString(),
      takenAt: new Date(said.takenMs).toISOString(),
      aheadS: said.aheadMs === undefined ? null : Math.round(said.aheadMs / 1000),
      current: isCurrent(said.saidMs, feed),
      vehicles: vehicles.length,
      tripUpdates: tripUpdates.length,
      alerts: alerts.length,
      matched: matched?.trips.counts.runs ?? 0,
      cancelled: matched?.trips.counts.cancelled ?? 0,
      added: matched?.trips.counts.added ?? 0,
      implausible: matched?.trips.counts.implausible ?? 0,
      unknown: matched ? foundUnknown(matched.unknown) : { trips: nothing, routes: nothing, stops: nothing },
      skipped: { entities: skipped.entities, fields: skipped.fields, badTexts: skipped.badTexts },
    };
  };

  return {
    declare(feed) {
      entries.set(feed.name, { feed, said: undefined, matched: undefined, alerts: undefined, tellsTrips: false });
    },
    publish(name, message, takenMs) {
      const entry = entries.get(name);
      if (!entry) throw new Error(`no feed was declared as ${name}`);
      const headerMs = instantMs(message.header.timestampS);
      const aheadMs = headerMs === undefined ? undefined : headerMs - takenMs;
      entry.said = {
        message,
        takenMs,
        // A clock that is far ahead says nothing of the age.
        saidMs: headerMs === undefined || (aheadMs ?? 0) > aheadMaxMs ? takenMs : Math.min(headerMs, takenMs),
        aheadMs,
        vehicles: vehiclesByTrip(message, entry.feed.source),
      };
      entry.matched = undefined;
      entry.alerts = undefined;
      entry.tellsTrips ||= message.tripUpdates.length > 0;
      return reportOf(entry) as RealtimeReport;
    },
    reports: (source) =>
      [...entries.values()].flatMap((entry) => (entry.feed.source === source ? (reportOf(entry) ?? []) : [])),

    prediction(source, departure) {
      for (const { entry, trips } of currentOf(source)) {
        const found = trips.find(departure);
        // A trip whose vehicle fell silent is no better known than one without.
        if (!found || !isCurrent(found.saidMs, entry.feed)) continue;
        return withVehicle(source, departure.tripId, departure.serviceDate, found);
      }
      return undefined;
    },
    added(source, stopIds, fromMs, toMs) {
      const found: AddedDeparture[] = [];
      for (const { trips, entry } of currentOf(source)) {
        for (const { departure, prediction } of stopIds.flatMap((id) => trips.extras(id))) {
          const leavesMs = prediction.departureMs ?? departure.departureMs;
          if (leavesMs < fromMs || leavesMs >= toMs || !isCurrent(prediction.saidMs, entry.feed)) continue;
          found.push({
            departure,
            prediction: withVehicle(source, departure.tripId, departure.serviceDate, prediction),
          });
        }
      }
      const at = ({ departure, prediction }: AddedDeparture): number => prediction.departureMs ?? departure.departureMs;
      return found.sort((a, b) => at(a) - at(b));
    },
    alerts(source, about, atMs) {
      return of(source).flatMap((entry) => {
        const { said, feed } = entry;
        if (!said || !isCurrent(said.saidMs, feed)) return [];
        entry.alerts ??= feedAlerts(said.message.alerts, timetableOf(feed.timetable), ({ id }) =>
          alertUrn(feed.source, id),
        );
        return entry.alerts.about(about, atMs);
      });
    },
    unknown: () =>
      [...entries.values()].flatMap((entry) => {
        const { name: feed, source, timetable } = entry.feed;
        const { trips, routes, stops } = matchedOf(entry)?.unknown ?? nothingUnknown();
        return (
          [
            ['trip', trips],
            ['route', routes],
            ['stop', stops],
          ] as const
        ).flatMap(([kind, ids]) => ids.all().map((id) => ({ feed, source, timetable, kind, id })));
      }),
    state(source) {
      const telling = of(source).filter(({ said, tellsTrips }) => !said || tellsTrips);
      if (telling.length === 0) return undefined;
      let saidMs: number | undefined;
      let current = false;
      for (const { said, feed } of telling) {
        if (!said) continue;
        saidMs = Math.max(saidMs ?? 0, said.saidMs);
        current ||= isCurrent(said.saidMs, feed);
      }
      return { current, ...(saidMs !== undefined && { saidMs }) };
    },
  };
}

function vehiclesByTrip({ vehicles, tripUpdates }: FeedMessage, source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const note = (of: VehiclePosition | TripUpdate): void => {
    const { trip, vehicle } = of;
    // A trip update without a vehicle says nothing of one; a position is a vehicle in any case.
    const name = 'stops' in of && !vehicle ? undefined : vehicleName(of);
    const id = name === undefined ? undefined : urn('Vehicle', source, name);
    if (trip?.tripId !== undefined && id !== undefined) found.set(`${trip.tripId}\n${trip.startDate ?? ''}`, id);
  };
  for (const update of tripUpdates) note(update);
  for (const vehicle of vehicles) note(vehicle);
  return found;
}

/** Adds what vehicles and alerts name, and the stops of trips that are not known. */
function lookUp({ vehicles, alerts, tripUpdates }: FeedMessage, timetable: Timetable, unknown: Unknown): void {
  const look = (tripId: string | undefined, routeId: string | undefined, stopId: string | undefined): void => {
    if (tripId !== undefined && !timetable.trip(tripId)) unknown.trips.add(tripId);
    if (routeId !== undefined && !timetable.route(routeId)) unknown.routes.add(routeId);
    if (stopId !== undefined && !timetable.stop(stopId)) unknown.stops.add(stopId);
  };
  for (const { stops } of tripUpdates) for (const { stopId } of stops) look(undefined, undefined, stopId);
  for (const { trip, stopId } of vehicles) {
    const { relationship = 'SCHEDULED' } = trip ?? {};
    const isOfTimetable = relationship === 'SCHEDULED' || relationship === 'CANCELED';
    look(isOfTimetable ? trip?.tripId : undefined, trip?.routeId, stopId);
  }
  for (const { informed } of alerts) {
    for (const { trip, routeId, stopId } of informed) look(trip?.tripId, routeId ?? trip?.routeId, stopId);
  }
}
