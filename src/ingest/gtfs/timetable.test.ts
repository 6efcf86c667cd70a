import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseServiceDate, serviceDayStartMs, services, toServiceDate, weekdayOf } from './calendar.ts';
import { flag, type TimetableColumns } from './columns.ts';
import { timetable } from './timetable.ts';
import type { Stop } from './words.ts';

const stop = (id: string, more: Partial<Stop> = {}): Stop => ({
  id,
  name: id,
  names: {},
  locationType: 0,
  wheelchairBoarding: 0,
  ...more,
});
const monday = parseServiceDate('20190415') ?? 0;
const hour = 3600;

/** Two platforms of one station and a terminus. T1 leaves A at 08:00 and B at 08:10, blank in between; T2 at 25:00. */
function town(timeZone: string): TimetableColumns {
  return {
    timeZone,
    agencies: [{ id: '', name: 'Buses', names: {} }],
    stops: [stop('A', { parent: 'S' }), stop('B', { parent: 'S' }), stop('C'), stop('S', { locationType: 1 })],
    routes: [{ id: 'R', agencyId: '', shortName: '1', longName: '', longNames: {}, type: 3 }],
    services: services(['week'], [{ service: 0, weekdays: 0b0011111, from: monday, to: monday + 13 }], []),
    trips: {
      ids: ['T1', 'T2', 'T3'],
      first: Uint32Array.of(0, 3, 5, 7),
      route: Int32Array.of(0, 0, 0),
      service: Int32Array.of(0, 0, 0),
      shape: Int32Array.of(-1, -1, -1),
      headsign: Int32Array.of(0, -1, -1),
      direction: Int8Array.of(0, 1, -1),
      wheelchair: new Uint8Array(3),
      shortNames: new Map(),
      blocks: new Map(),
      frequencies: new Map([[2, [{ startS: 10 * hour, endS: 11 * hour, headwayS: 1200, exact: false }]]]),
    },
    stopTimes: {
      count: 7,
      stop: Int32Array.of(0, 1, 2, 0, 2, 1, 2),
      sequence: Uint16Array.of(1, 2, 3, 1, 2, 5, 9),
      arrivalS: Int32Array.of(8, 8, 9, 25, 26, 0, 1).map((hours) => hours * hour),
      departureS: Int32Array.of(8 * hour, 8 * hour + 600, 9 * hour, 25 * hour, 26 * hour, 60, hour),
      flags: Uint8Array.of(0, flag.interpolated, 0, 0, 0, 0, 0),
      headsign: undefined,
    },
    shapes: { ids: [], first: Uint32Array.of(0), long: new Float64Array(), lat: new Float64Array() },
    headsigns: ['Centre'],
    headsignNames: new Map(),
  };
}

const at = (text: string): number => Date.parse(text);
const shown = (table: ReturnType<typeof timetable>, of: string, from: string, withinMs: number, limit = 20): string[] =>
  table
    .departures({ stop: of, fromMs: at(from), withinMs, limit })
    .map(
      ({ tripId, departureMs, approximate, serviceDate }) =>
        `${new Date(departureMs).toISOString().slice(0, 16)} ${tripId} ${serviceDate}${approximate ? ` ${approximate}` : ''}`,
    );

suite('a timetable', () => {
  test('tells what leaves a stop, by time, and says which times are worked out', () => {
    const table = timetable(town('Asia/Dushanbe'));
    assert.deepEqual(shown(table, 'B', '2019-04-15T00:00:00+05:00', 86_400_000), [
      '2019-04-15T03:10 T1 20190415 interpolated',
      '2019-04-15T05:00 T3 20190415 frequency',
      '2019-04-15T05:20 T3 20190415 frequency',
      '2019-04-15T05:40 T3 20190415 frequency',
    ]);
  });
  test('a trip after midnight belongs to the day before', () => {
    const table = timetable(town('Asia/Dushanbe'));
    assert.deepEqual(shown(table, 'A', '2019-04-20T00:30:00+05:00', 3_600_000), ['2019-04-19T20:00 T2 20190419']);
    assert.deepEqual(shown(table, 'A', '2019-04-15T00:30:00+05:00', 3_600_000), []);
  });
  test('the end of a trip is no departure', () => {
    assert.deepEqual(shown(timetable(town('UTC')), 'C', '2019-04-15T00:00:00Z', 7 * 86_400_000), []);
  });
  test('a station has the departures of its platforms', () => {
    assert.deepEqual(shown(timetable(town('UTC')), 'S', '2019-04-15T07:00:00Z', 2 * 3_600_000), [
      '2019-04-15T08:00 T1 20190415',
      '2019-04-15T08:10 T1 20190415 interpolated',
    ]);
  });
  test('the interval holds its beginning and not its end', () => {
    const table = timetable(town('UTC'));
    assert.equal(shown(table, 'A', '2019-04-15T08:00:00Z', 1).length, 1);
    assert.equal(shown(table, 'A', '2019-04-15T07:59:00Z', 60_000).length, 0);
    assert.equal(shown(table, 'B', '2019-04-15T10:00:00Z', 3_600_000, 2).length, 2);
  });
  test('an unknown stop is a Problem', () => {
    assert.throws(() => timetable(town('UTC')).departures({ stop: 'Z', fromMs: 0, withinMs: 1, limit: 1 }), {
      kind: 'not-found',
    });
  });
  test('a trip tells its stops in order', () => {
    const table = timetable(town('UTC'));
    assert.deepEqual(
      table.stopTimes('T1').map(({ stopId, sequence, departureS }) => [stopId, sequence, departureS]),
      [
        ['A', 1, 8 * hour],
        ['B', 2, 8 * hour + 600],
        ['C', 3, 9 * hour],
      ],
    );
    assert.equal(table.trip('T1')?.headsign, 'Centre');
    assert.equal(table.trip('T9'), undefined);
    assert.equal(table.runsOn('T1', '20190415'), true);
    assert.equal(table.runsOn('T1', '20190420'), false);
    assert.deepEqual([table.firstDate, table.lastDate], ['20190415', '20190426']);
  });
});

suite('a service day', () => {
  test('begins at noon minus twelve hours, an hour off midnight when the clocks are changed', () => {
    // Berlin: forward on 31 March 2019 at 02:00, back on 27 October 2019 at 03:00.
    const berlin = (date: string): string =>
      new Date(serviceDayStartMs(parseServiceDate(date) ?? 0, 'Europe/Berlin')).toISOString();
    assert.equal(berlin('20190330'), '2019-03-29T23:00:00.000Z');
    assert.equal(berlin('20190331'), '2019-03-30T22:00:00.000Z');
    assert.equal(berlin('20191027'), '2019-10-26T23:00:00.000Z');
  });
  test('a departure at eight is at eight on the wall when the clocks were changed in the night', () => {
    const table = timetable({
      ...town('Europe/Berlin'),
      services: services(
        ['week'],
        [{ service: 0, weekdays: 127, from: parseServiceDate('20190330') ?? 0, to: parseServiceDate('20190402') ?? 0 }],
        [],
      ),
    });
    assert.deepEqual(shown(table, 'A', '2019-03-31T08:00:00+02:00', 60_000), ['2019-03-31T06:00 T1 20190331']);
    // 25:00 of the 30th is counted from its own start: an hour after midnight, standard time.
    assert.deepEqual(shown(table, 'A', '2019-03-31T01:00:00+01:00', 60_000), ['2019-03-31T00:00 T2 20190330']);
  });
  test('is read and written as GTFS writes it', () => {
    assert.equal(parseServiceDate('20190229'), undefined);
    assert.equal(parseServiceDate('2019-04-15'), undefined);
    assert.equal(toServiceDate(monday), '20190415');
    assert.equal(weekdayOf(monday), 0);
  });
  test('an exception adds or takes a day', () => {
    const week = services(
      ['a', 'b'],
      [{ service: 0, weekdays: 127, from: monday, to: monday + 40 }],
      [
        { service: 0, day: monday + 1, added: false },
        { service: 1, day: monday + 50, added: true },
      ],
    );
    assert.deepEqual([week.runs(0, monday), week.runs(0, monday + 1), week.runs(1, monday + 50)], [true, false, true]);
    assert.deepEqual([week.first, week.last], [monday, monday + 50]);
  });
});
