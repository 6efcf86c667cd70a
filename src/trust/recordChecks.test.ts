import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openTestCity } from '../../test/fixtures/testCity.ts';
import { fixedClock } from '../base/clock.ts';
import type { Principal } from '../http/index.ts';
import { openOnlooker } from '../store/index.ts';
import {
  inDirectory,
  openPolicies,
  parseVerifier,
  recordChecks,
  retentionTables,
  sha256,
  verifyRecords,
  type Keys,
} from './index.ts';

const day = 86_400_000;
const top = mkdtempSync(join(tmpdir(), 'chorsu-checks-'));
after(() => rmSync(top, { recursive: true }));
const whole = join(top, 'whole');
const officer: Principal = { id: 'OFFICER', kind: 'person', roles: ['data-officer'] };
const by = { id: 'system' };

/** A city in which people were given rights, known, forgotten and erased. */
async function live(): Promise<Keys> {
  const clock = fixedClock('2026-11-22T08:00:00Z');
  const city = await openTestCity({ data: whole, city: 'src/city/namuna' }, clock, await openPolicies());
  const { identity, vault, retention } = city;
  assert.ok(vault && retention);
  const { id: clerk } = identity.accounts.add({ name: 'zarina', displayName: 'Zarina', roles: ['moderator'] }, by);
  const { id: service } = identity.accounts.add({ name: 'buses', kind: 'service', department: 'transport' }, by);
  identity.accounts.change(service, { roles: ['developer'] }, by);
  identity.accounts.add({ name: 'night', kind: 'service', areas: ['kulolon'] }, by);
  identity.keys.add({ account: service, label: 'key', days: 300, scope: ['viewPublic'], areas: ['navrud'] }, by);
  identity.devices.add({ label: 'kiosk', topics: 'air/7' }, by);
  for (const subject of ['A', 'B', clerk])
    vault.records.put({ subject, kind: 'text', bytes: Buffer.from('words'), by: subject });
  vault.records.erase('A', 'system');
  await identity.notes.flush();
  const over = await retention.hold(officer, {
    kind: 'vault-unused',
    target: 'B',
    reference: 'Case 7/2026',
    until: '2030-01-01',
  });
  await retention.hold(officer, { kind: 'access-log', target: '', reference: 'Case 8/2026', until: '2026-12-01' });
  clock.advance(200 * day);
  await retention.lift(officer, over.id);
  // Of the access log only hashes stay.
  assert.ok(((await retention.run('system')).counts['access-log'] ?? 0) > 0);
  identity.accounts.change(clerk, { disabled: true }, by);
  await identity.notes.flush();
  clock.advance(400 * day);
  const { counts } = await retention.run('system');
  assert.deepEqual([counts['accounts-disabled'], counts['vault-unused']], [1, 2]);
  clock.advance(day);
  await retention.run('system');
  await vault.flush();
  const key = (await (await fetch(`${city.url}/tlog/key`)).text()).trim();
  await city.close();
  return { log: [parseVerifier(sha256, key)], witnesses: [] };
}
const keys = await live();
await (await openTestCity({ data: whole })).close();

async function check(path: string): Promise<string> {
  const found: string[] = [];
  const seen = openOnlooker(path);
  try {
    await verifyRecords(
      { seen, read: inDirectory(join(path, 'tlog')), tables: retentionTables, checks: recordChecks },
      keys,
      ({ what, why }) => void found.push(`${what}: ${why}`),
    );
  } finally {
    seen.close();
  }
  return found.join('\n');
}

async function tampered(file: string, sql: string): Promise<string> {
  const copy = join(top, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(whole, copy, { recursive: true });
  // As long after, when the journal can tell nothing of it.
  rmSync(join(copy, 'journal'), { recursive: true });
  mkdirSync(join(copy, 'journal'));
  const database = new DatabaseSync(join(copy, file));
  assert.ok(Number(database.prepare(sql).run().changes) > 0, `nothing was changed by ${sql}`);
  database.close();
  return check(copy);
}

test('what was let go, erased and forgotten by its rules is no tampering', async () => {
  assert.equal(await check(whole), '');
});

test('rights that were given behind the back of the log are named', async () => {
  for (const [sql, named] of [
    [
      `UPDATE account SET roles = '["administrator"]' WHERE name = 'buses'`,
      /account \w+: .*administrator.*log was told/,
    ],
    [`UPDATE account SET kind = 'person' WHERE name = 'buses'`, /account \w+: /],
    [`UPDATE account SET department = NULL WHERE name = 'buses'`, /account \w+: /],
    [`UPDATE account SET tenants = 'all' WHERE name = 'buses'`, /account \w+: /],
    [`UPDATE account SET areas = 'all' WHERE name = 'night'`, /account \w+: .*log was told .*kulolon/],
    [`UPDATE account SET areas = '["kulolon"]' WHERE name = 'buses'`, /account \w+: .*kulolon/],
    [`UPDATE account SET disabled = 0 WHERE disabled = 1`, /account \w+: /],
    [`UPDATE account SET id = 'OTHER' WHERE name LIKE 'gone-%'`, /OTHER: .*never told.*its row in trust.db is gone/s],
    [
      `INSERT INTO account SELECT 'FORGED', kind, 'forged', '', password, 0, roles, department, tenants, 0, made_at, 'all' FROM account LIMIT 1`,
      /FORGED/,
    ],
    [`UPDATE api_key SET scope = '["manageAccounts"]'`, /api-key \w+: .*manageAccounts/],
    [`UPDATE api_key SET tenants = 'all'`, /api-key/],
    [`UPDATE api_key SET areas = NULL`, /api-key \w+: .*log was told .*navrud/],
    [`UPDATE api_key SET expires_at = expires_at + 1`, /api-key/],
    [`UPDATE api_key SET revoked_at = 5`, /api-key/],
    [`DELETE FROM api_key`, /api-key \w+: its row in trust.db is gone/],
    [`UPDATE device SET topics = 'air'`, /device/],
    [`UPDATE device SET sources = '["other"]'`, /device/],
    [`UPDATE device SET tenants = 'all'`, /device/],
    [`UPDATE device SET revoked_at = 5`, /device/],
  ] as const)
    assert.match(await tampered('trust.db', sql), named, sql);
});

const run = `WHERE counts LIKE '%"vault-unused":2%'`;

test('a run or a hold that was changed, added or taken out is named long after its journal is gone', async () => {
  for (const [sql, named] of [
    [
      `UPDATE retention_run SET counts = replace(counts, ':2', ':3') WHERE counts LIKE '%"vault-unused":2%'`,
      /retention run of 2028/,
    ],
    [`UPDATE retention_run SET counts = 'none' ${run}`, /no JSON/],
    [`UPDATE retention_run SET by = 'OTHER' ${run}`, /no such run/],
    [`UPDATE retention_run SET version = '2020' ${run}`, /no such run/],
    [`UPDATE retention_run SET at = at + 1 ${run}`, /no such run.*its row is gone/s],
    [`DELETE FROM retention_run ${run}`, /its row is gone/],
    [`INSERT INTO retention_run SELECT at + 1, by, version, counts, _seq FROM retention_run ${run}`, /no such run/],
    ...['kind', 'target', 'reference', 'set_by', 'key'].map(
      (column) => [`UPDATE retention_hold SET ${column} = 'abcd' WHERE target = 'B'`, /legal hold/] as const,
    ),
    ...['until', 'set_at', 'lifted_at'].map(
      (column) => [`UPDATE retention_hold SET ${column} = ${column} + 1 WHERE target = 'B'`, /legal hold/] as const,
    ),
    [`UPDATE retention_hold SET lifted_at = NULL WHERE target = 'B'`, /does not say so/],
    [`UPDATE retention_hold SET lifted_at = 7 WHERE target = ''`, /said to be lifted/],
    [`UPDATE retention_hold SET id = 'OTHER' WHERE target = ''`, /OTHER.*its row is gone/s],
    [`DELETE FROM retention_hold WHERE target = ''`, /its row is gone/],
  ] as const)
    assert.match(await tampered('state.db', sql), named, sql);
});

test('a version that is no record any more is named, and what follows is looked at all the same', async () => {
  for (const value of ["'none'", 'NULL', "'7'", "'[]'", "x'00'"]) {
    const named = await tampered('state.db', `UPDATE log_version SET record = ${value} WHERE type <> 'release'`);
    for (const type of ['account', 'api-key', 'device', 'legal-hold', 'retention-run', 'vault-access'])
      assert.match(named, new RegExp(`^entry \\d+ \\(${type} .*something else`, 'm'), value);
    assert.match(named, /^account \w+: .* stands in trust\.db/m);
    assert.match(named, /^legal hold \w+: /m);
  }
});

test('the access log of the vault is held against what the log was told of it, without its key', async () => {
  for (const [sql, named] of [
    [
      `UPDATE access SET entry = replace(entry, 'system', 'OTHER') WHERE seq = (SELECT max(seq) FROM access)`,
      /its hash is another/,
    ],
    [`UPDATE access SET entry = '' WHERE seq = (SELECT max(seq) FROM access)`, /the access log of the vault/],
    [`UPDATE access SET hash = 'x' WHERE seq = 1`, /the transparency log was told something else|its hash is another/],
    [`DELETE FROM access WHERE seq = (SELECT max(seq) FROM access)`, /the transparency log was told something else/],
    [`DELETE FROM access`, /the transparency log was told something else/],
  ] as const)
    assert.match(await tampered('vault.db', sql), named, sql);
});
