import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import { Problem } from '../../../base/problem.ts';
import { systemPrincipal } from '../../../http/principal.ts';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import type { Connection } from '../../schema.ts';
import { feedKinds } from '../kinds.ts';
import { makeCertificates, mosquitto, publishLines, withoutMosquitto, type Mosquitto } from './fixtures/mosquitto.ts';

const skip = withoutMosquitto ?? false;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-broker-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function broker(lines: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
  const made = await mosquitto(await folder(), lines);
  await made.start();
  closers.push(() => made.stop('SIGTERM'));
  return made;
}

const mappingOf = (...feeds: object[]): Record<string, unknown> => ({
  sources: [
    {
      id: 'plant',
      name: 'Sensors of the water works',
      purpose: 'Find leaks',
      owner: 'Water utility',
      legalBasis: 'Contract',
      retentionDays: 730,
      personal: 'none',
      granularity: 'pump',
      kind: 'feed',
      expectedEveryS: 60,
    },
  ],
  mappings: [
    {
      source: 'plant',
      topic: 'plant/{hall}/#',
      entity: { id: 'urn:ngsi-ld:Pump:{pump}', type: 'Pump' },
      time: { path: 'at' },
      attributes: { flow: { path: 'flow', unitCode: 'MQH', required: true } },
    },
  ],
  feeds: feeds.map((feed) => ({ kind: 'mqtt', source: 'plant', ...feed })),
});

async function cityWith(...feeds: object[]): Promise<TestCity> {
  const file = join(await folder(), 'feeds.json');
  await writeFile(file, JSON.stringify(mappingOf(...feeds)));
  const city = await openTestCity({ mappings: [file] });
  closers.push(() => city.close());
  return city;
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  for (let n = 0; n < 600; n++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(50);
  }
  throw new Error(`it did not come: ${what}`);
}

const connectionOf = (city: TestCity): Connection | undefined => city.ingest.reports()[0]?.health.connection;
const becomes = (city: TestCity, state: Connection['state'], detail = /(?:)/): Promise<Connection> =>
  until(
    () => {
      const connection = connectionOf(city);
      return connection?.state === state && detail.test(connection.detail ?? '') ? connection : undefined;
    },
    `${state} ${detail.source}; it is ${JSON.stringify(connectionOf(city))}`,
  );

const line = (pump: string, second: number, flow: number): string =>
  JSON.stringify({ pump, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(), flow });

async function instancesOf(city: TestCity, pump: string): Promise<number> {
  const time = { timerel: 'between', timeAt: Date.UTC(2025, 0, 1), endTimeAt: Date.UTC(2027, 0, 1) } as const;
  const { entities } = await city.broker.history(
    systemPrincipal,
    0,
    [`urn:ngsi-ld:Pump:${pump}`],
    { time, timeproperty: 'observedAt' },
    { limit: 50_000 },
  );
  return entities[0]?.attrs.find(({ name }) => name.endsWith('flow'))?.instances.length ?? 0;
}

test('values of a broker that is there already arrive, published in 3.1.1 and in 5', { skip }, async () => {
  const there = await broker();
  const city = await cityWith({ url: `mqtt://127.0.0.1:${there.port}` });
  await becomes(city, 'reachable');
  assert.match(there.log(), /chorsu-[\w-]+-plant \(p5, c0/);
  await publishLines(there, 'mqttv311', 'plant/a/x', [line('old', 1, 10)]);
  await publishLines(there, 'mqttv5', 'plant/b', [line('new', 1, 20), 'rubbish', line('new', 2, 21)]);
  await until(async () => ((await instancesOf(city, 'new')) === 2 ? true : undefined), 'two values');
  assert.equal(await instancesOf(city, 'old'), 1);
  const [{ health } = { health: undefined }] = city.ingest.reports();
  assert.equal(health?.rejectedBy['payload'], 1);
  assert.match(city.metrics.text(), /chorsu_feed_messages_total\{source="plant"\} 4/);
});

test('while we are away the broker keeps what comes, and nothing of it is lost or taken twice', { skip }, async () => {
  const there = await broker();
  const url = `mqtt://127.0.0.1:${there.port}`;
  const first = await cityWith({ url, clientId: 'same' });
  await becomes(first, 'reachable');
  await publishLines(there, 'mqttv5', 'plant/a', [line('p', 1, 1)]);
  await until(async () => ((await instancesOf(first, 'p')) === 1 ? true : undefined), 'the first value');
  await first.close();
  closers.splice(closers.length - 1);
  const lines = Array.from({ length: 500 }, (_, n) => line('p', n + 2, n));
  await publishLines(there, 'mqttv5', 'plant/a', lines);
  const second = await cityWith({ url, clientId: 'same' });
  await until(async () => ((await instancesOf(second, 'p')) === 500 ? true : undefined), '500 values');
});

test(
  'a broker that goes away and comes back: since when, when it is tried again, and then all is well',
  { skip },
  async () => {
    const there = await broker();
    const city = await cityWith({ url: `mqtt://127.0.0.1:${there.port}` });
    await becomes(city, 'reachable');
    await there.stop('SIGKILL');
    const away = await becomes(city, 'unreachable');
    const later = await becomes(city, 'unreachable', /refuses the connection: nobody listens/);
    assert.equal(later.since, away.since);
    assert.ok(Date.parse(later.nextTryAt ?? '') > Date.parse(later.since));
    await there.start();
    await becomes(city, 'reachable');
    await publishLines(there, 'mqttv5', 'plant/a', [line('p', 1, 1)]);
    await until(async () => ((await instancesOf(city, 'p')) === 1 ? true : undefined), 'the value after it came back');
  },
);

test('a wrong password is said, and a right one lets us in when it is put into the file', { skip }, async () => {
  const directory = await folder();
  const passwords = join(directory, 'passwords');
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'city', 'right'], { stdio: 'ignore' });
  const there = await broker(['allow_anonymous false', `password_file ${passwords}`]);
  const secret = join(directory, 'secret');
  await writeFile(secret, 'wrong\n');
  const city = await cityWith({ url: `mqtt://127.0.0.1:${there.port}`, username: 'city', passwordFile: secret });
  const refused = await becomes(city, 'unreachable', /./);
  assert.match(refused.detail ?? '', /does not (allow this client in|accept the user name or password)/);
  assert.doesNotMatch(JSON.stringify(city.ingest.reports()), /wrong|right/);
  await writeFile(secret, 'right\n');
  await becomes(city, 'reachable');
});

test('TLS: an authority that is not known is refused, a city’s own is accepted', { skip }, async () => {
  const directory = await folder();
  const { ca, certificate, key } = makeCertificates(directory);
  const there = await broker(['allow_anonymous true', `certfile ${certificate}`, `keyfile ${key}`]);
  const url = `mqtts://127.0.0.1:${there.port}`;
  const doubting = await cityWith({ url });
  await becomes(doubting, 'unreachable', /the certificate is not accepted/);
  const trusting = await cityWith({ url, caFile: ca, clientId: 'trusting' });
  await becomes(trusting, 'reachable');
  const missing = await cityWith({ url, caFile: join(directory, 'none.pem'), clientId: 'missing' });
  await becomes(missing, 'unreachable', /none\.pem cannot be read \(ENOENT\)/);
});

test('shared subscriptions divide the messages among those that share', { skip }, async () => {
  const there = await broker();
  const url = `mqtt://127.0.0.1:${there.port}`;
  const city = await cityWith({ url, share: 'g', clientId: 'one' }, { url, share: 'g', clientId: 'two' });
  await until(
    () => (there.log().match(/\$share\/g\/plant\/\+\/#/g) ?? []).length >= 2 || undefined,
    'two subscriptions',
  );
  await becomes(city, 'reachable');
  const lines = Array.from({ length: 40 }, (_, n) => line('p', n, n));
  await publishLines(there, 'mqttv5', 'plant/a', lines);
  await until(async () => ((await instancesOf(city, 'p')) === 40 ? true : undefined), '40 values');
  await sleep(200);
  assert.match(city.metrics.text(), /chorsu_feed_messages_total\{source="plant"\} 40/);
});

test('two that use the same client id are told what happens', { skip }, async () => {
  const there = await broker();
  const url = `mqtt://127.0.0.1:${there.port}`;
  const city = await cityWith({ url, clientId: 'same' });
  await becomes(city, 'reachable');
  const other = mqtt.connect(url, { clientId: 'same', protocolVersion: 5, reconnectPeriod: 0 });
  await becomes(city, 'unreachable', /another client with the (same client )?id/);
  await other.endAsync(true);
});

test('what the store cannot take is not acknowledged and comes again', { skip }, async () => {
  const there = await broker();
  const city = await cityWith({ url: `mqtt://127.0.0.1:${there.port}` });
  await becomes(city, 'reachable');
  const { writer } = city.store;
  const commit = writer.commit;
  let tries = 0;
  Object.assign(writer, {
    commit: () => {
      tries++;
      return Promise.reject(new Problem('conflict', 'not now'));
    },
  });
  await publishLines(there, 'mqttv5', 'plant/a', [line('p', 1, 1)]);
  await becomes(city, 'unreachable', /could not be stored/);
  assert.ok(tries > 0);
  Object.assign(writer, { commit });
  await until(async () => ((await instancesOf(city, 'p')) === 1 ? true : undefined), 'the value that came again');
});

test('a broker that knows no MQTT 5 is spoken to in 3.1.1', async () => {
  // The broker inside another city is one: it refuses version 5 with a sentence.
  const old = await openTestCity({ mqttPort: 0 });
  closers.push(() => old.close());
  const city = await cityWith({ url: `mqtt://127.0.0.1:${old.mqttPort}` });
  await becomes(city, 'reachable');
  const sender = await mqtt.connectAsync(`mqtt://127.0.0.1:${old.mqttPort}`, { protocolVersion: 4 });
  await sender.publishAsync('plant/a', line('p', 1, 1), { qos: 1 });
  await sender.endAsync();
  await until(async () => ((await instancesOf(city, 'p')) === 1 ? true : undefined), 'the value');
});

test('the MQTT side of a SensorThings service is a broker like any other', { skip }, async () => {
  const there = await broker();
  const file = join(await folder(), 'feeds.json');
  const { sources } = mappingOf();
  const mapping = {
    source: 'plant',
    topic: 'v1.1/{stream}/Observations',
    entity: { id: 'urn:ngsi-ld:FloodMonitoring:{stream}', type: 'FloodMonitoring' },
    time: { path: 'phenomenonTime' },
    attributes: { currentLevel: { path: 'result', unitCode: 'MTR', required: true } },
  };
  const feeds = [{ kind: 'mqtt', source: 'plant', url: `mqtt://127.0.0.1:${there.port}` }];
  await writeFile(file, JSON.stringify({ sources, mappings: [mapping], feeds }));
  const city = await openTestCity({ mappings: [file] });
  closers.push(() => city.close());
  await becomes(city, 'reachable');
  // As the service publishes it: an Observation as it was made.
  const observation = { '@iot.id': 5, phenomenonTime: '2026-01-01T00:00:00.000Z', resultTime: null, result: 1.25 };
  await publishLines(there, 'mqttv5', 'v1.1/Datastreams(1)/Observations', [JSON.stringify(observation)]);
  const level = await until(async () => {
    const answer = await city.fetch('/entities/urn:ngsi-ld:FloodMonitoring:Datastreams(1)?options=keyValues');
    return answer.status === 200 ? ((await answer.json()) as { currentLevel: number }).currentLevel : undefined;
  }, 'the level');
  assert.equal(level, 1.25);
});

test('every fault of the declaration is named with its place', () => {
  const faultsOf = (feed: object): string => {
    try {
      parseMappingFile(Buffer.from(JSON.stringify(mappingOf(feed))), 'feeds.json', [], feedKinds);
      return '';
    } catch (error) {
      assert.ok(error instanceof Problem);
      return error.message;
    }
  };
  assert.equal(faultsOf({ url: 'mqtt://broker' }), '');
  const faults = faultsOf({ url: 'http://broker', password: 'secret', receiveMax: 0, share: 'a/b', other: 1 });
  assert.match(faults, /url: found "http:\/\/broker", wanted a URL that begins with mqtt:\/\/ or mqtts:/);
  assert.match(faults, /password: found a secret, wanted passwordFile or passwordEnv/);
  assert.match(faults, /receiveMax: found 0, wanted a whole number from 1 to 65535/);
  assert.match(faults, /share: found "a\/b"/);
  assert.match(faults, /other: found an unknown field/);
  assert.doesNotMatch(faults, /found "secret"/);
  const inUrl = faultsOf({ url: 'mqtt://me:pass@broker' });
  assert.match(inUrl, /username and passwordFile/);
  assert.doesNotMatch(inUrl, /pass@/);
});
