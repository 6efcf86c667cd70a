import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boards, type Board } from './board.ts';
import { feedOf, feedZip } from './fixtures/feed.ts';
import { boardJson } from './json.ts';
import type { Departure, Realtime } from './words.ts';

const { timetable } = await feedOf(feedZip());
const at = (text: string): number => Date.parse(`2026-11-20T${text}:00+05:00`);
const saidMs = at('08:00');

const quiet: Realtime = {
  prediction: () => undefined,
  added: () => [],
  alerts: () => [],
  state: () => undefined,
  unknown: () => [],
};
const boardAt = (stop: string, from: string, realtime: Realtime | undefined): Board =>
  boards({ timetables: { get: () => timetable }, realtime }).of({
    source: 'bus',
    stop,
    fromMs: at(from),
    withinMs: 2 * 3_600_000,
    limit: 10,
  });
const lines = (board: Board): string[] =>
  board.lines.map(
    ({ departure, expectedMs, prediction, added }) =>
      `${new Date(expectedMs + 5 * 3_600_000).toISOString().slice(11, 16)} ${departure.tripId}${prediction?.cancelled ? ' cancelled' : ''}${added ? ' added' : ''}`,
  );

test('a late bus is on the board after its time in the timetable, and gone when it has left', () => {
  const late: Realtime = {
    ...quiet,
    prediction: (_, departure) =>
      departure.tripId === 'T1' ? { departureMs: departure.departureMs + 20 * 60_000, saidMs } : undefined,
  };
  assert.deepEqual(lines(boardAt('B', '08:10', late)), ['08:23 T1', '10:06 T3']);
  assert.deepEqual(lines(boardAt('B', '08:30', late)), ['10:06 T3', '10:26 T3']);
  assert.deepEqual(lines(boardAt('B', '08:10', undefined)), ['10:06 T3']);
});
test('a cancelled trip stays on the board at its time, so that nobody waits for it', () => {
  const cancelled: Realtime = {
    ...quiet,
    prediction: ({ length }, { tripId }) => (length > 0 && tripId === 'T1' ? { cancelled: true, saidMs } : undefined),
  };
  assert.deepEqual(lines(boardAt('A', '07:50', cancelled)), ['08:00 T1 cancelled']);
});
test('a trip besides the timetable is on the board in its order, with what is known of it', () => {
  const departure: Departure = {
    stopId: 'A',
    stopSequence: 1,
    tripId: 'X9',
    routeId: 'R9',
    serviceDate: '20261120',
    startS: 30_000,
    arrivalMs: at('07:55'),
    departureMs: at('07:55'),
  };
  const asked: (readonly string[])[] = [];
  const added: Realtime = {
    ...quiet,
    added: (_, stopIds) => {
      asked.push(stopIds);
      return [{ departure, prediction: { departureMs: at('07:56'), saidMs } }];
    },
    state: () => ({ current: true, saidMs }),
  };
  const board = boardAt('S', '07:50', added);
  assert.deepEqual(lines(board), ['07:56 X9 added', '08:00 T1']);
  assert.deepEqual(asked, [['S', 'A']]);
  const { departures, live } = boardJson(board) as { departures: Record<string, unknown>[]; live: unknown };
  assert.deepEqual(
    [departures[0]?.['status'], departures[0]?.['delayS'], departures[0]?.['route']],
    ['expected', 60, undefined],
  );
  assert.deepEqual(live, { current: true, saidAt: '2026-11-20T03:00:00.000Z' });
});
