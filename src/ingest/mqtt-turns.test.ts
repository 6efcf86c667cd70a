import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import mqtt from 'mqtt';
import { jsonLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { openTurns, SenderGone } from './mqtt-turns.ts';

/** 200 tokens in reserve and 20 a second. */
const factor = 0.01;
let city: TestCity;
before(async () => {
  city = await openTestCity({ auth: 'on', mqttPort: 0, rateFactor: factor });
});
after(() => city.close());

const connected = async (label: string) => {
  const { device, secret } = city.identity.devices.add({ label, topics: 'air/{id}' }, { id: 'system' });
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    username: device.id,
    password: secret,
    reconnectPeriod: 0,
  });
  return { id: device.id, client };
};
const waited = (by: string): number => city.metrics.counter('chorsu_mqtt_waited_total', '').value({ by });

test('a device that sends too often waits, loses nothing, and slows nobody else', async () => {
  const [often, seldom] = [await connected('often'), await connected('seldom')];
  const acknowledged: number[] = [];
  const began = performance.now();
  const all = Array.from({ length: 230 }, async (_, n) => {
    await often.client.publishAsync(`air/${often.id}/up`, `${n}`, { qos: 1 });
    acknowledged.push(n);
  });
  await seldom.client.publishAsync(`air/${seldom.id}/up`, '1', { qos: 1 });
  assert.ok(acknowledged.length < 230, 'the other one is answered while the first waits');
  await Promise.all(all);
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds > 1, `30 messages beyond the reserve at 20 a second, in ${seconds} s`);
  assert.deepEqual(
    acknowledged,
    acknowledged.toSorted((a, b) => a - b),
    'in their order',
  );
  assert.ok(waited('device') > 0);
  await Promise.all([often.client.endAsync(true), seldom.client.endAsync(true)]);
});

test('whoever guesses passwords waits for the answer, and not for ever', async () => {
  const guess = async (): Promise<void> => {
    const made = mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
      username: 'X',
      password: 'Y',
      reconnectPeriod: 0,
    });
    await assert.rejects(made, /Bad username or password/);
  };
  await guess();
  const began = performance.now();
  await guess();
  const ms = performance.now() - began;
  assert.ok(ms > 4_000 && ms < 9_000, `${ms} ms`);
  assert.equal(waited('address'), 1);
});

/** Over a clock that stands still: what is beyond the reserve waits until `pass`. */
function scene() {
  let at = 0;
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => void lines.push(line) });
  const turns = openTurns({ factor, metrics: createMetrics(), log, now: () => at });
  return { turns, lines, pass: (ms: number) => void (at += ms) };
}

test('who has gone does not wait on, and its messages are not taken', async () => {
  const { turns, pass } = scene();
  const connection = { closed: false };
  for (let n = 0; n < 200; n++) assert.equal(turns.ofDevice(connection, 'd', 10), undefined);
  const late = turns.ofDevice(connection, 'd', 10);
  const later = turns.ofDevice(connection, 'd', 10);
  await new Promise((resolve) => void setImmediate(resolve));
  connection.closed = true;
  await assert.rejects(late ?? Promise.resolve(), SenderGone);
  await assert.rejects(later ?? Promise.resolve(), SenderGone);
  pass(60_000);
  assert.equal(turns.ofDevice({ closed: false }, 'd', 10), undefined);
});

test('a message of many kilobytes costs as many small ones, and the largest is taken all the same', async () => {
  const { turns, pass } = scene();
  const connection = { closed: false };
  assert.equal(turns.ofDevice(connection, 'd', 100 * 1024), undefined);
  for (let n = 0; n < 100; n++) assert.equal(turns.ofDevice(connection, 'd', 1), undefined);
  const largest = turns.ofDevice(connection, 'd', 1_000_000);
  assert.ok(largest, 'the reserve is used up');
  pass(10_000);
  await largest;
});

test('a device is told of once', () => {
  const { turns, lines } = scene();
  for (let n = 0; n < 300; n++) turns.ofDevice({ closed: false }, 'd', 10)?.catch(() => {});
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /sends too often.*"device":"d"/);
});
