/** Accounts: what is not one's own, sessions of others, pages of others, guessing. The real server with `--auth on`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemPrincipal, type Action } from '../../src/http/index.ts';
import { coreContext } from '../../src/ngsild/index.ts';
import type { Role } from '../../src/trust/schema.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

const password = 'three lamps over a bazaar';
/** Stands in what is not everybody's, and nowhere else. */
const secret = 'secret-7f3a91';
const system = { id: 'system' };

let city: TestCity;
let attacked: Victim;
const ids = new Map<string, string>();
before(async () => {
  city = await openTestCity({ auth: 'on', trustedProxies: ['127.0.0.1'] });
  attacked = victim(city);
  const people: readonly (readonly [string, readonly Role[], readonly string[]])[] = [
    ['editor', ['department-editor'], []],
    ['engineer', ['utility-engineer'], []],
    ['shift', ['shift-lead'], []],
    ['builder', ['developer'], ['sandbox-a']],
    ['rival', ['developer'], ['sandbox-b']],
    ['other', ['department-editor'], []],
  ];
  for (const [name, roles, tenants] of people) {
    const { id } = city.identity.accounts.add({ name, displayName: `Name of ${name}`, roles, tenants }, system);
    await city.identity.accounts.setPassword(id, password);
    ids.set(name, id);
  }
  const property = (value: string | number) => [{ type: 'Property', value } as const];
  const iri = (name: string): string => coreContext.expand(name);
  await city.broker.record(
    systemPrincipal,
    0,
    [
      {
        id: 'urn:ngsi-ld:Device:hidden',
        type: [iri('Device')],
        attrs: {
          [iri('name')]: property(secret),
          [iri('value')]: property(secret),
          location: [{ type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78, 38.56] } }],
        },
      },
      {
        id: 'urn:ngsi-ld:Pump:1',
        type: [iri('Pump')],
        attrs: { [iri('accessCode')]: property(secret), [iri('flow')]: property(3) },
      },
    ],
    { by: 'test' },
  );
});
after(() => city.close());

type As = { readonly cookie?: string; readonly authorization?: string };
let addresses = 0;
/** Every test comes from addresses of its own, so that one does not use up what is another's. */
const freshAddress = (): string => `203.0.113.${++addresses}`;

const login = (name: string, word: string, address: string, more: Record<string, string> = {}): Promise<Response> =>
  fetch(`${city.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...more },
    body: JSON.stringify({ username: name, password: word }),
    redirect: 'manual',
  });
const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');
async function signedIn(name: string): Promise<Required<Pick<As, 'cookie'>>> {
  const answer = await login(name, password, freshAddress());
  assert.equal(answer.status, 204, name);
  return { cookie: cookieOf(answer) };
}
const keyOf = (name: string, scope: Action[]): As => ({
  authorization: `Bearer ${city.identity.keys.add({ account: ids.get(name) ?? '', label: 'k', scope }, system).secret}`,
});
const ask = (path: string, as: As = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(city.url + path, {
    ...init,
    redirect: 'manual',
    headers: { ...as, ...(init.headers as Record<string, string>) },
  });
const json = { 'content-type': 'application/json' };

/** Every door through which an entity can be read. */
const doors: readonly (readonly [string, string, object?])[] = [
  ['GET', '/ngsi-ld/v1/entities/urn:ngsi-ld:Device:hidden'],
  ['GET', '/ngsi-ld/v1/entities/urn:ngsi-ld:Device:hidden?options=keyValues'],
  ['GET', '/ngsi-ld/v1/entities?type=Device'],
  ['GET', '/ngsi-ld/v1/entities?id=urn:ngsi-ld:Device:hidden'],
  ['GET', '/ngsi-ld/v1/entities?type=Device,Pump'],
  ['GET', `/ngsi-ld/v1/entities?q=name==%22${secret}%22`],
  ['GET', '/ngsi-ld/v1/entities?type=Pump&attrs=accessCode'],
  ['GET', '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1?pick=accessCode'],
  ['GET', '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Device:hidden'],
  ['GET', '/ngsi-ld/v1/temporal/entities?type=Device,Pump&timerel=after&timeAt=2020-01-01T00:00:00Z'],
  ['GET', '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Pump:1'],
  ['POST', '/ngsi-ld/v1/entityOperations/query', { type: 'Query', entities: [{ type: 'Device' }, { type: 'Pump' }] }],
  [
    'POST',
    '/ngsi-ld/v1/temporal/entityOperations/query',
    { type: 'Query', entities: [{ type: 'Device' }], temporalQ: { timerel: 'after', timeAt: '2020-01-01T00:00:00Z' } },
  ],
  ['GET', '/api/entities.csv?type=Device'],
  ['GET', '/api/entities.csv'],
  ['GET', '/api/entities.geojson'],
  ['GET', '/api/entities/history.csv?id=urn:ngsi-ld:Device:hidden&attr=name'],
  ['GET', '/api/entities/history.csv?id=urn:ngsi-ld:Pump:1&attr=accessCode'],
  ['GET', `/api/search?q=${secret}`],
  ['GET', '/api/tiles/Device/12/2830/1575.mvt'],
  ['GET', '/en/'],
  ['GET', '/en/entities'],
  ['GET', '/en/entities?type=Device'],
  ['GET', '/en/entities/urn:ngsi-ld:Device:hidden'],
  ['GET', '/en/entities/urn:ngsi-ld:Pump:1'],
  ['GET', '/en/map?type=Device'],
];
const through =
  (as: As) =>
  async ([method, path, body]: (typeof doors)[number]): Promise<string> => {
    const answer = await ask(path, as, { method, ...(body && { headers: json, body: JSON.stringify(body) }) });
    assert.ok(answer.status < 500, `${path}: ${answer.status}`);
    return answer.text();
  };

test('what a role may not see comes through no door, as a thing, in a list, in the past, in a file, on a page', async () => {
  const [editor, shift] = [await signedIn('editor'), await signedIn('shift')];
  let seen = 0;
  for (const door of doors) {
    for (const as of [{}, editor, keyOf('editor', ['readEntities'])]) {
      const text = await through(as)(door);
      // What was asked for may be told again, its value may not.
      const told = text.replaceAll(`q=${secret}`, '').replaceAll(`"query":"${secret}"`, '');
      assert.ok(!told.includes(secret), `${door[0]} ${door[1]} as ${JSON.stringify(as)}`);
    }
    if ((await through(shift)(door)).includes(secret)) seen++;
  }
  assert.ok(seen >= 12, `whoever may, sees it through ${seen} doors`);
  const one = await ask('/ngsi-ld/v1/entities/urn:ngsi-ld:Device:hidden', editor);
  const none = await ask('/ngsi-ld/v1/entities/urn:ngsi-ld:Device:none', editor);
  assert.deepEqual([one.status, none.status], [404, 404], 'hidden and not there are the same');
  await attacked.stands();
});

test('what a role may not change is not changed, whoever asks and however', async () => {
  const pumps = (): Promise<string> =>
    city.fetch('/entities?type=Pump&options=sysAttrs').then((answer) => answer.text());
  const untouched = await pumps();
  const attempts: readonly (readonly [string, string, unknown?])[] = [
    ['PATCH', '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1/attrs/flow', { value: 9 }],
    ['PATCH', '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1', { flow: { type: 'Property', value: 9 } }],
    ['PUT', '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1', { id: 'urn:ngsi-ld:Pump:1', type: 'Pump' }],
    ['DELETE', '/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1'],
    ['DELETE', '/ngsi-ld/v1/entities?type=Pump'],
    ['POST', '/ngsi-ld/v1/entities', { id: 'urn:ngsi-ld:Pump:2', type: 'Pump' }],
    [
      'POST',
      '/ngsi-ld/v1/entityOperations/upsert',
      [{ id: 'urn:ngsi-ld:Pump:1', type: 'Pump', flow: { type: 'Property', value: 9 } }],
    ],
    ['POST', '/ngsi-ld/v1/entityOperations/delete', ['urn:ngsi-ld:Pump:1']],
    [
      'POST',
      '/ngsi-ld/v1/temporal/entities',
      {
        id: 'urn:ngsi-ld:Pump:1',
        type: 'Pump',
        flow: [{ type: 'Property', value: 9, observedAt: '2026-01-01T00:00:00Z' }],
      },
    ],
    ['DELETE', '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Pump:1'],
    [
      'POST',
      '/ngsi-ld/v1/subscriptions',
      {
        type: 'Subscription',
        entities: [{ type: 'Device' }],
        notification: { endpoint: { uri: 'http://203.0.113.1/' } },
      },
    ],
    ['POST', '/ngsi-ld/v1/jsonldContexts', { '@context': { a: 'urn:a' } }],
    ['POST', '/api/ingest/air', { a: 1 }],
    ['POST', '/api/imports/1/undo'],
    ['GET', '/metrics'],
  ];
  const editor = await signedIn('editor');
  for (const as of [
    {},
    keyOf('rival', ['readEntities']),
    keyOf('editor', ['readEntities', 'writeEntities']),
    { cookie: 'session=' + 'A'.repeat(43) },
  ]) {
    for (const [method, path, body] of attempts) {
      const answer = await ask(path, as, {
        method,
        ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
      });
      assert.ok([401, 403, 404].includes(answer.status), `${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
  }
  for (const [method, path, body] of attempts.slice(0, 10)) {
    const answer = await ask(path, editor, {
      method,
      ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
    });
    assert.ok([401, 403].includes(answer.status), `${method} ${path}: ${answer.status}`);
  }
  assert.equal(await pumps(), untouched);
  await attacked.stands();
});

test('a tenant is closed to who was not given it, and does not tell whether it is there', async () => {
  const [builder, rival] = [
    keyOf('builder', ['readEntities', 'writeEntities', 'enterTenant', 'makeTenants']),
    keyOf('rival', ['readEntities', 'writeEntities', 'enterTenant', 'makeTenants']),
  ];
  const made = await ask('/ngsi-ld/v1/entities', builder, {
    method: 'POST',
    headers: { ...json, 'ngsild-tenant': 'sandbox-a' },
    body: JSON.stringify({ id: 'urn:ngsi-ld:T:1', type: 'T', name: { type: 'Property', value: secret } }),
  });
  assert.equal(made.status, 201, await made.text());
  const own = await ask('/ngsi-ld/v1/entities/urn:ngsi-ld:T:1', builder, { headers: { 'ngsild-tenant': 'sandbox-a' } });
  assert.ok((await own.text()).includes(secret));
  const said = new Set<string>();
  for (const tenant of ['sandbox-a', 'sandbox-none']) {
    for (const as of [{}, rival]) {
      for (const [method, path, body] of [
        ['GET', '/ngsi-ld/v1/entities/urn:ngsi-ld:T:1'],
        ['GET', '/ngsi-ld/v1/entities?type=T'],
        ['GET', '/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:T:1'],
        ['GET', '/api/subscriptions'],
        ['GET', `/api/subscriptions/urn:a:b/events?tenant=${tenant}`],
        ['DELETE', '/ngsi-ld/v1/entities/urn:ngsi-ld:T:1'],
        ['POST', '/ngsi-ld/v1/entities', { id: 'urn:ngsi-ld:T:2', type: 'T' }],
      ] as const) {
        const answer = await ask(path, as, {
          method,
          headers: { ...json, 'ngsild-tenant': tenant },
          ...(body && { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        assert.ok([401, 403].includes(answer.status), `${method} ${path} in ${tenant}: ${answer.status}`);
        assert.ok(!text.includes(secret));
        said.add(
          `${method} ${path.replace(tenant, '')} ${JSON.stringify(as)} ${answer.status} ${text.replaceAll(tenant, '')}`,
        );
      }
    }
  }
  assert.equal(said.size, 2 * 7, 'the same words, there or not');
  // Names that a path, an object or a list would understand otherwise.
  for (const tenant of [
    '..',
    '../../sandbox-a',
    'sandbox-b/../sandbox-a',
    '%73andbox-a',
    'SANDBOX-A',
    'sandbox-b,sandbox-a',
    'sandbox-a;',
    '__proto__',
    'constructor',
    '*',
    '0',
    'x'.repeat(5_000),
  ]) {
    for (const method of ['GET', 'POST']) {
      const answer = await ask(`/ngsi-ld/v1/entities${method === 'GET' ? '?type=T' : ''}`, rival, {
        method,
        headers: { ...json, 'ngsild-tenant': tenant },
        ...(method === 'POST' && { body: JSON.stringify({ id: 'urn:ngsi-ld:T:3', type: 'T' }) }),
      });
      assert.ok([400, 403].includes(answer.status), `${method} in ${tenant.slice(0, 30)}: ${answer.status}`);
    }
  }
  await attacked.stands();
});

test('a subscription of somebody else is not there: not to be read, heard, turned to another endpoint or replayed', async () => {
  const subscriber = keyOf('engineer', ['subscribe']);
  const id = 'urn:ngsi-ld:Subscription:owned';
  const subscription = {
    id,
    type: 'Subscription',
    // Nothing is of this type: nobody is told.
    entities: [{ type: 'Nowhere' }],
    notification: {
      endpoint: { uri: 'http://93.184.216.34/', receiverInfo: [{ key: 'Authorization', value: `Bearer ${secret}` }] },
    },
  };
  const own = `/ngsi-ld/v1/subscriptions/${id}`;
  const made = await ask('/ngsi-ld/v1/subscriptions', subscriber, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(subscription),
  });
  assert.equal(made.status, 201, await made.text());
  const before = await (await ask(own, subscriber)).text();
  assert.ok(before.includes(secret));
  const evil = { notification: { endpoint: { uri: 'http://93.184.216.35/' } } };
  const attempts: readonly (readonly [string, string, unknown?])[] = [
    ['GET', own],
    ['PATCH', own, evil],
    ['DELETE', own],
    ['GET', `/api/subscriptions/${id}`],
    ['GET', `/api/subscriptions/${id}/events`],
    ['GET', `/api/subscriptions/${id}/dead-letters`],
    ['POST', `/api/subscriptions/${id}/dead-letters/replay`, {}],
    ['POST', `/api/subscriptions/${id}/replay`, { from: 1 }],
    ['GET', `/en/subscriptions/${id}`],
  ];
  for (const as of [{}, keyOf('rival', ['subscribe']), keyOf('editor', ['readEntities']), await signedIn('rival')]) {
    for (const [method, path, body] of attempts) {
      const answer = await ask(path, as, {
        method,
        ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
      });
      assert.ok([303, 401, 403, 404].includes(answer.status), `${method} ${path}: ${answer.status}`);
      assert.ok(!(await answer.text()).includes(secret), path);
    }
    for (const path of ['/ngsi-ld/v1/subscriptions', '/api/subscriptions', '/en/subscriptions'])
      assert.ok(!(await (await ask(path, as)).text()).includes('Subscription:owned'), path);
  }
  assert.equal(await (await ask(own, subscriber)).text(), before);
  await attacked.stands();
});

test('a session that was there before is not the one after signing in (fixation), and one that has ended stays ended', async () => {
  const planted = 'A'.repeat(43);
  const name = cookieOf(await login('editor', password, freshAddress())).split('=')[0] ?? '';
  const answer = await login('editor', password, freshAddress(), { cookie: `${name}=${planted}` });
  const first = cookieOf(answer);
  assert.ok(!first.includes(planted));
  assert.match(answer.headers.getSetCookie().join(), /HttpOnly; SameSite=Lax/);
  const isIn = async (cookie: string): Promise<boolean> => (await ask('/en/account', { cookie })).status === 200;
  assert.equal(await isIn(`${name}=${planted}`), false);
  assert.equal(await isIn(first), true);
  const tokenOf = async (cookie: string): Promise<string> =>
    /name="csrf" value="([^"]+)"/.exec(await (await ask('/en/account', { cookie })).text())?.[1] ?? '';
  const token = { 'x-csrf-token': await tokenOf(first) };
  const again = await login('editor', password, freshAddress(), { cookie: first, ...token });
  assert.equal(again.status, 204);
  const second = cookieOf(again);
  assert.notEqual(second, first);
  assert.equal(await isIn(first), false, 'signing in again ends the session before');
  assert.equal(await isIn(second), true);
  const csrf = await tokenOf(second);
  const out = await ask('/en/logout', { cookie: second }, { method: 'POST', body: new URLSearchParams({ csrf }) });
  assert.equal(out.status, 303);
  assert.equal(await isIn(second), false);
  await attacked.stands();
});

test('a page of another site does nothing in the name of who has signed in', async () => {
  const [editor, other] = [await signedIn('editor'), await signedIn('other')];
  const tokenOf = async (as: As): Promise<string> =>
    /name="csrf" value="([^"]+)"/.exec(await (await ask('/en/account', as)).text())?.[1] ?? '';
  const foreign = await tokenOf(other);
  assert.ok(foreign.length > 20);
  const forms = [
    '/en/account/password',
    '/en/account/sessions/others',
    '/account/sessions/others',
    '/en/logout',
    '/en/imports',
    '/en/imports/1/undo',
    '/api/imports/1/undo',
    '/api/imports/1/stop',
  ];
  for (const path of forms) {
    for (const [fields, headers] of [
      [{}, {}],
      [{ csrf: foreign }, {}],
      [{ csrf: '' }, {}],
      [{ csrf: await tokenOf(editor) }, { 'sec-fetch-site': 'cross-site' }],
    ] as const) {
      const body = new URLSearchParams(fields);
      const answer = await ask(path, editor, { method: 'POST', headers, body });
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(fields)}: ${answer.status}`);
    }
  }
  const written = await ask('/ngsi-ld/v1/entities', await signedIn('engineer'), {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ id: 'urn:ngsi-ld:Pump:3', type: 'Pump' }),
  });
  assert.equal(written.status, 403, 'a cookie alone writes nothing through the API');
  assert.equal((await ask('/en/account', editor)).status, 200, 'the session is still there');
  await attacked.stands();
});

test('sessions, keys and people of others cannot be reached by their ids', async () => {
  const [editor, other] = [await signedIn('editor'), await signedIn('other')];
  const [session] = city.identity.sessions.list(ids.get('other') ?? '');
  assert.ok(session);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await ask('/en/account', editor)).text())?.[1] ?? '';
  const ended = await ask(`/en/account/sessions/${session.id}/end`, editor, {
    method: 'POST',
    body: new URLSearchParams({ csrf }),
  });
  assert.ok(ended.status >= 300);
  assert.equal((await ask('/en/account', other)).status, 200);
  const { key, secret: keySecret } = city.identity.keys.add(
    { account: ids.get('other') ?? '', label: 'k', scope: ['readEntities'] },
    system,
  );
  for (const path of [
    `/en/account/keys/${key.id}/revoke`,
    `/en/keys/${key.id}/revoke`,
    `/en/people/${ids.get('other')}`,
    `/en/people/${ids.get('other')}/disable`,
    `/en/people/${ids.get('other')}/link`,
    `/en/people/${ids.get('editor')}`,
    '/en/keys/services',
    '/en/account/passkeys/1/remove',
    '/en/vault/openings/1',
    '/en/vault/approvals/1/approve',
    '/en/retention/run',
  ]) {
    const answer = await ask(path, editor, {
      method: 'POST',
      body: new URLSearchParams({ csrf, roles: 'administrator', role: 'administrator', tenants: 'sandbox-a' }),
    });
    assert.ok([303, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
  const still = await ask('/ngsi-ld/v1/entities?type=Pump', { authorization: `Bearer ${keySecret}` });
  assert.equal(still.status, 200, 'the key of somebody else still holds');
  const changed = ['editor', 'other'].map((name) => city.identity.accounts.find(name));
  assert.deepEqual(
    changed.map((account) => [account?.roles, account?.tenants, account?.disabled]),
    [
      [['department-editor'], [], false],
      [['department-editor'], [], false],
    ],
  );
  for (const path of ['/en/people', '/en/keys', `/en/people/${ids.get('other')}`, '/en/policy', '/en/vault']) {
    const answer = await ask(path, editor);
    const text = await answer.text();
    if (answer.status === 200) assert.ok(!text.includes('Name of other'), path);
  }
});

test('proofs are taken as they are meant: revoked, foreign, doubled and borrowed ones open nothing', async () => {
  const { key, secret: text } = city.identity.keys.add(
    { account: ids.get('engineer') ?? '', label: 'k', scope: ['readEntities', 'writeEntities'] },
    system,
  );
  const write = (headers: Record<string, string>): Promise<number> =>
    ask('/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:1/attrs/flow', headers, {
      method: 'PATCH',
      headers: json,
      body: JSON.stringify({ value: 4 }),
    }).then(({ status }) => status);
  assert.equal(await write({ authorization: `Bearer ${text}` }), 204);
  for (const wrong of [
    `Bearer ${text.slice(0, -1)}`,
    `Bearer ${text}A`,
    `Bearer ${text.toUpperCase()}`,
    `Bearer ${text}, Bearer ${text}`,
    `Basic ${Buffer.from(`admin:${text}`).toString('base64')}`,
    'Bearer null',
    'Bearer ',
    'Negotiate x',
  ])
    assert.equal(await write({ authorization: wrong }), 401, wrong);
  for (const header of ['x-user', 'x-forwarded-user', 'x-remote-user', 'x-original-url', 'x-http-method-override'])
    assert.ok([401, 403].includes(await write({ [header]: 'admin' })), header);
  const inAddress = await ask(`/ngsi-ld/v1/entities/urn:ngsi-ld:Device:hidden?access_token=${text}`);
  assert.equal(inAddress.status, 400);
  city.identity.keys.revoke(key.id, system);
  assert.equal(await write({ authorization: `Bearer ${text}` }), 401, 'revoked is revoked at once');
  const stale = await signedIn('shift');
  city.identity.accounts.change(ids.get('shift') ?? '', { disabled: true }, system);
  assert.notEqual((await ask('/en/account', stale)).status, 200, 'a disabled account is out at once');
  assert.equal((await login('shift', password, freshAddress())).status, 401);
  await attacked.stands();
});

test('guessing is stopped, keeps nobody else out, and a name that nobody has answers like one that somebody has', async () => {
  const attacker = freshAddress();
  const statuses: number[] = [];
  for (let n = 0; n < 15; n++) statuses.push((await login('editor', `wrong password ${n}`, attacker)).status);
  assert.deepEqual([...new Set(statuses)], [401, 429]);
  const refused = await login('editor', password, attacker);
  assert.equal(refused.status, 429, 'the right word is not told from wrong ones any more');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await login('editor', password, freshAddress())).status, 204, 'its owner comes in from elsewhere');
  const spray = freshAddress();
  const sprayed: number[] = [];
  for (let n = 0; n < 20; n++) sprayed.push((await login(`name-${n}`, password, spray)).status);
  assert.ok(sprayed.includes(429), 'one word for many names is guessing, too');

  const time = async (name: string): Promise<number> => {
    const begun = performance.now();
    const answer = await login(name, 'not the right password', freshAddress());
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /name and password do not belong together/);
    return performance.now() - begun;
  };
  // The shortest of many is what the work takes; everything above it is the machine's other business.
  let [known, unknown] = [Infinity, Infinity];
  for (let n = 0; n < 30 && (n < 8 || known / unknown < 0.5 || known / unknown > 2); n++) {
    known = Math.min(known, await time('other'));
    unknown = Math.min(unknown, await time(`nobody-${n}`));
  }
  const told = `known ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms`;
  assert.ok(known / unknown > 0.5 && known / unknown < 2, told);
  await attacked.stands();
});

test('letters that are costly to read keep nobody waiting', async () => {
  const marks = `a${'\u0301\u0323'.repeat(60_000)}`;
  const attacks: readonly (() => Promise<Response>)[] = [
    () => login(marks, password, freshAddress()),
    () =>
      ask('/login', { 'x-forwarded-for': freshAddress() } as As, {
        method: 'POST',
        body: new URLSearchParams({ username: marks }),
      }),
    () => ask('/ngsi-ld/v1/types', {}, { headers: { link: '<'.repeat(15_000) } }),
    () =>
      ask('/ngsi-ld/v1/entities', keyOf('builder', ['writeEntities', 'enterTenant', 'makeTenants']), {
        method: 'POST',
        headers: { ...json, 'ngsild-tenant': 'sandbox-a' },
        body: JSON.stringify({
          id: 'urn:ngsi-ld:X:1',
          type: 'X',
          x: { type: 'Property', value: { [marks]: 1, [`${'1'.repeat(200_000)}a`]: 1 } },
        }),
      }),
  ];
  for (const [n, attack] of attacks.entries()) {
    const began = performance.now();
    assert.ok((await attack()).status < 500);
    assert.ok(performance.now() - began < 2_000, `${n}: ${Math.round(performance.now() - began)} ms`);
  }
  await attacked.stands();
});

test('a network of IPv6 is one guesser, however many addresses it has', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 20; n++) statuses.push((await login(`nobody-${n}`, password, `2001:db8:1:1::${n + 1}`)).status);
  assert.ok(statuses.includes(429), statuses.join());
});
