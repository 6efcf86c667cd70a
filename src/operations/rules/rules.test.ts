import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { fullLanguages, missingMessages } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { formOf, ruleOfForm } from './form.ts';
import { rulesWords } from './pages/messages/index.ts';
import { parseRule } from './parse.ts';
import { standardRules } from './standard.ts';

const city = await openTestCity({ city: 'namangan' });
after(() => city.close());
const iri = (name: string): string => coreContext.expand(name);
const page = async (path: string): Promise<{ status: number; html: string }> => {
  const answer = await fetch(city.url + path);
  return { status: answer.status, html: await answer.text() };
};
const post = (path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(city.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
const api = async <T = Record<string, unknown>>(path: string, body?: unknown): Promise<{ status: number; json: T }> => {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${city.url}/api/operations/rules${path}`, body === undefined ? {} : sent);
  return { status: answer.status, json: (await answer.json()) as T };
};
const rule = {
  id: 'noise',
  title: { en: '{name} is loud' },
  priority: 3,
  selects: { type: 'NoiseLevelObserved' },
  when: { kind: 'threshold', attribute: 'level', above: 70, for: 'PT10M' },
};

test('the catalogues are complete, and standard rules speak the five languages', () => {
  assert.deepEqual(missingMessages(rulesWords), []);
  for (const { id, title, advice } of standardRules({ simulated: false }))
    for (const language of fullLanguages) assert.ok(title[language] && advice?.[language], `${id} ${language}`);
});

test('a city is offered the standard rules, off; every page is there in five languages', async () => {
  const { json } = await api<{ rules: { rule: { id: string; enabled: boolean } }[] }>('');
  assert.deepEqual(
    json.rules.filter(({ rule: { enabled } }) => enabled),
    [],
  );
  assert.ok(json.rules.length >= 8);
  const paths = [
    '',
    '/new?kind=threshold',
    '/new?kind=change',
    '/new?kind=silence',
    '/new?kind=usual',
    '/new?kind=balance',
    '/water-balance',
    '/water-balance/edit',
    '/import',
    '/air-pm25',
    '/river-rise/edit',
  ];
  for (const language of fullLanguages) {
    for (const path of paths) {
      const { status, html } = await page(`/${language}/console/rules${path}`);
      assert.equal(status, 200, html);
      assert.doesNotMatch(html, /undefined|\[object|NaN/, path);
    }
  }
  assert.equal((await page('/console/rules/nothing')).status, 404);
});

test('a rule is written in the form, tried, switched on, raises, and is switched off', async () => {
  const form = { kind: 'threshold', id: 'loud', priority: '2', 'title.en': '{name} is loud', type: 'Noise' };
  const wrong = await post('/en/console/rules/new', { ...form, attribute: 'level', side: 'above', limit: 'loud' });
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /A number is wanted/);
  const made = await post('/en/console/rules/new', {
    ...form,
    attribute: 'level',
    side: 'above',
    limit: '70,5',
    clear: '65',
    why: 'The market asked',
  });
  assert.equal(made.headers.get('location'), '/en/console/rules/loud');
  const { json } = await api<{ rule: { when: unknown; enabled: boolean } }>('/loud');
  assert.deepEqual(json.rule.when, { kind: 'threshold', attribute: 'level', above: 70.5, clear: 65 });

  const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const record = (minutes: number, value: number): Promise<unknown> =>
    city.broker.record(
      systemPrincipal,
      0,
      [
        {
          id: 'urn:ngsi-ld:Noise:1',
          type: [iri('Noise')],
          attrs: { [iri('level')]: [{ type: 'Property', value, observedAt: at(minutes) }] },
        },
      ],
      { by: 'test' },
    );
  for (const [minutes, value] of [
    [90, 80],
    [60, 60],
    [30, 75],
  ] as const)
    await record(minutes, value);

  const untried = await post('/en/console/rules/loud/switch', { enabled: 'true', version: '1', why: '' });
  assert.equal(untried.status, 400);
  assert.match(await untried.text(), /A reason is wanted/);
  const tried = await post('/en/console/rules/loud/try', { days: '7' });
  assert.match(await tried.text(), /It would have raised 2 alarms/);
  const on = await post('/en/console/rules/loud/switch', { enabled: 'true', version: '1', why: '' });
  assert.equal(on.status, 303);
  const alerts = async () =>
    (await (await city.fetch('/entities?type=Alert&options=keyValues')).json()) as { active: boolean; rule: string }[];
  for (let n = 0; (await alerts()).length === 0 && n < 100; n++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const [alert] = await alerts();
  assert.deepEqual([alert?.rule, alert?.active], ['loud', true]);
  assert.match((await page('/en/console/rules/loud')).html, /The market asked/);

  const late = await post('/en/console/rules/loud/switch', { enabled: 'false', version: '1', why: '' });
  assert.equal(late.status, 409);
  assert.match(await late.text(), /Somebody else has changed the rule/);
  assert.equal((await post('/console/rules/loud/switch', { enabled: 'false', version: '2' })).status, 303);
  for (let n = 0; (await alerts())[0]?.active !== false && n < 100; n++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await alerts())[0]?.active, false);
});

test('a rule is brought as a file, and the API says what is wrong by its field', async () => {
  const taken = await post('/console/rules/import', { json: JSON.stringify(rule) });
  assert.equal(taken.headers.get('location'), '/console/rules/noise');
  const spoilt = await post('/console/rules/import', { json: '{"id": 1' });
  assert.equal(spoilt.status, 400);
  const { json: exported } = await api<{ rule: object }>('/noise');
  assert.equal((await post('/console/rules/import', { json: JSON.stringify(exported.rule) })).status, 303);
  const stale = await api('', { rule, version: 1, why: 'x' });
  assert.deepEqual([stale.status, stale.json['field']], [409, 'version']);
  const next = await api('', { rule: { ...rule, priority: 1 }, version: 2 });
  assert.deepEqual([next.status, next.json['version'], next.json['priority']], [200, 3, 1]);
  for (const [body, field] of [
    [{ rule: { ...rule, when: { kind: 'x' } }, version: 3 }, 'when.kind'],
    [{ rule, version: '3' }, 'version'],
    [{ rule, version: 3, whom: 1 }, 'whom'],
  ] as const) {
    const answer = await api('', body);
    assert.deepEqual([answer.status, answer.json['field']], [400, field]);
  }
  assert.equal((await api('/noise/try', { from: 'yesterday' })).json['field'], 'from');
  const tried = await api('/noise/try', {});
  assert.deepEqual([tried.status, tried.json['raised']], [200, 0]);
});

test('the sample city raises alarms within half a minute of its start', { timeout: 120_000 }, async () => {
  const sample = await openTestCity({ demo: true });
  const begun = Date.now();
  const wanted = ['water-main-burst', 'lights-not-answering', 'silent-gauge'];
  const missing = async (): Promise<readonly string[]> => {
    const answer = await sample.fetch('/entities?type=Alert&options=keyValues');
    const alerts = (await answer.json()) as { rule: string }[];
    return wanted.filter((id) => !alerts.some(({ rule: by }) => by === id));
  };
  while ((await missing()).length > 0 && Date.now() - begun < 30_000)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const left = await missing();
  await sample.close();
  assert.deepEqual(left, []);
});

test('no form gives a 500', async () => {
  const fields = [
    'kind',
    'id',
    'priority',
    'title.en',
    'type',
    'q',
    'scope',
    'ids',
    'attribute',
    'side',
    'limit',
    'for',
  ];
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...fields), fc.string()), async (form) => {
      assert.ok((await post('/console/rules/new', { 'title.en': 'a', priority: '1', ...form })).status < 500);
    }),
    { numRuns: 60 },
  );
});

test('what a form shows of a rule, it makes again', () => {
  const usual = { kind: 'usual', attribute: 'flow', side: 'above', mads: 4.5, least: 0.1, clear: 2, for: 'PT2H' };
  const rest = { weeks: 6, atLeast: 3, holidays: 'skip' };
  for (const when of [usual, { ...usual, ...rest }]) {
    const text = parseRule({ ...rule, when: { ...when, holidays: 'skip' } });
    assert.deepEqual(parseRule(ruleOfForm(formOf({ ...text, version: 1, enabled: false }))), text);
  }
  for (const standard of standardRules({ simulated: false })) {
    const { version: _version, enabled: _enabled, ...text } = standard;
    assert.deepEqual(parseRule(ruleOfForm(formOf(standard))), text);
  }
});
