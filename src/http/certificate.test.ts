import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { createApp, listen, openCertificate, type CertificateFiles } from './index.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl to make certificates';
let directory: string;
const pair = (name: string): CertificateFiles => ({
  certificate: join(directory, `${name}.pem`),
  key: join(directory, `${name}.key`),
});
const made = (name: string): CertificateFiles => {
  const { certificate, key } = pair(name);
  const subject = ['-subj', `/CN=${name}`, '-days', '30', '-nodes'];
  const form = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...form, ...subject], { stdio: 'ignore' });
  return { certificate, key };
};
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-tls-'));
  if (skip !== false) return;
  made('one');
  made('two');
});
after(() => rm(directory, { recursive: true }));
const deps = () => ({ log: silentLog, metrics: createMetrics(), clock: systemClock });

test('a pair that does not fit, has ended or cannot be read is refused with its file', { skip }, async () => {
  const refusal = async (files: CertificateFiles, clock = systemClock): Promise<string> => {
    const problem: unknown = await openCertificate(files, { ...deps(), clock }).then(
      ({ close }) => close(),
      (error: unknown) => error,
    );
    assert.ok(problem instanceof Problem);
    return problem.message.replaceAll(`${directory}/`, '');
  };
  const [one, two] = [pair('one'), pair('two')];
  assert.equal(await refusal({ ...one, key: two.key }), 'two.key is not the key of one.pem');
  assert.equal(
    await refusal({ ...one, key: one.certificate }),
    'one.pem holds no private key in PEM form that can be used without a password',
  );
  assert.equal(await refusal({ ...one, certificate: one.key }), 'one.key holds no certificate in PEM form');
  assert.equal(await refusal({ ...one, certificate: join(directory, 'none') }), 'cannot read none: ENOENT');
  const later = { ...systemClock, now: () => systemClock.now() + 60 * 86_400_000 };
  assert.match(await refusal(one, later), /^the certificate one\.pem ended at 20/);
});

test(
  'TLS is spoken, with HSTS, and nothing else; a renewed certificate serves new connections',
  { skip },
  async (t) => {
    const files = pair('served');
    await cp(pair('one').certificate, files.certificate);
    await cp(pair('one').key, files.key);
    const certificate = await openCertificate(files, deps());
    t.after(() => certificate.close());
    const metrics = createMetrics();
    const app = createApp({ modules: [], log: silentLog, metrics, isReady: () => true });
    const server = await listen({
      app,
      modules: [],
      settings: { host: '127.0.0.1', port: 0 },
      loopbackOnly: true,
      certificate,
      log: silentLog,
      metrics,
    });
    t.after(() => server.close());
    assert.match(server.url, /^https:/);
    const ask = (): Promise<{ name: string | undefined; hsts: string | undefined }> =>
      new Promise((resolve, reject) => {
        const asking = request(`${server.url}/healthz`, { rejectUnauthorized: false, agent: false }, (answer) => {
          const { subject } = (answer.socket as TLSSocket).getPeerCertificate();
          resolve({ name: String(subject.CN), hsts: answer.headers['strict-transport-security'] });
          answer.resume();
        });
        asking.on('error', reject);
        asking.end();
      });
    assert.deepEqual(await ask(), { name: 'one', hsts: 'max-age=31536000; includeSubDomains' });
    await assert.rejects(fetch(`${server.url.replace('https', 'http')}/healthz`));
    const old = connect({ port: server.port, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      old.on('error', () => resolve());
      old.on('secureConnect', () => reject(new Error('TLS 1.1 was spoken')));
    });
    assert.equal(await certificate.look(), false);
    await writeFile(files.certificate, await readFile(pair('two').certificate));
    assert.equal(await certificate.look(), false, 'half of a renewal');
    assert.equal((await ask()).name, 'one');
    await writeFile(files.key, await readFile(pair('two').key));
    assert.equal(await certificate.look(), true);
    assert.equal((await ask()).name, 'two');
  },
);

test('a connection without TLS that says nothing of it is closed', { skip }, async (t) => {
  const certificate = await openCertificate(pair('one'), deps());
  t.after(() => certificate.close());
  const metrics = createMetrics();
  const app = createApp({ modules: [], log: silentLog, metrics, isReady: () => true });
  const door = { settings: { host: '127.0.0.1', port: 0 }, loopbackOnly: true, certificate };
  const server = await listen({ app, modules: [], ...door, log: silentLog, metrics });
  t.after(() => server.close());
  const socket = connectTcp(server.port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  assert.doesNotMatch(heard, /ok/);
});
