/** What a reader may not see shows at no face of the broker. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { systemClock } from '../base/clock.ts';
import { anonymousPrincipal, type Principal } from '../http/index.ts';
import { coreContext, parseQ, type Sight } from '../ngsild/index.ts';
import type { Policy } from '../trust/index.ts';

const iri = (term: string): string => coreContext.expand(term);
const engineer: Principal = { id: 'engineer', kind: 'person', roles: ['utility-engineer'], tenants: ['pumps'] };
const byValue: Principal = { id: 'editor', kind: 'person', roles: ['department-editor'] };
const withoutAlarms: Sight = { node: 'types', op: 'none', types: [iri('Alarm')] };
const openOnes: Sight = {
  node: 'and',
  of: [withoutAlarms, { node: 'q', q: parseQ('status!="secret"', coreContext) }],
};
const hidden = new Set([iri('accessCode'), iri('location2')]);
const policy: Policy = {
  permits: ({ kind, tenants = [] }, _, resource) =>
    kind === 'person' && (resource?.type !== 'Tenant' || tenants === 'all' || tenants.includes(resource.id)),
  filter: ({ id }) => (id === 'engineer' ? 'everything' : id === 'editor' ? openOnes : withoutAlarms),
  hidden: ({ id }) => (id === 'engineer' ? undefined : hidden),
};
const anyAction: Policy['permits'] = (who, action, resource) =>
  resource || action === 'manageSubscriptions' ? policy.permits(who, action, resource) : true;
const persons = new Map([engineer, byValue].map((who) => [who.id, who]));
let city: TestCity;
before(async () => {
  city = await openTestCity(
    {},
    systemClock,
    { ...policy, permits: anyAction },
    ({ authorization = '' }) => persons.get(authorization) ?? anonymousPrincipal,
  );
  const put = (body: object) => city.fetch('/entityOperations/create', ask('POST', body, 'engineer'));
  const answer = await put([
    pump(1, {
      status: 'open',
      level: 5,
      accessCode: { type: 'Property', value: '1234', observedAt: '2026-03-01T10:00:00Z' },
    }),
    pump(2, { status: 'secret', level: 7, observed: { type: 'Property', value: 1, accessCode: '5678' } }),
    { id: 'urn:ngsi-ld:Alarm:1', type: 'Alarm', level: 9 },
  ]);
  assert.equal(answer.status, 201, await answer.text());
});
after(() => city.close());

const place = { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.8, 38.6] } };
const pump = (n: number, more: object): object => ({
  id: `urn:ngsi-ld:Pump:${n}`,
  type: 'Pump',
  location: place,
  location2: place,
  ...more,
});
const ask = (method: string, body: object | undefined, as = '', headers: object = {}): RequestInit => ({
  method,
  headers: { ...(as !== '' && { authorization: as }), ...(body && { 'content-type': 'application/json' }), ...headers },
  ...(body && { body: JSON.stringify(body) }),
});
const get = async (path: string, as = ''): Promise<{ status: number; text: string; json: unknown }> => {
  const url = path.startsWith('/api') || !path.startsWith('/ngsi-ld') ? `${city.url}${path}` : `${city.url}${path}`;
  const answer = await fetch(url, ask('GET', undefined, as));
  const text = await answer.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: answer.status, text, json };
};
const ids = async (query: string, as = ''): Promise<string[]> => {
  const { status, json, text } = await get(`/ngsi-ld/v1/entities?${query}`, as);
  assert.equal(status, 200, text);
  return (json as { id: string }[]).map(({ id }) => id);
};

suite('what a reader may not see', () => {
  const faces = [
    '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1',
    '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:2?options=sysAttrs',
    '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1?attrs=accessCode,level',
    '/ngsi-ld/v1/entities?local=true&type=Pump,Alarm&format=simplified',
    '/ngsi-ld/v1/entities?type=Pump&pick=id,accessCode',
    '/ngsi-ld/v1/attributes?details=true',
    '/ngsi-ld/v1/types?details=true',
    '/ngsi-ld/v1/types/Pump',
    '/ngsi-ld/v1/temporal/entities?type=Pump&timerel=after&timeAt=2020-01-01T00:00:00Z',
    '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Pump:1?timerel=after&timeAt=2020-01-01T00:00:00Z',
    '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Pump:1?attrs=accessCode&timeproperty=modifiedAt&timerel=after&timeAt=2020-01-01T00:00:00Z&options=aggregatedValues&aggrMethods=totalCount',
    '/api/entities.csv?type=Pump',
    '/api/entities.geojson?type=Pump',
    '/entities?type=Pump',
    '/entities/urn:ngsi-ld:Pump:1',
    '/map',
    '/',
    '/api/search?q=Pump',
  ];
  for (const path of faces) {
    test(`is not told at ${path}`, async () => {
      for (const as of ['', 'editor']) {
        const { text } = await get(path, as);
        assert.doesNotMatch(text, /1234|5678|accessCode|location2|urn:ngsi-ld:Alarm|"Alarm"/, as);
      }
    });
  }
  test('is told to those who may', async () => {
    const { json } = await get('/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1?format=simplified', 'engineer');
    assert.equal((json as { accessCode: string }).accessCode, '1234');
    assert.deepEqual(await ids('type=Alarm', 'engineer'), ['urn:ngsi-ld:Alarm:1']);
  });
  test('is not found by asking for it', async () => {
    assert.deepEqual(await ids('type=Pump&q=level'), ['urn:ngsi-ld:Pump:1', 'urn:ngsi-ld:Pump:2']);
    const questions = [
      'q=accessCode',
      'q=accessCode=="1234"',
      'q=accessCode!="9"',
      'q=observed.accessCode',
      'attrs=accessCode',
    ];
    for (const question of questions) {
      assert.deepEqual(await ids(`type=Pump&${question}`), [], question);
      assert.ok((await ids(`type=Pump&${question}`, 'engineer')).length > 0, question);
    }
    const near = 'georel=near;maxDistance==10&geometry=Point&coordinates=[68.8,38.6]&geoproperty=';
    assert.deepEqual(await ids(`type=Pump&${near}location2`), []);
    assert.equal((await ids(`type=Pump&${near}location`)).length, 2);
    const counted = await fetch(`${city.url}/ngsi-ld/v1/entities?type=Alarm,Pump&count=true&limit=0`);
    assert.equal(counted.headers.get('ngsild-results-count'), '2');
    assert.equal((await get('/ngsi-ld/v1/entities/urn:ngsi-ld:Alarm:1')).status, 404);
    assert.deepEqual(
      await ids('type=Pump&orderBy=accessCode;desc'),
      await ids('type=Pump'),
      'an order says nothing of what is hidden',
    );
  });
  test('is decided by values too, of the present and of the past', async () => {
    assert.deepEqual(await ids('type=Pump', 'editor'), ['urn:ngsi-ld:Pump:1']);
    const past = '/ngsi-ld/v1/temporal/entities';
    const since = 'timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt';
    assert.equal((await get(`${past}/urn:ngsi-ld:Pump:2?${since}`, 'editor')).status, 404);
    const { json } = await get(`${past}?type=Pump&${since}`, 'editor');
    assert.deepEqual(
      (json as { id: string }[]).map(({ id }) => id),
      ['urn:ngsi-ld:Pump:1'],
    );
    assert.doesNotMatch((await get('/entities?type=Pump', 'editor')).text, /Pump:2/);
    assert.match((await get('/entities?type=Pump', 'engineer')).text, /Pump:2/);
  });
  test('is not counted, by type and by attribute', async () => {
    const told = async (as: string, path: string): Promise<Record<string, unknown>> => {
      const answer = await city.fetch(path, ask('GET', undefined, as));
      return answer.status === 404 ? {} : ((await answer.json()) as Record<string, unknown>);
    };
    for (const [as, pumps, counted] of [
      ['engineer', 2, { observed: 1 }],
      ['editor', 1, {}],
    ] as const) {
      assert.equal((await told(as, '/types/Pump'))['entityCount'], pumps, as);
      const { attributeCount } = (await told(as, '/attributes/observed')) as { attributeCount?: number };
      assert.equal(attributeCount, 'observed' in counted ? counted.observed : undefined, as);
      const who = as === 'engineer' ? engineer : byValue;
      const types = await city.broker.types(who, 0);
      assert.equal(types.find(({ type }) => type === iri('Pump'))?.count, pumps);
    }
  });

  test('is not changed either', async () => {
    const paths: [string, string, object | undefined][] = [
      ['PATCH', '/entities/urn:ngsi-ld:Pump:1/attrs', { accessCode: { type: 'Property', value: '1' } }],
      ['PUT', '/entities/urn:ngsi-ld:Pump:1', { type: 'Pump', level: { type: 'Property', value: 1 } }],
      ['DELETE', '/entities/urn:ngsi-ld:Pump:1/attrs/accessCode', undefined],
      [
        'POST',
        '/temporal/entities/urn:ngsi-ld:Pump:1/attrs',
        { accessCode: [{ type: 'Property', value: '1', observedAt: '2026-01-01T00:00:00Z' }] },
      ],
      ['DELETE', '/temporal/entities/urn:ngsi-ld:Pump:1/attrs/accessCode', undefined],
      ['PATCH', '/entities/urn:ngsi-ld:Pump:2/attrs', { level: { type: 'Property', value: 1 } }],
      ['DELETE', '/entities/urn:ngsi-ld:Pump:2', undefined],
    ];
    for (const [method, path, body] of paths) {
      const answer = await city.fetch(path, ask(method, body, 'editor'));
      assert.equal(answer.status, 403, `${method} ${path} ${await answer.text()}`);
    }
    const { json } = await get('/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1?format=simplified', 'engineer');
    assert.equal((json as { accessCode: string }).accessCode, '1234');
  });
  test('is not told by the live stream', { timeout: 20_000 }, async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${city.url}/api/live`, { signal: leaving.signal });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    const write = (id: string, attrs: object) =>
      city.fetch(`/entities/urn:ngsi-ld:${id}/attrs`, ask('PATCH', attrs, 'engineer'));
    assert.equal((await write('Alarm:1', { level: 10 })).status, 204);
    assert.equal((await write('Pump:1', { accessCode: 'abcd', level: 6 })).status, 204);
    let told = '';
    while (!told.includes('Pump:1')) told += (await reader?.read())?.value ?? '';
    leaving.abort();
    assert.doesNotMatch(told, /abcd|Alarm/);
    await write('Pump:1', { accessCode: '1234', level: 5 });
  });
  test('makes no tile, and those of others are not served to those who see less', async () => {
    const tile = (as: string): Promise<Response> =>
      fetch(`${city.url}/api/tiles/Alarm,Pump/10/707/392.mvt?geoproperty=location2`, ask('GET', undefined, as));
    assert.equal((await tile('engineer')).status, 200);
    assert.equal((await tile('')).status, 204);
  });
  test('of other tenants nothing, not even that they are there', async () => {
    const at = (name: string, as: string): Promise<Response> =>
      city.fetch('/entities?type=Pump', ask('GET', undefined, as, { 'ngsild-tenant': name }));
    const made = await city.fetch('/entities', ask('POST', pump(3, {}), 'engineer', { 'ngsild-tenant': 'pumps' }));
    assert.equal(made.status, 201);
    assert.equal((await at('pumps', 'engineer')).status, 200);
    for (const as of ['', 'editor']) {
      const [there, not] = await Promise.all([at('pumps', as), at('nothing', as)]);
      assert.deepEqual([there.status, not.status], [403, 403]);
    }
  });
  test('of subscriptions only its own', async () => {
    const subscription = (watched: string): object => ({
      type: 'Subscription',
      entities: [{ type: 'Pump' }],
      watchedAttributes: [watched],
      notification: { endpoint: { uri: 'http://127.0.0.1:9/' } },
    });
    const made = await city.fetch('/subscriptions', ask('POST', subscription('level'), 'editor'));
    assert.equal(made.status, 201);
    const id = made.headers.get('location')?.split('/').at(-1) ?? '';
    assert.match((await get(`/ngsi-ld/v1/subscriptions/${id}`, 'editor')).text, /watchedAttributes/);
    assert.match((await get('/ngsi-ld/v1/subscriptions', 'engineer')).text, /watchedAttributes/, 'who manages them');
    assert.deepEqual((await get('/ngsi-ld/v1/subscriptions')).json, []);
    for (const [method, path] of [
      ['GET', `/ngsi-ld/v1/subscriptions/${id}`],
      ['PATCH', `/ngsi-ld/v1/subscriptions/${id}`],
      ['DELETE', `/ngsi-ld/v1/subscriptions/${id}`],
      ['GET', `/api/subscriptions/${id}`],
      ['GET', `/api/subscriptions/${id}/events`],
      ['GET', `/api/subscriptions/${id}/dead-letters`],
      ['POST', `/api/subscriptions/${id}/dead-letters/replay`],
      ['GET', `/subscriptions/${id}`],
    ] as const) {
      const body = method === 'PATCH' ? { isActive: false } : undefined;
      const answer = await fetch(`${city.url}${path}`, ask(method, body));
      assert.equal(answer.status, 404, `${method} ${path} ${await answer.text()}`);
    }
  });
});
