/** How long closed alarms and notices that are over are kept, seen from outside. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../base/clock.ts';
import type { Principal } from '../http/index.ts';
import { openTestCity } from '../../test/fixtures/testCity.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const dayMs = 86_400_000;
const city = await openTestCity({ city: 'src/city/namuna' }, clock);
after(() => city.close());
const { retention, store } = city;
assert.ok(retention);
const officer: Principal = { id: 'OFFICER', kind: 'person', roles: ['data-officer'] };
const dueOf = async (kind: string) => {
  const found = (await retention.preview()).find(({ rule }) => rule.kind === kind);
  return [found?.count, found?.held];
};

type Json = Record<string, unknown>;
const send = async (path: string, body: Json): Promise<Json> => {
  const answer = await fetch(city.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()) as Json;
};
const raised = async (title: string): Promise<string> =>
  String((await send('/api/operations/alarms', { title, priority: 2, district: 'navrud' }))['id']);
const closed = async (title: string): Promise<string> => {
  const id = await raised(title);
  await send(`/api/operations/alarms/${id}/steps`, { step: 'acknowledge' });
  await send(`/api/operations/alarms/${id}/steps`, { step: 'close', reason: 'fixed', note: 'a valve' });
  return id;
};
const statusOf = async (path: string): Promise<number> => (await fetch(city.url + path)).status;
const rowsOf = async (id: string): Promise<number> => {
  const sql =
    'SELECT (SELECT count(*) FROM alarm WHERE id = ?) + (SELECT count(*) FROM alarm_step WHERE alarm = ?) AS n';
  return Number((await store.rows.get(sql, [id, id]))?.['n']);
};
const historyOf = (urn: string): Promise<number> =>
  statusOf(`/ngsi-ld/v1/temporal/entities/${urn}?timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt`);
const alert = (id: string): string => `urn:ngsi-ld:Alert:${id}`;

test('a closed alarm goes after three years with its story and its past; what is open, younger or held stays', async () => {
  const open = await raised('Open');
  const old = await closed('Old');
  const held = await closed('Held');
  assert.equal(await historyOf(alert(old)), 200);
  clock.advance(1_000 * dayMs);
  const young = await closed('Young');
  // What is said of a closed one does not make it younger.
  await send(`/api/operations/alarms/${old}/steps`, { step: 'note', note: 'looked at again' });
  clock.advance(95 * dayMs);
  assert.deepEqual(await dueOf('alarms-closed'), [0, 0]);
  clock.advance(2 * dayMs);
  await retention.hold(officer, { kind: 'alarms-closed', target: held, reference: 'Case 4', until: '2040-01-01' });
  assert.deepEqual(await dueOf('alarms-closed'), [1, 1]);
  assert.equal(await rowsOf(old), 5, 'looking changes nothing');
  const { counts } = await retention.run('OFFICER');
  assert.equal(counts['alarms-closed'], 1);
  assert.deepEqual(await Promise.all([old, held, young, open].map(rowsOf)), [0, 4, 4, 2]);
  assert.deepEqual(await Promise.all([old, held, young, open].map((id) => historyOf(alert(id)))), [404, 200, 200, 200]);
  assert.equal(await statusOf(`/ngsi-ld/v1/entities/${alert(old)}`), 404);
  assert.equal(await statusOf(`/api/operations/alarms/${old}`), 404);
  assert.deepEqual(await dueOf('alarms-closed'), [0, 1]);
});

test('a notice goes five years after it was over or withdrawn, with all that was said', async () => {
  const issue = async (id: string, from: string, until: string): Promise<void> => {
    const fields = { template: 'water-planned', districts: 'navrud', from, until, severity: 'Moderate', id };
    const answer = await fetch(`${city.url}/en/console/notices`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: city.url },
      body: new URLSearchParams(fields),
    });
    assert.equal(answer.status, 303, await answer.text());
  };
  const [over, withdrawn, current] = ['0000000001', '0000000002', '0000000003'];
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).split('-').reverse().join('.');
  const from = `${dayOf(clock.now())} 18:00`;
  await issue(over ?? '', from, `${dayOf(clock.now() + dayMs)} 18:00`);
  await issue(withdrawn ?? '', from, `${dayOf(clock.now() + 80 * dayMs)} 18:00`);
  await fetch(`${city.url}/en/console/notices/${withdrawn}/withdraw`, {
    method: 'POST',
    headers: { origin: city.url },
    body: new URLSearchParams({ version: '1', reason: 'cleared' }),
  });
  clock.advance(1_826 * dayMs + 3_600_000);
  await issue(current ?? '', `${dayOf(clock.now())} 18:00`, `${dayOf(clock.now() + dayMs)} 18:00`);
  assert.equal(await statusOf(`/api/operations/notices/${over}`), 200);
  assert.deepEqual(await dueOf('notices-over'), [1, 0], 'the one that was withdrawn on its first day');
  clock.advance(2 * dayMs);
  assert.deepEqual(await dueOf('notices-over'), [2, 0]);
  assert.equal((await retention.run('OFFICER')).counts['notices-over'], 2);
  const paths = (id: string | undefined): string[] => [
    `/api/operations/notices/${id}`,
    `/en/notices/${id}`,
    `/notices/${id}/cap`,
    `/ngsi-ld/v1/entities/urn:ngsi-ld:Notice:${id}`,
  ];
  for (const id of [over, withdrawn]) for (const path of paths(id)) assert.equal(await statusOf(path), 404, path);
  for (const path of paths(current)) assert.equal(await statusOf(path), 200, path);
  assert.equal(await historyOf(`urn:ngsi-ld:Notice:${over}`), 404);
  const left = await store.rows.get('SELECT count(*) AS n FROM notice_version WHERE notice <> ?', [current ?? '']);
  assert.equal(left?.['n'], 0);
});

test('a note between shifts goes after a year', async () => {
  await fetch(`${city.url}/en/console/handover`, {
    method: 'POST',
    headers: { origin: city.url },
    body: new URLSearchParams({ text: 'V-17 is closed' }),
  });
  clock.advance(364 * dayMs);
  assert.deepEqual(await dueOf('alarm-handovers'), [0, 0]);
  clock.advance(2 * dayMs);
  assert.equal((await retention.run('OFFICER')).counts['alarm-handovers'], 1);
  assert.ok(!(await (await fetch(`${city.url}/en/console/handover`)).text()).includes('V-17'));
});
