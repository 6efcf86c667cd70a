import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import { systemClock } from '../../base/clock.ts';
import { coreContext, parseQ } from '../../ngsild/index.ts';
import { anonymousPrincipal, type Principal } from '../../http/index.ts';
import type { Filter, Policy } from '../../trust/index.ts';

type Data = Record<string, unknown> & { id: string };
type Arrived = { readonly path: string; readonly data: readonly Data[] };

/** What everybody may read but who changes things. */
let readable: Filter = 'everything';
const shown = (q: string): Filter => ({ node: 'q', q: parseQ(q, coreContext) });
const policy: Policy = {
  filter: ({ kind }) => (kind === 'service' ? 'everything' : readable),
  permits: () => true,
  hidden: () => undefined,
};
const arrived: Arrived[] = [];
let status = 200;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const { data } = JSON.parse(body) as { data: Data[] };
    arrived.push({ path: request.url ?? '', data });
    response.writeHead(status).end();
  });
});
let city: TestCity;
let endpoint = '';
before(async () => {
  const clerk: Principal = { id: 'clerk', kind: 'service', roles: [] };
  city = await openTestCity({}, systemClock, policy, ({ authorization }) =>
    authorization ? clerk : anonymousPrincipal,
  );
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
after(async () => {
  await city.close();
  receiver.closeAllConnections();
  receiver.close();
});

const ask = async (method: string, path: string, body?: object): Promise<Response> => {
  const isOfSubscriber = path.startsWith('/subscriptions');
  const headers = { 'content-type': 'application/json', ...(!isOfSubscriber && { authorization: 'clerk' }) };
  const answer = await city.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`);
  return answer;
};
let n = 0;
/** @returns the path at the receiver that is told, and the id */
async function subscribe(members: object, parameters: object = {}): Promise<{ path: string; id: string }> {
  const path = `/${++n}`;
  const id = `urn:ngsi-ld:Subscription:${n}`;
  const notification = { format: 'keyValues', ...parameters, endpoint: { uri: endpoint + path } };
  await ask('POST', '/subscriptions', { id, type: 'Subscription', ...members, notification });
  return { path, id };
}
const lamp = (id: string, power: number, more: object = {}): object => ({ id, type: 'Lamp', power, ...more });
const told = (path: string): readonly Data[] => arrived.filter((one) => one.path === path).flatMap(({ data }) => data);
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('what was waited for did not come');
}
const withheld = async (): Promise<number> => {
  const text = await (await fetch(`${city.url}/metrics`)).text();
  return Number(/^chorsu_hits_withheld_total (\d+)/m.exec(text)?.[1] ?? Number.NaN);
};

test('a subscriber is told of what it may read, as of each notification', async () => {
  const { path, id } = await subscribe({ entities: [{ type: 'Lamp' }] });
  const bright = parseQ('power>=50', coreContext);
  readable = { node: 'q', q: bright };
  await ask('POST', '/entityOperations/create', [lamp('urn:ngsi-ld:Lamp:1', 10), lamp('urn:ngsi-ld:Lamp:2', 60)]);
  await until(() => told(path).length > 0);
  assert.deepEqual(told(path), [{ id: 'urn:ngsi-ld:Lamp:2', type: 'Lamp', power: 60 }]);
  const before = await withheld();
  assert.equal(before, 1);

  readable = 'nothing';
  await ask('PATCH', '/entities/urn:ngsi-ld:Lamp:2/attrs', { power: 70 });
  await until(async () => (await withheld()) === before + 1);
  readable = 'everything';
  await ask('PATCH', '/entities/urn:ngsi-ld:Lamp:2/attrs', { power: 80 });
  await until(() => told(path).length > 1);
  assert.deepEqual(
    told(path).map(({ power }) => power),
    [60, 80],
    'what was withheld is not told later',
  );
  const { notification } = (await (await ask('GET', `/subscriptions/${id}`)).json()) as {
    notification: Record<string, unknown>;
  };
  assert.equal(notification['timesSent'], 2);
  await ask('DELETE', `/subscriptions/${id}`);
});

test('a deletion is told to whom could read what was deleted', async () => {
  const { path, id } = await subscribe({ entities: [{ type: 'Lamp' }], notificationTrigger: ['entityDeleted'] });
  await ask('POST', '/entityOperations/create', [lamp('urn:ngsi-ld:Lamp:3', 10), lamp('urn:ngsi-ld:Lamp:4', 60)]);
  readable = shown('power>=50');
  await ask('POST', '/entityOperations/delete', ['urn:ngsi-ld:Lamp:3', 'urn:ngsi-ld:Lamp:4']);
  await until(() => told(path).length > 0);
  assert.deepEqual(
    told(path).map((one) => one.id),
    ['urn:ngsi-ld:Lamp:4'],
  );
  assert.equal('was' in (told(path)[0] ?? {}), false);
  readable = 'everything';
  await ask('DELETE', `/subscriptions/${id}`);
});

test('what is linked, told at its times or read as a stream is what the subscriber may read too', async () => {
  const owner = { type: 'Relationship', object: 'urn:ngsi-ld:Cabinet:1' };
  await ask('POST', '/entities', { id: 'urn:ngsi-ld:Cabinet:1', type: 'Cabinet', code: '918', open: false });
  readable = shown('open==true');
  const joined = await subscribe({ entities: [{ type: 'Door' }] }, { join: 'flat', format: 'normalized' });
  const periodic = await subscribe({ entities: [{ type: 'Cabinet' }, { type: 'Door' }], timeInterval: 1 });
  const people = await subscribe({ entities: [{ type: 'Cabinet' }, { type: 'Door' }] });
  const stream = await fetch(`${city.url}/api/subscriptions/${people.id}/events`);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  await ask('PATCH', '/entities/urn:ngsi-ld:Cabinet:1/attrs', { code: '919' });
  await ask('POST', '/entities', { id: 'urn:ngsi-ld:Door:1', type: 'Door', owner, open: true });
  await until(() => told(periodic.path).length > 0 && told(joined.path).length > 0 && told(people.path).length > 0);
  let streamed = '';
  while (!streamed.includes('urn:ngsi-ld:Door:1')) streamed += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  for (const { path } of [joined, periodic, people]) {
    assert.deepEqual([...new Set(told(path).map(({ id }) => id))], ['urn:ngsi-ld:Door:1']);
  }
  assert.doesNotMatch(streamed, /91[89]/);
  readable = 'everything';
});

test('a dead letter that its reader may not read any more stays where it is', async () => {
  const { path, id } = await subscribe({ entities: [{ type: 'Gate' }] });
  const api = `${city.url}/api/subscriptions/${id}/dead-letters`;
  const letters = async (): Promise<number> =>
    ((await (await fetch(api)).json()) as { deadLetters: unknown[] }).deadLetters.length;
  status = 422;
  await ask('POST', '/entities', { id: 'urn:ngsi-ld:Gate:1', type: 'Gate', level: 1 });
  await until(async () => (await letters()) === 1);
  status = 200;
  readable = 'nothing';
  const refused = told(path).length;
  const replay = async (): Promise<unknown> => (await fetch(`${api}/replay`, { method: 'POST' })).json();
  assert.deepEqual(await replay(), { delivered: 0, refused: 0, left: 1 });
  assert.equal(told(path).length, refused);
  readable = 'everything';
  assert.deepEqual(await replay(), { delivered: 1, refused: 0, left: 0 });
});
