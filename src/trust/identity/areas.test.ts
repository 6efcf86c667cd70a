import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { openDatabase } from '../../store/index.ts';
import { textOf } from './columns.ts';
import { openIdentity, type Identity } from './identity.ts';
import { trustVersions } from './tables.ts';

const by = { id: 'system' };
const scope = ['readEntities', 'workAlarms'] as const;
const all = ['kulolon', 'navrud', 'sarchashma'];

function home(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-areas-'));
  const path = join(directory, 'trust.db');
  let identity: Identity | undefined;
  t.after(() => {
    identity?.close();
    rmSync(directory, { recursive: true });
  });
  return {
    path,
    open: (districts = all): Identity => {
      identity?.close();
      return (identity = openIdentity({ path, clock: fixedClock(1_000_000), districts }));
    },
  };
}
const notesOf = ({ database }: Identity): unknown[] =>
  database.all('SELECT record FROM note ORDER BY seq').map(({ record }) => JSON.parse(textOf(record)) as unknown);

test('an account is limited to districts of the city, and to nothing else', (t) => {
  const identity = home(t).open();
  const { accounts } = identity;
  const made = accounts.add({ name: 'zafar', roles: ['dispatcher'], areas: ['navrud', 'kulolon', 'navrud'] }, by);
  assert.deepEqual(made.areas, ['kulolon', 'navrud']);
  for (const areas of [['atlantis'], ['navrud', ''], []])
    for (const act of [() => accounts.add({ name: 'other', areas }, by), () => accounts.change(made.id, { areas }, by)])
      assert.throws(act, { kind: 'bad-data', field: 'areas' });
  assert.equal(accounts.find('other'), undefined);
  assert.deepEqual(accounts.get(made.id).areas, ['kulolon', 'navrud']);
  assert.throws(() => accounts.change(made.id, { areas: 'all' }, made), { kind: 'forbidden' });
});

test('whoever gets other areas is out, and comes back with them; the log is told', (t) => {
  const identity = home(t).open();
  const { accounts, sessions, keys } = identity;
  const made = accounts.add({ name: 'zafar', roles: ['dispatcher'] }, by);
  const enter = () => {
    const { secret } = sessions.open(accounts.get(made.id), '');
    return () => identity.authenticate({ cookie: `session=${secret}` });
  };
  const key = keys.add({ account: made.id, label: 'k', scope }, by).secret;
  const byKey = () => identity.authenticate({ authorization: `Bearer ${key}` });
  const first = enter();
  assert.equal(first().areas, undefined, 'the whole city');
  accounts.change(made.id, { areas: ['navrud'] }, by);
  assert.equal(first().kind, 'anonymous');
  assert.deepEqual([enter()().areas, byKey().areas], [['navrud'], ['navrud']]);
  accounts.change(made.id, { areas: ['navrud'], displayName: 'Zafar' }, by);
  accounts.change(made.id, { areas: 'all' }, by);
  assert.deepEqual([enter()().areas, byKey().areas], [undefined, undefined]);
  const said = notesOf(identity).flatMap((record) => ('kind' in (record as object) ? [record] : []));
  assert.deepEqual(
    said.map((record) => (record as { areas?: unknown }).areas),
    [undefined, ['navrud'], undefined],
    'the same again is no change',
  );
});

test('a key is limited further than its account, never less', (t) => {
  const { open } = home(t);
  let identity = open();
  const { id } = identity.accounts.add({ name: 'wall', kind: 'service', areas: ['navrud', 'kulolon'] }, by);
  const areasOf = (secret: string) => identity.authenticate({ authorization: `Bearer ${secret}` }).areas;
  const add = (areas?: readonly string[] | 'all') =>
    identity.keys.add({ account: id, label: 'k', scope, ...(areas && { areas }) }, by).secret;
  const [plain, whole, one, other] = [add(), add('all'), add(['navrud']), add(['sarchashma'])];
  assert.throws(() => add(['atlantis']), { kind: 'bad-data', field: 'areas' });
  assert.throws(() => add([]), { kind: 'bad-data', field: 'areas' });
  const check = (...wanted: unknown[]): void => assert.deepEqual([plain, whole, one, other].map(areasOf), wanted);
  const both = ['kulolon', 'navrud'];
  check(both, both, ['navrud'], []);
  identity = open();
  check(both, both, ['navrud'], []);
  identity.accounts.change(id, { areas: 'all' }, by);
  check(undefined, undefined, ['navrud'], ['sarchashma']);
});

test('a district that the profile has lost stays as it was given, and is given to nobody any more', (t) => {
  const { open } = home(t);
  const { id } = open().accounts.add({ name: 'zafar', areas: ['navrud', 'kulolon'] }, by);
  const { accounts } = open(['kulolon']);
  assert.deepEqual(accounts.get(id).areas, ['kulolon', 'navrud']);
  assert.deepEqual(accounts.change(id, { areas: ['navrud'], roles: ['dispatcher'] }, by).areas, ['navrud']);
  accounts.change(id, { areas: ['kulolon'] }, by);
  assert.throws(() => accounts.change(id, { areas: ['navrud'] }, by), { kind: 'bad-data', field: 'areas' });
});

test('what was allowed earlier goes on in the areas that are left', (t) => {
  const { accounts, present } = home(t).open();
  const { id } = accounts.add({ name: 'zafar', areas: ['navrud', 'kulolon'] }, by);
  const earlier = { id, kind: 'person', roles: [] } as const;
  assert.deepEqual(present(earlier)?.areas, ['kulolon', 'navrud']);
  assert.deepEqual(present({ ...earlier, areas: ['navrud', 'sarchashma'] })?.areas, ['navrud']);
  accounts.change(id, { areas: ['sarchashma'] }, by);
  assert.deepEqual(present({ ...earlier, areas: ['navrud'] })?.areas, []);
  accounts.change(id, { areas: 'all' }, by);
  assert.equal(present(earlier)?.areas, undefined);
  assert.deepEqual(present({ ...earlier, areas: ['navrud'] })?.areas, ['navrud']);
});

test('accounts and keys of before there were areas go on in the whole city', (t) => {
  const { path, open } = home(t);
  const old = openDatabase(path, trustVersions.slice(0, 4));
  const hash = '0'.repeat(64);
  old.run(`INSERT INTO account (id, kind, name, display_name, roles, tenants, made_at)
    VALUES ('A', 'person', 'zafar', 'Zafar', '["dispatcher"]', '[]', 1)`);
  old.run(`INSERT INTO api_key (id, hash, account, label, scope, made_at, expires_at)
    VALUES ('K', '${hash}', 'A', 'k', '["readEntities"]', 1, 2)`);
  old.close();
  const { accounts, keys } = open();
  assert.equal(accounts.find('zafar')?.areas, 'all');
  assert.equal(keys.get('K').areas, undefined);
});
