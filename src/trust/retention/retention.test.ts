import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import type { Principal } from '../../http/index.ts';
import { fullLanguages } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openPolicies } from '../index.ts';
import { defaultDays, rulesOf } from './rules.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const dayMs = 86_400_000;
const officer: Principal = {
  id: 'OFFICER',
  kind: 'person',
  roles: ['data-officer'],
  session: { id: 's', csrf: 'token', since: clock.now() },
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity({}, clock, await openPolicies(), ({ cookie }) =>
  cookie === 'OFFICER' ? { ...officer, session: { id: 's', csrf: 'token', since: clock.now() } } : nobody,
);
after(() => city.close());
const { retention, identity } = city;
assert.ok(retention);
/** Registered by the modules of a city. */
const kinds = (await retention.preview()).length;
/** Of the same city, by its own door. */
const vault = city.vault;
assert.ok(vault);
const dueOf = async (kind: string) => (await retention.preview()).find(({ rule }) => rule.kind === kind);
const put = (subject: string): string =>
  vault.records.put({ subject, kind: 'text', bytes: Buffer.from('words'), by: subject });
const send = (path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie: 'OFFICER' },
    body: new URLSearchParams({ csrf: 'token', ...fields }),
    redirect: 'manual',
  });

test('what nobody used for a year would go by the preview, and goes by the run; what is held stays', async () => {
  put('A');
  put('B');
  put('C');
  clock.advance(200 * dayMs);
  vault.records.of('B');
  clock.advance(166 * dayMs);
  const held = await retention.hold(officer, {
    kind: 'vault-unused',
    target: 'C',
    reference: 'Case 12/2027',
    until: '2030-01-01',
  });
  const due = await dueOf('vault-unused');
  assert.deepEqual([due?.count, due?.held], [1, 1]);
  assert.deepEqual(
    [vault.records.has('A'), vault.records.has('B'), vault.records.has('C')],
    [true, true, true],
    'looking',
  );
  const { counts } = await retention.run('OFFICER');
  assert.equal(counts['vault-unused'], 1);
  assert.deepEqual([vault.records.has('A'), vault.records.has('B'), vault.records.has('C')], [false, true, true]);
  assert.equal((await dueOf('vault-unused'))?.count, 0, 'once');
  await retention.lift(officer, held.id);
  assert.equal((await dueOf('vault-unused'))?.count, 1);
  await assert.rejects(retention.lift(officer, held.id), { kind: 'not-found' });
});

test('a hold on a whole kind keeps all of it, until its day', async () => {
  put('D');
  clock.advance(366 * dayMs);
  const until = new Date(clock.now() + dayMs).toISOString().slice(0, 10);
  await retention.hold(officer, { kind: 'vault-unused', target: '', reference: 'Inquiry 7', until });
  assert.equal((await dueOf('vault-unused'))?.held, 'all');
  assert.equal((await retention.run('system')).counts['vault-unused'], 0);
  assert.ok(vault.records.has('D'));
  clock.advance(2 * dayMs);
  assert.deepEqual(await retention.holds(), []);
  await retention.run('system');
  assert.equal(vault.records.has('D'), false);
});

test('an old entry of the access log says nothing more, and the log still verifies', async () => {
  put('E');
  clock.advance(181 * dayMs);
  put('E');
  const silent = (): number => vault.accessLog.lines().filter(({ entry }) => entry === '').length;
  const before = silent();
  const due = await dueOf('access-log');
  assert.ok((due?.count ?? 0) > 0 && before + (due?.count ?? 0) < vault.accessLog.lines().length);
  const { counts } = await retention.run('system');
  assert.equal(counts['access-log'], due?.count);
  assert.equal(silent() - before, due?.count);
  vault.accessLog.verify([]);
  assert.equal((await dueOf('access-log'))?.count, 0);
});

test('a disabled account loses its name after a year, and keeps its id', async () => {
  const by = { id: 'system' };
  const { id } = identity.accounts.add({ name: 'zarina', displayName: 'Zarina Karimova' }, by);
  const { id: stays } = identity.accounts.add({ name: 'rustam' }, by);
  identity.accounts.change(id, { disabled: true }, by);
  await identity.notes.flush();
  put(id);
  clock.advance(364 * dayMs);
  assert.equal((await dueOf('accounts-disabled'))?.count, 0);
  clock.advance(2 * dayMs);
  assert.equal((await dueOf('accounts-disabled'))?.count, 1);
  await retention.run('system');
  const gone = identity.accounts.get(id);
  assert.deepEqual([gone.name, gone.displayName, gone.disabled], [`gone-${id.toLowerCase()}`, '–', true]);
  assert.equal(vault.records.has(id), false);
  assert.equal(identity.accounts.find('zarina'), undefined);
  assert.equal(identity.accounts.get(stays).displayName, 'rustam');
  assert.equal((await dueOf('accounts-disabled'))?.count, 0);
});

test('the job runs once a day, and its runs are told with their counts', async () => {
  const first = await retention.daily();
  clock.advance(dayMs);
  assert.ok(await retention.daily());
  assert.equal(await retention.daily(), undefined);
  clock.advance(dayMs - 1);
  assert.equal(await retention.daily(), undefined);
  assert.equal(first, undefined, 'a run by hand was a moment ago');
  const told = (await (await fetch(`${city.url}/api/retention`)).json()) as {
    rules: { kind: string; days: number }[];
    runs: { counts: Record<string, number> }[];
  };
  assert.ok(told.runs.length >= 5);
  assert.equal(told.rules.find(({ kind }) => kind === 'access-log')?.days, 180);
});

test('a law pack says otherwise, and modules register their own kinds', async () => {
  const kinds = [{ id: 'vault-unused' }, { id: 'reports', days: 1_826 }, { id: 'appeals' }];
  assert.deepEqual(rulesOf(kinds, { 'vault-unused': 90, appeals: null, other: 3 }), [
    { kind: 'vault-unused', days: 90, from: 'law' },
    { kind: 'reports', days: 1_826, from: 'default' },
    { kind: 'appeals', days: null, from: 'law' },
  ]);
  let gone = 0;
  retention.register({
    id: 'reports',
    days: 1_826,
    name: (language) => `reports in ${language}`,
    due: async () => 3,
    remove: async () => (gone = 3),
  });
  assert.match(await (await fetch(`${city.url}/tg/retention`)).text(), /reports in tg/);
  assert.equal((await retention.run('system')).counts['reports'], 3);
  assert.equal(gone, 3);
});

test('the pages state the rules in five languages; only who answers for the data previews, runs and holds', async () => {
  assert.ok(kinds > Object.keys(defaultDays).length, 'those of operations are among them');
  for (const language of fullLanguages) {
    for (const path of ['/retention', '/retention/manage']) {
      const answer = await fetch(`${city.url}/${language}${path}`, { headers: { cookie: 'OFFICER' } });
      const html = await answer.text();
      assert.equal(answer.status, 200, html);
      assert.doesNotMatch(html, /kind_|undefined|\[object/);
      assert.equal(html.match(/<th scope="row"/g)?.length, kinds + (path === '/retention' ? 5 : 1));
    }
  }
  const { status } = await fetch(`${city.url}/retention/manage`, { redirect: 'manual' });
  assert.ok([303, 302, 401].includes(status), `${status}`);
  const bad = await send('/en/retention/holds', {
    kind: 'vault-unused',
    target: '',
    reference: 'Case 1',
    until: '2020-01-01',
  });
  assert.equal(bad.status, 400);
  assert.match(await bad.text(), /A day to come is wanted/);
  assert.equal(
    (await send('/retention/holds', { kind: 'vault-unused', reference: 'Case 1', until: '2099-01-01' })).status,
    303,
  );
  const [hold] = await retention.holds();
  assert.equal(hold?.setBy, 'OFFICER');
  assert.equal((await send(`/retention/holds/${hold?.id}/lift`, {})).status, 303);
  assert.deepEqual(await retention.holds(), []);
  assert.equal((await send('/retention/run', {})).status, 303);
});

test('what is held does not go with something else, and a hold that would hold nothing is refused', async () => {
  const until = '2040-01-01';
  const made = identity.accounts.add({ name: 'gone.officer' }, { id: 'system' });
  identity.accounts.change(made.id, { disabled: true }, { id: 'system' });
  await identity.notes.flush();
  put(made.id);
  clock.advance(366 * dayMs);
  vault.records.of(made.id);
  const one = await retention.hold(officer, { kind: 'vault-unused', target: made.id, reference: 'Case 13', until });
  const run = await retention.run('system');
  assert.equal(run.counts['accounts-disabled'], 0);
  assert.ok(vault.records.has(made.id), 'the account stays, and so does what the vault has of it');
  const all = await retention.hold(officer, { kind: 'opening-reasons', target: '', reference: 'Case 14', until });
  await retention.lift(officer, one.id);
  await retention.run('system');
  assert.ok(vault.records.has(made.id), 'the reasons of openings go with the key of the person');
  await retention.lift(officer, all.id);
  await retention.run('system');
  assert.equal(vault.records.has(made.id), false);
  for (const kind of ['access-log', 'opening-reasons', 'dead-letters'])
    await assert.rejects(retention.hold(officer, { kind, target: 'X', reference: 'Case 15', until }), {
      kind: 'bad-data',
      field: 'target',
    });
});
