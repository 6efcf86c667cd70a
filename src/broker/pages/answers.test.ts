import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../base/problem.ts';
import type { Timers } from '../../base/timers.ts';
import { keptAnswers } from './answers.ts';

/** Patience ends when the test says so. */
const answers = () => {
  const clock = { ms: 0 };
  let late: (() => void)[] = [];
  const timers: Timers = {
    soon: (run) => queueMicrotask(run),
    after(_ms, run) {
      late.push(run);
      return () => (late = late.filter((one) => one !== run));
    },
  };
  const keep = keptAnswers(() => clock.ms, timers);
  return {
    clock,
    keep,
    runOut: () => {
      for (const run of late) run();
    },
  };
};

test('an answer is asked once in three seconds, however many readers there are', async () => {
  const { clock, keep } = answers();
  let n = 0;
  const ask = () => Promise.resolve(++n);
  assert.deepEqual(await Promise.all([keep('a', ask), keep('a', ask), keep('b', ask)]), [1, 1, 2]);
  clock.ms = 2999;
  assert.equal(await keep('a', ask), 1);
  clock.ms = 3000;
  assert.equal(await keep('a', ask), 3);
  clock.ms = 0;
  assert.equal(await keep('a', ask), 4);
});

test('whose patience runs out gets the answer before, and the new one when it is there; nobody asks twice', async () => {
  const { clock, keep, runOut } = answers();
  assert.equal(await keep('a', () => Promise.resolve('old')), 'old');
  clock.ms = 3000;
  const slow = Promise.withResolvers<string>();
  let asked = 0;
  const ask = () => (asked++, slow.promise);
  const first = keep('a', ask);
  const second = keep('a', ask);
  runOut();
  assert.deepEqual(await Promise.all([first, second]), ['old', 'old']);
  clock.ms = 60_000;
  const third = keep('a', ask);
  slow.resolve('new');
  assert.equal(await third, 'new');
  assert.equal(asked, 1);
});

test('what took long is kept for three times as long', async () => {
  const { clock, keep } = answers();
  const ask = () => Promise.resolve(1);
  clock.ms = 10_000;
  const slow = Promise.withResolvers<number>();
  const first = keep('a', () => slow.promise);
  clock.ms = 12_000;
  slow.resolve(0);
  assert.equal(await first, 0);
  clock.ms = 15_999;
  assert.equal(await keep('a', ask), 0);
  clock.ms = 16_000;
  assert.equal(await keep('a', ask), 1);
});

test('a failure is told and not kept', async () => {
  const { clock, keep, runOut } = answers();
  const fail = () => Promise.reject(new Problem('overloaded', 'not now'));
  await assert.rejects(keep('a', fail), /not now/);
  assert.equal(await keep('a', () => Promise.resolve(1)), 1);
  clock.ms = 3000;
  await assert.rejects(keep('a', fail), /not now/);
  assert.equal(await keep('a', () => Promise.resolve(2)), 2);
  clock.ms = 6000;
  const late = Promise.withResolvers<number>();
  const patient = keep('a', () => late.promise);
  runOut();
  assert.equal(await patient, 2);
  late.reject(new Problem('overloaded', 'later'));
  await new Promise(setImmediate);
  assert.equal(await keep('a', () => Promise.resolve(3)), 3);
});
