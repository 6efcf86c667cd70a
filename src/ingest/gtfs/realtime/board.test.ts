import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fixedClock } from '../../../base/clock.ts';
import { realtimeBoard } from './board.ts';
import { decodeFeed } from './decoder.ts';
import { writeFeed, type FeedParts } from './fixtures/feedWriter.ts';
import { town } from './fixtures/town.ts';

/** Tuesday, 16 April 2019, in Dushanbe. */
const at = (clock: string): number => Date.parse(`2019-04-16T${clock}:00+05:00`);
const table = town('Asia/Dushanbe', { T: { route: 'R', stops: 'A 08:00, B 08:10, C 08:20' } });
const seconds = (clock: string): number => at(clock) / 1000;

function open(timetables: Readonly<Record<string, typeof table>> = { bus: table }) {
  const clock = fixedClock(at('08:00'));
  const board = realtimeBoard({ clock, timetableOf: (source) => timetables[source] });
  board.declare({ name: 'gtfs-rt 1', source: 'live', timetable: 'bus', maxAgeMs: 600_000 });
  const say = (parts: FeedParts, name = 'gtfs-rt 1') => board.publish(name, decodeFeed(writeFeed(parts)), clock.now());
  const [departure] = table.departures({ stop: 'B', fromMs: at('08:00'), withinMs: 3_600_000, limit: 1 });
  assert.ok(departure);
  const expected = (): string => {
    const found = board.prediction('bus', departure);
    return found?.departureMs === undefined
      ? '?'
      : new Date(found.departureMs + 18_000_000).toISOString().slice(11, 16);
  };
  return { clock, board, say, departure, expected };
}
const late = (minutes: number, clock = '08:00'): FeedParts => ({
  timestampS: seconds(clock),
  tripUpdates: [
    {
      id: 'u',
      trip: { tripId: 'T' },
      stops: [{ stopId: 'A', departure: { delayS: minutes * 60 }, relationship: 'SCHEDULED' }],
    },
  ],
});

suite('the board of what live feeds say', () => {
  test('tells what is expected until the feed says something else', () => {
    const { say, expected, board } = open();
    assert.equal(expected(), '?');
    assert.deepEqual(board.state('bus'), { current: false });
    say(late(5));
    assert.equal(expected(), '08:15');
    say(late(2));
    assert.equal(expected(), '08:12');
    say({ timestampS: seconds('08:00') });
    assert.equal(expected(), '?', 'a trip that the whole feed no longer has is not known any more');
    assert.equal(board.state('other'), undefined);
  });

  test('what is older than ten minutes is not used, and it says since when', () => {
    const { say, expected, clock, board } = open();
    say(late(5));
    clock.set(at('08:10'));
    assert.equal(expected(), '08:15');
    clock.set(at('08:11'));
    assert.equal(expected(), '?');
    assert.deepEqual(board.state('bus'), { current: false, saidMs: at('08:00') });
    // The same old feed taken again is no newer.
    say(late(5, '08:00'));
    assert.equal(expected(), '?');
    say(late(6, '08:11'));
    assert.equal(expected(), '08:16');
  });

  test('a trip whose own time is old is not used although the feed is new', () => {
    const { say, expected } = open();
    const [update] = late(5).tripUpdates ?? [];
    assert.ok(update);
    say({ timestampS: seconds('08:00'), tripUpdates: [{ ...update, timestampS: seconds('07:40') }] });
    assert.equal(expected(), '?');
  });

  test('a clock that is ahead does not make old news young', () => {
    const { say, clock, expected } = open();
    const report = say(late(5, '10:00'));
    assert.equal(report.aheadS, 7200);
    clock.set(at('08:11'));
    assert.equal(expected(), '?');
  });

  test('names the vehicle of a trip, from either message', () => {
    const { say, board, departure } = open();
    board.declare({ name: 'gtfs-rt 2', source: 'live', timetable: 'bus', maxAgeMs: 600_000 });
    say(late(5));
    say(
      {
        timestampS: seconds('08:00'),
        vehicles: [{ id: 'v', vehicle: { id: '77' }, trip: { tripId: 'T' }, status: 'STOPPED_AT', carriages: [] }],
      },
      'gtfs-rt 2',
    );
    assert.equal(board.prediction('bus', departure)?.vehicle, 'urn:ngsi-ld:Vehicle:live:77');
  });

  test('names what the timetable does not know, of trips, vehicles and notices', () => {
    const { say } = open();
    const report = say({
      timestampS: seconds('08:00'),
      tripUpdates: [
        { id: 'u', trip: { tripId: 'X' }, stops: [{ stopId: 'S', arrival: { delayS: 0 }, relationship: 'SCHEDULED' }] },
      ],
      vehicles: [
        { id: 'v', vehicle: { id: '1' }, trip: { tripId: 'Y', routeId: 'Q' }, status: 'STOPPED_AT', carriages: [] },
      ],
      alerts: [
        {
          id: 'a',
          periods: [],
          informed: [{ routeId: 'R' }, { stopId: 'nowhere' }],
          cause: 'OTHER_CAUSE',
          effect: 'DETOUR',
          severity: 'INFO',
        },
      ],
    });
    assert.deepEqual(report.unknown, {
      trips: { count: 2, first: ['X', 'Y'] },
      routes: { count: 1, first: ['Q'] },
      stops: { count: 2, first: ['S', 'nowhere'] },
    });
    assert.deepEqual([report.matched, report.timetableKnown], [0, true]);
  });

  test('without the timetable nothing is looked up, and it says so; once it is there all is matched', () => {
    const timetables: Record<string, typeof table> = {};
    const { say, expected, board } = open(timetables);
    assert.equal(say(late(5)).timetableKnown, false);
    assert.equal(expected(), '?');
    timetables['bus'] = table;
    assert.equal(expected(), '08:15');
    assert.equal(board.reports('live')[0]?.matched, 1);
  });

  test('notices hold for their stops, routes and hours', () => {
    const { say, board } = open();
    const notice = { cause: 'CONSTRUCTION', effect: 'DETOUR', severity: 'WARNING' };
    say({
      timestampS: seconds('08:00'),
      alerts: [
        {
          ...notice,
          id: 'stop',
          periods: [{ startS: seconds('07:00'), endS: seconds('09:00') }],
          informed: [{ stopId: 'A' }],
          header: { ru: 'Объезд', '': 'Detour' },
        },
        { ...notice, id: 'route', periods: [], informed: [{ routeId: 'R' }] },
        { ...notice, id: 'both', periods: [], informed: [{ routeId: 'R', stopId: 'C' }] },
        { ...notice, id: 'trip', periods: [], informed: [{ trip: { tripId: 'T' } }] },
        { ...notice, id: 'nobody', periods: [], informed: [] },
      ],
    });
    const shown = (stop: string, routes: readonly string[], clock: string): string[] =>
      board.alerts('bus', { stopIds: [stop], routeIds: routes }, at(clock)).map(({ id }) => id.split(':').at(-1) ?? '');
    assert.deepEqual(shown('A', ['R'], '08:00'), ['stop', 'route', 'trip']);
    assert.deepEqual(shown('A', ['R'], '09:00'), ['route', 'trip']);
    assert.deepEqual(shown('C', ['R'], '08:00'), ['route', 'both', 'trip']);
    assert.deepEqual(shown('A', ['other'], '08:00'), ['stop']);
    const [first] = board.alerts('bus', { stopIds: ['A'], routeIds: [] }, at('08:00'));
    assert.deepEqual(first?.header, { ru: 'Объезд', '': 'Detour' });
    assert.equal(first?.toMs, at('09:00'));
  });

  test('added trips leave in their interval', () => {
    const { say, board } = open();
    const stopAt = (stopId: string, clock: string) => ({
      stopId,
      departure: { timeS: seconds(clock) },
      relationship: 'SCHEDULED',
    });
    say({
      timestampS: seconds('08:00'),
      tripUpdates: [
        {
          id: 'u',
          trip: { tripId: 'X', routeId: 'R', relationship: 'ADDED' },
          vehicle: { id: '9' },
          stops: [stopAt('A', '08:05'), stopAt('B', '08:12'), stopAt('C', '08:30')],
        },
      ],
    });
    const found = board.added('bus', ['A', 'B'], at('08:00'), at('08:12'));
    assert.deepEqual(
      found.map(({ departure, prediction }) => [departure.stopId, departure.tripId, prediction.vehicle]),
      [['A', 'X', 'urn:ngsi-ld:Vehicle:live:9']],
    );
  });
});
