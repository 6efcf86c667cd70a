import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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

test('the vault of a city is given a new key and checked while nobody serves it, and the city opens with the new one', async () => {
  const missing = await chorsu('verify');
  assert.equal(missing.code, 1);
  assert.match(missing.err, /there is no vault/);
  const city = await openTestCity({ data });
  const busy = await chorsu('rotate');
  assert.equal(busy.code, 1, 'it is served');
  await city.close();
  const old = readFileSync(`${data}.key`);
  copyFileSync(`${data}.key`, `${data}.old`);
  assert.match((await chorsu('rotate')).out, /seals the keys of 0 persons/);
  assert.ok(!old.equals(readFileSync(`${data}.key`)));
  assert.match((await chorsu('verify')).out, /^1 entries/);
  assert.match((await chorsu('verify', '--vault-key', `${data}.old`)).err, /key of another vault; nothing was changed/);
  await assert.rejects(openTestCity({ data, vaultKey: `${data}.old` }), /key of another vault/);
  await assert.rejects(openTestCity({ data, vaultKey: `${data}.nowhere` }), /bring it there/);
  assert.equal(existsSync(`${data}.nowhere`), false);
  await (await openTestCity({ data })).close();
  assert.equal((await chorsu('open')).code, 2);
});
