/** What stands on the board of a stop: departures of the timetable, with what is known of them right now. */
import { dayAt, toServiceDate } from './calendar.ts';
import type { HeldTimetables } from './timetables.ts';
import type { Timetable } from './timetable.ts';
import type { Departure, Prediction, Realtime, RealtimeState, Route, Stop, TransitAlert } from './words.ts';

export type BoardLine = {
  readonly departure: Departure;
  /** Absent for a trip that was added on a route that the timetable does not have. */
  readonly route?: Route;
  /** Where the trip ends; absent for a trip that the timetable does not have. */
  readonly destination?: Stop;
  /** It runs besides the timetable. */
  readonly added?: true;
  /** The platform, where a station was asked for. */
  readonly stop: Stop;
  /** When it is expected: as predicted, else as the timetable says. */
  readonly expectedMs: number;
  readonly prediction?: Prediction;
};

export type Board = {
  readonly source: string;
  readonly timetable: Timetable;
  readonly stop: Stop;
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: readonly BoardLine[];
  /** Notices that hold at the beginning of the interval. */
  readonly alerts: readonly TransitAlert[];
  /** How things stand with live information; absent: nobody gives any for this timetable. */
  readonly live?: RealtimeState;
  /** The first departure after the interval; looked for only when the interval has none. */
  readonly next?: Departure;
  /** The timetable does not reach here. */
  readonly outside?: 'ended' | 'not-begun' | 'never';
};

export type BoardQuery = {
  readonly source: string;
  readonly stop: string;
  readonly fromMs: number;
  readonly withinMs: number;
  readonly limit: number;
};

export type Boards = {
  /** @throws Problem not-found (no such timetable or stop), overloaded (it is being read) */
  of(query: BoardQuery): Board;
};

/** A vehicle this late is still waited for. */
const lateMaxMs = 90 * 60_000;
/** Late ones stand before those that were asked for; more than these do not fit in the time. */
const lateMax = 200;
const nextWithinMs = 14 * 86_400_000;

export function boards({
  timetables,
  realtime,
}: {
  timetables: Pick<HeldTimetables, 'get'>;
  realtime: Realtime | undefined;
}): Boards {
  return {
    of({ source, stop: id, fromMs, withinMs, limit }) {
      const timetable = timetables.get(source);
      const toMs = fromMs + withinMs;
      // A late vehicle was to leave before; one that is gone is not shown again.
      const early = realtime ? lateMaxMs : 0;
      const departures = timetable.departures({
        stop: id,
        fromMs: fromMs - early,
        withinMs: withinMs + early,
        limit: realtime ? limit + lateMax : limit,
      });
      const stop = timetable.stop(id) as Stop;
      const stopIds = timetable.platformIds(id);
      const added = realtime?.added(source, stopIds, fromMs - early, toMs) ?? [];
      const lines = [
        ...departures.map((departure) => lineOf(timetable, departure, realtime?.prediction(source, departure))),
        ...added.map(({ departure, prediction }) => ({
          ...lineOf(timetable, departure, prediction),
          added: true as const,
        })),
      ]
        .filter(({ expectedMs }) => expectedMs >= fromMs)
        .sort((a, b) => a.expectedMs - b.expectedMs)
        .slice(0, limit);
      const routeIds = timetable.routesAt(id).map((route) => route.id);
      const alerts = realtime?.alerts(source, { stopIds, routeIds }, fromMs) ?? [];
      const live = realtime?.state(source);
      const [next] =
        lines.length > 0 ? [] : timetable.departures({ stop: id, fromMs: toMs, withinMs: nextWithinMs, limit: 1 });
      const outside = lines.length > 0 || next ? undefined : outsideOf(timetable, fromMs);
      return {
        source,
        timetable,
        stop,
        fromMs,
        toMs,
        lines,
        alerts,
        ...(live && { live }),
        ...(next && { next }),
        ...(outside && { outside }),
      };
    },
  };
}

function lineOf(timetable: Timetable, departure: Departure, prediction: Prediction | undefined): BoardLine {
  const route = timetable.route(departure.routeId);
  const destination = timetable.lastStop(departure.tripId);
  return {
    departure,
    ...(route && { route }),
    ...(destination && { destination }),
    stop: timetable.stop(departure.stopId) as Stop,
    expectedMs: prediction?.departureMs ?? departure.departureMs,
    ...(prediction && { prediction }),
  };
}

function outsideOf({ firstDate, lastDate, timeZone }: Timetable, fromMs: number): Board['outside'] {
  if (firstDate === undefined || lastDate === undefined) return 'never';
  const today = toServiceDate(dayAt(fromMs, timeZone));
  return today > lastDate ? 'ended' : today < firstDate ? 'not-begun' : undefined;
}
