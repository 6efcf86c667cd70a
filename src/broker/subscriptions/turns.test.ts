import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualTime } from '../../../test/simulation/time.ts';
import { createTurns } from './turns.ts';

test('a hundred endpoints that hang delay another at their host by seconds once, and then not at all', async () => {
  const time = virtualTime(0);
  const turns = createTurns(time);
  let underWay = 0;
  const hang = async (n: number): Promise<void> => {
    await turns.run('host', `dead ${n}`, async () => {
      underWay++;
      await time.sleep(10_000);
      underWay--;
    });
  };
  const late: number[] = [];
  const answer = async (at: number): Promise<void> => {
    await time.sleep(at);
    await turns.run('host', 'well', async () => {});
    late.push(time.clock.now() - at);
  };
  const again = 30_000;
  const asked = [100, again + 100];
  const all = Promise.all([
    ...Array.from({ length: 100 }, (_, n) => hang(n)),
    ...Array.from({ length: 100 }, (_, n) => time.sleep(again).then(() => hang(n))),
    ...asked.map(answer),
  ]);
  let slowMost = 0;
  while (await time.step()) {
    if (time.clock.now() > again) slowMost = Math.max(slowMost, underWay);
  }
  await all;
  assert.ok((late[0] ?? Number.NaN) <= 1_500, `${late[0]} ms`);
  assert.equal(late[1], 0);
  assert.equal(slowMost, 8);
});

test('what fails quickly stays among the prompt, and an error goes through', async () => {
  const time = virtualTime(0);
  const turns = createTurns(time);
  const fail = (): Promise<void> => turns.run('host', 'one', () => Promise.reject(new Error('no')));
  await assert.rejects(fail, /no/);
  await assert.rejects(fail, /no/);
  // All 32 turns of the host are free again.
  let begun = 0;
  for (let n = 0; n < 33; n++) void turns.run('host', `${n}`, () => (begun++, time.sleep(100)));
  await time.step();
  assert.equal(begun, 32);
});
