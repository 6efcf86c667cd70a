import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { counted, inflowOf, lossOf, minimumNightFlow, nightDayFactor, type Quarter } from './nightFlow.ts';

const hour = 3_600_000;
const two = Date.UTC(2026, 10, 21, 2);
/** From two o'clock, a value a quarter of an hour; a dot is none. */
const quarters = (text: string): Quarter[] =>
  text
    .trim()
    .split(/\s+/)
    .flatMap((word, n) => (word === '.' ? [] : [{ at: two + (n * hour) / 4, mean: Number(word) }]));
const night = (text: string) => minimumNightFlow(quarters(text), two, two + 2 * hour);

suite('flow at night', () => {
  test('the lowest mean of a moving hour is found, not the lowest reading', () => {
    // Hours from 2:00, 2:15, 2:30, 2:45, 3:00: 20, 17.5, 15, 16, 18.
    assert.deepEqual(night('30 20 20 10  20 10 24 18'), { flow: 15, at: two + hour / 2 });
  });

  test('a night of which an hour says nothing has no number', () => {
    assert.equal(night('30 20 20 10  . . . .'), undefined);
    assert.deepEqual(night('30 . . .  20 . . .'), { flow: 20, at: two + hour / 4 });
    assert.equal(night('. . . .  . . . .'), undefined);
  });

  test('the lowest hour lies between the lowest and the highest quarter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 8, maxLength: 8 }), (values) => {
        const flow = night(values.join(' '))?.flow ?? Number.NaN;
        assert.ok(flow >= Math.min(...values) - 1e-9 && flow <= Math.max(...values) + 1e-9);
      }),
    );
  });

  test('with the same pressure all day the factor is 24 hours, with less by day it is less', () => {
    const flat = Array.from({ length: 24 }, () => 4);
    assert.equal(nightDayFactor(flat, 4, 1), 24);
    // Six hours at 4 bar, eighteen at 3: 6 + 18 × 0.75 = 19.5; with N1 = 0.5: 6 + 18 × √0.75 = 21.588.
    const day = flat.map((_, h) => (h < 6 ? 4 : 3));
    assert.equal(nightDayFactor(day, 4, 1), 19.5);
    assert.equal(nightDayFactor(day, 4, 0.5)?.toFixed(3), '21.588');
    // Eighteen hours stand for the day, seventeen do not.
    assert.equal(
      nightDayFactor(
        flat.map((value, h) => (h < 18 ? value : undefined)),
        4,
        1,
      ),
      24,
    );
    assert.equal(
      nightDayFactor(
        flat.map((value, h) => (h < 17 ? value : undefined)),
        4,
        1,
      ),
      undefined,
    );
  });

  test('the loss of an area counted by hand', () => {
    // 5,000 residents at 0.6 L/h use 3 m³/h; 18 - 3 = 15 m³/h for 20 hours are 300 m³ a day.
    assert.equal(lossOf(18, 3, 20), 300);
    assert.equal(lossOf(2, 3, 20), 0);
  });

  test('a day without a quarter of its hours has no inflow', () => {
    assert.equal(inflowOf(Array.from({ length: 24 }, () => 50)), 1200);
    assert.equal(inflowOf(Array.from({ length: 24 }, (_, h) => (h < 18 ? 50 : undefined))), 1200);
    assert.equal(inflowOf(Array.from({ length: 24 }, (_, h) => (h < 17 ? 50 : undefined))), undefined);
  });

  test('a counter that ran backwards is not compared', () => {
    const hours = [100, 150, 200].map((min, n) => ({ at: n * hour, min, max: min + 49 }));
    assert.deepEqual(counted(hours), { volume: 100, from: 0, to: 2 * hour });
    assert.equal(counted([...hours, { at: 3 * hour, min: 10, max: 20 }]), undefined);
    assert.equal(counted(hours.slice(0, 1)), undefined);
  });
});
