/** Real MQTT clients play valves: one that obeys, and those that answer late, wrongly, twice, never, or are not there. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import type { ControlPoint } from './schema.ts';
import { valveMapping } from './valves.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'chorsu-control-'));
const mapping = join(root, 'valves.json');
writeFileSync(mapping, JSON.stringify(valveMapping));
const city = await openTestCity({ mqttPort: 0, mappings: [mapping] });
const clients: MqttClient[] = [];
after(async () => {
  for (const client of clients) await client.endAsync(true);
  await city.close();
  rmSync(root, { recursive: true, force: true });
});

type Json = Record<string, unknown>;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const base = '/api/operations/control';
const ask = async (path: string): Promise<Json> => (await (await fetch(city.url + base + path)).json()) as Json;
const send = (path: string, body: Json, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(city.url + base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const command = async (name: string, body: Json): Promise<string> => {
  const answer = await send(`/points/${name}/commands`, body);
  assert.equal(answer.status, 201, await answer.clone().text());
  return String(((await answer.json()) as Json)['id']);
};
/** Waits until a command has come to that state. */
async function reaches(id: string, state: string, ms = 6_000): Promise<Json> {
  for (const end = Date.now() + ms; ;) {
    const found = await ask(`/commands/${id}`);
    if (found['state'] === state) return found;
    assert.ok(Date.now() < end, `${JSON.stringify(found)} instead of ${state}`);
    await sleep(30);
  }
}

async function client(): Promise<MqttClient> {
  const made = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, { protocolVersion: 4, reconnectPeriod: 0 });
  made.on('error', () => {});
  clients.push(made);
  return made;
}

/** A valve with its point; `obey` is what it does with a command. `heard`: what it got. */
async function valve(
  name: string,
  obey: (tell: (position: number) => Promise<unknown>, position: number) => Promise<unknown> | undefined,
  more: Partial<ControlPoint> = {},
): Promise<{ heard: Json[]; connect(qos?: 0 | 1): Promise<MqttClient>; tell(position: number): Promise<unknown> }> {
  const gauge = await client();
  const tell = (position: number): Promise<unknown> =>
    gauge.publishAsync(`water/${name}/state`, JSON.stringify({ position, at: new Date().toISOString() }), { qos: 1 });
  await tell(100);
  const set = await send('/points', {
    point: {
      id: name,
      kind: 'valve',
      entity: `urn:ngsi-ld:Valve:${name}`,
      attribute: 'position',
      channel: { kind: 'mqtt', topic: `water/${name}/commands`, payload: { id: '{id}', position: '{value}' } },
      range: { min: 0, max: 100 },
      unitCode: 'P1',
      readBack: { tolerance: 1, within: 'PT1S' },
      expires: 'PT2S',
      ...more,
    },
  });
  assert.equal(set.status, 201, await set.text());
  const heard: Json[] = [];
  const connect = async (qos: 0 | 1 = 1): Promise<MqttClient> => {
    const device = await client();
    device.on('message', (_topic, payload) => {
      const told = JSON.parse(payload.toString()) as Json;
      heard.push(told);
      void obey(tell, Number(told['position']));
    });
    await device.subscribeAsync([`water/${name}/commands`, `water/${name}/commands/#`], { qos });
    return device;
  };
  return { heard, connect, tell };
}

test('a valve that obeys confirms by its own reading', async () => {
  const { heard, connect } = await valve('obeys', async (tell, position) => {
    await sleep(50);
    return tell(position);
  });
  await connect();
  const id = await command('obeys', { value: 0 });
  const done = await reaches(id, 'confirmed');
  assert.deepEqual(heard, [{ id, position: 0 }], 'once, though it listens twice');
  assert.deepEqual(
    (done['steps'] as Json[]).map(({ step }) => step),
    ['request', 'send', 'sent', 'confirm'],
  );
  const point = await ask('/points/obeys');
  assert.deepEqual([point['desired'], (point['reported'] as Json)['value'], point['differs']], [0, 0, false]);
  const entity = (await (
    await city.fetch('/entities/urn:ngsi-ld:ControlPoint:obeys?options=keyValues')
  ).json()) as Json;
  assert.deepEqual([entity['desiredValue'], entity['commandStatus'], entity['command']], [0, 'confirmed', id]);
});

test('an answer after the deadline is no confirmation; it is noted as late', async () => {
  const { heard, connect } = await valve('late', async (tell, position) => {
    await sleep(1_600);
    return tell(position);
  });
  await connect();
  const id = await command('late', { value: 20 });
  assert.equal((await reaches(id, 'noAnswer'))['lateAt'], undefined);
  for (const end = Date.now() + 4_000; (await ask(`/commands/${id}`))['lateAt'] === undefined; await sleep(30))
    assert.ok(Date.now() < end);
  const found = await ask(`/commands/${id}`);
  assert.equal(found['state'], 'noAnswer');
  assert.deepEqual((found['steps'] as Json[]).map(({ step }) => step).slice(-2), ['silence', 'late']);
  assert.equal(heard.length, 1);
});

test('a wrong answer contradicts, and what it said stands there', async () => {
  const { connect, tell } = await valve('wrong', (report) => report(70));
  await connect();
  const id = await command('wrong', { value: 0 });
  assert.equal((await reaches(id, 'contradicted'))['answer'], 70);
  assert.equal((await ask('/points/wrong'))['differs'], true);
  const alarms = async (): Promise<Json[]> =>
    ((await (await fetch(`${city.url}/api/operations/alarms`)).json()) as { alarms: Json[] }).alarms.filter(
      ({ subject }) => subject === 'urn:ngsi-ld:Valve:wrong',
    );
  assert.deepEqual(
    (await alarms()).map(({ rule, state, priority }) => [rule, state, priority]),
    [['control', 'raised', 2]],
  );
  await tell(0);
  for (const end = Date.now() + 3_000; (await alarms())[0]?.['state'] !== 'cleared'; await sleep(30))
    assert.ok(Date.now() < end, 'what is as it was wanted, though late, is no alarm');
});

test('an answer that comes twice changes nothing and is counted', async () => {
  const { connect } = await valve('twice', async (tell, position) => {
    await tell(position);
    await sleep(20);
    return tell(position);
  });
  await connect();
  const id = await command('twice', { value: 5 });
  await reaches(id, 'confirmed');
  for (const end = Date.now() + 3_000; (await ask(`/commands/${id}`))['answers'] !== 2; await sleep(30))
    assert.ok(Date.now() < end);
  const found = await ask(`/commands/${id}`);
  assert.deepEqual([found['state'], (found['steps'] as Json[]).length], ['confirmed', 4]);
});

test('a valve that never answers gets the command once, and it ends without an answer', async () => {
  const { heard, connect } = await valve('never', () => undefined);
  await connect();
  const id = await command('never', { value: 0 });
  await reaches(id, 'noAnswer');
  await sleep(300);
  assert.equal(heard.length, 1);
});

test('a reading from before the command confirms nothing', async () => {
  const { connect } = await valve('stale', () => undefined);
  await connect();
  const gauge = await client();
  const id = await command('stale', { value: 0 });
  const at = new Date(Date.now() - 60_000).toISOString();
  await gauge.publishAsync('water/stale/state', JSON.stringify({ position: 0, at }), { qos: 1 });
  await reaches(id, 'noAnswer');
});

test('a command for an absent valve waits for it, and goes when it comes', async () => {
  const { heard, connect } = await valve('absent', (tell, position) => tell(position));
  const id = await command('absent', { value: 10 });
  assert.equal((await ask(`/commands/${id}`))['state'], 'waiting');
  // Whoever looks on is no device.
  await (await client()).subscribeAsync('#');
  await sleep(100);
  assert.equal((await ask(`/commands/${id}`))['state'], 'waiting');
  await connect();
  await reaches(id, 'confirmed');
  assert.equal(heard.length, 1);
});

test('an expired command is never sent, though the valve comes afterwards', async () => {
  const { heard, connect } = await valve('gone', (tell, position) => tell(position));
  const id = await command('gone', { value: 10, expires: 'PT1S' });
  await reaches(id, 'expired');
  await connect();
  await sleep(400);
  assert.equal(heard.length, 0);
});

test('of commands that wait the newest is sent, and what waits can be taken back', async () => {
  const { heard, connect } = await valve('newer', (tell, position) => tell(position));
  const first = await command('newer', { value: 10 });
  const second = await command('newer', { value: 30 });
  assert.equal((await ask(`/commands/${first}`))['detail'], second);
  await connect();
  await reaches(second, 'confirmed');
  assert.equal((await ask(`/commands/${first}`))['state'], 'replaced');
  assert.deepEqual(
    heard.map(({ position }) => position),
    [30],
  );
  assert.equal((await send(`/commands/${second}/cancel`, {})).status, 409);
  const other = await valve('taken', (tell, position) => tell(position));
  const third = await command('taken', { value: 10 });
  assert.equal((await send(`/commands/${third}/cancel`, {})).status, 200);
  await other.connect();
  await sleep(200);
  assert.deepEqual([(await ask(`/commands/${third}`))['state'], other.heard.length], ['cancelled', 0]);
});

test('one command is under way at a time: the next waits until it has ended', async () => {
  const { heard, connect } = await valve('turns', async (tell, position) => {
    await sleep(400);
    return tell(position);
  });
  await connect();
  const first = await command('turns', { value: 40 });
  const second = await command('turns', { value: 60 });
  assert.deepEqual([heard.length, (await ask(`/commands/${second}`))['state']], [1, 'waiting']);
  await reaches(first, 'confirmed');
  await reaches(second, 'confirmed');
  assert.deepEqual(
    heard.map(({ position }) => position),
    [40, 60],
  );
});

test('the same key again is the same command; another value under it is a conflict', async () => {
  const { heard, connect } = await valve('key', (tell, position) => tell(position));
  await connect();
  const twice = await Promise.all(
    [1, 2, 3].map(() => send('/points/key/commands', { value: 15 }, { 'idempotency-key': '"k-1"' })),
  );
  const ids = new Set(await Promise.all(twice.map(async (answer) => ((await answer.json()) as Json)['id'])));
  assert.equal(ids.size, 1);
  assert.equal((await send('/points/key/commands', { value: 16 }, { 'idempotency-key': 'k-1' })).status, 409);
  await reaches(String([...ids][0]), 'confirmed');
  assert.equal(heard.length, 1);
});

test('what is out of range, not on the list or dangerous without a word is refused and sent to nobody', async () => {
  const { heard, connect } = await valve('limits', (tell, position) => tell(position), { dangerous: true });
  await connect();
  const tried: [number, Json][] = [
    [400, { value: 101, sure: true }],
    [400, { value: 'open', sure: true }],
    [400, { value: 0 }],
    [400, { value: 0, sure: true, expires: 'P2D' }],
  ];
  for (const [status, body] of tried) {
    const answer = await send('/points/limits/commands', body);
    assert.equal(answer.status, status, await answer.text());
  }
  assert.equal((await send('/points/nothing/commands', { value: 0 })).status, 404);
  // What an entity is wanted to be is not commanded by writing it.
  const written = await city.fetch('/entities/urn:ngsi-ld:ControlPoint:limits/attrs', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      desiredValue: { type: 'Property', value: 0 },
      commandStatus: { type: 'Property', value: 'waiting' },
    }),
  });
  assert.ok(written.status < 500);
  await sleep(200);
  assert.equal(heard.length, 0);
});

test('nobody but the platform publishes below a level of commands', async () => {
  const { heard, connect } = await valve('forged', (tell, position) => tell(position));
  const device = await connect();
  const other = await client();
  for (const sender of [other, device]) {
    const closed = new Promise<void>((resolve) => sender.once('close', () => resolve()));
    sender.publish('water/forged/commands', '{"position":0}', { qos: 1 });
    await closed;
  }
  const third = await client();
  const closed = new Promise<void>((resolve) => third.once('close', () => resolve()));
  third.publish('water/forged/commands/now', '{"position":0}', { qos: 0 });
  await closed;
  assert.equal(heard.length, 0);
});

test('a valve that takes commands with QoS 0 is told once too', async () => {
  const { heard, connect } = await valve('qos0', (tell, position) => tell(position));
  await connect(0);
  await reaches(await command('qos0', { value: 45 }), 'confirmed');
  assert.equal(heard.length, 1);
});
