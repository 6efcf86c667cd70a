import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { after, afterEach, test } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import { fixedClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { openTestCity } from '../../test/fixtures/testCity.ts';
import { exampleMapping } from './fixtures/example.ts';
import { ingest, type Ingest, type MqttOptions } from './index.ts';
import { parseMappingFile } from './mapping/index.ts';
import { spyOn, type Spy } from './fixtures/spy.ts';

const now = '2026-11-22T08:00:00Z';
const city = await openTestCity();
after(() => city.close());
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Running = { ingest: Ingest; broker: Spy; url: string; port: number; metrics: () => string };

async function running(options: MqttOptions = {}): Promise<Running> {
  const broker = spyOn(city.broker);
  const metrics = createMetrics();
  const made = ingest({
    broker,
    rows: city.store.rows,
    files: city.store.files,
    city: {
      id: 'chorrah',
      center: [68.78, 38.56],
      bbox: [68.7, 38.5, 68.9, 38.65],
      languages: ['tg', 'en'],
      name: { en: 'Chorrah' },
      timeZone: 'Asia/Dushanbe',
      lawPack: { country: 'TJ', householdReadings: false, laws: [] },
    },
    clock: fixedClock(now),
    metrics,
    log: silentLog,
    mapping: parseMappingFile(Buffer.from(JSON.stringify(exampleMapping)), 'map.json', ['milesight-iot/em310-udl']),
    mqtt: { port: 0, ...options },
  });
  await made.start?.();
  closers.push(async () => made.stop?.());
  const port = made.mqttPorts().port ?? 0;
  return { ingest: made, broker, port, url: `mqtt://127.0.0.1:${port}`, metrics: () => metrics.text() };
}

async function client(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const made = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
  made.on('error', () => {});
  closers.push(() => made.endAsync(true));
  return made;
}

const water = (value: number, ts = '2026-11-22T07:59:59Z'): string =>
  JSON.stringify({ ts, q: { value, unit: 'm3/h' }, p: [4] });
const report = (from: Ingest, id: string) => from.reports().find(({ source }) => source.id === id)?.health;

test('a message of QoS 1 is acknowledged only when its readings are durable', async () => {
  const { broker, url } = await running();
  let release = (): void => {};
  broker.before = () => new Promise<void>((resolve) => (release = resolve));
  const sender = await client(url);
  let acknowledged = false;
  const sent = sender.publishAsync('water/d1/m1', water(5), { qos: 1 }).then(() => (acknowledged = true));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(acknowledged, false);
  release();
  await sent;
  assert.equal(broker.readings.length, 1);
});

test('readings of many messages share a record', async () => {
  const { broker, url, ingest: made } = await running();
  const sender = await client(url);
  await Promise.all(
    Array.from({ length: 500 }, (_, i) => sender.publishAsync(`water/d1/m${i}`, water(i % 400), { qos: 1 })),
  );
  assert.equal(broker.readings.length, 500);
  assert.ok(broker.records.length < 100, `${broker.records.length} records for 500 messages`);
  assert.equal(report(made, 'water-districts')?.accepted, 500);
});

test('what cannot be read is acknowledged, counted with its reason and shown, and nothing of it is kept', async () => {
  const { broker, url, ingest: made, metrics } = await running();
  const sender = await client(url);
  const deep = '['.repeat(100) + ']'.repeat(100);
  const wrong: [string, Buffer | string, string][] = [
    ['truncated', '{"ts": "2026-11-22T0', 'payload'],
    ['latin', Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]), 'payload'],
    ['deep', deep, 'payload'],
    ['twice', '{"ts":1,"ts":2}', 'payload'],
    ['future', water(5, '2026-11-22T09:00:00Z'), 'future'],
    ['unit', JSON.stringify({ ts: now, q: { value: 5, unit: 'gal' } }), 'unit'],
    ['range', JSON.stringify({ ts: now, q: { value: 5, unit: 'l/s' }, p: [99] }), 'range'],
  ];
  for (const [meter, payload] of wrong) await sender.publishAsync(`water/d1/${meter}`, payload, { qos: 1 });
  assert.equal(broker.readings.length, 0);
  const health = report(made, 'water-districts');
  assert.deepEqual(health?.rejectedBy, { payload: 4, future: 1, unit: 1, range: 1 });
  assert.equal(health.lastRejects[0]?.from, 'water/d1/range');
  assert.match(metrics(), /chorsu_ingest_rejected_total\{source="water-districts",reason="future"\} 1/);
});

test('a topic that nobody maps is counted by its beginning and passed on', async () => {
  const { url, ingest: made } = await running();
  const listener = await client(url);
  await listener.subscribeAsync('#');
  const heard = new Promise<string>((resolve) => listener.on('message', (topic) => resolve(topic)));
  const sender = await client(url);
  await sender.publishAsync('garage/door/7/open', 'yes', { qos: 1 });
  assert.equal(await heard, 'garage/door/7/open');
  assert.deepEqual(made.health.unmappedTopics(), [{ prefix: 'garage/door', count: 1 }]);
});

test('a simulated value for a measured entity is refused and the others of its record are taken', async () => {
  const { broker, url, ingest: made } = await running();
  const sender = await client(url);
  await sender.publishAsync('water/d1/measured', water(5), { qos: 1 });
  await Promise.all([
    sender.publishAsync('twin/measured', '{"q":1}', { qos: 1 }),
    sender.publishAsync('twin/invented', '{"q":1}', { qos: 1 }),
  ]);
  assert.deepEqual(
    broker.readings.map((reading) => reading.id.split(':').at(-1)),
    ['measured', 'invented'],
  );
  assert.deepEqual(report(made, 'twin')?.rejectedBy, { simulated: 1 });
});

test('when the broker is full the sender waits and loses nothing', async () => {
  const { broker, url, metrics } = await running();
  let refusals = 2;
  broker.before = () => {
    if (refusals-- > 0) throw new Problem('overloaded', 'full');
  };
  const sender = await client(url);
  await sender.publishAsync('water/d1/m1', water(5), { qos: 1 });
  assert.equal(broker.readings.length, 1);
  assert.match(metrics(), /chorsu_ingest_overloads_total 2/);
});

test('when the broker fails the message is not acknowledged', async () => {
  const { broker, url } = await running();
  broker.before = () => {
    throw new Error('the disk is gone');
  };
  const sender = await client(url);
  const closed = new Promise<void>((resolve) => sender.once('close', () => resolve()));
  let acknowledged = false;
  sender.publish('water/d1/m1', water(5), { qos: 1 }, (error) => (acknowledged = !error));
  await closed;
  assert.equal(acknowledged, false);
});

test('a message of QoS 2 is received once and durable before the answer', async () => {
  const { broker, url } = await running();
  const sender = await client(url);
  await sender.publishAsync('water/d1/m1', water(5), { qos: 2 });
  assert.equal(broker.readings.length, 1);
});

test('a message of QoS 2 that comes again because its answer was lost is recorded once', async () => {
  const { broker, port } = await running();
  const publish = (flags: number): Buffer => {
    const topic = Buffer.from('water/d1/again');
    const payload = Buffer.from(water(5));
    const rest = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, 7]), payload]);
    assert.ok(rest.length < 128);
    return Buffer.concat([Buffer.from([flags, rest.length]), rest]);
  };
  const connect = Buffer.from([0x10, 0x0e, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 2, 0x71, 0x32]);
  const socket = connectSocket(port, '127.0.0.1');
  closers.push(() => Promise.resolve(socket.destroy()));
  const answers: number[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += 2 + (chunk[at + 1] ?? 0)) answers.push((chunk[at] ?? 0) >> 4);
  });
  const until = async (count: number): Promise<void> => {
    for (let i = 0; i < 200 && answers.length < count; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  socket.write(connect);
  await until(1);
  socket.write(publish(0x34));
  await until(2);
  socket.write(publish(0x3c));
  await until(3);
  assert.deepEqual(answers, [2, 5, 5], 'CONNACK, PUBREC, PUBREC');
  assert.equal(broker.readings.length, 1);
});

/** Sends bytes and collects what comes back until the other side closes. */
function raw(port: number, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connectSocket(port, '127.0.0.1');
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}

test('a payload of 10 MB is refused by its length, before it is collected, and the broker lives on', async () => {
  const { broker, url, metrics } = await running();
  const big = await client(url);
  const closed = new Promise<void>((resolve) => big.once('close', () => resolve()));
  big.publish('water/d1/m1', Buffer.alloc(10_000_000, 32), { qos: 1 }, () => {});
  await closed;
  assert.match(metrics(), /chorsu_mqtt_refused_total\{reason="too-large"\} 1/);
  const sender = await client(url);
  await sender.publishAsync('water/d1/m1', water(5), { qos: 1 });
  assert.equal(broker.readings.length, 1);
});

test('a payload just above the limit is refused too', async () => {
  const { url, metrics, broker } = await running({ payloadMaxBytes: 1000 });
  const big = await client(url);
  const closed = new Promise<void>((resolve) => big.once('close', () => resolve()));
  big.publish('water/d1/m1', Buffer.alloc(1001, 32), { qos: 1 }, () => {});
  await closed;
  assert.match(metrics(), /reason="too-large"/);
  assert.equal(broker.readings.length, 0);
});

test('a client of MQTT 5 is told in its own words that 3.1.1 is spoken here', async () => {
  const { port, metrics } = await running();
  const connect = Buffer.from([0x10, 0x10, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 60, 0, 0, 3, 0x61, 0x62, 0x63]);
  const answer = await raw(port, connect);
  assert.deepEqual([...answer.subarray(0, 1), ...answer.subarray(2, 4)], [0x20, 0, 0x84]);
  assert.equal(answer.length, 2 + (answer[1] ?? 0));
  assert.match(answer.toString('latin1'), /3\.1\.1/);
  assert.match(metrics(), /chorsu_mqtt_refused_total\{reason="version-5"\} 1/);
});

test('the topics of the broker itself are closed', async () => {
  const { url } = await running();
  const spy = await client(url);
  const refusal = await spy.subscribeAsync('$SYS/#').then(
    (granted) => `granted ${JSON.stringify(granted)}`,
    (error: Error) => error.message,
  );
  assert.match(refusal, /128|Unspecified error/);
});

test('retained messages are capped', async () => {
  const { url, metrics } = await running({ retainedMax: 2 });
  const sender = await client(url);
  for (const topic of ['a', 'b', 'c']) await sender.publishAsync(`keep/${topic}`, 'x', { qos: 1, retain: true });
  const late = await client(url);
  const heard: string[] = [];
  late.on('message', (topic) => heard.push(topic));
  await late.subscribeAsync('keep/+');
  await sender.publishAsync('keep/last', 'x', { qos: 1 });
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  for (let tries = 0; tries < 100 && heard.length < 3; tries++) await rest();
  await rest();
  assert.deepEqual(heard.toSorted(), ['keep/a', 'keep/b', 'keep/last']);
  assert.match(metrics(), /chorsu_mqtt_refused_total\{reason="retained"\} 1/);
});

test('nothing is kept in memory for a subscriber that went away', async () => {
  const { url } = await running();
  const lasting = await client(url, { clean: false, clientId: 'lasting' });
  const granted = await lasting.subscribeAsync('keep/#', { qos: 1 });
  assert.equal(granted[0]?.qos, 1);
  await lasting.endAsync();
  const sender = await client(url);
  await sender.publishAsync('keep/x', 'x', { qos: 1 });
  const back = await client(url, { clean: false, clientId: 'lasting' });
  const heard: string[] = [];
  back.on('message', (topic) => heard.push(topic));
  await back.subscribeAsync('keep/#', { qos: 1 });
  await sender.publishAsync('keep/y', 'y', { qos: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(
    heard.filter((topic) => topic === 'keep/x' || topic === 'keep/y'),
    ['keep/y'],
  );
});

test('no address but loopback is listened on', async () => {
  await assert.rejects(running({ host: '0.0.0.0' }), /only loopback addresses/);
});

test('stopping finishes and acknowledges what was taken', async () => {
  const { broker, url, ingest: made } = await running();
  broker.before = () => new Promise((resolve) => setTimeout(resolve, 80));
  const sender = await client(url);
  const sent = sender.publishAsync('water/d1/m1', water(5), { qos: 1 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  await made.stop?.();
  await sent;
  assert.equal(broker.readings.length, 1);
});

test('readings of single households are refused where the law does not allow them', async () => {
  const { ingest: made } = await running();
  const source = made.reports()[0]?.source;
  assert.ok(source);
  assert.throws(() => made.declare({ ...source, id: 'homes', personal: 'household' }), /law pack of TJ does not allow/);
});

test('after a restart it is known when a source was last heard', async () => {
  const first = await running();
  const sender = await client(first.url);
  await sender.publishAsync('water/d1/heard', water(5), { qos: 1 });
  await first.ingest.stop?.();
  const second = await running();
  const health = report(second.ingest, 'water-districts');
  assert.ok(health?.lastAcceptedAt);
  assert.notEqual(health.state, 'never');
});
