import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../base/log.ts';
import { systemPrincipal } from '../http/principal.ts';
import { openPlatform } from '../platform.ts';
import { commands } from './commands.ts';
import { runCommandLine } from './index.ts';
import { closedSettings } from './reach.ts';

const signals = new EventEmitter();
const all = commands({
  open: (settings, log) => openPlatform(settings, { log }),
  log: () => silentLog,
  signals,
  exitNow: (code) => assert.fail(`ended with ${code}`),
});

async function chorsu(...given: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCommandLine(all, '0.0.0', given, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    environment: {},
    now: Date.now,
  });
  return { code, out, err };
}

test('a backup taken under load restores to an equal city; a changed one is told', { timeout: 120_000 }, async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'chorsu-backup-'));
  t.after(() => rmSync(top, { recursive: true }));
  const [data, copy, again] = [join(top, 'data'), join(top, 'copy'), join(top, 'again')];

  const mine = join(top, 'chorrah');
  cpSync(fileURLToPath(new URL('../../docs/examples/chorrah', import.meta.url)), mine, { recursive: true });
  const greeted = Promise.withResolvers<string>();
  const loaded = Promise.withResolvers<void>();
  let write = true;
  const serving = runCommandLine(
    commands({
      open: async (settings, log) => {
        const platform = await openPlatform(settings, { log });
        void (async () => {
          for (let n = 0; write && settings.data === data; n++) {
            const observedAt = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
            const attrs = { 'https://example.org/level': [{ type: 'Property', value: n, observedAt } as const] };
            const reading = { id: `urn:ngsi-ld:Tank:${n % 7}`, type: ['https://example.org/Tank'], attrs };
            await platform.broker.record(systemPrincipal, 0, [reading], { by: 'test' });
            if (n === 20) loaded.resolve();
          }
        })().catch(() => {}); // refused once the city stops
        return platform;
      },
      log: () => silentLog,
      signals,
      exitNow: (code) => assert.fail(`ended with ${code}`),
    }),
    '0.0.0',
    ['serve', '--data', data, '--city', mine, '--port', '0', '--mqtt-port', 'off'],
    { out: greeted.resolve, err: () => {}, interactive: false, environment: {}, now: Date.now },
  );
  t.after(async () => {
    write = false;
    signals.emit('SIGTERM', 'SIGTERM');
    await serving;
  });
  await greeted.promise;
  await loaded.promise; // every tank is there, and the load goes on

  assert.equal((await chorsu('user', 'add', 'nigora', '--role', 'administrator', '--data', data)).code, 0);
  const made = await chorsu('backup', copy, '--data', data);
  assert.equal(made.code, 0, made.err);
  const seq = Number(/number (\d+)/.exec(made.out)?.[1]);
  assert.ok(seq > 0);
  assert.match(
    (await chorsu('verify', 'data', '--data', data, '--against', copy)).out,
    new RegExp(`^equal: records 1 to ${seq}`),
  );
  assert.equal((await chorsu('backup', copy, '--data', data)).code, 1, 'a directory that holds something is refused');
  write = false;
  signals.emit('SIGTERM', 'SIGTERM');
  assert.equal(await serving, 0);
  rmSync(mine, { recursive: true });

  assert.equal(statSync(join(copy, 'trust.db')).mode & 0o777, 0o600);
  assert.equal((await chorsu('restore', copy, '--data', again)).code, 0);
  const equal = await chorsu('verify', 'data', '--data', again, '--against', copy);
  assert.equal(equal.code, 0);
  assert.match(equal.out, /7 entities/);

  // The restored city goes on alone: up to the backup it is still equal, and its own record is not in the original.
  const platform = await openPlatform(closedSettings(again), { log: silentLog });
  assert.equal(platform.city.id, 'chorrah', 'the profile came with the backup');
  assert.deepEqual(platform.identity.accounts.find('nigora')?.roles, ['administrator']);
  const gone = { id: 'urn:ngsi-ld:Tank:9', type: ['https://example.org/Tank'], attrs: {} };
  await platform.broker.record(systemPrincipal, 0, [gone], { by: 'test' });
  await platform.stop();
  assert.equal((await chorsu('verify', 'data', '--data', again, '--against', copy)).code, 0);
  const other = await chorsu('verify', 'data', '--data', again, '--against', data);
  if (other.out.startsWith('equal'))
    assert.match(other.out, new RegExp(`to ${seq}`), 'the original ended with the backup');
  else assert.match(other.out, /^not equal: .*journal/);

  // A backup whose certificate says something else is not restored, and nothing is left behind.
  const certificate = join(copy, 'backup.json');
  writeFileSync(certificate, readFileSync(certificate, 'utf8').replace(/"history": "\d/, '"history": "x'));
  const damaged = await chorsu('restore', copy, '--data', join(top, 'third'));
  assert.equal(damaged.code, 1);
  assert.match(damaged.err, /damaged: history differ/);
  assert.ok(!existsSync(join(top, 'third')));
  assert.ok(!existsSync(join(top, 'third.part')));
});

test('what is no city and no backup is told in a sentence', async () => {
  const nowhere = join(tmpdir(), 'chorsu-nowhere');
  assert.match((await chorsu('backup', nowhere, '--data', nowhere)).err, /there is no city in/);
  assert.match((await chorsu('restore', nowhere, '--data', nowhere)).err, /is no backup: it has no backup\.json/);
  const { code, err } = await chorsu('verify', 'weather');
  assert.equal(code, 2);
  assert.match(err, /"weather" cannot be verified/);
});
