import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { gapsOf, niceScale, runsOf, timeTicks, toBuckets } from './series.ts';
import { localTime } from './locales/index.ts';

test('buckets keep the extremes and a step without values stays empty', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 5, value: 9 },
    { at: 25, value: 4 },
    { at: 26, value: Number.NaN },
  ];
  assert.deepEqual(toBuckets(points, 0, 10), [
    { at: 0, mean: 5, min: 1, max: 9 },
    { at: 20, mean: 4, min: 4, max: 4 },
  ]);
});

test('no spike is lost, whatever the step', () => {
  const points = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 10_000 }), value: fc.integer({ min: -1000, max: 1000 }) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 3000 }), (points, step) => {
      const buckets = toBuckets(points, 0, step);
      assert.equal(Math.max(...buckets.map(({ max }) => max ?? 0)), Math.max(...points.map(({ value }) => value)));
      assert.equal(Math.min(...buckets.map(({ min }) => min ?? 0)), Math.min(...points.map(({ value }) => value)));
    }),
  );
});

test('a hole splits the line and is named as a gap, at the ends too', () => {
  const buckets = [20, 30, 60, 70].map((at) => ({ at, mean: 1 }));
  const runs = runsOf(buckets, 17.5);
  assert.equal(runs.length, 2);
  assert.deepEqual(gapsOf(runs, 0, 100, 10, 17.5), [
    { from: 0, to: 20 },
    { from: 40, to: 60 },
    { from: 80, to: 100 },
  ]);
});

test('a scale is round and holds every value', () => {
  assert.deepEqual(niceScale(193, 341).ticks, [100, 200, 300, 400]);
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (low, span) => {
        const { from, to, ticks } = niceScale(low, low + span);
        const slack = (Math.abs(low) + span) * 1e-12 + 1e-12;
        assert.ok(from <= low + slack && to >= low + span - slack, `${from} ${to}`);
        assert.ok(ticks.length >= 2 && ticks.length <= 6, String(ticks.length));
      },
    ),
  );
});

test('ticks stand on the calendar of the city', () => {
  const to = Date.parse('2026-11-25T03:40:00Z');
  const year = timeTicks(to - 365 * 86_400_000, to, 'tg', 'Asia/Dushanbe');
  assert.equal(year.length, 12);
  assert.equal(year[0]?.text, 'дек');
  for (const { at } of year)
    assert.deepEqual([localTime(at, 'Asia/Dushanbe').day, localTime(at, 'Asia/Dushanbe').hour], [1, 0]);
  assert.equal(timeTicks(to - 86_400_000, to, 'tg', 'Asia/Dushanbe')[0]?.text, '09:00');
});
