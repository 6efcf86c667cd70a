/** Rights that are gone, too few, or another's: what a key, a subscription, a stream and the past still give. `--auth on`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemPrincipal, type Action } from '../../src/http/index.ts';
import { coreContext } from '../../src/ngsild/index.ts';
import type { Role } from '../../src/trust/schema.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

const secret = 'secret-7f3a91';
const system = { id: 'system' };
const json = { 'content-type': 'application/json' };
const iri = (name: string): string => coreContext.expand(name);
const property = (value: string | number) => [{ type: 'Property', value } as const];

const arrived: { readonly path: string; readonly body: string }[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    arrived.push({ path: request.url ?? '', body });
    response.writeHead(200).end();
  });
});
const told = (path: string): string => arrived.flatMap((one) => (one.path === path ? [one.body] : [])).join('\n');

let city: TestCity;
let attacked: Victim;
let endpoint = '';
const ids = new Map<string, string>();
before(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  endpoint = `http://${host}`;
  city = await openTestCity({ auth: 'on', allowEndpoint: [host] });
  attacked = victim(city);
  const accounts: readonly (readonly [string, 'person' | 'service', readonly Role[], readonly string[]])[] = [
    ['engineer', 'person', ['utility-engineer'], []],
    ['administrator', 'person', ['administrator'], []],
    ['builder', 'person', ['developer'], ['sandbox-a']],
    ['parking', 'service', ['department-editor'], []],
  ];
  for (const [name, kind, roles, tenants] of accounts)
    ids.set(name, city.identity.accounts.add({ name, kind, roles, tenants }, system).id);
});
after(async () => {
  await city.close();
  receiver.closeAllConnections();
  receiver.close();
});

type Headers = Readonly<Record<string, string>>;
const keyOf = (name: string, ...scope: Action[]): Headers => ({
  authorization: `Bearer ${city.identity.keys.add({ account: ids.get(name) ?? '', label: 'k', scope }, system).secret}`,
});
const ask = (method: string, path: string, headers: Headers, body?: unknown): Promise<Response> =>
  fetch(city.url + path, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body !== undefined && json) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
let n = 0;
/** @returns the path at the receiver, and that of the subscription */
async function subscribed(as: Headers, type: string, tenant: Headers = {}): Promise<{ path: string; at: string }> {
  const path = `/${++n}`;
  const id = `urn:ngsi-ld:Subscription:${n}`;
  const answer = await ask(
    'POST',
    '/ngsi-ld/v1/subscriptions',
    { ...as, ...tenant },
    {
      id,
      type: 'Subscription',
      entities: [{ type }],
      notification: { endpoint: { uri: endpoint + path } },
    },
  );
  assert.equal(answer.status, 201, await answer.text());
  return { path, at: id };
}
const changed = (tenant: number, type: string, value: string): Promise<unknown> =>
  city.broker.record(
    systemPrincipal,
    tenant,
    [{ id: `urn:ngsi-ld:${type}:1`, type: [iri(type)], attrs: { [iri('name')]: property(value) } }],
    { by: 'test' },
  );
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (holds()) return;
    await wait(20);
  }
  assert.fail('what was waited for did not come');
}
const withheld = (): number => Number(/^chorsu_hits_withheld_total (\d+)/m.exec(city.metrics.text())?.[1] ?? 0);

test('a key does nothing with the account of its owner, whatever its scope', async () => {
  const id = ids.get('engineer') ?? '';
  const bytes = Buffer.from(JSON.stringify({ email: `${secret}@example.org` }));
  city.vault?.records.put({ subject: id, kind: 'contact', bytes, by: id });
  const key = keyOf('engineer', 'readEntities', 'subscribe');
  for (const page of ['', '/contact', '/codes', '/passkeys', '/sessions', '/keys']) {
    const answer = await ask('GET', `/en/account${page}`, key);
    assert.equal(answer.status, 403, page);
    assert.ok(!(await answer.text()).includes(secret), page);
  }
  const post = await fetch(`${city.url}/en/account/contact`, {
    method: 'POST',
    redirect: 'manual',
    headers: key,
    body: new URLSearchParams({ email: 'thief@example.org', phone: '' }),
  });
  assert.equal(post.status, 403);
  assert.deepEqual(city.vault?.records.of(id)[0]?.bytes, bytes);
  await attacked.stands();
});

test('whoever was taken a tenant from is told of it no more', async () => {
  const tenant = { 'ngsild-tenant': 'sandbox-a' };
  const key = keyOf('builder', 'readEntities', 'subscribe', 'writeEntities', 'enterTenant', 'makeTenants');
  const made = await ask('POST', '/ngsi-ld/v1/entities', { ...key, ...tenant }, { id: 'urn:ngsi-ld:T:0', type: 'T' });
  assert.equal(made.status, 201, await made.text());
  const { path } = await subscribed(key, 'T', tenant);
  await changed(1, 'T', 'first');
  await until(() => told(path).includes('first'));
  city.identity.accounts.change(ids.get('builder') ?? '', { tenants: [] }, system);
  const before = withheld();
  await changed(1, 'T', secret);
  await until(() => withheld() > before || told(path).includes(secret));
  assert.ok(!told(path).includes(secret));
  await attacked.stands();
});

test('whoever may not subscribe any more is told nothing more', async () => {
  const { path } = await subscribed(keyOf('builder', 'readEntities', 'subscribe'), 'Lamp');
  await changed(0, 'Lamp', 'first');
  await until(() => told(path).includes('first'));
  city.identity.accounts.change(ids.get('builder') ?? '', { roles: [] }, system);
  const before = withheld();
  await changed(0, 'Lamp', secret);
  await until(() => withheld() > before || told(path).includes(secret));
  assert.ok(!told(path).includes(secret));
  await attacked.stands();
});

test('a subscription of another tells nobody more than that reader may read, and is led nowhere else', async () => {
  const { path, at } = await subscribed(keyOf('engineer', 'readEntities', 'subscribe'), 'WorkOrder');
  const elsewhere = { notification: { endpoint: { uri: `${endpoint}/elsewhere` } } };
  const manager = keyOf('administrator', 'readEntities', 'subscribe', 'manageSubscriptions');
  const narrow = keyOf('engineer', 'subscribe');
  const streams = await Promise.all(
    [manager, narrow].map(async (as) => {
      const answer = await ask('GET', `/api/subscriptions/${at}/events?after=0`, as);
      assert.equal(answer.status, 200);
      const heard = { text: '' };
      const reading = (async (): Promise<void> => {
        for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) heard.text += chunk;
      })().catch(() => {});
      return { heard, reading, answer };
    }),
  );
  await changed(0, 'WorkOrder', `${secret}-1`);
  await until(() => told(path).includes(`${secret}-1`));
  await wait(300);
  for (const { heard } of streams) assert.ok(!heard.text.includes(secret), heard.text);

  const resource = `/ngsi-ld/v1/subscriptions/${at}`;
  assert.equal((await ask('PATCH', resource, manager, elsewhere)).status, 403);
  assert.equal((await ask('PATCH', resource, manager, { isActive: false })).status, 204);
  assert.equal((await ask('PATCH', resource, manager, { isActive: true })).status, 204);
  // Its own account may; the key that is limited to less is told less.
  assert.equal((await ask('PATCH', resource, narrow, elsewhere)).status, 204);
  const before = withheld();
  await changed(0, 'WorkOrder', `${secret}-2`);
  await until(() => withheld() > before || told('/elsewhere').includes(secret));
  assert.ok(!told('/elsewhere').includes(secret));
  await attacked.stands();
});

test('the past of what one may neither see nor change is not added to under another type', async () => {
  const as = keyOf('parking', 'readEntities', 'writeEntities');
  const id = 'urn:ngsi-ld:WorkOrder:7';
  await city.broker.record(
    systemPrincipal,
    0,
    [{ id, type: [iri('WorkOrder')], attrs: { [iri('name')]: property(secret) } }],
    { by: 'test' },
  );
  const past = {
    id,
    type: 'ParkingSpot',
    status: [{ type: 'Property', value: 'forged', observedAt: '2026-01-01T00:00:00Z' }],
  };
  const tries = async (why: string): Promise<void> => {
    const answer = await ask('POST', '/ngsi-ld/v1/temporal/entities', as, past);
    assert.equal(answer.status, 403, `${why}: ${answer.status} ${await answer.text()}`);
    const found = await ask('GET', `/ngsi-ld/v1/temporal/entities/${id}`, as);
    assert.equal(found.status, 404, `${why}: ${await found.text()}`);
  };
  await tries('while it is there');
  await city.broker.amend(systemPrincipal, 0, [id], { by: 'test' }, (_, at) => ({
    entities: [{ op: 'delete', id, at }],
  }));
  await tries('when it is gone');
  await attacked.stands();
});

test('a program gets no password, and no session of a browser', () => {
  assert.throws(() => city.identity.invitations.make(ids.get('parking') ?? ''), { kind: 'bad-data' });
});
