import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { districtAt } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openAlarms, type Finding } from './index.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const person = (id: string, role: string, areas?: readonly string[]): Principal => ({
  id,
  kind: 'person',
  roles: [role],
  ...(areas && { areas }),
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
});
const people: Readonly<Record<string, Principal>> = {
  ALL: person('ALL', 'dispatcher'),
  NAVRUD: person('NAVRUD', 'dispatcher', ['navrud']),
  BOTH: person('BOTH', 'dispatcher', ['navrud', 'kulolon']),
  NONE: person('NONE', 'dispatcher', []),
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity(
  { city: 'src/city/namuna', housekeeping: false },
  clock,
  await openPolicies(),
  ({ cookie }) => people[cookie ?? ''] ?? nobody,
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
const placeOf = (district: string): readonly [number, number] => {
  const [west, south, east, north] = city.city.bbox;
  const places = Array.from({ length: 400 }, (_, n): [number, number] => [
    west + ((n % 20) / 20) * (east - west),
    south + (Math.floor(n / 20) / 20) * (north - south),
  ]);
  return places.find((at) => districtAt(city.city, at)?.id === district) ?? assert.fail();
};

type Json = Record<string, unknown>;
const send = (who: string, path: string, body: Json): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie: who, 'content-type': 'application/json', 'x-csrf-token': 'token' },
    body: JSON.stringify(body),
  });
const form = (who: string, path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie: who },
    body: new URLSearchParams({ csrf: 'token', ...fields }),
    redirect: 'manual',
  });
const text = async (who: string, path: string): Promise<string> => {
  const answer = await fetch(city.url + path, { headers: { cookie: who } });
  assert.equal(answer.status, 200, path);
  return answer.text();
};
const json = async (who: string, path: string): Promise<Json> => JSON.parse(await text(who, path)) as Json;
const raise = (who: string, fields: Json): Promise<Response> =>
  send(who, '/api/operations/alarms', { title: 'Leak', priority: 2, ...fields });
async function raised(who: string, fields: Json): Promise<string> {
  const answer = await raise(who, fields);
  assert.equal(answer.status, 201, await answer.clone().text());
  return String(((await answer.json()) as Json)['id']);
}
const step = (who: string, id: string, body: Json): Promise<Response> =>
  send(who, `/api/operations/alarms/${id}/steps`, body);
const stateOf = async (id: string): Promise<unknown> => (await json('ALL', `/api/operations/alarms/${id}`))['state'];

const ids = {
  navrud: await raised('ALL', { district: 'navrud', title: 'Leak in navrud' }),
  kulolon: await raised('ALL', { district: 'kulolon', title: 'Leak in kulolon' }),
  /** Of no district. */
  nowhere: await raised('ALL', { location: [10, 10], title: 'Leak outside' }),
};

test('whoever is limited to a district sees its alarms and no others, wherever alarms are told', async () => {
  const seen: readonly (readonly [string, readonly string[]])[] = [
    ['ALL', ['kulolon', 'navrud', 'outside']],
    ['BOTH', ['kulolon', 'navrud']],
    ['NAVRUD', ['navrud']],
    ['NONE', []],
  ];
  const paths = [
    '/en/console',
    '/en/console/alarms',
    '/en/console/alarms?view=wall',
    '/en/console/handover',
    '/api/operations/alarms',
    '/api/operations/alarms?grouped=true',
    '/api/operations/alarms.csv',
    '/ngsi-ld/v1/entities?type=Alert',
  ];
  for (const [who, wanted] of seen) {
    for (const path of paths) {
      const told = await text(who, path);
      const found = ['kulolon', 'navrud', 'outside'].filter(
        (word) => told.includes(`Leak in ${word}`) || told.includes(`Leak ${word}`),
      );
      assert.deepEqual(found, wanted, `${who} ${path}`);
    }
    const { counts, total } = await json(who, '/api/operations/alarms');
    assert.deepEqual([(counts as Json)['open'], total], [wanted.length, wanted.length], who);
  }
  const other = await json('NAVRUD', '/api/operations/alarms?district=kulolon');
  assert.deepEqual([other['alarms'], (other['counts'] as Json)['open']], [[], 0]);
  for (const id of [ids.kulolon, ids.nowhere])
    for (const path of [`/api/operations/alarms/${id}`, `/en/console/alarms?alarm=${id}`])
      assert.equal((await fetch(city.url + path, { headers: { cookie: 'NAVRUD' } })).status, 404, path);
});

test('each step asks for the place; what may be seen there alone is not said to be there', async () => {
  const acts: readonly Json[] = [
    { step: 'acknowledge' },
    { step: 'assign', to: 'Water 1' },
    { step: 'note', note: 'words' },
    { step: 'shelve', minutes: 30, note: 'why' },
    { step: 'close', reason: 'fixed' },
  ];
  for (const id of [ids.kulolon, ids.nowhere])
    for (const act of acts) assert.equal((await step('NAVRUD', id, act)).status, 404, JSON.stringify(act));
  assert.equal((await form('NAVRUD', `/en/console/alarms/${ids.kulolon}/steps`, { step: 'acknowledge' })).status, 404);
  assert.deepEqual([await stateOf(ids.kulolon), await stateOf(ids.nowhere)], ['raised', 'raised']);
  assert.equal((await step('NAVRUD', ids.navrud, { step: 'assign', to: 'Water 1' })).status, 201);
  assert.equal(await stateOf(ids.navrud), 'assigned');
});

test('what is seen and may not be worked on is refused, and no button leads there', async () => {
  const only = openAlarms({
    broker,
    rows: store.rows,
    city: city.city,
    clock,
    log: silentLog,
    nameOf: (id) => id,
    permits: (_who, _action, { id }) => id === 'navrud',
  });
  const all = people['ALL'] ?? assert.fail();
  await assert.rejects(only.act(all, ids.kulolon, { step: 'acknowledge' }), { kind: 'forbidden', field: 'district' });
  await assert.rejects(only.acknowledgeGroup(all, { show: 'open' }, ids.kulolon), { kind: 'forbidden' });
  await only.act(all, ids.navrud, { step: 'note', note: 'seen' });
  assert.equal(await stateOf(ids.kulolon), 'raised');
});

test('an alarm is raised by hand in one’s own districts: by its district, its position and what it is about', async () => {
  await broker.record(
    systemPrincipal,
    0,
    [
      {
        id: 'urn:ngsi-ld:Bench:1',
        type: ['https://example.org/Bench'],
        attrs: {
          [coreContext.expand('location')]: [
            { type: 'GeoProperty', value: { type: 'Point', coordinates: [...placeOf('kulolon')] } },
          ],
        },
      },
    ],
    { by: 'test' },
  );
  const before = await json('ALL', '/api/operations/alarms');
  const refused: readonly Json[] = [
    { district: 'kulolon' },
    { location: placeOf('kulolon') },
    { location: [10, 10] },
    { subject: 'urn:ngsi-ld:Bench:1' },
    { district: 'navrud', location: placeOf('kulolon') },
    { district: 'navrud', subject: 'urn:ngsi-ld:Bench:1' },
  ];
  for (const fields of refused) assert.equal((await raise('NAVRUD', fields)).status, 403, JSON.stringify(fields));
  const page = await form('NAVRUD', '/en/console/alarms', { title: 'Leak', priority: '2', district: 'kulolon' });
  assert.equal(page.status, 403);
  const html = await page.text();
  assert.match(html, /Not there: choose one of your districts/);
  assert.ok(!html.includes('value="kulolon"') && html.includes('value="navrud"'));
  assert.equal((await json('ALL', '/api/operations/alarms'))['total'], before['total']);
  for (const fields of [{ district: 'navrud' }, { location: placeOf('navrud') }]) await raised('NAVRUD', fields);
});

test('a flood is taken in one’s own districts', async () => {
  const flood = (district: string): Finding[] =>
    [1, 2, 3].map((n) => ({
      kind: 'raise',
      rule: 'pressure',
      version: 1,
      entity: `urn:ngsi-ld:Pump:${district}${n}`,
      at: clock.now() + n,
      priority: 2,
      title: { en: `Flood in ${district}` },
      simulated: false,
    }));
  const findings = ['navrud', 'kulolon'].flatMap(flood);
  for (const { entity } of findings) {
    const value = entity.includes('navrud') ? 'navrud' : 'kulolon';
    const attrs = { [coreContext.expand('district')]: [{ type: 'Property', value } as const] };
    await broker.record(systemPrincipal, 0, [{ id: entity, type: ['https://example.org/Pump'], attrs }], {
      by: 'test',
    });
  }
  const looked = [...(await alarms.ids(findings)), ...findings.map(({ entity }) => entity)];
  await broker.amend(systemPrincipal, 0, looked, { by: 'rules' }, (found, at) => alarms.decide(findings, found, at));
  const listed = (await json('ALL', '/api/operations/alarms?cause=pressure'))['alarms'] as Json[];
  const firstOf = (district: string): string => String(listed.find((alarm) => alarm['district'] === district)?.['id']);
  const back = '/console/alarms?cause=pressure';
  const take = (id: string): Promise<Response> => form('NAVRUD', `/en/console/alarms/${id}/group`, { back });
  assert.notEqual((await take(firstOf('kulolon'))).status, 303);
  assert.equal((await take(firstOf('navrud'))).status, 303);
  const after = (await json('ALL', '/api/operations/alarms?cause=pressure'))['alarms'] as Json[];
  assert.deepEqual(after.map((alarm) => `${String(alarm['district'])} ${String(alarm['state'])}`).sort(), [
    ...Array<string>(3).fill('kulolon raised'),
    ...Array<string>(3).fill('navrud acknowledged'),
  ]);
  const page = await text('NAVRUD', '/en/console/alarms');
  assert.ok(!page.includes('?district=kulolon'), 'no filter leads to another district');
});

test('a note for the next shift is read by those whom it is for', async () => {
  for (const who of ['ALL', 'BOTH', 'NAVRUD'])
    assert.equal((await form(who, '/en/console/handover', { text: `Words of ${who}.` })).status, 303);
  const read = async (who: string): Promise<string[]> => {
    const page = await text(who, '/en/console/handover');
    return ['ALL', 'BOTH', 'NAVRUD'].filter((one) => page.includes(`Words of ${one}.`));
  };
  assert.deepEqual(await read('ALL'), ['ALL', 'BOTH', 'NAVRUD']);
  assert.deepEqual(await read('BOTH'), ['BOTH', 'NAVRUD']);
  assert.deepEqual(await read('NAVRUD'), ['NAVRUD']);
  assert.deepEqual(await read('NONE'), []);
});
