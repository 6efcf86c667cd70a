import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { ceremonies } from './ceremonies.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');

test('what was begun is ended once, by its holder, in time', () => {
  const kept = ceremonies<number>(clock, 60_000);
  kept.begin('a', 'x', 1);
  assert.equal(kept.take('b', 'x'), undefined, 'somebody else');
  assert.equal(kept.take('a', 'y'), undefined, 'something else');
  assert.equal(kept.take('a', 'x'), 1);
  assert.equal(kept.take('a', 'x'), undefined, 'again');
  kept.begin('a', 'x', 2);
  clock.advance(60_000);
  assert.equal(kept.take('a', 'x'), undefined, 'too late');
});

test('a holder has five at a time, and all together ten thousand: the oldest give way', () => {
  const kept = ceremonies<number>(clock, 60_000);
  for (let n = 0; n < 6; n++) kept.begin('a', `a${n}`, n);
  assert.equal(kept.take('a', 'a0'), undefined);
  assert.equal(kept.take('a', 'a1'), 1);
  for (let n = 0; n < 10_000; n++) kept.begin(`h${n}`, `h${n}`, n);
  assert.equal(kept.take('a', 'a5'), undefined);
  assert.equal(kept.take('h0', 'h0'), 0);
  assert.equal(kept.take('h9999', 'h9999'), 9999);
});
