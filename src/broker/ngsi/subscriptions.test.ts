import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

type Json = Record<string, unknown>;
type Arrived = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Json & { data: Json[] } };

let city: TestCity;
const arrived: Arrived[] = [];
/** What the receiver answers, by path. */
const answers = new Map<string, number>();
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const path = request.url ?? '';
    arrived.push({ path, headers: request.headers, body: JSON.parse(body) as Arrived['body'] });
    response.writeHead(answers.get(path) ?? 200).end();
  });
});
let endpoint = '';
before(async () => {
  city = await openTestCity();
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
after(async () => {
  await city.close();
  receiver.closeAllConnections();
  receiver.close();
});

const headers = { 'content-type': 'application/json' };
const ask = async (method: string, path: string, body?: object): Promise<Response> =>
  city.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
let n = 0;
/** Subscribes; the path at the receiver is its own. */
async function subscribe(
  members: Json,
  parameters: Json = {},
  more: Json = {},
): Promise<{ id: string; path: string; at: string }> {
  const path = `/${++n}`;
  const answer = await ask('POST', '/subscriptions', {
    type: 'Subscription',
    ...members,
    notification: { ...parameters, endpoint: { uri: endpoint + path, ...more } },
  });
  assert.equal(answer.status, 201, await answer.text());
  const location = answer.headers.get('location') ?? '';
  const id = decodeURIComponent(location.split('/').at(-1) ?? '');
  return { id, path, at: location.slice('/ngsi-ld/v1'.length) };
}
async function until<T>(found: () => T | undefined | false): Promise<T> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    const it = found();
    if (it !== undefined && it !== false) return it;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come');
}
const at = (path: string): Arrived[] => arrived.filter((one) => one.path === path);
const first = (path: string): Promise<Arrived> => until(() => at(path)[0]);
const entity = (id: string, type: string, speed: number): Json => ({
  id,
  type,
  speed: { type: 'Property', value: speed },
});
const shown = async (path: string): Promise<Json & { notification: Json }> =>
  (await (await city.fetch(path)).json()) as Json & { notification: Json };
const fails = async (answer: Response, status: number, type: string, field?: string): Promise<void> => {
  const body = (await answer.json()) as Json;
  assert.deepEqual(
    [answer.status, body['type'], body['field']],
    [status, `https://uri.etsi.org/ngsi-ld/errors/${type}`, field],
    String(body['detail']),
  );
};

describe('/subscriptions', () => {
  test('a subscription is made, shown, changed and ended', async () => {
    const given = { id: 'urn:ngsi-ld:Subscription:own', entities: [{ type: 'Bus' }], description: 'x' };
    const { id, at: path } = await subscribe(given);
    assert.equal(id, given.id);
    assert.deepEqual(await shown(path), {
      ...given,
      type: 'Subscription',
      notificationTrigger: ['attributeCreated', 'attributeUpdated'],
      notification: { endpoint: { uri: `${endpoint}/${n}`, accept: 'application/json' } },
      status: 'active',
    });
    const again = { ...given, type: 'Subscription', notification: { endpoint: { uri: endpoint } } };
    await fails(await ask('POST', '/subscriptions', again), 409, 'AlreadyExists');
    assert.equal((await ask('PATCH', path, { isActive: false, description: 'urn:ngsi-ld:null' })).status, 204);
    const changed = await shown(`${path}?options=sysAttrs`);
    assert.deepEqual([changed['status'], changed['description']], ['paused', undefined]);
    assert.ok(String(changed['modifiedAt']) >= String(changed['createdAt']));
    await fails(await ask('PATCH', path, { q: 'speed>' }), 400, 'BadRequestData', 'q, character 7');
    assert.equal((await ask('DELETE', path)).status, 204);
    await fails(await city.fetch(path), 404, 'ResourceNotFound');
    await fails(await ask('DELETE', path), 404, 'ResourceNotFound');
    await fails(await city.fetch('/subscriptions/none'), 400, 'BadRequestData', 'id');
  });

  test('a list has pages, links and a count', async () => {
    const made = [];
    for (let i = 0; i < 3; i++) made.push(await subscribe({ entities: [{ type: 'Listed' }] }));
    const answer = await city.fetch('/subscriptions?limit=2&offset=1&count=true');
    const listed = (await answer.json()) as Json[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      made.slice(1).map(({ id }) => id),
    );
    assert.equal(answer.headers.get('ngsild-results-count'), '3');
    const link = answer.headers.get('link') ?? '';
    assert.match(link, /<\/ngsi-ld\/v1\/subscriptions\?limit=2&offset=0&count=true>; ?rel="prev"/);
    assert.doesNotMatch(link, /rel="next"/);
    await fails(await city.fetch('/subscriptions?limit=0'), 400, 'BadRequestData', 'limit');
    for (const { at: path } of made) await ask('DELETE', path);
  });

  test('an endpoint in the private network is refused', async () => {
    const wanted = { type: 'Subscription', entities: [{ type: 'Bus' }] };
    const answer = await ask('POST', '/subscriptions', {
      ...wanted,
      notification: { endpoint: { uri: 'http://192.168.1.20/notify' } },
    });
    await fails(answer, 400, 'BadRequestData', 'notification.endpoint.uri');
  });
});

describe('notifications', () => {
  test('a change arrives once, with what the subscriber wanted of it', async () => {
    const {
      id,
      path,
      at: where,
    } = await subscribe(
      { entities: [{ type: 'Tram' }], q: 'speed>10' },
      { format: 'keyValues', attributes: ['speed'] },
      { receiverInfo: [{ key: 'X-Token', value: 'abc' }] },
    );
    await ask('POST', '/entities', entity('urn:ngsi-ld:Tram:1', 'Tram', 5));
    await ask('PATCH', '/entities/urn:ngsi-ld:Tram:1/attrs', { speed: { type: 'Property', value: 20 } });
    const { headers: sent, body } = await first(path);
    assert.deepEqual([sent['content-type'], sent['x-token']], ['application/json', 'abc']);
    assert.match(
      String(sent['link']),
      /^<https:\/\/uri\.etsi\.org\/.*>; rel="http:\/\/www\.w3\.org\/ns\/json-ld#context"/,
    );
    assert.deepEqual(body.data, [{ id: 'urn:ngsi-ld:Tram:1', type: 'Tram', speed: 20 }]);
    assert.deepEqual([body['type'], body['subscriptionId']], ['Notification', id]);
    await ask('PATCH', '/entities/urn:ngsi-ld:Tram:1/attrs', { speed: { type: 'Property', value: 20 } });
    await ask('PATCH', '/entities/urn:ngsi-ld:Tram:1/attrs', { speed: { type: 'Property', value: 21 } });
    await until(() => at(path).length === 2);
    assert.deepEqual(at(path)[1]?.body.data, [{ id: 'urn:ngsi-ld:Tram:1', type: 'Tram', speed: 21 }]);
    const { notification } = await shown(where);
    assert.deepEqual(
      [notification['status'], notification['timesSent'], notification['timesFailed']],
      ['ok', 2, undefined],
    );
  });

  test('what a batch changed arrives together', async () => {
    const { path } = await subscribe({ entities: [{ type: 'Metro' }] });
    const trains = [1, 2, 3].map((i) => entity(`urn:ngsi-ld:Metro:${i}`, 'Metro', i));
    assert.equal((await ask('POST', '/entityOperations/create', trains)).status, 201);
    const { body } = await first(path);
    assert.deepEqual(body.data, trains);
  });

  test('a deleted entity is told with the time of its deletion', async () => {
    const { path } = await subscribe({ entities: [{ type: 'Boat' }], notificationTrigger: ['entityDeleted'] });
    await ask('POST', '/entities', entity('urn:ngsi-ld:Boat:1', 'Boat', 5));
    await ask('DELETE', '/entities/urn:ngsi-ld:Boat:1');
    const [gone] = (await first(path)).body.data;
    assert.deepEqual(Object.keys(gone ?? {}), ['id', 'type', 'deletedAt']);
  });

  test('while it is paused nothing is sent, and what happened then is not sent later', async () => {
    const { path, at: where } = await subscribe({ entities: [{ type: 'Ferry' }] });
    await ask('PATCH', where, { isActive: false });
    await ask('POST', '/entities', entity('urn:ngsi-ld:Ferry:1', 'Ferry', 1));
    await ask('PATCH', where, { isActive: true });
    await ask('PATCH', '/entities/urn:ngsi-ld:Ferry:1/attrs', { speed: { type: 'Property', value: 2 } });
    const { body } = await first(path);
    assert.deepEqual(body.data, [entity('urn:ngsi-ld:Ferry:1', 'Ferry', 2)]);
  });

  test('at its times it is told everything that matches', async () => {
    await ask('POST', '/entities', entity('urn:ngsi-ld:Pump:1', 'Pump', 1));
    await ask('POST', '/entities', entity('urn:ngsi-ld:Pump:2', 'Pump', 2));
    const { path, at: where } = await subscribe({ entities: [{ type: 'Pump' }], timeInterval: 0.2, q: 'speed>1' });
    await until(() => at(path).length >= 2);
    assert.deepEqual(at(path)[0]?.body.data, [entity('urn:ngsi-ld:Pump:2', 'Pump', 2)]);
    await ask('DELETE', where);
  });

  test('an endpoint that fails is shown to fail, tried again, and delays nobody', async () => {
    const failing = await subscribe({ entities: [{ type: 'Truck' }] });
    const well = await subscribe({ entities: [{ type: 'Truck' }] });
    answers.set(failing.path, 500);
    await ask('POST', '/entities', entity('urn:ngsi-ld:Truck:1', 'Truck', 1));
    await first(well.path);
    await first(failing.path);
    const { notification } = await shown(failing.at);
    assert.equal(notification['status'], 'failed');
    assert.ok(notification['lastFailure']);
    answers.set(failing.path, 200);
    await until(() => at(failing.path).length >= 2);
    const [one, other] = at(failing.path);
    assert.equal(one?.body['id'], other?.body['id'], 'the same notification');
    assert.equal((await shown(failing.at)).notification['status'], 'ok');
  });
});

describe('dead letters', () => {
  const api = async (path: string, body?: object): Promise<Json> => {
    const given = body && { method: 'POST', body: JSON.stringify(body), headers };
    const answer = await fetch(`${city.url}/api/subscriptions${path}`, given);
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as Json;
  };
  test('what is refused three times is kept, shown and sent again when somebody asks', async () => {
    const { id, path } = await subscribe({ entities: [{ type: 'Crane' }] });
    answers.set(path, 422);
    await ask('POST', '/entities', entity('urn:ngsi-ld:Crane:1', 'Crane', 1));
    const letters = async (): Promise<Json[]> => (await api(`/${id}/dead-letters`))['deadLetters'] as Json[];
    let found: Json[] = [];
    for (let n = 0; n < 400 && found.length === 0; n++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      found = await letters();
    }
    assert.equal(at(path).length, 3);
    const [letter] = found;
    assert.deepEqual([letter?.['entityId'], letter?.['attempts']], ['urn:ngsi-ld:Crane:1', 3]);
    assert.match(String(letter?.['reason']), /answered 422/);
    const overview = await api(`/${id}`);
    assert.deepEqual([overview['deadLetters'], overview['waiting'], overview['kept']], [1, 0, 1]);
    const again = await api(`/${id}/dead-letters/replay`, {});
    assert.deepEqual([again['delivered'], again['refused']], [0, 1]);
    assert.equal((await letters())[0]?.['attempts'], 4);
    answers.set(path, 200);
    assert.deepEqual(await api(`/${id}/dead-letters/replay`, { from: 1 }), { delivered: 1, refused: 0, left: 0 });
    assert.deepEqual(await letters(), []);
  });
  test('everything kept is delivered again from a change on', async () => {
    const { id, path } = await subscribe({ entities: [{ type: 'Lift' }] });
    for (const speed of [1, 2, 3]) {
      await ask('POST', '/entityOperations/upsert', [entity('urn:ngsi-ld:Lift:1', 'Lift', speed)]);
    }
    await until(() => at(path).length === 3);
    const last = city.lastSeq();
    assert.deepEqual(await api(`/${id}/replay`, { from: 1 }), { hits: 3 });
    await until(() => at(path).length === 6);
    const speeds = at(path).flatMap(({ body }) => body.data.map((one) => (one['speed'] as Json)['value']));
    assert.deepEqual(speeds, [1, 2, 3, 1, 2, 3]);
    assert.deepEqual(await api(`/${id}/replay`, { from: last + 1 }), { hits: 0 });
    // Beyond the next change it would leave out what is to come, and 2^57 is more than a row can tell again.
    for (const from of [city.lastSeq() + 1000, 2 ** 57]) {
      const init = { method: 'POST', body: JSON.stringify({ from }) };
      const answer = await fetch(`${city.url}/api/subscriptions/${id}/replay`, init);
      assert.deepEqual([answer.status, ((await answer.json()) as Json)['field']], [400, 'from']);
    }
    await ask('POST', '/entityOperations/upsert', [entity('urn:ngsi-ld:Lift:1', 'Lift', 4)]);
    await until(() => at(path).length === 7);
  });
});

describe('streams', () => {
  type Event = { id: string; data: Json & { data: Json[] } };
  /** Reads so many events, then hangs up. */
  async function events(id: string, count: number, given: { after?: string; last?: string } = {}): Promise<Event[]> {
    const query = given.after === undefined ? '' : `?after=${given.after}`;
    const answer = await fetch(`${city.url}/api/subscriptions/${id}/events${query}`, {
      ...(given.last !== undefined && { headers: { 'last-event-id': given.last } }),
    });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const found: Event[] = [];
    let text = '';
    for await (const piece of answer.body ?? []) {
      text += Buffer.from(piece).toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const of = (name: string): string =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        if (of('event') !== 'notification') continue;
        found.push({ id: of('id'), data: JSON.parse(of('data')) as Event['data'] });
        // Leaving the loop hangs up.
        if (found.length === count) return found;
      }
    }
    throw new Error('the stream ended');
  }
  const speedsOf = (found: readonly { data: Json[] }[]): unknown[] =>
    found.flatMap(({ data }) => data.map((one) => (one['speed'] as Json)['value']));
  const upsert = async (speed: number): Promise<void> => {
    const answer = await ask('POST', '/entityOperations/upsert', [entity('urn:ngsi-ld:Kite:1', 'Kite', speed)]);
    assert.ok(answer.ok);
  };
  let kite: { id: string };
  before(async () => {
    kite = await subscribe({ entities: [{ type: 'Kite' }] });
    for (const speed of [1, 2, 3]) await upsert(speed);
  });

  test('a reader that comes back is told what it missed, then what comes', async () => {
    const first = await events(kite.id, 3, { after: '0' });
    assert.deepEqual(speedsOf(first.map(({ data }) => data)), [1, 2, 3]);
    assert.equal(first[0]?.data['subscriptionId'], kite.id);
    const coming = events(kite.id, 2, { last: first[1]?.id ?? '' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await upsert(4);
    assert.deepEqual(speedsOf((await coming).map(({ data }) => data)), [3, 4]);
    const bySeq = await events(kite.id, 2, { after: first[1]?.id.split('.')[0] ?? '' });
    assert.deepEqual(speedsOf(bySeq.map(({ data }) => data)), [3, 4]);
  });

  test('a reader without a place is told only what comes', async () => {
    const coming = events(kite.id, 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await upsert(5);
    assert.deepEqual(speedsOf((await coming).map(({ data }) => data)), [5]);
  });

  test('the same over WebSocket', async () => {
    const socket = new WebSocket(`${city.url.replace('http', 'ws')}/api/subscriptions/${kite.id}/events?after=0`);
    const found: { id: string; notification: Json & { data: Json[] } }[] = [];
    socket.addEventListener('message', ({ data }) => found.push(JSON.parse(String(data)) as (typeof found)[number]));
    await until(() => found.length === 5);
    await upsert(6);
    await until(() => found.length === 6);
    assert.deepEqual(speedsOf(found.map(({ notification }) => notification)), [1, 2, 3, 4, 5, 6]);
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  });

  test('what cannot be streamed is told why, and another site is not', async () => {
    const open = (path: string, given: RequestInit = {}) => fetch(`${city.url}/api/subscriptions/${path}`, given);
    assert.equal((await open('urn:ngsi-ld:Subscription:none/events')).status, 404);
    assert.equal((await open(`${kite.id}/events?after=x`)).status, 400);
    assert.equal((await open(`${kite.id}/events?since=1`)).status, 400);
    const periodic = await subscribe({ entities: [{ type: 'Kite' }], timeInterval: 3600 });
    assert.equal((await open(`${periodic.id}/events`)).status, 422);
    const refusedWith = async (path: string): Promise<number> => {
      const socket = new WebSocket(`${city.url.replace('http', 'ws')}${path}`);
      const [{ code }] = (await once(socket, 'close')) as [CloseEvent];
      return code;
    };
    assert.equal(await refusedWith('/api/subscriptions/urn:ngsi-ld:Subscription:none/events'), 1008);
    assert.equal(await refusedWith('/api/nothing'), 1006);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const asked = request(`${city.url}/api/subscriptions/${kite.id}/events`, {
      headers: { ...upgrade, origin: 'https://evil.example.org' },
    }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 403);
    answer.resume();
  });
});
