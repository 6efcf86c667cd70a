import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { killedCity } from './killed.fixture.ts';

const { heard, run } = killedCity(spawn);

const places = [
  'before request',
  'after request',
  'before send',
  'after send',
  'as it leaves',
  'before sent',
  'after sent',
  'before confirm',
  'after confirm',
];

test(
  'killed at each step between request and confirmation, a command is never sent twice',
  { timeout: 300_000 },
  async () => {
    for (const [n, place] of places.entries()) {
      const { killed } = await run({ ask: { kind: 'command', name: `valve${n}`, place } });
      assert.equal(killed, true, `killed ${place}`);
    }
    const { killed, commands } = await run();
    assert.equal(killed, false);
    for (const [n, place] of places.entries()) {
      const valve = `valve${n}`;
      const ids = heard(valve);
      const found = commands.filter(({ point }) => point === valve);
      assert.ok(ids.length <= 1, `${place}: told ${ids.length} times`);
      if (place === 'before request') {
        assert.deepEqual([ids, found], [[], []], place);
        continue;
      }
      assert.equal(found.length, 1, place);
      const [{ state, id } = { state: '', id: '' }] = found;
      if (ids.length === 1) assert.deepEqual([ids[0], state], [id, 'confirmed'], place);
      // Written down, but it had not left. Nobody can know that, so it is not sent again; the valve says that it stands as before.
      else assert.deepEqual([state, place === 'after send' || place === 'as it leaves'], ['contradicted', true], place);
    }
    // Where nothing had been written down as leaving, it left after the restart; after that it had been told before.
    for (const place of [
      'after request',
      'before send',
      'before sent',
      'after sent',
      'before confirm',
      'after confirm',
    ])
      assert.equal(heard(`valve${places.indexOf(place)}`).length, 1, place);
    assert.deepEqual(heard(`valve${places.indexOf('after send')}`), []);
  },
);

test(
  'one that has expired while nothing ran is never sent, though the valve is there',
  { timeout: 100_000 },
  async () => {
    const ask = { kind: 'command', name: 'dry', place: 'after request', expires: 'PT1S' } as const;
    assert.equal((await run({ ask }, { listens: false })).killed, true);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { commands } = await run();
    assert.equal(commands.find(({ point }) => point === 'dry')?.state, 'expired');
    assert.deepEqual(heard('dry'), []);
  },
);
