/** What stands on the board of a stop: departures of the timetable, with what is known of them right now. */
import { dayAt, toServiceDate } from './calendar.ts';
import type { HeldTimetables } from './timetables.ts';
import type { Timetable } from './timetable.ts';
import type { Departure, Prediction, Realtime, Route, Stop } from './words.ts';

export type BoardLine = {
  readonly departure: Departure;
  readonly route: Route;
  /** Where the trip ends. */
  readonly destination: Stop;
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
  timetables: HeldTimetables;
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
      const lines = departures
        .map((departure) => lineOf(timetable, departure, realtime?.prediction(source, departure)))
        .filter(({ expectedMs }) => expectedMs >= fromMs)
        .sort((a, b) => a.expectedMs - b.expectedMs)
        .slice(0, limit);
      const stop = timetable.stop(id) as Stop;
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
        ...(next && { next }),
        ...(outside && { outside }),
      };
    },
  };
}

function lineOf(timetable: Timetable, departure: Departure, prediction: Prediction | undefined): BoardLine {
  return {
    departure,
    route: timetable.route(departure.routeId) as Route,
    destination: timetable.lastStop(departure.tripId) as Stop,
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
