import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openAlarms, type Finding } from '../alarms/index.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const person = (id: string, areas?: readonly string[]): Principal => ({
  id,
  kind: 'person',
  roles: ['shift-lead'],
  ...(areas && { areas }),
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
});
const people: Readonly<Record<string, Principal>> = { ALL: person('ALL'), NAVRUD: person('NAVRUD', ['navrud']) };
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity(
  { city: 'src/city/namuna' },
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

type Json = Record<string, unknown>;
async function api(who: string, path: string, body?: Json): Promise<Json> {
  const headers = { cookie: who, 'content-type': 'application/json', 'x-csrf-token': 'token' };
  const sent = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${city.url}/api/operations/rules${path}`, sent);
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Json;
}
const rule = {
  id: 'noise',
  title: { en: '{name} is loud' },
  priority: 3,
  selects: { type: 'NoiseLevelObserved' },
  when: { kind: 'threshold', attribute: 'LAeq', above: 70 },
};
const meters = ['navrud', 'kulolon', 'kulolon'].map((district, n) => ({
  id: `urn:ngsi-ld:NoiseLevelObserved:${district}${n}`,
  district,
}));
const iri = (name: string): string => coreContext.expand(name);
const hourMs = 3_600_000;

test('whoever is limited to a district is told of a rule’s alarms there alone, of the past and of a trial', async () => {
  await api('ALL', '', { rule, version: 0, why: '' });
  const at = (hour: number): string => new Date(clock.now() - hour * hourMs).toISOString();
  for (const [hour, value] of [
    [5, 50],
    [4, 80],
    [3, 50],
  ] as const)
    await broker.record(
      systemPrincipal,
      0,
      meters.map(({ id, district }) => ({
        id,
        type: [iri('NoiseLevelObserved')],
        attrs: {
          [iri('LAeq')]: [{ type: 'Property', value, observedAt: at(hour) }],
          [iri('district')]: [{ type: 'Property', value: district }],
        },
      })),
      { by: 'test' },
    );
  const findings = meters.map(({ id }, n): Finding => ({
    kind: 'raise',
    rule: rule.id,
    version: 1,
    entity: id,
    at: clock.now() - 4 * hourMs + n,
    priority: 3,
    title: rule.title,
    simulated: false,
  }));
  const ids = [...(await alarms.ids(findings)), ...meters.map(({ id }) => id)];
  await broker.amend(systemPrincipal, 0, ids, { by: 'rules' }, (looked, when) => alarms.decide(findings, looked, when));

  const tried = await api('NAVRUD', '/noise/try', { from: at(24), to: at(0) });
  const [{ id: own }] = meters as [(typeof meters)[0]];
  assert.deepEqual([tried['selected'], tried['raised'], tried['raising']], [1, 1, 1]);
  assert.deepEqual(
    (tried['episodes'] as Json[]).map(({ entity }) => entity),
    [own],
  );
  const { versions } = await api('NAVRUD', '/noise');
  assert.equal((versions as Json[])[0]?.['triedAt'], undefined, 'it was tried in a part of the city alone');
  assert.equal((await api('ALL', '/noise/try', { from: at(24), to: at(0) }))['raised'], 3);

  const { rules } = await api('NAVRUD', '');
  const summary = (rules as Json[]).find((one) => (one['rule'] as Json)['id'] === rule.id);
  assert.deepEqual([summary?.['week'], summary?.['lastEntity'], summary?.['lastAt']], [1, own, findings[0]?.at]);
  for (const path of ['', '/noise']) {
    const page = await (await fetch(`${city.url}/en/console/rules${path}`, { headers: { cookie: 'NAVRUD' } })).text();
    assert.ok(!page.includes('kulolon'), path);
  }
  const onPage = await fetch(`${city.url}/en/console/rules/noise/try`, {
    method: 'POST',
    headers: { cookie: 'NAVRUD' },
    body: new URLSearchParams({ csrf: 'token', days: '7' }),
  });
  const html = await onPage.text();
  assert.ok(html.includes('navrud0') && !html.includes('kulolon1'));
});

test('whoever is limited to areas is offered to try a rule and nothing that would be refused; the others everything', async () => {
  const pageOf = async (who: string, path: string) => {
    const answer = await fetch(`${city.url}/en/console/rules${path}`, { headers: { cookie: who } });
    return { status: answer.status, text: await answer.text() };
  };
  const acts = ['/rules/new', '/rules/import', '/rules/noise/edit', '/rules/noise/switch', '/rules/noise/try'];
  const offered = async (who: string): Promise<readonly string[]> => {
    const texts = await Promise.all(['', '/noise'].map(async (path) => (await pageOf(who, path)).text));
    return acts.filter((act) => texts.some((text) => text.includes(act)));
  };
  assert.deepEqual(await offered('ALL'), acts);
  assert.deepEqual(await offered('NAVRUD'), ['/rules/noise/try']);
  for (const path of ['', '/noise']) {
    assert.match((await pageOf('NAVRUD', path)).text, /Rules hold in the whole city/);
    assert.doesNotMatch((await pageOf('ALL', path)).text, /Rules hold in the whole city/);
  }
  for (const path of ['/new', '/import', '/noise/edit']) {
    assert.equal((await pageOf('NAVRUD', path)).status, 403, path);
    assert.equal((await pageOf('ALL', path)).status, 200, path);
  }
});

test('lists of alarms and orders offer to whoever is limited the districts that are theirs', async () => {
  for (const path of ['alarms', 'orders']) {
    const offered = async (who: string): Promise<boolean> => {
      const page = await fetch(`${city.url}/en/console/${path}`, { headers: { cookie: who } });
      assert.equal(page.status, 200, path);
      return (await page.text()).includes('district=kulolon');
    };
    assert.equal(await offered('NAVRUD'), false, path);
    assert.equal(await offered('ALL'), true, path);
  }
});
