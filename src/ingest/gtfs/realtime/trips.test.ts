import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { town, type TownTrip } from './fixtures/town.ts';
import type { StopTimeUpdate, TripDescriptor, TripUpdate } from './message.ts';
import { matchTrips, type Trips } from './trips.ts';
import { foundUnknown, nothingUnknown } from './unknown.ts';

const zone = 'Asia/Dushanbe';
/** Of Tuesday, 16 April 2019, in Dushanbe. */
const at = (clock: string): number => Date.parse(`2019-04-16T${clock}:00+05:00`);
const feedMs = at('08:00');
const line: TownTrip = { route: 'R', stops: 'A 08:00, B 08:10, C 08:20-08:25, D 08:30, E 08:40' };

const update = (
  trip: TripDescriptor,
  stops: readonly Partial<StopTimeUpdate>[] = [],
  more: Partial<TripUpdate> = {},
): TripUpdate => ({ id: 'u', trip, stops: stops.map((stop) => ({ relationship: 'SCHEDULED', ...stop })), ...more });

const match = (updates: readonly TripUpdate[], trips: Readonly<Record<string, TownTrip>> = { T: line }) => {
  const table = town(zone, trips);
  const unknown = nothingUnknown();
  const found = matchTrips(updates, table, feedMs, unknown);
  /** `B 08:15, C skipped, D ?`: what is expected to leave the stops of the trip that day. */
  const board = (tripId = 'T', serviceDate = '20190416'): string =>
    table
      .stopTimes(tripId)
      .map(({ stopId, sequence, arrivalS, departureS }) => {
        const departure = { stopId, stopSequence: sequence, tripId, routeId: 'R', serviceDate, startS: 0 };
        const expected = found.find({ ...departure, arrivalMs: arrivalS * 1000, departureMs: departureS * 1000 });
        return `${stopId} ${shown(expected)}`;
      })
      .join(', ');
  return { found, board, unknown: () => foundUnknown(unknown), table };
};
const shown = (expected: ReturnType<Trips['find']>): string => {
  if (!expected) return '?';
  if (expected.cancelled) return 'cancelled';
  if (expected.skipped) return 'skipped';
  return expected.departureMs === undefined ? '?' : clockOf(expected.departureMs);
};
const clockOf = (ms: number): string => new Date(ms + 5 * 3_600_000).toISOString().slice(11, 16);
const today = { tripId: 'T', startDate: '20190416' };
const late = (minutes: number) => ({ delayS: minutes * 60 });

suite('trip updates', () => {
  test('a delay holds for the stops after it, until another one is told', () => {
    const { board } = match([
      update(today, [
        { stopId: 'B', departure: late(5) },
        { stopId: 'D', departure: late(1) },
      ]),
    ]);
    assert.equal(board(), 'A ?, B 08:15, C 08:30, D 08:31, E 08:41');
  });

  test('an update without a time makes what follows unknown', () => {
    const { board } = match([update(today, [{ stopId: 'A', departure: late(5) }, { stopId: 'C' }])]);
    assert.equal(board(), 'A 08:05, B 08:15, C ?, D ?, E ?');
  });

  test('NO_DATA is handed on; SKIPPED is not, but the delay before it is', () => {
    const skipped = [
      { stopId: 'A', departure: late(3) },
      { stopId: 'B', relationship: 'SKIPPED' },
    ];
    assert.equal(match([update(today, skipped)]).board(), 'A 08:03, B skipped, C 08:28, D 08:33, E 08:43');
    const silent = [
      { stopId: 'A', departure: late(3) },
      { stopId: 'C', relationship: 'NO_DATA' },
    ];
    assert.equal(match([update(today, silent)]).board(), 'A 08:03, B 08:13, C ?, D ?, E ?');
  });

  test('an instant decides over a delay; an instant of 0 is none', () => {
    const both = { delayS: 60, timeS: at('08:17') / 1000 };
    assert.equal(
      match([update(today, [{ stopId: 'B', departure: both }])]).board(),
      'A ?, B 08:17, C 08:32, D 08:37, E 08:47',
    );
    const zero = { delayS: 60, timeS: 0 };
    assert.equal(match([update(today, [{ stopId: 'D', arrival: zero }])]).board(), 'A ?, B ?, C ?, D 08:31, E 08:41');
  });

  test('a delay on arrival is one on departure where nothing else is said', () => {
    const arrival = [{ stopId: 'C', arrival: late(4) }];
    assert.equal(match([update(today, arrival)]).board(), 'A ?, B ?, C 08:29, D 08:34, E 08:44');
  });

  test('the delay of the trip holds until a stop says otherwise', () => {
    const { board } = match([update(today, [{ stopId: 'D', departure: late(0) }], { delayS: 120 })]);
    assert.equal(board(), 'A 08:02, B 08:12, C 08:27, D 08:30, E 08:40');
  });

  test('a stop is found by its sequence; by its id when another timetable numbered it', () => {
    assert.equal(
      match([update(today, [{ stopSequence: 40, departure: late(2) }])]).board(),
      'A ?, B ?, C ?, D 08:32, E 08:42',
    );
    assert.equal(
      match([update(today, [{ stopId: 'D', stopSequence: 20, departure: late(2) }])]).board(),
      'A ?, B ?, C ?, D 08:32, E 08:42',
    );
  });

  test('of a loop the second passage is the one after the first', () => {
    const loop: TownTrip = { route: 'R', stops: 'A 08:00, B 08:10, A 08:20, C 08:30' };
    const { board } = match(
      [
        update(today, [
          { stopId: 'A', departure: late(1) },
          { stopId: 'B', departure: late(2) },
          { stopId: 'A', departure: late(7) },
        ]),
      ],
      { T: loop },
    );
    assert.equal(board(), 'A 08:01, B 08:12, A 08:27, C 08:37');
  });

  test('a time that is a day off is not used, and counted', () => {
    const { board, found } = match([
      update(today, [{ stopId: 'B', departure: { timeS: at('08:10') / 1000 - 200_000 } }]),
    ]);
    assert.equal(board(), 'A ?, B ?, C ?, D ?, E ?');
    assert.equal(found.counts.implausible, 1);
  });

  test('a trip that does not run is told so, and only on its day', () => {
    const { board, found } = match([update({ ...today, relationship: 'CANCELED' })]);
    assert.match(board(), /^A cancelled, .*E cancelled$/);
    assert.equal(board('T', '20190417'), 'A ?, B ?, C ?, D ?, E ?');
    assert.equal(found.counts.cancelled, 1);
  });

  test('without a date it is the day on which the trip is nearest', () => {
    const night: TownTrip = { route: 'R', stops: 'A 23:50, B 24:10, C 25:00' };
    const said = update({ tripId: 'T' }, [{ stopId: 'B', departure: late(5) }], { timestampS: at('00:05') / 1000 });
    const { board } = match([said], { T: night });
    assert.equal(board('T', '20190415'), 'A ?, B 00:15, C 01:05');
    assert.equal(board('T', '20190416'), 'A ?, B ?, C ?');
  });

  test('a trip without an id is known by its route and start', () => {
    const trip = { routeId: 'R', startTime: '08:00:00', startDate: '20190416' };
    assert.equal(
      match([update(trip, [{ stopId: 'D', departure: late(9) }])]).board(),
      'A ?, B ?, C ?, D 08:39, E 08:49',
    );
  });

  test('runs of a trip with frequencies are told apart by their start', () => {
    const shuttle: TownTrip = {
      route: 'R',
      stops: 'A 00:00, B 00:10, C 00:20',
      frequencies: [{ startS: 8 * 3600, endS: 10 * 3600, headwayS: 1800, exact: false }],
    };
    const run = update({ ...today, startTime: '08:30:00', relationship: 'UNSCHEDULED' }, [
      { stopId: 'B', departure: { timeS: at('08:44') / 1000 } },
    ]);
    const { found, table } = match([run], { T: shuttle });
    const departures = table.departures({ stop: 'B', fromMs: at('08:00'), withinMs: 7_200_000, limit: 9 });
    assert.deepEqual(
      departures.map((departure) => `${clockOf(departure.departureMs)} ${shown(found.find(departure))}`),
      ['08:10 ?', '08:40 08:44', '09:10 ?', '09:40 ?'],
    );
    assert.deepEqual(match([update(today)], { T: shuttle }).unknown().trips.first, ['T (no start_time)']);
  });

  test('an added trip leaves its stops at its own times; the last is no departure', () => {
    const extra = update({ tripId: 'X', routeId: 'R', relationship: 'ADDED' }, [
      { stopId: 'A', departure: { timeS: at('08:05') / 1000 } },
      { stopId: 'C', arrival: { timeS: at('08:15') / 1000 } },
      { stopId: 'D', arrival: { timeS: at('08:25') / 1000 } },
    ]);
    const { found, unknown } = match([extra]);
    const [departure] = found.extras('C');
    assert.equal(clockOf(departure?.prediction.departureMs ?? 0), '08:15');
    assert.deepEqual(departure?.departure.tripId, 'X');
    assert.equal(departure?.departure.serviceDate, '20190416');
    assert.deepEqual(found.extras('D'), []);
    assert.deepEqual(unknown().trips, { count: 0, first: [] });
    assert.equal(found.counts.added, 1);
  });

  test('a duplicated trip runs again at its own hour', () => {
    const copy = update({ ...today, relationship: 'DUPLICATED' }, [{ stopId: 'B', departure: late(2) }], {
      properties: { tripId: 'T2', startDate: '20190416', startTime: '12:00:00' },
    });
    const { found, board } = match([copy]);
    const [departure] = found.extras('D');
    assert.equal(clockOf(departure?.departure.departureMs ?? 0), '12:30');
    assert.equal(clockOf(departure?.prediction.departureMs ?? 0), '12:32');
    assert.equal(board(), 'A ?, B ?, C ?, D ?, E ?');
  });

  test('trips, routes and stops that the timetable does not have are named', () => {
    const { unknown } = match([
      update({ tripId: 'nobody', routeId: 'no-route' }, [{ stopId: 'Z', departure: late(1) }]),
      update(today, [{ stopId: 'Y', departure: late(1) }]),
      update({ tripId: 'T', startDate: '20190420' }),
    ]);
    assert.deepEqual(unknown(), {
      trips: { count: 2, first: ['nobody', 'T (20190420)'] },
      routes: { count: 1, first: ['no-route'] },
      stops: { count: 1, first: ['Y'] },
    });
  });

  test('one delay for all stops moves the whole trip by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3600, max: 7200 }), fc.nat(4), (delayS, from) => {
        const stopId = 'ABCDE'[from] ?? 'A';
        const { found, table } = match([update(today, [{ stopId, departure: { delayS } }])]);
        for (const departure of 'ABCD'
          .split('')
          .flatMap((stop) => [...table.departures({ stop, fromMs: at('00:00'), withinMs: 86_400_000, limit: 9 })])) {
          const expected = found.find(departure);
          if (departure.stopSequence < (from + 1) * 10) assert.equal(expected, undefined);
          else assert.equal(expected?.departureMs, departure.departureMs + delayS * 1000);
        }
      }),
    );
  });
});
