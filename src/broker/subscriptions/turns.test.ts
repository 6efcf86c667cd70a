import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualTime } from '../../../test/simulation/time.ts';
import { createTurns } from './turns.ts';

/** How long somebody at the host waits for a turn at these times (ms), while others begin to send at `beginAt` again and again. */
async function waits(
  others: { count: number; takesMs: number; beginAt: readonly number[] },
  asked: readonly number[],
): Promise<{ waited: number[]; mostAtOnce: (from: number) => number }> {
  const time = virtualTime(0);
  const turns = createTurns(time);
  const underWay: { at: number; count: number }[] = [];
  let count = 0;
  const waited: number[] = [];
  const send = async (n: number, at: number): Promise<void> => {
    await time.sleep(at);
    await turns.run('host', `other ${n}`, async () => {
      underWay.push({ at: time.clock.now(), count: ++count });
      await time.sleep(others.takesMs);
      count--;
    });
  };
  const ask = async (at: number): Promise<void> => {
    await time.sleep(at);
    await turns.run('host', 'well', async () => {});
    waited.push(time.clock.now() - at);
  };
  const all = Promise.all([
    ...others.beginAt.flatMap((at) => Array.from({ length: others.count }, (_, n) => send(n, at))),
    ...asked.map(ask),
  ]);
  while (await time.step());
  await all;
  return {
    waited,
    mostAtOnce: (from) => Math.max(...underWay.filter(({ at }) => at >= from).map((one) => one.count)),
  };
}

test('a hundred endpoints that hang delay another at their host for a moment once, and then not at all', async () => {
  const hanging = { count: 100, takesMs: 10_000, beginAt: [0, 30_000] };
  const { waited, mostAtOnce } = await waits(hanging, [1, 30_001]);
  assert.ok((waited[0] ?? Number.NaN) < 400, `${waited[0]} ms`);
  assert.equal(waited[1], 0);
  assert.equal(mostAtOnce(30_000), 8);
});

test('a hundred slow ones have their own turns too, and as many of them', async () => {
  const slow = { count: 100, takesMs: 200, beginAt: [0, 5_000] };
  const { waited, mostAtOnce } = await waits(slow, [1, 5_001]);
  assert.equal(waited[1], 0);
  assert.equal(mostAtOnce(5_000), 32);
});

test('what fails quickly stays among the quick, and an error goes through', async () => {
  const time = virtualTime(0);
  const turns = createTurns(time);
  const fail = (): Promise<void> => turns.run('host', 'one', () => Promise.reject(new Error('no')));
  await assert.rejects(fail, /no/);
  await assert.rejects(fail, /no/);
  // All 32 turns of the host are free again.
  let begun = 0;
  for (let n = 0; n < 33; n++) void turns.run('host', `${n}`, () => (begun++, time.sleep(50)));
  await time.step();
  assert.equal(begun, 32);
});
