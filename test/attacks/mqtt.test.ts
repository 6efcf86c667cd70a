/** Devices that listen to others, speak for others, or are none. */
import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

const system = { id: 'system' };
type Credentials = { readonly username: string; readonly password: string; readonly topics: string };

let city: TestCity;
let attacked: Victim;
let spy: Credentials;
let target: Credentials;
const open: MqttClient[] = [];
before(async () => {
  city = await openTestCity({ auth: 'on', mqttPort: 0 });
  attacked = victim(city);
  const device = (label: string): Credentials => {
    const made = city.identity.devices.add({ label, topics: 'air/{id}' }, system);
    return { username: made.device.id, password: made.secret, topics: made.device.topics };
  };
  [spy, target] = [device('spy'), device('target')];
});
after(async () => {
  for (const client of open) client.end(true);
  await city.close();
});

const connected = (options: IClientOptions): Promise<MqttClient> =>
  new Promise((resolve, reject) => {
    const client = mqtt.connect({
      host: '127.0.0.1',
      port: city.mqttPort ?? 0,
      reconnectPeriod: 0,
      connectTimeout: 3_000,
      ...options,
    });
    open.push(client);
    client.once('connect', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
  });
const as = ({ username, password }: Credentials, more: IClientOptions = {}): Promise<MqttClient> =>
  connected({ username, password, ...more });
/** Publishes, and waits until it is clear what became of it. */
const publish = (client: MqttClient, topic: string, options: { retain?: boolean } = {}): Promise<unknown> =>
  Promise.race([
    client.publishAsync(topic, 'secret-7f3a91', { qos: 1, ...options }).catch((error: unknown) => error),
    new Promise<void>((resolve) => void client.once('close', () => resolve())),
    wait(2_000),
  ]);

test('nobody enters without credentials of its own', async () => {
  for (const options of [
    {},
    { username: target.username },
    { username: target.username, password: spy.password },
    { username: target.username, password: '' },
    { username: spy.username.toLowerCase(), password: target.password },
    { username: 'admin', password: 'admin' },
    { username: '#', password: '#' },
  ])
    await assert.rejects(connected(options), JSON.stringify(options));
  await attacked.stands();
});

test('a device hears nothing of others, whatever filter it asks for', async () => {
  const [listening, speaking] = [await as(spy), await as(target)];
  const heard: string[] = [];
  listening.on('message', (topic) => heard.push(topic));
  const filters = [
    '#',
    '+',
    '+/#',
    '+/+',
    'air',
    'air/#',
    'air/+',
    'air/+/#',
    `${target.topics}`,
    `${target.topics}/#`,
    `${target.topics}/commands`,
    `${spy.topics}/../${target.username}`,
    `${spy.topics}#`,
    `${spy.topics}+`,
    '$SYS/#',
    '$share/all/#',
    `$share/all/${target.topics}/#`,
    '$queue/#',
    '/#',
  ];
  for (const filter of filters) {
    const granted = await Promise.race([
      listening.subscribeAsync(filter, { qos: 0 }).then(
        (answers) => answers.some(({ qos }) => qos !== 128),
        () => false,
      ),
      wait(2_000).then(() => false),
    ]);
    assert.equal(granted, false, filter);
  }
  assert.ok(listening.connected, 'refused, and still there');
  await publish(speaking, `${target.topics}/value`);
  await publish(speaking, `${target.topics}/kept`, { retain: true });
  await wait(200);
  assert.deepEqual(heard, []);
  await attacked.stands();
});

test('a device does not speak for others, not even when it dies', async () => {
  const listening = await as(target);
  const heard: string[] = [];
  listening.on('message', (topic) => heard.push(topic));
  await listening.subscribeAsync(`${target.topics}/commands`);
  for (const topic of [
    `${target.topics}/value`,
    `${target.topics}/commands`,
    `${spy.topics}/commands`,
    'air',
    '$SYS/broker',
    '$share/a/b',
    `${spy.topics}/../${target.username}/commands`,
  ]) {
    const speaking = await as(spy);
    await publish(speaking, topic);
    speaking.end(true);
  }
  const dying = await as(spy, {
    will: { topic: `${target.topics}/commands`, payload: Buffer.from('open'), qos: 0, retain: true },
  }).catch(() => undefined);
  dying?.stream.destroy();
  await wait(300);
  assert.deepEqual(heard, []);
  assert.ok(listening.connected);
  await attacked.stands();
});

test('a device does not push another out by its name', async () => {
  const staying = await as(target, { clientId: 'sensor-7' });
  const pushing = await as(spy, { clientId: 'sensor-7' });
  await assert.rejects(connected({ clientId: 'sensor-7', username: 'x', password: 'y' }));
  await wait(300);
  assert.ok(staying.connected && pushing.connected);
  await attacked.stands();
});

test('credentials that are revoked end what goes on', async () => {
  const { device, secret } = city.identity.devices.add({ label: 'gone', topics: 'air/{id}' }, system);
  const client = await as({ username: device.id, password: secret, topics: device.topics });
  city.identity.devices.revoke(device.id, system);
  const before = city.metrics.counter('chorsu_mqtt_refused_total', '').value({ reason: 'topic' });
  await publish(client, `${device.topics}/value`);
  assert.ok(city.metrics.counter('chorsu_mqtt_refused_total', '').value({ reason: 'topic' }) > before);
  await assert.rejects(as({ username: device.id, password: secret, topics: '' }));
});

test('bytes that are no MQTT, or never end, cost their sender the connection', async () => {
  const port = city.mqttPort ?? 0;
  const endless = Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(100_000)]);
  const connectPacket = Buffer.from('101000044d5154540402003c0004737079', 'hex');
  const sent = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    endless,
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.concat([connectPacket, Buffer.from([0x82, 0x05, 0, 1, 0, 0, 0])]),
    Buffer.from([0x30, 0x03, 0, 1, 0x61]),
    Buffer.from([0x00]),
  ];
  const outcomeOf = async (bytes: Buffer): Promise<string> => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.resume();
    socket.write(bytes);
    const outcome = await Promise.race([closed.then(() => 'closed'), wait(12_000, 'open', { ref: false })]);
    return `${bytes.subarray(0, 8).toString('hex')} ${outcome}`;
  };
  assert.deepEqual(
    (await Promise.all(sent.map(outcomeOf))).filter((told) => !told.endsWith(' closed')),
    [],
  );
  await attacked.stands();
});
