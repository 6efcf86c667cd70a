/** A dispatcher of one district who tries another's private data and work: by page, API, NGSI-LD, stream and MQTT. `--auth on`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Transformer } from '@napi-rs/image';
import mqtt, { type MqttClient } from 'mqtt';
import { systemPrincipal } from '../../src/http/index.ts';
import { coreContext } from '../../src/ngsild/index.ts';
import { keyActions } from '../../src/trust/index.ts';
import { districtAt } from '../../src/ui/index.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

/** Stands in what is private of the district that is not the attacker's. */
const secret = 'kulolon-7f3a91';
/** Stands in what is private of the attacker's own: where that is not told, an attack proves nothing. */
const own = 'navrud-2b8c44';
const system = { id: 'system' };
const iri = (name: string): string => coreContext.expand(name);
type Headers = Readonly<Record<string, string>>;
type Json = Record<string, unknown>;
/** Who asks: a session of a browser with its token, and a key. */
type Someone = {
  readonly cookie: string;
  readonly csrf: string;
  readonly key: Headers;
  readonly secret: string;
  readonly keyId: string;
};

let city: TestCity;
let attacked: Victim;
let limited: Someone;
let lead: Someone;
const arrived: { readonly path: string; readonly body: string }[] = [];
let receiver: Server;
let broker: TcpServer;
/** What a broker elsewhere was published. */
let published = '';
let endpoint = '';
let mqttEndpoint = '';
const ids = { own: '', other: '' };
const clients: MqttClient[] = [];

before(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      arrived.push({ path: request.url ?? '', body });
      response.writeHead(200).end();
    });
  }).listen(0, '127.0.0.1');
  // As much of a broker (MQTT 3.1.1) as takes a connection and what is published to it.
  broker = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (chunk[0] === 0x10) socket.write(Buffer.from([0x20, 2, 0, 0]));
      published += chunk.toString();
    });
  }).listen(0, '127.0.0.1');
  await Promise.all([once(receiver, 'listening'), once(broker, 'listening')]);
  const hostOf = (server: TcpServer): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  endpoint = `http://${hostOf(receiver)}`;
  mqttEndpoint = `mqtt://${hostOf(broker)}/alarms`;
  city = await openTestCity({
    auth: 'on',
    city: 'src/city/namuna',
    mqttPort: 0,
    rateFactor: 0,
    allowEndpoint: [hostOf(receiver), hostOf(broker)],
  });
  attacked = victim(city);
  limited = someone('navrud.dispatcher', ['dispatcher', 'utility-engineer'], ['navrud']);
  lead = someone('lead', ['shift-lead', 'utility-engineer'], 'all');
  ids.own = await raised('navrud', own);
  ids.other = await raised('kulolon', secret);
});
after(async () => {
  for (const client of clients) client.end(true);
  await city.close();
  receiver.closeAllConnections();
  receiver.close();
  broker.close();
});

function someone(
  name: string,
  roles: readonly ('dispatcher' | 'utility-engineer' | 'shift-lead')[],
  areas: readonly string[] | 'all',
): Someone {
  const { accounts, sessions, keys } = city.identity;
  const account = accounts.add({ name, roles, areas }, system);
  const cookie = `session=${sessions.open(account, 'test').secret}`;
  const made = keys.add({ account: account.id, label: 'console', scope: keyActions }, system);
  return {
    cookie,
    csrf: city.identity.authenticate({ cookie }).session?.csrf ?? '',
    key: { authorization: `Bearer ${made.secret}` },
    secret: made.secret.slice(-43),
    keyId: made.key.id,
  };
}
const get = (who: Someone, path: string, byKey: boolean): Promise<Response> =>
  fetch(city.url + path, { redirect: 'manual', headers: byKey ? who.key : { cookie: who.cookie } });
const send = (who: Someone, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(city.url + path, {
    method,
    headers: { ...who.key, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const post = (who: Someone, path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${city.url}/en${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: who.cookie },
    body: new URLSearchParams({ csrf: who.csrf, ...fields }),
  });
/** Undefined where it may not. */
const connected = (username: string, password: string): Promise<MqttClient | undefined> =>
  new Promise((resolve) => {
    const client = mqtt.connect({
      host: '127.0.0.1',
      port: city.mqttPort ?? 0,
      reconnectPeriod: 0,
      connectTimeout: 3_000,
      username,
      password,
    });
    clients.push(client);
    client.once('connect', () => resolve(client));
    client.once('error', () => resolve(undefined));
    client.once('close', () => resolve(undefined));
  });
const placeOf = (district: string): readonly [number, number] => {
  const [west, south, east, north] = city.city.bbox;
  const places = Array.from({ length: 400 }, (_, n): [number, number] => [
    west + ((n % 20) / 20) * (east - west),
    south + (Math.floor(n / 20) / 20) * (north - south),
  ]);
  return places.find((at) => districtAt(city.city, at)?.id === district) ?? assert.fail();
};
async function made(answer: Response): Promise<Json> {
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()) as Json;
}
const raised = async (district: string, title: string): Promise<string> => {
  const fields = { title, priority: 2, location: placeOf(district), note: `note of ${title}` };
  return String((await made(await send(lead, 'POST', '/api/operations/alarms', fields)))['id']);
};
const alert = (id: string): string => `urn:ngsi-ld:Alert:${id}`;
const seqOf = async (urn: string): Promise<number | undefined> =>
  (await city.broker.find(systemPrincipal, 0, urn))?.seq;
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (holds()) return;
    await wait(20);
  }
  assert.fail(`${what} did not come`);
}

/** Pages keep answers for some seconds: asked until it tells of these words. */
async function telling(who: Someone, path: string, byKey: boolean, words: readonly string[]): Promise<string> {
  for (let tries = 0; ; tries++) {
    const answer = await get(who, path, byKey);
    const told = await answer.text();
    assert.equal(answer.status, 200, `${path} ${told.slice(0, 200)}`);
    if (words.every((word) => told.includes(word))) return told;
    assert.ok(tries < 40, `${path} does not tell of ${words.join(' and ')}: it proves nothing`);
    await wait(250);
  }
}
/** Each sight tells the lead of both, and the attacker of the own district alone, with a session and with a key. */
async function sights(paths: readonly string[], words = { own, secret }): Promise<void> {
  for (const path of paths)
    for (const byKey of [false, true]) {
      await telling(lead, path, byKey, [words.own, words.secret]);
      const told = await telling(limited, path, byKey, [words.own]);
      assert.ok(!told.includes(words.secret), `${path} tells of another district`);
    }
}
/** What is of one district: there for the own one, as if it were not for the other. */
async function things(pathOf: (id: string) => string, here = ids): Promise<void> {
  for (const byKey of [false, true]) {
    assert.equal((await get(lead, pathOf(here.other), byKey)).status, 200, pathOf(here.other));
    assert.equal((await get(limited, pathOf(here.own), byKey)).status, 200, pathOf(here.own));
    const answer = await get(limited, pathOf(here.other), byKey);
    assert.equal(answer.status, 404, pathOf(here.other));
    assert.ok(!(await answer.text()).includes(secret));
  }
}

test('alarms of another district are in no list, page, file, count and past', async () => {
  await sights([
    '/en/console',
    '/en/console/alarms',
    '/en/console/alarms?view=wall',
    '/en/console/handover',
    '/api/operations/alarms',
    '/api/operations/alarms?grouped=true',
    '/api/operations/alarms.csv',
    '/ngsi-ld/v1/entities?type=Alert',
    '/ngsi-ld/v1/entities?type=Alert&format=simplified&q=priority==2',
    '/api/entities.csv?type=Alert',
    '/api/entities.geojson?type=Alert',
    '/en/entities?type=Alert',
    '/ngsi-ld/v1/temporal/entities?type=Alert&timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt',
  ]);
  for (const pathOf of [
    (id: string) => `/api/operations/alarms/${id}`,
    (id: string) => `/en/console/alarms?alarm=${id}`,
    (id: string) => `/ngsi-ld/v1/entities/${alert(id)}`,
    (id: string) => `/en/entities/${alert(id)}`,
    (id: string) =>
      `/ngsi-ld/v1/temporal/entities/${alert(id)}?timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt`,
  ])
    await things(pathOf);
  const counted = async (who: Someone): Promise<unknown[]> => {
    const type = (await (await get(who, '/ngsi-ld/v1/types/Alert', true)).json()) as Json;
    const { counts, total } = (await (await get(who, '/api/operations/alarms', true)).json()) as Json;
    return [type['entityCount'], total, (counts as Json)['open']];
  };
  assert.deepEqual(await counted(lead), [2, 2, 2]);
  assert.deepEqual(await counted(limited), [1, 1, 1]);
  const batch = await send(limited, 'POST', '/ngsi-ld/v1/entityOperations/query', {
    type: 'Query',
    entities: [{ type: 'Alert' }],
  });
  const told = await batch.text();
  assert.ok(told.includes(own) && !told.includes(secret), told);
  await attacked.stands();
});

test('the map’s tiles show no alarm of another district', async () => {
  const tile = async (who: Someone): Promise<string> => {
    const answer = await get(who, `/api/tiles/Alert/0/0/0.mvt`, true);
    assert.ok([200, 204].includes(answer.status), `${answer.status}`);
    return answer.text();
  };
  const [whole, seen] = [await tile(lead), await tile(limited)];
  assert.ok(whole.includes(ids.own) && whole.includes(ids.other), 'the lead sees both');
  assert.ok(seen.includes(ids.own) && !seen.includes(ids.other));
  await attacked.stands();
});

test('a search finds nothing private of another district', async () => {
  for (const base of ['/api/search?q=', '/en/map?find='])
    for (const [mine, theirs] of [
      [own, secret],
      [ids.own, ids.other],
    ] as const) {
      await telling(lead, base + theirs, false, [alert(ids.other)]);
      await telling(limited, base + mine, false, [alert(ids.own)]);
      assert.ok(!(await (await get(limited, base + theirs, false)).text()).includes(alert(ids.other)), base + theirs);
    }
  await attacked.stands();
});

test('no step is done to an alarm of another district, by form, API and NGSI-LD; nothing has changed', async () => {
  const before = await seqOf(alert(ids.other));
  const steps: readonly Readonly<Record<string, string>>[] = [
    { step: 'acknowledge' },
    { step: 'assign', to: 'Water 1' },
    { step: 'shelve', minutes: '30', note: 'why' },
    { step: 'close', reason: 'fixed' },
    { step: 'note', note: 'words' },
  ];
  for (const step of steps) {
    assert.equal((await send(limited, 'POST', `/api/operations/alarms/${ids.other}/steps`, step)).status, 404);
    assert.equal((await post(limited, `/console/alarms/${ids.other}/steps`, step)).status, 404);
  }
  assert.ok([404, 409].includes((await post(limited, `/console/alarms/${ids.other}/group`, {})).status));
  for (const place of [{ district: 'kulolon' }, { location: placeOf('kulolon') }, { location: [1, 1] }]) {
    const fields = { title: 'forged', priority: 1, ...place };
    assert.equal((await send(limited, 'POST', '/api/operations/alarms', fields)).status, 403, JSON.stringify(place));
  }
  assert.equal(
    (await post(limited, '/console/alarms', { title: 'forged', priority: '1', district: 'kulolon' })).status,
    403,
  );
  const attrs = { district: { type: 'Property', value: 'navrud' } };
  for (const [method, path, body] of [
    ['PATCH', `/entities/${alert(ids.other)}`, attrs],
    ['POST', `/entities/${alert(ids.other)}/attrs`, attrs],
    ['DELETE', `/entities/${alert(ids.other)}`, undefined],
    ['POST', '/temporal/entities', { id: alert(ids.other), type: 'Alert', ...attrs }],
    ['DELETE', `/temporal/entities/${alert(ids.other)}`, undefined],
  ] as const)
    assert.ok(
      [403, 404].includes((await send(limited, method, `/ngsi-ld/v1${path}`, body)).status),
      `${method} ${path}`,
    );
  assert.equal(await seqOf(alert(ids.other)), before);
  assert.ok(!(await (await get(lead, '/api/operations/alarms', true)).text()).includes('forged'));
  // The own one is worked on.
  assert.equal(
    (await send(limited, 'POST', `/api/operations/alarms/${ids.own}/steps`, { step: 'acknowledge' })).status,
    201,
  );
  assert.equal((await post(limited, `/console/alarms/${ids.own}/steps`, { step: 'note', note: 'seen' })).status, 303);
  await attacked.stands();
});

test('rules, which hold in the whole city, are not set, switched or told of by whoever is limited to a part', async () => {
  const rule = {
    id: 'silence',
    title: { en: 'Nothing is raised' },
    priority: 4,
    selects: { type: 'WaterMeter' },
    when: { kind: 'threshold', attribute: 'flow', above: 1 },
  };
  const { rules } = (await (await get(lead, '/api/operations/rules', true)).json()) as { rules: { rule: Json }[] };
  const [known] = rules;
  assert.equal((await send(limited, 'POST', '/api/operations/rules', { rule, version: 0, why: '' })).status, 403);
  const switched = { enabled: true, version: known?.rule['version'], why: 'x' };
  const path = `/operations/rules/${String(known?.rule['id'])}/switch`;
  assert.equal((await send(limited, 'POST', `/api${path}`, switched)).status, 403);
  const form = { enabled: 'true', version: String(known?.rule['version']), why: 'x' };
  assert.equal((await post(limited, `/console/rules/${String(known?.rule['id'])}/switch`, form)).status, 403);
  const after = (await (await get(lead, '/api/operations/rules', true)).json()) as typeof rules | Json;
  assert.deepEqual(after, { rules }, 'nothing has changed');
  await attacked.stands();
});

test('residents of another district are told nothing by whoever may not', async () => {
  const notice = (id: string, districts: string, more: Readonly<Record<string, string>> = {}) => {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10).split('-').reverse().join('.');
    const times = { from: `${day(Date.now())} 06:00`, until: `${day(Date.now() + 86_400_000)} 18:00` };
    return { template: 'water-planned', districts, ...times, severity: 'Moderate', id, ...more };
  };
  assert.equal((await post(lead, '/console/notices', notice('0000000001', 'kulolon'))).status, 303);
  const tries: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['/console/notices', notice('0000000002', 'kulolon')],
    ['/console/notices', notice('0000000002', '*')],
    ['/console/notices/preview', notice('0000000002', 'kulolon')],
    ['/console/notices/0000000001', notice('0000000001', 'navrud', { version: '1' })],
    [
      '/console/notices/0000000001/prolong',
      {
        version: '1',
        until: `${new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10).split('-').reverse().join('.')} 00:00`,
      },
    ],
    ['/console/notices/0000000001/withdraw', { version: '1', reason: 'cleared' }],
  ];
  for (const [path, fields] of tries) assert.equal((await post(limited, path, fields)).status, 403, path);
  // Whether another district's alarm is over is not to be heard by way of a notice.
  const about = { about: alert(ids.other), withdraws: 'yes' };
  assert.equal((await post(limited, '/console/notices', notice('0000000002', 'navrud', about))).status, 400);
  const { notices } = (await (await fetch(`${city.url}/api/operations/notices`)).json()) as { notices: Json[] };
  assert.deepEqual(
    notices.map((one) => [one['id'], one['version']]),
    [['0000000001', 1]],
  );
  assert.equal((await post(limited, '/console/notices', notice('0000000003', 'navrud'))).status, 303);
  await attacked.stands();
});

test('a live stream tells of one’s own district', async () => {
  const leaving = new AbortController();
  const stream = await fetch(`${city.url}/api/live`, { headers: { cookie: limited.cookie }, signal: leaving.signal });
  assert.equal(stream.status, 200);
  let heard = '';
  const reading = (async (): Promise<void> => {
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) heard += chunk;
  })().catch(() => {});
  await wait(300);
  const other = await raised('kulolon', secret);
  await send(lead, 'POST', `/api/operations/alarms/${ids.other}/steps`, { step: 'note', note: secret });
  const mine = await raised('navrud', own);
  await until(() => heard.includes(mine), 'what is of the own district');
  await wait(600);
  for (const id of [ids.other, other]) assert.ok(!heard.includes(id), heard);
  assert.ok(!heard.includes(secret));
  leaving.abort();
  await reading;
  await attacked.stands();
});

test('a subscription, over HTTP, MQTT and as a stream, tells of one’s own district; of fewer once there are fewer', async () => {
  const subscribe = async (name: string, to: object): Promise<string> => {
    const id = `urn:ngsi-ld:Subscription:${name}`;
    const answer = await send(limited, 'POST', '/ngsi-ld/v1/subscriptions', {
      id,
      type: 'Subscription',
      entities: [{ type: 'Alert' }],
      notification: { endpoint: to },
    });
    assert.equal(answer.status, 201, await answer.text());
    return id;
  };
  const at = await subscribe('http', { uri: `${endpoint}/alarms` });
  await subscribe('mqtt', { uri: mqttEndpoint, notifierInfo: [{ key: 'MQTT-Version', value: 'mqtt3.1.1' }] });
  const told = (): string => arrived.map(({ body }) => body).join('\n');
  const leaving = new AbortController();
  const events = await fetch(`${city.url}/api/subscriptions/${at}/events?after=0`, {
    headers: limited.key,
    signal: leaving.signal,
  });
  assert.equal(events.status, 200);
  let streamed = '';
  const reading = (async (): Promise<void> => {
    for await (const chunk of events.body?.pipeThrough(new TextDecoderStream()) ?? []) streamed += chunk;
  })().catch(() => {});
  const other = await raised('kulolon', secret);
  await send(lead, 'POST', `/api/operations/alarms/${ids.other}/steps`, { step: 'note', note: secret });
  const mine = await raised('navrud', own);
  for (const [what, heard] of [
    ['HTTP', told],
    ['MQTT', () => published],
    ['the stream', () => streamed],
  ] as const)
    await until(() => heard().includes(mine), what);
  await wait(300);
  for (const heard of [told(), published, streamed])
    for (const word of [secret, other, ids.other]) assert.ok(!heard.includes(word), heard);
  leaving.abort();
  await reading;
  // Another area from now on: what was subscribed to earlier tells nothing of the one that was lost.
  const id = city.identity.accounts.find('navrud.dispatcher')?.id ?? '';
  city.identity.accounts.change(id, { areas: ['chinorzor'] }, system);
  const withheld = (): number => Number(/^chorsu_hits_withheld_total (\d+)/m.exec(city.metrics.text())?.[1] ?? 0);
  const before = withheld();
  const late = await raised('navrud', own);
  await until(() => withheld() >= before + 2, 'what is withheld');
  assert.ok(!told().includes(late) && !published.includes(late));
  assert.equal((await get(limited, `/api/operations/alarms/${ids.own}`, true)).status, 404, 'the key has the new area');
  assert.equal((await get(limited, '/en/console', false)).status, 401, 'the session has ended');
  city.identity.accounts.change(id, { areas: ['navrud'] }, system);
  const cookie = `session=${city.identity.sessions.open(city.identity.accounts.get(id), 'test').secret}`;
  limited = { ...limited, cookie, csrf: city.identity.authenticate({ cookie }).session?.csrf ?? '' };
  await attacked.stands();
});

test('work orders of another district are neither seen nor worked, with their photos; none is made there', async () => {
  const order = async (district: string, title: string): Promise<string> => {
    const fields = { title, priority: 2, location: placeOf(district) };
    return String((await made(await send(lead, 'POST', '/api/operations/orders', fields)))['id']);
  };
  const orders = { own: await order('navrud', own), other: await order('kulolon', secret) };
  const photo = new Uint8Array(Transformer.fromRgbaPixels(new Uint8Array(64 * 64 * 4).fill(200), 64, 64).jpegSync(80));
  for (const id of Object.values(orders)) {
    for (const step of [{ step: 'assign', crew: 'Water 1' }, { step: 'accept' }, { step: 'start' }])
      await made(await send(lead, 'POST', `/api/operations/orders/${id}/steps`, step));
    const answer = await fetch(`${city.url}/api/operations/orders/${id}/photos`, {
      method: 'POST',
      headers: { ...lead.key, 'content-type': 'image/jpeg' },
      body: photo,
    });
    assert.equal(answer.status, 201, await answer.text());
  }
  await sights([
    '/en/console/orders',
    '/api/operations/orders',
    '/api/operations/orders.csv',
    '/ngsi-ld/v1/entities?type=WorkOrder',
    '/api/entities.csv?type=WorkOrder',
    '/en/entities?type=WorkOrder',
    '/ngsi-ld/v1/temporal/entities?type=WorkOrder&timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt',
  ]);
  const urn = (id: string): string => `urn:ngsi-ld:WorkOrder:${id}`;
  for (const pathOf of [
    (id: string) => `/api/operations/orders/${id}`,
    (id: string) => `/en/console/orders/${id}`,
    (id: string) => `/console/orders/${id}/photos/1`,
    (id: string) => `/ngsi-ld/v1/entities/${urn(id)}`,
    (id: string) => `/en/entities/${urn(id)}`,
  ])
    await things(pathOf, orders);
  const counts = async (who: Someone): Promise<unknown> =>
    ((await (await get(who, '/api/operations/orders', true)).json()) as Json)['total'];
  assert.deepEqual([await counts(lead), await counts(limited)], [2, 1]);

  const before = await seqOf(urn(orders.other));
  const steps: readonly Readonly<Record<string, string>>[] = [
    { step: 'assign', crew: 'Water 2' },
    { step: 'change', priority: '1' },
    { step: 'pause', reason: 'parts' },
    { step: 'finish' },
    { step: 'cancel', reason: 'duplicate' },
    { step: 'note', note: 'words' },
    { step: 'tell', text: 'words' },
    { step: 'time', minutes: '5' },
  ];
  for (const step of steps) {
    const { status } = await send(limited, 'POST', `/api/operations/orders/${orders.other}/steps`, step);
    // What is wrong with a step is said before anything is looked at.
    assert.ok([400, 404].includes(status), `${step['step']} ${status}`);
    assert.ok([400, 404].includes((await post(limited, `/console/orders/${orders.other}/steps`, step)).status));
  }
  const forged = await fetch(`${city.url}/api/operations/orders/${orders.other}/photos`, {
    method: 'POST',
    headers: { ...limited.key, 'content-type': 'image/jpeg' },
    body: photo,
  });
  assert.equal(forged.status, 404);
  for (const fields of [
    { title: 'forged', district: 'kulolon' },
    { title: 'forged', location: placeOf('kulolon') },
    { title: 'forged', location: [1, 1] },
    { title: 'forged', district: 'navrud', alarm: alert(ids.other) },
    { alarm: ids.other },
  ]) {
    const { status } = await send(limited, 'POST', '/api/operations/orders', fields);
    assert.ok([400, 403, 404].includes(status), `${JSON.stringify(fields)} ${status}`);
  }
  const prefilled = await (await get(limited, `/en/console/orders/new?alarm=${ids.other}`, false)).text();
  assert.ok(!prefilled.includes(secret), 'a new order takes nothing from what is not seen');
  assert.equal(await seqOf(urn(orders.other)), before);
  assert.equal(await counts(lead), 2, 'nothing was made');
  const step = { step: 'note', note: 'seen' };
  assert.equal((await send(limited, 'POST', `/api/operations/orders/${orders.own}/steps`, step)).status, 201);
  await attacked.stands();
});

test('devices of another district are neither told what to be nor made one’s own', async () => {
  const valves = { own: 'valve-own', other: 'valve-other' };
  const devices = Object.values(valves).map((label) =>
    city.identity.devices.add({ label, topics: 'water/{id}' }, system),
  );
  const heard: string[] = [];
  const points = Object.values(valves).map((id, n) => ({
    id,
    kind: 'valve',
    entity: `urn:ngsi-ld:Valve:${n}`,
    attribute: 'position',
    name: { en: n === 0 ? own : secret },
    district: n === 0 ? 'navrud' : 'kulolon',
    channel: { kind: 'mqtt', topic: `${devices[n]?.device.topics}/commands` },
    range: { min: 0, max: 100, step: 5 },
  }));
  for (const [n, { entity, district }] of points.entries()) {
    const attrs = { [iri('district')]: [{ type: 'Property', value: district } as const] };
    await city.broker.record(systemPrincipal, 0, [{ id: entity, type: [iri('Valve')], attrs }], { by: 'test' });
    const { device, secret: password } = devices[n] ?? assert.fail();
    const client = await connected(device.id, password);
    client?.on('message', (topic) => heard.push(topic));
    await client?.subscribeAsync(`${device.topics}/commands`, { qos: 1 });
  }
  const base = '/api/operations/control';
  for (const point of points)
    await made(await send(lead, 'POST', `${base}/points`, { point, version: 0, why: 'test' }));
  const words = { own: valves.own, secret: valves.other };
  await sights(['/en/console/control', `${base}/points`, '/ngsi-ld/v1/entities?type=ControlPoint'], words);
  const here = { own: valves.own, other: valves.other };
  for (const pathOf of [
    (id: string) => `${base}/points/${id}`,
    (id: string) => `${base}/points/${id}/commands.csv`,
    (id: string) => `/en/console/control/${id}`,
    (id: string) => `/ngsi-ld/v1/entities/urn:ngsi-ld:ControlPoint:${id}`,
  ])
    await things(pathOf, here);

  // A group and a schedule are seen whole or not at all.
  const mixed = [valves.own, valves.other];
  for (const [id, members] of [
    [`g-${valves.own}`, [valves.own]],
    [`g-${valves.other}`, [valves.other]],
    ['g-mixed', mixed],
  ] as const) {
    assert.equal((await send(lead, 'POST', `${base}/groups`, { id, points: members })).status, 204);
    const schedule = { id: `s${id.slice(1)}`, group: id, switchings: [{ at: '23:00', value: 50 }] };
    assert.equal((await send(lead, 'POST', `${base}/schedules`, schedule)).status, 204);
  }
  await sights([`${base}/groups`, `${base}/schedules`, '/en/console/control/schedules'], words);
  await things((id) => `/en/console/control/groups/g-${id}`, here);
  assert.ok(!(await (await get(limited, `${base}/groups`, true)).text()).includes('g-mixed'));
  const batches: string[] = [];
  for (const id of [`g-${valves.other}`, 'g-mixed']) {
    const path = `${base}/groups/${id}/commands`;
    assert.equal((await get(limited, `/en/console/control/groups/${id}`, false)).status, 404, id);
    assert.ok([403, 404].includes((await send(limited, 'POST', path, { value: 50 })).status), id);
    const asked = String((await made(await send(lead, 'POST', path, { value: 50 })))['id']);
    assert.equal((await get(limited, `${base}/batches/${asked}`, true)).status, 404);
    assert.equal((await get(limited, `/en/console/control/batches/${asked}`, false)).status, 404);
    for (const act of ['confirm', 'cancel'])
      assert.ok([403, 404].includes((await send(limited, 'POST', `${base}/batches/${asked}/${act}`, {})).status));
    batches.push(asked);
  }
  for (const id of batches) await send(lead, 'POST', `${base}/batches/${id}/cancel`, {});

  const refused = [403, 404];
  // What may be controlled, and by which way, is said for the whole city.
  for (const path of [
    `${base}/export`,
    '/en/console/control/new',
    ...Object.values(valves).map((id) => `/en/console/control/${id}/edit`),
  ]) {
    assert.equal((await get(lead, path, true)).status, 200, path);
    const answer = await get(limited, path, true);
    assert.equal(answer.status, 403, path);
    assert.ok(!(await answer.text()).includes(secret));
  }
  const command = (who: Someone, id: string): Promise<Response> =>
    send(who, 'POST', `${base}/points/${id}/commands`, { value: 50, sure: true });
  const [, other] = points;
  assert.ok(refused.includes((await command(limited, valves.other)).status));
  assert.ok(
    refused.includes((await post(limited, `/console/control/${valves.other}/commands`, { value: '50' })).status),
  );
  // What is on the list in one's own district is one's own to command: so nothing of another is put there.
  const takeovers = [
    { point: { ...other, district: 'navrud' }, version: 1, why: 'x' },
    { point: { ...other, id: 'forged', attribute: 'other', district: 'navrud' }, version: 0, why: 'x' },
    { points: [{ ...other, district: 'navrud' }] },
    { point: { ...points[0], channel: other?.channel }, version: 1, why: 'x' },
  ];
  for (const takeover of takeovers)
    assert.ok(
      refused.includes((await send(limited, 'POST', `${base}/points`, takeover)).status),
      JSON.stringify(takeover),
    );
  const removed = await send(limited, 'POST', `${base}/points/${valves.other}/remove`, { version: 1, why: 'x' });
  assert.ok(refused.includes(removed.status));
  const pasted = { json: JSON.stringify({ ...other, district: 'navrud' }), version: '1', why: 'x' };
  assert.ok(refused.includes((await post(limited, `/console/control/${valves.other}/edit`, pasted)).status));
  assert.ok(refused.includes((await post(limited, '/console/control/import', pasted)).status));
  assert.ok(
    refused.includes((await post(limited, `/console/control/${valves.other}/remove`, { version: '1' })).status),
  );
  // The entity is only the face of the point.
  const attrs = { district: { type: 'Property', value: 'navrud' } };
  const face = `/ngsi-ld/v1/entities/urn:ngsi-ld:ControlPoint:${valves.other}`;
  assert.ok(refused.includes((await send(limited, 'PATCH', face, attrs)).status));
  const asked = (await made(await command(lead, valves.other)))['id'];
  for (const path of [`${base}/commands/${String(asked)}`]) assert.equal((await get(limited, path, true)).status, 404);
  assert.ok(refused.includes((await send(limited, 'POST', `${base}/commands/${String(asked)}/cancel`, {})).status));
  const listed = await (await get(limited, `${base}/commands`, true)).text();
  assert.ok(!listed.includes(valves.other));
  await until(() => heard.length === 1, 'the command of the lead');
  // The own one is told.
  await made(await command(limited, valves.own));
  await until(() => heard.length === 2, 'the own command');
  assert.deepEqual(new Set(heard).size, 2);
  await attacked.stands();
});

test('nothing is published to the commands of a device by MQTT, with a key, another device and without', async () => {
  const { devices } = city.identity;
  const valve = devices.add({ label: 'valve', topics: 'valves/{id}' }, system);
  const lamp = devices.add({ label: 'lamp', topics: 'lamps/{id}' }, system);
  const listening = (await connected(valve.device.id, valve.secret)) ?? assert.fail('the valve cannot connect');
  const heard: string[] = [];
  listening.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
  const commands = `${valve.device.topics}/commands`;
  await listening.subscribeAsync(commands, { qos: 1 });
  for (const [username, password] of [
    [limited.keyId, limited.secret],
    [lamp.device.id, lamp.secret],
    [valve.device.id, lamp.secret],
  ] as const)
    for (const topic of [commands, `${commands}/set`, `${valve.device.topics}/+`]) {
      const client = await connected(username, password);
      if (!client) continue;
      await Promise.race([
        client.publishAsync(topic, 'open', { qos: 1 }).catch(() => undefined),
        new Promise<void>((resolve) => void client.once('close', () => resolve())),
        wait(1_000),
      ]);
      client.end(true);
    }
  await wait(300);
  assert.deepEqual(heard, []);
  assert.ok(listening.connected);
  await attacked.stands();
});
