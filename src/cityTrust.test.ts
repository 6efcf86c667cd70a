/** A whole city that asks for accounts: keys, devices and sessions at every door, under the policies that come with it. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, suite, test } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import { openTestCity, type TestCity } from '../test/fixtures/testCity.ts';

const by = { id: 'system' };
let city: TestCity;
before(async () => {
  city = await openTestCity({ auth: 'on', mqttPort: 0, publicUrl: 'https://city.example' });
});
after(() => city.close());

const entity = (id: string) => ({
  method: 'POST',
  body: JSON.stringify({
    id: `urn:ngsi-ld:ParkingSpot:${id}`,
    type: 'ParkingSpot',
    status: { type: 'Property', value: 'free' },
  }),
});
const json = { 'content-type': 'application/json' };

function key(
  name: string,
  role: 'developer' | 'dispatcher' | 'administrator' | 'utility-engineer',
  scope: readonly string[],
): Record<string, string> {
  const { accounts, keys } = city.identity;
  const { id } = accounts.add({ name, kind: 'service', roles: [role] }, by);
  const { secret } = keys.add({ account: id, label: name, scope: scope as ['readEntities'] }, by);
  return { authorization: `Bearer ${secret}` };
}

suite('a city with accounts', () => {
  test('is open where the policy opens it, and says how to prove oneself elsewhere', async () => {
    assert.equal((await city.fetch('/entities?type=ParkingSpot')).status, 200);
    const refused = await city.fetch('/entities', { ...entity('1'), headers: json });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer realm="chorsu"');
    const people = await fetch(`${city.url}/people`);
    assert.equal(people.status, 401);
    assert.equal((await fetch(`${city.url}/people`, { headers: { authorization: 'Bearer x' } })).status, 401);
  });

  test('a key does what both its scope and the roles of its account allow, until it is revoked', async () => {
    const reads = key('reads', 'administrator', ['readEntities']);
    const measures = key('measures', 'administrator', ['readMetrics']);
    const metrics = (headers: Record<string, string>) => fetch(`${city.url}/metrics`, { headers });
    assert.equal((await metrics(measures)).status, 200);
    assert.equal((await metrics(reads)).status, 403);
    const kept = async (headers: Record<string, string>): Promise<string | null> =>
      (await city.fetch('/types', { headers })).headers.get('cache-control');
    assert.equal(await kept(reads), 'no-store', 'nobody else is shown what this key may see');
    assert.equal(await kept({}), null);
    assert.equal((await metrics(key('cannot', 'dispatcher', ['readMetrics']))).status, 403);
    const { keys } = city.identity;
    keys.revoke(keys.list().find(({ label }) => label === 'measures')?.id ?? '', by);
    assert.equal((await metrics(measures)).status, 401);
  });

  test('a session changes nothing through the API when another site asks, and what it may when a page of ours does', async () => {
    const { accounts, sessions } = city.identity;
    const account = accounts.add({ name: 'nigora', roles: ['administrator'] }, by);
    const { secret } = sessions.open(account, 'Firefox');
    const headers = { ...json, cookie: `__Host-session=${secret}` };
    const body = JSON.stringify({ '@context': { status: 'https://example.org/status' } });
    const post = async (extra: Record<string, string>): Promise<number> =>
      (await city.fetch('/jsonldContexts', { method: 'POST', body, headers: { ...headers, ...extra } })).status;
    assert.equal(await post({}), 403);
    assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await post({ 'sec-fetch-site': 'same-site' }), 403);
    assert.equal(await post({ origin: 'https://evil.example' }), 403);
    assert.equal(await post({ 'sec-fetch-site': 'same-origin' }), 201);
    const csrf = city.identity.authenticate(headers).session?.csrf ?? '';
    assert.equal(await post({ 'x-csrf-token': csrf }), 201);
    assert.equal(await post({ 'x-csrf-token': `${csrf}x` }), 403);
  });

  test('is reached under its public name and those of this machine only', async () => {
    const status = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asking = request(`${city.url}/healthz`, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asking.on('error', reject);
        asking.end();
      });
    assert.equal(await status('city.example'), 200);
    assert.equal(await status('City.Example'), 200);
    assert.equal(await status('evil.example'), 403);
    assert.equal(await status('city.example:81'), 403);
  });

  test('every change of rights stands in the log, with ids and without names', async () => {
    const { accounts, notes } = city.identity;
    const { id } = accounts.add({ name: 'farrukh.secret', displayName: 'Farrukh S.', roles: ['auditor'] }, by);
    accounts.change(id, { disabled: true }, by);
    await notes.flush();
    const rows = await city.store.rows.all(
      'SELECT record FROM log_version WHERE type = ? AND id = ? ORDER BY version',
      ['account', id],
    );
    assert.deepEqual(
      rows.map(({ record }) => (JSON.parse(String(record)) as { disabled: boolean }).disabled),
      [false, true],
    );
    const all = await city.store.rows.all('SELECT record FROM log_version');
    assert.doesNotMatch(JSON.stringify(all), /farrukh/i);
  });
});

suite('MQTT', () => {
  const clients: MqttClient[] = [];
  const connect = async (username?: string, password?: string): Promise<MqttClient> => {
    const made = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
      protocolVersion: 4,
      reconnectPeriod: 0,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
    made.on('error', () => {});
    clients.push(made);
    return made;
  };
  const closed = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));
  after(async () => {
    for (const client of clients) await client.endAsync(true);
  });

  test('nobody connects without credentials, or with wrong ones', async () => {
    const { device, secret } = city.identity.devices.add({ label: 'wrong', topics: 'air/{id}' }, by);
    const code = (code: number) => (error: Error & { code?: unknown }) => error.code === code;
    await assert.rejects(connect(), code(4));
    await assert.rejects(connect(device.id, `${secret}x`), code(4));
    await assert.rejects(connect(device.id, ''), code(4));
    await assert.rejects(connect('nobody', secret), code(4));
    assert.match(city.metrics.text(), /chorsu_mqtt_refused_total\{reason="credentials"\} 4/);
  });

  test('a device publishes to its own topics, hears its commands, and neither snoops nor speaks for others', async () => {
    const { device, secret } = city.identity.devices.add({ label: 'kiosk', topics: 'air/{id}' }, by);
    const client = await connect(device.id, secret);
    await client.publishAsync(`air/${device.id}/up`, '{}', { qos: 1 });
    const granted = async (topic: string): Promise<number | undefined> => {
      const [grant] = await client.subscribeAsync(topic, { qos: 1 }).catch((error: Error) => {
        assert.match(error.message, /Unspecified error|Subscribe error/);
        return [{ qos: 128 }];
      });
      return grant?.qos;
    };
    assert.equal(await granted(`air/${device.id}/commands`), 1);
    for (const topic of ['#', '+/#', 'air/#', 'air/other/commands', '$SYS/#'])
      assert.equal(await granted(topic), 128, topic);
    const gone = closed(client);
    client.publish('air/other/up', '{}', { qos: 1 });
    await gone;
  });

  test('a device that is revoked is out at once, although it is connected', async () => {
    const { device, secret } = city.identity.devices.add({ label: 'lost', topics: 'air/{id}' }, by);
    const client = await connect(device.id, secret);
    await client.publishAsync(`air/${device.id}/up`, '{}', { qos: 1 });
    city.identity.devices.revoke(device.id, by);
    const gone = closed(client);
    client.publish(`air/${device.id}/up`, '{}', { qos: 1 });
    await gone;
    await assert.rejects(connect(device.id, secret));
  });
});
