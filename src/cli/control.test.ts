import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { silentLog } from '../base/log.ts';
import { Problem } from '../base/problem.ts';
import { ask, serveControl, type Deeds } from './control.ts';

async function served(t: TestContext, deeds: Deeds, below = ''): Promise<string> {
  const top = mkdtempSync(join(tmpdir(), 'chorsu-control-'));
  const data = join(top, below);
  mkdirSync(data, { recursive: true });
  const control = await serveControl(data, deeds, silentLog);
  t.after(async () => {
    await control.close();
    rmSync(top, { recursive: true });
  });
  return data;
}

const quiet = (): void => {};

test('the serving process does what it is asked and tells how far it is', async (t) => {
  const told: unknown[] = [];
  const data = await served(t, {
    count: async (wish, tell) => {
      tell(1, 2, 'half');
      tell(2, 2);
      return { to: wish['to'] };
    },
  });
  const answer = await ask(data, { do: 'count', to: 'ҷо' }, (...figures) => told.push(figures));
  assert.deepEqual(answer, { result: { to: 'ҷо' } });
  assert.deepEqual(told, [
    [1, 2, 'half'],
    [2, 2, undefined],
  ]);
});

test('a problem there is a problem here, with its kind and field', async (t) => {
  const data = await served(t, {
    refuse: () => Promise.reject(new Problem('conflict', 'the directory is not empty', 'to')),
  });
  await assert.rejects(ask(data, { do: 'refuse' }, quiet), { kind: 'conflict', field: 'to', message: /not empty/ });
  await assert.rejects(ask(data, { do: 'dance' }, quiet), { kind: 'not-supported', message: /cannot do "dance"/ });
});

test('where nobody serves there is no answer, also beside the socket of a dead process', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'chorsu-control-'));
  t.after(() => rmSync(data, { recursive: true }));
  assert.equal(await ask(data, { do: 'count' }, quiet), undefined);
  writeFileSync(join(data, 'control.sock'), '');
  assert.equal(await ask(data, { do: 'count' }, quiet), undefined);
});

test('only the owner may speak to it', async (t) => {
  const data = await served(t, {});
  assert.equal(statSync(join(data, 'control.sock')).mode & 0o077, 0);
});

test('a directory whose path is too long for a socket is served all the same', async (t) => {
  const data = await served(t, { here: async () => 'yes' }, 'a'.repeat(120));
  assert.deepEqual(await ask(data, { do: 'here' }, quiet), { result: 'yes' });
});

test('an asker who leaves aborts the work', async (t) => {
  const aborted = Promise.withResolvers<boolean>();
  const data = await served(t, {
    wait: (_, tell, signal) => {
      tell(0);
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(true);
          resolve(null);
        });
      });
    },
  });
  const leaving = ask(data, { do: 'wait' }, () => {
    throw new Error('enough');
  });
  await assert.rejects(leaving, /enough/);
  assert.equal(await aborted.promise, true);
});
