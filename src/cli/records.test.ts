import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { spawn, type ChildProcess } from 'node:child_process';
import { silentLog } from '../base/log.ts';
import { openPlatform } from '../platform.ts';
import { commands } from './commands.ts';
import { runCommandLine } from './index.ts';

const top = mkdtempSync(join(tmpdir(), 'chorsu-records-'));
after(() => rmSync(top, { recursive: true }));
const [data, copy, again] = [join(top, 'data'), join(top, 'copy'), join(top, 'again')];
const all = commands({
  open: (settings, log) => openPlatform(settings, { log }),
  log: () => silentLog,
  signals: new EventEmitter(),
  exitNow: (code) => assert.fail(`ended with ${code}`),
});

async function chorsu(...given: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(all, '0.0.0', given, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    interactive: false,
    environment: {},
    now: Date.now,
  });
  return { code, out, err };
}

async function serve(path: string): Promise<{ child: ChildProcess; url: string }> {
  const given = ['serve', '--data', path, '--port', '0', '--mqtt-port', 'off', '--log-level', 'error'];
  const child = spawn(process.execPath, ['src/main.ts', ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let greeting = '';
  for await (const chunk of child.stdout) {
    const url = /http:\/\/[\d.]+:\d+/.exec((greeting += String(chunk)))?.[0];
    if (url !== undefined) return { child, url };
  }
  return assert.fail(`the server ended: ${greeting}`);
}

/** Each is a version in the log. */
const hold = (url: string, n: number): Promise<number> =>
  fetch(`${url}/retention/holds`, {
    method: 'POST',
    body: new URLSearchParams({ kind: 'vault-unused', target: '', reference: `Case ${n}`, until: '2099-01-01' }),
    redirect: 'manual',
  }).then(({ status }) => status);

test(
  'the rows of a city are true while it is served, after it was killed, in its backup and after the restore; edited ones are named',
  { timeout: 180_000 },
  async () => {
    let { child, url } = await serve(data);
    const key = (await (await fetch(`${url}/tlog/key`)).text()).trim();
    const verify = (path: string) => chorsu('verify', 'records', path, '--log-key', key);
    let write = true;
    let held = 0;
    const load = async (): Promise<void> => {
      while (write) {
        try {
          assert.equal(await hold(url, ++held), 303);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error; // nobody listens any more
        }
      }
    };
    const loading = Promise.all([load(), load()]);
    while (held < 20) await new Promise((wait) => setTimeout(wait, 20));
    for (let n = 0; n < 3; n++) {
      const { code, out } = await verify(data);
      assert.deepEqual([code, out.slice(0, 6)], [0, 'true: '], out);
    }
    assert.match((await chorsu('backup', copy, '--data', data)).out, /holds everything/);
    child.kill('SIGKILL');
    write = false;
    await Promise.all([loading, once(child, 'exit')]);
    for (const path of [data, copy]) assert.equal((await verify(path)).code, 0, (await verify(path)).out);

    await chorsu('restore', copy, '--data', again);
    cpSync(`${data}.log.key`, `${again}.log.key`);
    cpSync(`${data}.key`, `${again}.key`);
    for (const path of [data, again]) {
      ({ child, url } = await serve(path));
      assert.equal(await hold(url, 1_000), 303);
      assert.equal((await fetch(`${url}/retention/run`, { method: 'POST', redirect: 'manual' })).status, 303);
      child.kill('SIGTERM');
      await once(child, 'exit');
      const { code, out } = await verify(path);
      assert.equal(code, 0, out);
      assert.match(out, /^true: \d+ rows say what \d+ entries of chorsu\/\w+ were made for/);
    }

    const database = new DatabaseSync(join(data, 'state.db'));
    database.exec(`UPDATE log_version SET record = replace(record, '"set"', '"sat"') WHERE rowid = 9`);
    database.exec(`UPDATE retention_hold SET reference = 'Case 7' WHERE reference = 'Case 8'`);
    database.close();
    const { code, out } = await verify(data);
    assert.equal(code, 1);
    assert.match(out, /legal-hold \w+, version 1\): its row says something else than was logged/);
    assert.match(out, /^row retention_hold \w+: reference differ from what record \d+ of the journal says$/m);
    assert.match(out, /^not true: 5 deviations/m);
    const served = readFileSync(join(again, 'format.json'), 'utf8');
    assert.equal((await verify(again)).code, 0);
    assert.equal(readFileSync(join(again, 'format.json'), 'utf8'), served);

    const unnamed = await chorsu('verify', 'records');
    assert.deepEqual([unnamed.code, /whose records/.test(unnamed.err)], [2, true]);
    assert.match((await verify(top)).err, /there are no rows of a city/);
    assert.equal((await chorsu('verify', 'records', data)).code, 2, 'nothing is proven without a key');
  },
);
