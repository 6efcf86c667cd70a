import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openRates } from './index.ts';

test('a full bucket gives what it holds, then what comes back, and says how long to wait', () => {
  let now = 0;
  const rates = openRates({ capacity: 3, perSecond: 0.5, now: () => now, keysMax: 10 });
  assert.deepEqual([rates.take('a'), rates.take('a'), rates.take('a'), rates.take('a')], [0, 0, 0, 2]);
  assert.equal(rates.take('b', 3), 0);
  now = 1000;
  assert.equal(rates.take('a'), 1);
  now = 2000;
  assert.equal(rates.take('a'), 0);
  now = 60_000;
  assert.equal(rates.take('a', 100), 0, 'more than a bucket holds is a whole bucket');
  assert.equal(rates.take('a', 100), 6);
  now = 0;
  assert.equal(rates.take('a', 3), 6, 'a clock that goes back gives nothing');
});

const steps = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 30 }).map(String),
    cost: fc.integer({ min: 1, max: 7 }),
    laterMs: fc.integer({ min: 0, max: 2000 }),
  }),
  { maxLength: 200 },
);

test('nobody gets more in any time than a bucket and what came back; who waits as told is served; memory is bounded', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), (asked, perSecond, keysMax) => {
      let now = 0;
      const capacity = 5;
      const rates = openRates({ capacity, perSecond, now: () => now, keysMax });
      // With room for all keys nothing is forgotten, and what was given can be counted.
      const roomy = openRates({ capacity, perSecond, now: () => now, keysMax: 100 });
      const given = new Map<string, { at: number; cost: number }[]>();
      for (const { key, cost, laterMs } of asked) {
        now += laterMs;
        rates.take(key, cost);
        assert.ok(rates.size() <= Math.max(2, keysMax));
        const wait = roomy.take(key, cost);
        if (wait > 0) {
          now += Math.ceil(wait * 1000);
          assert.equal(roomy.take(key, cost), 0);
        }
        const mine = given.get(key) ?? [];
        mine.push({ at: now, cost: Math.min(cost, capacity) });
        given.set(key, mine);
        let sum = 0;
        for (const { at, cost: taken } of mine.toReversed()) {
          sum += taken;
          assert.ok(sum <= capacity + ((now - at) / 1000) * perSecond + 1e-6);
        }
      }
    }),
  );
});

test('a key that keeps asking is not forgotten while others come and go', () => {
  const rates = openRates({ capacity: 2, perSecond: 0.001, now: () => 0, keysMax: 100 });
  assert.equal(rates.take('busy', 2), 0);
  for (let other = 0; other < 10_000; other++) {
    assert.equal(rates.take(`other ${other}`), 0);
    assert.ok(rates.take('busy') > 0);
  }
});
