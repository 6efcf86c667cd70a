import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openTestCity } from '../../test/fixtures/testCity.ts';
import { runCommandLine } from './index.ts';
import { vaultCommand } from './vault.ts';

const directory = mkdtempSync(join(tmpdir(), 'chorsu-cli-vault-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const data = join(directory, 'city');

async function chorsu(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    interactive: false,
    environment: {},
    now: Date.now,
  };
  const code = await runCommandLine([vaultCommand], '0', ['vault', ...words, '--data', data], terminal);
  return { code, ...said };
}

test('the vault of a city is given a new key and checked while nobody serves it, and the city opens with the new one', async (t) => {
  const missing = await chorsu('verify');
  assert.equal(missing.code, 1);
  assert.match(missing.err, /there is no vault/);
  const city = await openTestCity({ data });
  t.after(() => city.close());
  const busy = await chorsu('rotate');
  assert.equal(busy.code, 1, 'it is served');
  const { vault } = city;
  assert.ok(vault);
  vault.records.put({ subject: 'RESIDENT', kind: 'contact', bytes: Buffer.from('{}'), by: 'RESIDENT' });
  await vault.flush();
  const vaultFiles = (): string[] =>
    readdirSync(directory, { recursive: true })
      .map(String)
      .filter((name) => /vault|key/.test(name))
      .toSorted();
  const before = vaultFiles();
  let running = await chorsu('verify');
  assert.equal(running.err, '');
  // The state follows the journal after a moment.
  for (const until = Date.now() + 10_000; !/knows 1 of/.test(running.out) && Date.now() < until; await setTimeout(50))
    running = await chorsu('verify');
  assert.match(running.out, /^1 entries .*; the transparency log knows 1 of them/, 'an auditor need not stop a city');
  assert.deepEqual(vaultFiles(), before, 'nothing was made');
  await city.close();
  const old = readFileSync(`${data}.key`);
  copyFileSync(`${data}.key`, `${data}.old`);
  assert.match((await chorsu('rotate')).out, /seals the keys of 1 persons/);
  assert.ok(!old.equals(readFileSync(`${data}.key`)));
  assert.match((await chorsu('verify')).out, /^2 entries/);
  assert.match((await chorsu('verify', '--vault-key', `${data}.old`)).err, /the key of this vault is not in .*\.old/);
  await assert.rejects(openTestCity({ data, vaultKey: `${data}.old` }), /key of another vault/);
  await assert.rejects(openTestCity({ data, vaultKey: `${data}.nowhere` }), /bring it there/);
  assert.equal(existsSync(`${data}.nowhere`), false);
  await (await openTestCity({ data })).close();
  assert.equal((await chorsu('open')).code, 2);
});
