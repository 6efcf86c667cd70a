/** A timetable in memory: what stands in a GTFS feed, and which vehicles leave a stop when. */
import { Problem } from '../../base/problem.ts';
import { parseServiceDate, serviceDayStartMs, toServiceDate } from './calendar.ts';
import { approximateAt, flag, none, type TimetableColumns } from './columns.ts';
import { departuresOf } from './departures.ts';
import type { Agency, Departure, Names, Route, ServiceDate, Stop, StopTime, Trip } from './words.ts';

export type DeparturesQuery = {
  /** Id of a stop, or of a station: then of all its platforms. */
  readonly stop: string;
  readonly fromMs: number;
  /** From `fromMs` on, exclusive. */
  readonly withinMs: number;
  readonly limit: number;
};

export type Timetable = {
  /** IANA name; all times of a feed are in the zone of its agencies. */
  readonly timeZone: string;
  /** Of the texts that are not translated; BCP 47. */
  readonly language: string | undefined;
  /** `feed_version`. */
  readonly version: string | undefined;
  /** First and last day on which anything runs. */
  readonly firstDate: ServiceDate | undefined;
  readonly lastDate: ServiceDate | undefined;
  readonly counts: TimetableCounts;
  agencies(): readonly Agency[];
  stops(): readonly Stop[];
  routes(): readonly Route[];
  /** @returns undefined when the feed has none of this id; so do the others that take an id */
  stop(id: string): Stop | undefined;
  route(id: string): Route | undefined;
  trip(id: string): Trip | undefined;
  /** Ids of the trips of a route. */
  tripIds(routeId: string): readonly string[];
  /** The stop itself; of a station its platforms too. Empty for an unknown stop. */
  platformIds(stopId: string): readonly string[];
  /** Routes whose vehicles leave the stop, or a platform of the station; in the order of routes(). */
  routesAt(stopId: string): readonly Route[];
  /** In the order of the way; blank times are worked out. Empty for an unknown trip. */
  stopTimes(tripId: string): readonly StopTime[];
  /** Where the trip ends. */
  lastStop(tripId: string): Stop | undefined;
  /** [long, lat] along the way. */
  shape(id: string): readonly (readonly [number, number])[] | undefined;
  /** A headsign by language; empty when the feed does not translate it. */
  headsignNames(headsign: string): Names;
  /** Whether the trip's service runs on the day. */
  runsOn(tripId: string, date: ServiceDate): boolean;
  /** @throws Problem bad-data when it is no date */
  serviceDayStartMs(date: ServiceDate): number;
  /**
   * What leaves the stop, by time. The end of a trip is no departure, nor is a stop where nobody may board.
   * @throws Problem not-found
   */
  departures(query: DeparturesQuery): readonly Departure[];
};

/** The timetables that hold now, one per source. */
export type Timetables = {
  /** @returns undefined when the source has none, or it is still being read */
  of(source: string): Timetable | undefined;
  list(): readonly { readonly source: string; readonly timetable: Timetable }[];
};

export type TimetableCounts = {
  readonly agencies: number;
  readonly stops: number;
  readonly routes: number;
  readonly trips: number;
  readonly stopTimes: number;
  /** Of the stop times: blank in the feed. */
  readonly interpolated: number;
  readonly shapes: number;
  readonly services: number;
};

export function timetable(columns: TimetableColumns): Timetable {
  const { timeZone, agencies, stops, routes, services, trips, stopTimes, shapes, headsigns } = columns;
  const stopAt = indexOf(stops.map(({ id }) => id));
  const routeAt = indexOf(routes.map(({ id }) => id));
  const tripAt = indexOf(trips.ids);
  const shapeAt = indexOf(shapes.ids);
  const platforms = platformsOf(stops, stopAt);
  const starts = new Map<number, number>();
  const startOf = (day: number): number => {
    let start = starts.get(day);
    if (start === undefined) {
      if (starts.size > 4_000) starts.clear();
      starts.set(day, (start = serviceDayStartMs(day, timeZone)));
    }
    return start;
  };
  const leaving = departuresOf(columns, startOf);
  let interpolated = 0;
  for (const flags of stopTimes.flags) interpolated += flags & flag.interpolated;

  return {
    timeZone,
    language: columns.language,
    version: columns.version,
    firstDate: services.first === undefined ? undefined : toServiceDate(services.first),
    lastDate: services.last === undefined ? undefined : toServiceDate(services.last),
    counts: {
      agencies: agencies.length,
      stops: stops.length,
      routes: routes.length,
      trips: trips.ids.length,
      stopTimes: stopTimes.count,
      interpolated,
      shapes: shapes.ids.length,
      services: services.ids.length,
    },
    agencies: () => agencies,
    stops: () => stops,
    routes: () => routes,
    stop: (id) => stops[stopAt.get(id) ?? none],
    route: (id) => routes[routeAt.get(id) ?? none],
    trip(id) {
      const at = tripAt.get(id);
      if (at === undefined) return undefined;
      const headsign = headsigns[trips.headsign[at] ?? none];
      const shortName = trips.shortNames.get(at);
      const blockId = trips.blocks.get(at);
      const shapeId = shapes.ids[trips.shape[at] ?? none];
      const direction = trips.direction[at];
      return {
        id,
        routeId: (routes[trips.route[at] ?? 0] as Route).id,
        serviceId: services.ids[trips.service[at] ?? 0] ?? '',
        wheelchairAccessible: (trips.wheelchair[at] ?? 0) as Trip['wheelchairAccessible'],
        frequencies: trips.frequencies.get(at) ?? [],
        ...(headsign !== undefined && { headsign }),
        ...(shortName !== undefined && { shortName }),
        ...(blockId !== undefined && { blockId }),
        ...(shapeId !== undefined && { shapeId }),
        ...((direction === 0 || direction === 1) && { directionId: direction }),
      };
    },
    tripIds(routeId) {
      const route = routeAt.get(routeId);
      return route === undefined ? [] : trips.ids.filter((_, trip) => trips.route[trip] === route);
    },
    platformIds(stopId) {
      const at = stopAt.get(stopId);
      return at === undefined ? [] : (platforms.get(at) ?? [at]).map((one) => (stops[one] as Stop).id);
    },
    routesAt(stopId) {
      const at = stopAt.get(stopId);
      if (at === undefined) return [];
      return leaving.routesAt(platforms.get(at) ?? [at]).map((route) => routes[route] as Route);
    },
    stopTimes(tripId) {
      const trip = tripAt.get(tripId);
      if (trip === undefined) return [];
      const found: StopTime[] = [];
      for (let i = trips.first[trip] ?? 0; i < (trips.first[trip + 1] ?? 0); i++) {
        const flags = stopTimes.flags[i] ?? 0;
        const approximate = approximateAt(stopTimes, i);
        const headsign = headsigns[stopTimes.headsign?.[i] ?? none];
        found.push({
          stopId: (stops[stopTimes.stop[i] ?? 0] as Stop).id,
          sequence: stopTimes.sequence[i] ?? 0,
          arrivalS: stopTimes.arrivalS[i] ?? 0,
          departureS: stopTimes.departureS[i] ?? 0,
          pickupType: ((flags >> flag.pickupShift) & 3) as StopTime['pickupType'],
          dropOffType: ((flags >> flag.dropOffShift) & 3) as StopTime['dropOffType'],
          ...(approximate !== undefined && { approximate }),
          ...(headsign !== undefined && { headsign }),
        });
      }
      return found;
    },
    lastStop(tripId) {
      const trip = tripAt.get(tripId);
      const end = trip === undefined ? 0 : (trips.first[trip + 1] ?? 0);
      return end > 0 ? stops[stopTimes.stop[end - 1] ?? none] : undefined;
    },
    shape(id) {
      const shape = shapeAt.get(id);
      if (shape === undefined) return undefined;
      const points: [number, number][] = [];
      for (let i = shapes.first[shape] ?? 0; i < (shapes.first[shape + 1] ?? 0); i++) {
        points.push([shapes.long[i] ?? 0, shapes.lat[i] ?? 0]);
      }
      return points;
    },
    headsignNames: (headsign) => columns.headsignNames?.get(headsign) ?? {},
    runsOn(tripId, date) {
      const trip = tripAt.get(tripId);
      const day = parseServiceDate(date);
      return trip !== undefined && day !== undefined && services.runs(trips.service[trip] ?? 0, day);
    },
    serviceDayStartMs(date) {
      const day = parseServiceDate(date);
      if (day === undefined) throw new Problem('bad-data', `${date} is no service date such as 20190415`);
      return startOf(day);
    },
    departures({ stop, fromMs, withinMs, limit }) {
      const asked = stopAt.get(stop);
      if (asked === undefined) throw new Problem('not-found', `the timetable has no stop ${stop}`, 'stop');
      return leaving.of(platforms.get(asked) ?? [asked], fromMs, fromMs + withinMs, limit);
    },
  };
}

function indexOf(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.map((id, at) => [id, at]));
}

/** A station with the stops that belong to it, boarding areas of its platforms included. */
function platformsOf(
  stops: readonly Stop[],
  stopAt: ReadonlyMap<string, number>,
): ReadonlyMap<number, readonly number[]> {
  const platforms = new Map<number, number[]>();
  for (const [at, { parent }] of stops.entries()) {
    let above = stopAt.get(parent ?? '');
    for (let depth = 0; above !== undefined && depth < 2; depth++) {
      const list = platforms.get(above);
      if (list) list.push(at);
      else platforms.set(above, [above, at]);
      above = stopAt.get(stops[above]?.parent ?? '');
    }
  }
  return platforms;
}
