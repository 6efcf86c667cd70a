import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { expectedBack, judge, relationOf, type Hour } from './outliers.ts';

const hour = 3_600_000;
/** Two days or more, the supply swinging between 60 and 80. */
const hours = (back: (supply: number, n: number) => number, count = 96): Hour[] =>
  Array.from({ length: count }, (_, n) => {
    const supply = 70 + 10 * Math.sin(n / 9);
    return { at: n * hour, supply, back: back(supply, n) };
  });
/** Neighbours that return 0.6 of the supply, each a little different. */
const neighbours = (count: number): Hour[][] =>
  Array.from({ length: count }, (_, i) => hours((supply) => 0.6 * supply + (i - (count - 1) / 2) * 0.2));

suite('return temperatures that stand out', () => {
  test('the relation of the group is found, and a wild one does not bend it', () => {
    const group = [...neighbours(9), hours((supply) => supply - 3)];
    const relation = relationOf(group);
    assert.ok(relation && Math.abs(relation.line.slope - 0.6) < 0.02, String(relation?.line.slope));
    // 0.6 × 70 = 42, the middle of the neighbours.
    assert.ok(Math.abs(expectedBack(relation, 70) - 42) < 0.3);
    const wild = judge(group[9] ?? [], relation);
    assert.equal(wild?.reason, 'short');
    // At 70 it returns 67: 25 K above the others.
    assert.ok(
      wild && Math.abs(wild.excess - 25) < 1 && wild.cooling === 3 && wild.hoursAbove === 96,
      JSON.stringify(wild),
    );
    assert.deepEqual(
      group.slice(0, 9).map((one) => judge(one, relation)?.reason),
      Array.from({ length: 9 }, () => undefined),
    );
  });

  test('one that cools less, but cools, is high; one that cools more is low', () => {
    const group = [...neighbours(8), hours((supply) => 0.6 * supply + 8), hours((supply) => 0.6 * supply - 8)];
    const relation = relationOf(group);
    assert.ok(relation);
    assert.deepEqual(
      [judge(group[8] ?? [], relation)?.reason, judge(group[9] ?? [], relation)?.reason],
      ['high', 'low'],
    );
  });

  test('hours above are those in which it was', () => {
    const group = [...neighbours(8), hours((supply, n) => 0.6 * supply + (n < 30 ? 9 : 0))];
    const relation = relationOf(group);
    assert.ok(relation);
    const judged = judge(group[8] ?? [], relation);
    assert.deepEqual([judged?.hoursAbove, judged?.hours, judged?.reason], [30, 96, undefined]);
  });

  test('five neighbours, or a day of readings, say nothing', () => {
    assert.equal(relationOf(neighbours(5)), undefined);
    assert.equal(relationOf([...neighbours(5), hours((supply) => supply, 47)]), undefined);
    const relation = relationOf(neighbours(6));
    assert.ok(relation);
    assert.equal(
      judge(
        hours((supply) => supply, 47),
        relation,
      ),
      undefined,
    );
  });

  test('a supply that never changes still has a middle', () => {
    const group = Array.from({ length: 7 }, (_, i) =>
      Array.from({ length: 50 }, (_, n): Hour => ({ at: n, supply: 70, back: i === 6 ? 60 : 40 + i / 10 })),
    );
    const relation = relationOf(group);
    assert.ok(relation);
    assert.equal(judge(group[6] ?? [], relation)?.reason, 'short');
  });

  test('what all do alike makes nobody stand out', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (shift, slope) => {
          const group = Array.from({ length: 8 }, (_, i) => hours((supply) => slope * supply + shift + i * 0.1));
          const relation = relationOf(group);
          assert.ok(relation);
          for (const one of group) assert.equal(judge(one, relation)?.reason, undefined);
        },
      ),
      { numRuns: 20 },
    );
  });
});

const file = new URL('../../../../shared/data/heat/danish-heat-meter-660-2019.csv', import.meta.url).pathname;
test(
  'a real meter beside copies of itself: none stands out but the one whose return was raised',
  { skip: existsSync(file) ? false : 'skipped: ../shared/data/heat/danish-heat-meter-660-2019.csv not found' },
  () => {
    // Counters of volume and of volume × temperature: their differences give the temperatures of an hour.
    const rows = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(3).map(Number));
    const real: Hour[] = [];
    for (let n = 1; n < 24 * 60; n++) {
      const [[, volume = 0, inlet = 0, outlet = 0] = [], [, v = 0, i = 0, o = 0] = []] = [rows[n - 1], rows[n]];
      if (v - volume > 0.05)
        real.push({ at: n * hour, supply: (i - inlet) / (v - volume), back: (o - outlet) / (v - volume) });
    }
    assert.ok(real.length > 1000, String(real.length));
    const copies = Array.from({ length: 8 }, (_, k) =>
      real.map((one) => ({ ...one, back: one.back + (k - 3.5) * 0.3 })),
    );
    const raised = real.map((one) => ({ ...one, back: one.back + 12 }));
    const relation = relationOf([...copies, raised]);
    assert.ok(relation);
    assert.deepEqual(
      [...copies, raised].map((one) => judge(one, relation)?.reason),
      [...copies.map(() => undefined), 'high'],
    );
    // The meter itself: 67 °C there and 33 °C back in the middle of 2019.
    assert.ok(relation.cooling > 20 && relation.cooling < 50, String(relation.cooling));
  },
);
