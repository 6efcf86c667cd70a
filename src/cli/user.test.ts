import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { EventEmitter } from 'node:events';
import { openPlatform } from '../platform.ts';
import { systemClock } from '../base/clock.ts';
import { openCodes } from '../trust/identity/codes/codes.ts';
import { silentLog } from '../base/log.ts';
import { commands } from './commands.ts';
import { serveControl } from './control.ts';
import { runCommandLine } from './index.ts';
import { closedSettings } from './reach.ts';
import { userDeed } from './user.ts';

function shell(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-user-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const data = join(directory, 'city');
  const all = commands({
    open: (settings) => openPlatform(settings, { log: silentLog }),
    log: () => silentLog,
    signals: new EventEmitter(),
    exitNow: (code) => assert.fail(`ended with ${code}`),
  });
  const run = async (...given: string[]): Promise<{ code: number; out: string; err: string }> => {
    const said = { out: '', err: '' };
    const code = await runCommandLine(all, '0', [...given, '--data', data], {
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      interactive: false,
      environment: {},
      now: Date.now,
    });
    return { code, ...said };
  };
  return { data, run };
}

test('the first administrator is made before the city is served, and the link works in it', async (t) => {
  const { data, run } = shell(t);
  const made = await run('user', 'add', 'nigora', '--role', 'administrator', '--public-url', 'https://city.example/');
  assert.equal(made.code, 0, made.err);
  const [, token = ''] = /^https:\/\/city\.example\/invitation\/([\w-]{43})\n$/.exec(made.out) ?? assert.fail(made.out);
  const listed = await run('user');
  assert.match(listed.out, /^\w{10} {2}nigora {2}no password yet {2}administrator {2}nigora\n$/);
  assert.match((await run('user', 'disable', 'nigora')).err, /the last administrator/);
  assert.equal((await run('user', 'add', 'nigora')).code, 1);
  assert.equal((await run('user', 'dance', 'nigora')).code, 2);
  assert.equal((await run('user', 'roles', 'nobody', '--role', 'auditor')).code, 1);

  const platform = await openPlatform(
    { ...closedSettings(data), city: 'src/city/namuna', housekeeping: true },
    { log: silentLog },
  );
  const control = await serveControl(data, { user: userDeed(platform) }, silentLog);
  try {
    assert.equal(platform.identity.invitations.get(token).name, 'nigora');
    const rows = await platform.store.rows.all("SELECT record FROM log_version WHERE type = 'account'");
    assert.equal(rows.length, 1, 'what was done while nothing was served is told the log');
    const second = await run('user', 'add', 'farrukh', '--role', 'auditor', '--tenant', 'north');
    assert.match(second.out, new RegExp(`^${platform.url}/invitation/`), 'the process that serves the city does it');
    await run('user', 'roles', 'farrukh', '--role', 'dispatcher');
    const farrukh = platform.identity.accounts.find('farrukh');
    assert.deepEqual([farrukh?.roles, farrukh?.tenants], [['dispatcher'], ['north']]);
    const { secret } = platform.identity.sessions.open(farrukh ?? assert.fail(), '');
    assert.equal((await run('user', 'areas', 'farrukh')).code, 2, 'nobody gets the whole city by saying nothing');
    assert.match((await run('user', 'areas', 'farrukh', '--area', 'atlantis')).err, /"atlantis" is no district/);
    await run('user', 'areas', 'farrukh', '--area', 'navrud', '--area', 'kulolon');
    assert.match((await run('user')).out, /farrukh .* dispatcher in kulolon, navrud {2}farrukh\n/);
    await run('user', 'areas', 'farrukh', '--area', 'all');
    assert.equal(platform.identity.accounts.find('farrukh')?.areas, 'all');
    await run('user', 'reset', 'farrukh');
    assert.equal(platform.identity.authenticate({ cookie: `session=${secret}` }).kind, 'anonymous');
    const codes = openCodes({ database: platform.identity.database, clock: systemClock });
    codes.print(farrukh?.id ?? '');
    await run('user', 'factors', 'farrukh');
    assert.equal(codes.of(farrukh?.id ?? '').printedLeft, 0);
    await run('user', 'disable', 'farrukh');
    assert.equal(platform.identity.accounts.find('farrukh')?.disabled, true);
  } finally {
    await control.close();
    await platform.stop();
  }
});

test('keys and devices are made, listed without their secrets, and revoked', async (t) => {
  const { run } = shell(t);
  const key = await run('token', 'create', 'wall', '--role', 'developer', '--scope', 'readEntities', '--days', '30');
  const [, id = '', secret = ''] = /^chorsu_(\w{10})_([\w-]{43})\n$/.exec(key.out) ?? assert.fail(key.out + key.err);
  const device = await run('token', 'device', 'Kiosk 7', '--topic', 'air/{id}', '--source', 'air');
  const [, name = ''] = /^user name (\w{10})\npassword {2}[\w-]{43}\n$/.exec(device.out) ?? assert.fail(device.out);
  const listed = (await run('token')).out;
  assert.match(listed, new RegExp(`${id} {2}key {2}wall {2}until .* used never {2}readEntities\n`));
  assert.match(listed, new RegExp(`${name} {2}device {2}Kiosk 7 {2}air/${name} {2}used never {2}air\n`));
  assert.ok(!listed.includes(secret));
  for (const one of [id, name]) assert.equal((await run('token', 'revoke', one)).out, `${one} is revoked\n`);
  assert.equal((await run('token')).out.match(/revoked/g)?.length, 2);
  assert.equal((await run('token', 'create', 'wall')).code, 2, 'without a scope');
  assert.equal((await run('token', 'create', 'wall', '--scope', 'managePeople')).code, 2);
  assert.equal((await run('token', 'revoke', 'nothing')).code, 1);
});
