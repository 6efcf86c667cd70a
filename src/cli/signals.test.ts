import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { fixedClock } from '../base/clock.ts';
import { stopSignals } from './signals.ts';

test('the first signal asks, its echo is ignored, a second one ends the process', async () => {
  const source = new EventEmitter();
  const clock = fixedClock(0);
  const codes: number[] = [];
  const { asked, release } = stopSignals(source, { now: () => clock.now(), exitNow: (code) => codes.push(code) });
  source.emit('SIGTERM', 'SIGTERM');
  clock.advance(40);
  source.emit('SIGTERM', 'SIGTERM');
  assert.equal(await asked, 'SIGTERM');
  assert.deepEqual(codes, []);
  clock.advance(2000);
  source.emit('SIGINT', 'SIGINT');
  assert.deepEqual(codes, [130]);
  release();
  assert.equal(source.listenerCount('SIGTERM'), 0);
});
