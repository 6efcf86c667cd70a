/** `/api/transit/...`: stops, routes, trips and departures as JSON. */
import type { Context, Hono } from 'hono';
import { parseDuration } from '../../base/time.ts';
import { Problem } from '../../base/problem.ts';
import type { Clock } from '../../base/clock.ts';
import { timeReader, type TimeReader } from '../mapping/time.ts';
import type { Board, Boards } from './board.ts';
import { boardCsv, unknownCsv } from './csv.ts';
import { parseStopEntityId } from './entity.ts';
import { boardJson, foundStopJson, heldJson, routeJson, stopJson, tripJson } from './json.ts';
import { stopsNamed, stopsNear } from './search.ts';
import type { HeldTimetables } from './timetables.ts';
import type { UnknownId } from './words.ts';

export type TransitDeps = {
  readonly timetables: HeldTimetables;
  readonly boards: Boards;
  readonly clock: Clock;
  /** Whether a source gives values that were not measured. */
  readonly isSimulated: (source: string) => boolean;
  /** What the live feeds name and the timetables do not know. */
  readonly unknown: () => readonly UnknownId[];
};

const readIso = timeReader('iso', undefined) as TimeReader;
const defaultWithinMs = 2 * 3_600_000;
const withinMaxMs = 7 * 86_400_000;
const limitMax = 500;

export function transitRoutes(app: Hono, { timetables, boards, clock, isSimulated, unknown }: TransitDeps): void {
  const boardOf = (c: Context): Board => {
    const { source, stop } = stopAsked(timetables, c.req.param('id') ?? '');
    const limit = wholeNumber(c, 'limit', 10, limitMax);
    return boards.of({ source, stop, fromMs: fromOf(c, clock), withinMs: withinOf(c), limit });
  };
  const file = (c: Context, text: string, name: string): Response =>
    c.body(text, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-cache',
    });
  app.get('/api/transit/timetables', (c) => c.json({ timetables: timetables.held().map(heldJson) }));

  app.get('/api/transit/stops', (c) => {
    const limit = wholeNumber(c, 'limit', 20, limitMax);
    const near = c.req.query('near');
    const name = c.req.query('name');
    if ((near === undefined) === (name === undefined)) {
      throw new Problem('invalid-request', 'wanted either near=LONG,LAT or name=TEXT', 'near');
    }
    const among = timetables.all();
    const found =
      near === undefined
        ? stopsNamed(among, name ?? '', limit)
        : stopsNear(among, positionOf(near), { maxM: wholeNumber(c, 'maxDistance', 500, 50_000), limit });
    return c.json({ stops: found.map(foundStopJson) });
  });
  app.get('/api/transit/stops/:id{.+}/departures', (c) => {
    const board = boardOf(c);
    c.header('cache-control', 'no-cache');
    return c.json(boardJson(board));
  });
  app.get('/api/transit/stops/:id{.+}/departures.csv', (c) => {
    const board = boardOf(c);
    const simulated = isSimulated(board.source);
    return file(c, boardCsv(board, simulated), `${simulated ? 'simulated-' : ''}departures.csv`);
  });
  app.get('/api/transit/unknown.csv', (c) => file(c, unknownCsv(unknown()), 'unknown-in-timetable.csv'));
  app.get('/api/transit/stops/:id{.+}', (c) => {
    const { source, stop } = stopAsked(timetables, c.req.param('id'));
    const timetable = timetables.get(source);
    const found = timetable.stop(stop);
    if (!found) throw new Problem('not-found', `the timetable has no stop ${stop.slice(0, 80)}`, 'id');
    return c.json(stopJson(source, timetable, found));
  });
  app.get('/api/transit/routes', (c) =>
    c.json({
      routes: timetables
        .all()
        .flatMap(({ source, timetable }) => timetable.routes().map((route) => routeJson(source, timetable, route))),
    }),
  );
  app.get('/api/transit/trips/:id{.+}', (c) => {
    const id = c.req.param('id');
    const asked = c.req.query('source');
    const among = asked === undefined ? timetables.all() : [{ source: asked, timetable: timetables.get(asked) }];
    const found = among.filter(({ timetable }) => timetable.trip(id) !== undefined);
    const [only] = found;
    if (!only) throw new Problem('not-found', `no timetable has a trip ${id.slice(0, 80)}`, 'id');
    if (found.length > 1) {
      const sources = found.map(({ source }) => source).join(', ');
      throw new Problem('invalid-request', `several timetables have this trip: name the source (${sources})`, 'source');
    }
    return c.json(tripJson(only.source, only.timetable, id));
  });
}

/**
 * A stop is asked for as `SOURCE:STOP`, as the id of its entity, or by its id alone when only one timetable is there.
 * @throws Problem not-found
 */
export function stopAsked(timetables: HeldTimetables, id: string): { source: string; stop: string } {
  const entity = parseStopEntityId(id);
  if (entity) return entity;
  const colon = id.indexOf(':');
  const held = timetables.held();
  const source = id.slice(0, Math.max(0, colon));
  if (held.some((one) => one.source === source)) return { source, stop: id.slice(colon + 1) };
  const [only] = held;
  if (only && held.length === 1) return { source: only.source, stop: id };
  throw new Problem('not-found', `no timetable has a stop ${id.slice(0, 80)}; wanted SOURCE:STOP`, 'id');
}

function fromOf(c: Context, clock: Clock): number {
  const text = c.req.query('from');
  if (text === undefined) return clock.now();
  // An unencoded plus sign arrives as a space.
  const at = readIso(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
  if (at !== undefined) return at;
  throw new Problem(
    'invalid-request',
    `from: found "${text.slice(0, 60)}", wanted an instant with its offset such as 2026-11-22T08:00:00+05:00`,
    'from',
  );
}

function withinOf(c: Context): number {
  const text = c.req.query('within');
  if (text === undefined) return defaultWithinMs;
  const duration = parseDuration(text);
  if (duration?.months === 0 && duration.ms > 0 && duration.ms <= withinMaxMs) return duration.ms;
  throw new Problem(
    'invalid-request',
    `within: found "${text.slice(0, 60)}", wanted a duration such as PT2H, at most P7D`,
    'within',
  );
}

function wholeNumber(c: Context, name: string, absent: number, max: number): number {
  const text = c.req.query(name);
  if (text === undefined) return absent;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw new Problem('invalid-request', `${name}: found "${text.slice(0, 60)}", wanted 1 to ${max}`, name);
}

/** @throws Problem invalid-request unless it is `LONG,LAT` in degrees */
export function positionOf(text: string): readonly [number, number] {
  const match = /^(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,2}(?:\.\d{1,15})?)$/.exec(text);
  const [long, lat] = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)];
  if (Math.abs(long) <= 180 && Math.abs(lat) <= 90) return [long, lat];
  throw new Problem(
    'invalid-request',
    `near: found "${text.slice(0, 60)}", wanted LONG,LAT such as 68.78,38.56`,
    'near',
  );
}
