import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { openCertificate, type Certificate, type CertificateFiles } from '../http/index.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { openListeners } from './mqtt-ports.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl to make certificates';
const system = { id: 'system' };
let directory: string;
let tls: CertificateFiles;
let city: TestCity;
const pair = (name: string): CertificateFiles => ({
  certificate: join(directory, `${name}.pem`),
  key: join(directory, `${name}.key`),
});
const made = (name: string): CertificateFiles => {
  const { certificate, key } = pair(name);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '30', '-nodes'];
  const form = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...form, ...subject], { stdio: 'ignore' });
  return { certificate, key };
};
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-mqtts-'));
  if (skip !== false) return;
  tls = made('city');
  city = await openTestCity({ auth: 'on', publicUrl: 'https://city.example', mqttPort: 0, mqttsPort: 0, tls });
});
after(async () => {
  if (skip === false) await city.close();
  await rm(directory, { recursive: true });
});

async function connected(
  url: string,
  { username, password, files = tls }: { username?: string; password?: string; files?: CertificateFiles } = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, {
    ca: await readFile(files.certificate),
    reconnectPeriod: 0,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  });
  client.on('error', () => {});
  return client;
}
const device = (): { username: string; password: string } => {
  const { device: added, secret } = city.identity.devices.add({ label: 'kiosk', topics: 'air/{id}' }, system);
  return { username: added.id, password: secret };
};
const refusedBy = (reason: string): number => city.metrics.counter('chorsu_mqtt_refused_total', '').value({ reason });

test(
  'a device with its password is let in over TLS, by the certificate of the pages, and one with another is not',
  { skip },
  async () => {
    const url = `mqtts://127.0.0.1:${city.mqttsPort}`;
    const { username, password } = device();
    const secure = await connected(url, { username, password });
    const plain = await connected(`mqtt://127.0.0.1:${city.mqttPort}`, { username, password });
    for (const client of [secure, plain]) {
      await client.publishAsync(`air/${username}/up`, '{"pm25": 12}', { qos: 1 });
      await client.endAsync(true);
    }
    await assert.rejects(connected(url, { username, password: `${password}x` }), /Bad username or password/);
    await assert.rejects(connected(url), /Bad username or password/);
    await assert.rejects(connected(url, { username, password, files: made('other') }), /certificate/);
  },
);

test(
  'whoever speaks plain MQTT or nonsense on the TLS port is cut off and counted, and the port stands',
  { skip },
  async () => {
    const connectPacket = Buffer.from('101000044d5154540402003c0004737079', 'hex');
    for (const bytes of [connectPacket, Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(70_000, 0x16)]) {
      const before = refusedBy('tls');
      const socket = connectTcp(city.mqttsPort ?? 0, '127.0.0.1');
      socket.on('error', () => {});
      const came: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => came.push(chunk));
      const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
      socket.write(bytes);
      assert.equal(await Promise.race([closed.then(() => 'closed'), wait(5_000, 'open', { ref: false })]), 'closed');
      assert.notEqual(Buffer.concat(came)[0], 0x20, 'no CONNACK without TLS');
      assert.ok(refusedBy('tls') > before);
    }
    const { username, password } = device();
    await (await connected(`mqtts://127.0.0.1:${city.mqttsPort}`, { username, password })).endAsync(true);
  },
);

test('the plain port can stay closed, and nothing is lost by it', { skip }, async () => {
  const secureOnly = await openTestCity({ mqttsPort: 0, tls });
  try {
    assert.equal(secureOnly.mqttPort, undefined);
    const client = await connected(`mqtts://127.0.0.1:${secureOnly.mqttsPort}`);
    await client.publishAsync('a/b', '1', { qos: 1 });
    await client.endAsync(true);
  } finally {
    await secureOnly.close();
  }
});

/** Only the ports, without a broker behind them. */
async function opened(
  certificate: Certificate,
  { connectionsMax = 10, handshakeMs = 10_000 } = {},
): Promise<{ port: number; refusals: string[]; close(): Promise<void> }> {
  const refusals: string[] = [];
  const options = {
    host: '127.0.0.1',
    port: 'off',
    tls: { port: 0, certificate },
    connectionsMax,
    handshakeMs,
  } as const;
  const listeners = openListeners(
    options,
    (socket) => void socket.on('error', () => {}).resume(),
    (reason) => void refusals.push(reason),
  );
  const { tlsPort = 0 } = await listeners.open();
  return {
    port: tlsPort,
    refusals,
    close: async () => {
      const closed = listeners.close();
      for (const socket of listeners.sockets) socket.destroy();
      await closed;
    },
  };
}
const deps = () => ({ log: silentLog, metrics: createMetrics(), clock: systemClock });

test(
  'a handshake that does not end is cut off, and no more are under way than there may be connections',
  { skip },
  async (t) => {
    const certificate = await openCertificate(tls, deps());
    t.after(() => certificate.close());
    const { port, refusals, close } = await opened(certificate, { connectionsMax: 2, handshakeMs: 300 });
    t.after(close);
    const began = performance.now();
    const silent = [1, 2, 3].map(() =>
      connectTcp(port, '127.0.0.1')
        .on('error', () => {})
        .resume(),
    );
    await Promise.all(silent.map((socket) => new Promise((resolve) => void socket.once('close', resolve))));
    assert.ok(performance.now() - began < 5_000);
    assert.deepEqual(refusals, ['connections', 'tls', 'tls']);
  },
);

test('a renewed certificate is shown to whoever connects from then on', { skip }, async (t) => {
  const files = pair('served');
  const copy = async (from: CertificateFiles): Promise<void> => {
    await cp(from.certificate, files.certificate);
    await cp(from.key, files.key);
  };
  await copy(tls);
  const renewed = made('renewed');
  const certificate = await openCertificate(files, deps());
  t.after(() => certificate.close());
  const { port, close } = await opened(certificate);
  t.after(close);
  const shown = async (): Promise<unknown> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  assert.equal(await shown(), 'city');
  await copy(renewed);
  assert.equal(await certificate.look(), true);
  assert.equal(await shown(), 'renewed');
});
