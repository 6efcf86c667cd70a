import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { fullLanguages, missingMessages } from '../../ui/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openAlarms, type Finding } from './index.ts';
import { handled } from './lifecycle.ts';
import { alarmWords } from './pages/messages/index.ts';
import { personSteps, reasons, states, transitions, type Act, type Alarm } from './schema.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const minute = 60_000;
const person = (id: string, role: string, more: Partial<Principal> = {}): Principal => ({
  id,
  kind: 'person',
  roles: [role],
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
  ...more,
});
const people: Readonly<Record<string, Principal>> = {
  KARIMOVA: person('KARIMOVA', 'dispatcher'),
  SAIDOV: person('SAIDOV', 'dispatcher'),
  MAYOR: person('MAYOR', 'mayors-office'),
  HEAD: person('HEAD', 'department-head', { department: 'water' }),
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity({ demo: true, housekeeping: false }, clock, await openPolicies(), ({ cookie }) =>
  cookie === undefined ? nobody : (people[cookie] ?? nobody),
);
after(() => city.close());
const { broker, store } = city;
const alarms = openAlarms({
  broker,
  rows: store.rows,
  city: city.city,
  clock,
  log: silentLog,
  nameOf: (id) => id,
  permits: () => true,
});

async function take(findings: readonly Finding[]): Promise<void> {
  const ids = [...(await alarms.ids(findings)), ...findings.map(({ entity }) => entity)];
  await broker.amend(systemPrincipal, 0, ids, { by: 'rules' }, (looked, at) => alarms.decide(findings, looked, at));
}
let count = 0;
const finding = (more: Partial<Finding> = {}): Finding => ({
  kind: 'raise',
  rule: `rule${++count}`,
  version: 1,
  entity: `urn:ngsi-ld:Pump:${count}`,
  at: clock.now(),
  priority: 2,
  title: { en: 'Pressure of {name} fell', ru: 'Давление упало: {name}' },
  simulated: true,
  ...more,
});
/** Raises one and gives its id. */
async function raised(more: Partial<Finding> = {}): Promise<string> {
  const one = finding(more);
  await take([one]);
  const row = await store.rows.get('SELECT id FROM alarm WHERE rule = ?', [one.rule]);
  return String(row?.['id']);
}
type Json = Record<string, unknown>;
const ask = async (path: string, cookie = 'KARIMOVA'): Promise<Json> => {
  const answer = await fetch(city.url + path, { headers: { cookie } });
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
  return (await answer.json()) as Json;
};
const send = (path: string, body: Json, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'x-csrf-token': 'token' },
    body: JSON.stringify(body),
  });
const form = (path: string, fields: Record<string, string>, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ csrf: 'token', ...fields }),
    redirect: 'manual',
  });
const one = (id: string, cookie?: string): Promise<Json> => ask(`/api/operations/alarms/${id}`, cookie);
const step = (id: string, body: Json, cookie?: string): Promise<Response> =>
  send(`/api/operations/alarms/${id}/steps`, body, cookie);

test('the table of steps is whole: what is in it can be done, what is not is a conflict and changes nothing', () => {
  const base: Alarm = {
    id: 'urn:ngsi-ld:Alert:0000000000',
    state: 'raised',
    active: true,
    acknowledged: false,
    priority: 2,
    rule: 'r',
    version: 1,
    title: { en: 'x' },
    category: 'infrastructure',
    issuedAt: 0,
    raisedAt: 0,
    raisedCount: 1,
    stepCount: 1,
    handledStep: 0,
    simulated: false,
  };
  const acts: Record<(typeof personSteps)[number], Act> = {
    acknowledge: { step: 'acknowledge' },
    assign: { step: 'assign', to: 'Water 1' },
    shelve: { step: 'shelve', until: 60_000, note: 'why' },
    return: { step: 'return' },
    close: { step: 'close', reason: 'fixed' },
    note: { step: 'note', note: 'words' },
  };
  let done = 0;
  for (const state of states) {
    for (const name of personSteps) {
      const wanted = transitions[state][name];
      const alarm = { ...base, state };
      if (wanted) {
        const next = handled(alarm, acts[name], 1);
        assert.deepEqual([next.state, next.stepCount], [wanted, 2], `${state} ${name}`);
        done++;
      } else assert.throws(() => handled(alarm, acts[name], 1), { kind: 'conflict' }, `${state} ${name}`);
    }
  }
  assert.equal(done, 19);
  assert.throws(() => handled({ ...base, priority: 1 }, acts.shelve, 1), { kind: 'bad-data', field: 'step' });
  assert.throws(() => handled(base, { step: 'shelve', until: 13 * 3_600_000, note: 'x' }, 1), { field: 'until' });
  assert.throws(() => handled(base, { step: 'shelve', until: 1, note: 'x' }, 1), { field: 'until' });
  assert.throws(() => handled({ ...base, state: 'assigned' }, { step: 'close', reason: 'other' }, 1), {
    field: 'note',
  });
});

test('an alarm is taken, given, cleared and closed; each step is in its story with who did it', async () => {
  const given = finding();
  const id = await raised(given);
  assert.equal((await step(id, { step: 'acknowledge' })).status, 201);
  assert.equal((await step(id, { step: 'assign', to: 'Water 1', note: 'V-17 first' })).status, 201);
  await take([{ ...given, kind: 'clear', at: clock.now() + minute }]);
  assert.equal((await one(id))['state'], 'cleared');
  const closed = await step(id, { step: 'close', reason: 'fixed' }, 'SAIDOV');
  const body = (await closed.json()) as Json;
  assert.deepEqual([body['state'], body['reason'], body['active']], ['closed', 'fixed', false]);
  const steps = body['steps'] as Json[];
  assert.deepEqual(
    steps.map((line) => [line['step'], line['who'], line['state'], line['detail']]),
    [
      ['raise', 'system', 'raised', undefined],
      ['acknowledge', 'KARIMOVA', 'acknowledged', undefined],
      ['assign', 'KARIMOVA', 'assigned', 'Water 1'],
      ['clear', 'system', 'cleared', undefined],
      ['close', 'SAIDOV', 'closed', 'fixed'],
    ],
  );
  const { entity } = await broker.get(systemPrincipal, 0, `urn:ngsi-ld:Alert:${id}`);
  assert.equal(Object.values(entity.attrs).length > 15, true);
  assert.equal((await step(id, { step: 'acknowledge' })).status, 409, 'closed is closed');
  await take([{ ...given, at: clock.now() + 2 * minute }]);
  const again = await store.rows.all('SELECT id, state FROM alarm WHERE rule = ? ORDER BY raised_at', [given.rule]);
  assert.deepEqual(
    again.map((row) => row['state']),
    ['closed', 'raised'],
    'a new one after it was closed',
  );
});

test('two cannot both take it: the second is told who was first, as JSON and on the page, and nothing is changed', async () => {
  const id = await raised();
  const answers = await Promise.all([
    step(id, { step: 'acknowledge' }, 'KARIMOVA'),
    step(id, { step: 'acknowledge' }, 'SAIDOV'),
  ]);
  const statuses = answers.map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([201, 409]));
  const loser = statuses[0] === 409 ? 'KARIMOVA' : 'SAIDOV';
  const winner = loser === 'KARIMOVA' ? 'SAIDOV' : 'KARIMOVA';
  const lost = answers.find(({ status }) => status === 409);
  assert.match(await (lost?.text() ?? ''), new RegExp(`${winner} was first: acknowledge`));
  const page = await form(`/ru/console/alarms/${id}/steps`, { step: 'acknowledge', back: '/console' }, loser);
  assert.equal(page.status, 409);
  assert.match(await page.text(), new RegExp(`${winner}: уже сделано`));
  const story = (await one(id))['steps'] as Json[];
  assert.equal(story.filter((line) => line['step'] === 'acknowledge').length, 1);
});

test('whoever gives an alarm that another has given meanwhile is told so', async () => {
  const id = await raised();
  const seen = (await one(id))['handledStep'];
  assert.equal((await step(id, { step: 'assign', to: 'Water 1', seen })).status, 201);
  assert.equal((await step(id, { step: 'assign', to: 'Water 2', seen }, 'SAIDOV')).status, 409);
  assert.equal((await one(id))['assignedTo'], 'Water 1');
});

test('what nobody had seen stays in the list when it is over, until somebody sees it', async () => {
  const given = finding();
  const id = await raised(given);
  await take([{ ...given, kind: 'clear', at: clock.now() + minute }]);
  const listed = (await ask('/api/operations/alarms?show=waiting&limit=1000'))['alarms'] as Json[];
  assert.ok(listed.some((alarm) => alarm['id'] === id));
  const seen = (await (await step(id, { step: 'acknowledge' })).json()) as Json;
  assert.deepEqual([seen['state'], seen['reason']], ['closed', 'over']);
});

test('what is put aside comes back by itself at its time, in another process too', async () => {
  const id = await raised();
  assert.equal((await step(id, { step: 'shelve', minutes: 30 })).status, 400, 'a reason is asked for');
  assert.equal((await step(id, { step: 'shelve', minutes: 30, note: 'works at the main' })).status, 201);
  const urgent = await raised({ priority: 1 });
  assert.equal((await step(urgent, { step: 'shelve', minutes: 30, note: 'x' })).status, 400);
  assert.equal((await step(urgent, { step: 'shelve', minutes: 721, note: 'x' })).status, 400);
  clock.advance(29 * minute);
  assert.equal(await alarms.bringBack(), 0);
  clock.advance(minute);
  // As a process that has just been started: it knows only what is stored.
  const fresh = openAlarms({
    broker,
    rows: store.rows,
    city: city.city,
    clock,
    log: silentLog,
    nameOf: (who) => who,
    permits: () => true,
  });
  await fresh.start();
  await fresh.stop();
  const back = await one(id);
  assert.deepEqual([back['state'], back['acknowledged'], back['shelvedUntil']], ['raised', false, undefined]);
  assert.equal((back['steps'] as Json[]).at(-1)?.['step'], 'return');
  assert.equal(await fresh.bringBack(), 0, 'once');
});

test('put aside and found again it stays aside and counts; a finding of priority 1 brings it back', async () => {
  const given = finding({ priority: 3 });
  const id = await raised(given);
  await step(id, { step: 'shelve', minutes: 60, note: 'known' });
  await take([{ ...given, at: clock.now() + 1 }]);
  assert.deepEqual([(await one(id))['state'], (await one(id))['raisedCount']], ['shelved', 2]);
  await take([{ ...given, at: clock.now() + 2, priority: 1 }]);
  const now = await one(id);
  assert.deepEqual([now['state'], now['priority'], now['shelvedUntil']], ['raised', 1, undefined]);
});

test('a flood of one cause and area is one row with its number, opened by a link, and taken by one act', async () => {
  const district = city.city.districts[0];
  assert.ok(district);
  const rule = 'flood';
  const at = clock.now();
  const findings = Array.from({ length: 14 }, (_, n) =>
    finding({ rule, entity: `urn:ngsi-ld:Flood:${n}`, at: at + n * minute }),
  );
  // The next one comes after a quiet time: another flood.
  findings.push(finding({ rule, entity: 'urn:ngsi-ld:Flood:late', at: at + 60 * minute }));
  await take(findings);
  const { groups } = await ask(`/api/operations/alarms?grouped=true&cause=${rule}`);
  assert.deepEqual(
    (groups as Json[]).map((group) => [group['count'], group['waiting']]),
    [
      [1, 1],
      [14, 14],
    ],
  );
  const flood = (groups as { first: { id: string } }[])[1];
  assert.ok(flood);
  const first = flood.first.id;
  const page = await (
    await fetch(`${city.url}/en/console/alarms?cause=${rule}`, { headers: { cookie: 'KARIMOVA' } })
  ).text();
  assert.match(page, /14 alarms of one cause/);
  assert.match(page, new RegExp(`group=${first}`));
  const opened = await (
    await fetch(`${city.url}/en/console/alarms?group=${first}`, { headers: { cookie: 'KARIMOVA' } })
  ).text();
  assert.equal(opened.match(/class="row"/g)?.length, 14);
  const done = await form(`/en/console/alarms/${first}/group`, { back: `/console/alarms?cause=${rule}` });
  assert.deepEqual([done.status, done.headers.get('location')], [303, `/en/console/alarms?cause=${rule}`]);
  const left = await ask(`/api/operations/alarms?show=waiting&cause=${rule}`);
  assert.equal(left['total'], 1);
  const twice = await form(`/en/console/alarms/${first}/group`, { back: '/console' }, 'SAIDOV');
  assert.equal(twice.status, 409);
  assert.match(await twice.text(), /KARIMOVA was first/);
});

test('an alarm is raised by hand for a district, by form and by JSON; what is missing is named', async () => {
  const district = city.city.districts[0]?.id ?? '';
  const made = await form('/ru/console/alarms', { title: 'Вода на улице Ткачей', priority: '1', district });
  assert.equal(made.status, 303);
  const id = /alarm=(\w{10})$/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
  const alarm = await one(id);
  assert.deepEqual(
    [alarm['title'], alarm['rule'], alarm['district'], alarm['simulated']],
    [{ ru: 'Вода на улице Ткачей' }, 'manual', district, true],
  );
  const wrong = await form('/tg/console/alarms', { title: 'x', priority: '2' });
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /Гӯед, ки дар куҷо/);
  const json = await send('/api/operations/alarms', { title: 'Lamp', priority: 3, location: [...city.city.center] });
  assert.equal(json.status, 201);
  assert.equal(
    (await send('/api/operations/alarms', { title: 'Lamp', priority: 3, subject: 'urn:x:none' })).status,
    400,
  );
});

test('notes are seen by those on duty and not by the mayor; a head sees the alarms of the own department', async () => {
  const id = await raised();
  await step(id, { step: 'note', note: 'the key is with the guard' });
  const texts = async (cookie: string): Promise<string> => JSON.stringify(await one(id, cookie));
  assert.match(await texts('SAIDOV'), /key is with the guard/);
  assert.doesNotMatch(await texts('MAYOR'), /key is with the guard|internalNote/);
  const asHead = (path: string): Promise<Response> => fetch(city.url + path, { headers: { cookie: 'HEAD' } });
  assert.equal((await asHead(`/api/operations/alarms/${id}`)).status, 404);
  const before = (await ask('/api/operations/alarms', 'HEAD'))['total'];
  await step(id, { step: 'assign', to: 'Water 1', department: 'water' });
  assert.equal((await asHead(`/api/operations/alarms/${id}`)).status, 200);
  const listed = await ask('/api/operations/alarms', 'HEAD');
  assert.equal(listed['total'], Number(before) + 1);
  assert.equal((await ask('/api/operations/alarms?grouped=true', 'HEAD'))['total'], listed['total']);
  assert.equal((await step(id, { step: 'close', reason: 'fixed' }, 'MAYOR')).status, 403);
  assert.equal((await fetch(`${city.url}/api/operations/alarms`)).status, 401);
  const entity = await city.fetch(`/entities/urn:ngsi-ld:Alert:${id}`);
  assert.equal(entity.status, 404, 'nobody who is not on duty learns of it through NGSI-LD');
});

test('an Alert that others change or delete is so in the list, too; also when nobody followed meanwhile', async () => {
  const [changed, gone, before] = [await raised(), await raised(), await raised()];
  const urn = (id: string): string => `urn:ngsi-ld:Alert:${id}`;
  const remove = (id: string): Promise<unknown> =>
    broker.amend(systemPrincipal, 0, [urn(id)], { by: 'http' }, (_looked, at) => ({
      entities: [{ op: 'delete', id: urn(id), at }],
    }));
  await remove(before);
  const fresh = openAlarms({
    broker,
    rows: store.rows,
    city: city.city,
    clock,
    log: silentLog,
    nameOf: (who) => who,
    permits: () => true,
  });
  await fresh.start();
  const rowOf = (id: string) => store.rows.get('SELECT state, priority FROM alarm WHERE id = ?', [id]);
  const settled = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let n = 0; n < 100 && !(await holds()); n++) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await settled(async () => (await rowOf(before)) === undefined);
  assert.equal(await rowOf(before), undefined);
  await remove(gone);
  const priority = [{ type: 'Property', value: 4 }] as const;
  await broker.amend(systemPrincipal, 0, [urn(changed)], { by: 'http' }, (_looked, at) => ({
    entities: [
      {
        op: 'set',
        id: urn(changed),
        at,
        attrs: { 'https://uri.etsi.org/ngsi-ld/default-context/priority': priority },
      },
    ],
  }));
  await settled(async () => (await rowOf(changed))?.['priority'] === 4);
  assert.equal((await rowOf(changed))?.['priority'], 4);
  assert.equal(await rowOf(gone), undefined);
  assert.equal((await rowOf(changed))?.['state'], 'raised');
  await fresh.stop();
});

test('the shift is handed over with a note that stays', async () => {
  const empty = await form('/en/console/handover', { text: ' ' });
  assert.equal(empty.status, 400);
  assert.equal((await form('/en/console/handover', { text: 'V-17 is closed, crew at 23:40' })).status, 303);
  const page = await (await fetch(`${city.url}/en/console/handover`, { headers: { cookie: 'SAIDOV' } })).text();
  assert.match(page, /V-17 is closed, crew at 23:40/);
  assert.match(page, /KARIMOVA/);
  const asMayor = await (await fetch(`${city.url}/en/console/handover`, { headers: { cookie: 'MAYOR' } })).text();
  assert.match(asMayor, /KARIMOVA/);
  assert.doesNotMatch(asMayor, /V-17/);
});

test('the list is a CSV that says what is simulated', async () => {
  const answer = await fetch(`${city.url}/api/operations/alarms.csv?show=open&lang=ru`, {
    headers: { cookie: 'MAYOR' },
  });
  assert.match(answer.headers.get('content-disposition') ?? '', /simulated-.*alarms\.csv/);
  const lines = (await answer.text()).trim().split('\r\n');
  assert.equal(lines.length - 1, (await ask('/api/operations/alarms'))['total']);
  assert.match(lines[0] ?? '', /priority,state/);
});

test('every page says itself in five languages, with every word in the catalogues', async () => {
  assert.deepEqual(missingMessages(alarmWords), []);
  const id = await raised();
  await step(id, { step: 'assign', to: 'Water 1' });
  for (const language of fullLanguages) {
    for (const path of [
      '/console',
      `/console/alarms?alarm=${id}`,
      '/console/alarms?view=wall',
      '/console/alarms?show=closed',
      '/console/alarms/new',
      '/console/handover',
    ]) {
      const answer = await fetch(`${city.url}/${language}${path}`, { headers: { cookie: 'KARIMOVA' } });
      const html = await answer.text();
      assert.equal(answer.status, 200, `${path}: ${html.slice(0, 2000)}`);
      assert.doesNotMatch(html, /undefined|\[object|NaN/, path);
    }
  }
});

test('whatever is sent as a step is taken or refused with its field, and never a fault of the program', async () => {
  const id = await raised();
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constantFrom(...personSteps, ...reasons));
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        { step: value, note: value, to: value, until: value, minutes: value, reason: value, seen: value },
        { requiredKeys: [] },
      ),
      async (body) => {
        const { status } = await step(id, body as Json);
        assert.ok([201, 400, 409].includes(status), `${status} ${JSON.stringify(body)}`);
      },
    ),
    { numRuns: 60 },
  );
});
