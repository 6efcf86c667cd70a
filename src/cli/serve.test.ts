import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { silentLog } from '../base/log.ts';
import type { Terminal } from './command.ts';
import { ask } from './control.ts';
import { runCommandLine } from './index.ts';
import { isLoopback, serveCommand, type Served } from './serve.ts';
import type { Settings } from '../platform.ts';

/** `serve` over a platform that only says that it runs. */
function scene(t: TestContext, environment: Record<string, string> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'chorsu-serve-'));
  t.after(() => rmSync(data, { recursive: true }));
  const signals = new EventEmitter();
  const opened = Promise.withResolvers<Settings>();
  const broken = Promise.withResolvers<Error>();
  const said = { out: '', err: '', stopped: 0 };
  const greeted = Promise.withResolvers<void>();
  const terminal: Terminal = {
    out: (text) => {
      said.out += text;
      greeted.resolve();
    },
    err: (text) => {
      said.err += text;
    },
    interactive: false,
    environment,
    now: () => 0,
  };
  const serve = serveCommand<Served>({
    open: async (settings) => {
      opened.resolve(settings);
      return {
        url: `http://${settings.host}:${settings.port}`,
        mqttPort: settings.mqttPort,
        mqttsPort: settings.mqttsPort,
        publicUrl: settings.publicUrl,
        needsAdministrator: settings.auth === 'on',
        city: { name: { en: 'Namuna' }, simulated: settings.demo },
        broken: broken.promise,
        stop: async () => {
          said.stopped++;
        },
      };
    },
    deeds: () => ({ hello: async () => 'here' }),
    log: () => silentLog,
    signals,
    exitNow: (code) => assert.fail(`ended with ${code}`),
  });
  const run = (line: string) =>
    runCommandLine([serve], '1.2.3', ['serve', '--data', data, ...line.split(' ')], terminal);
  return { run, said, signals, broken, opened: opened.promise, greeted: greeted.promise, data, terminal, serve };
}

test('serves until SIGTERM, then stops the platform and exits with 0', async (t) => {
  const { run, said, signals, opened, greeted, data } = scene(t, { CHORSU_MQTT_PORT: 'off' });
  const code = run('--port 9000 --demo --mapping a.json --mapping b.json');
  const settings = await opened;
  assert.deepEqual(
    { ...settings, data: '' },
    {
      host: '127.0.0.1',
      port: 9000,
      mqttHost: '127.0.0.1',
      data: '',
      demo: true,
      contextDownloads: { allowed: true, hosts: [] },
      allowEndpoint: [],
      witnesses: [],
      historyMemoryMb: 512,
      temporalPage: 20_000,
      mappings: ['a.json', 'b.json'],
    },
  );
  await greeted;
  assert.match(said.out, /^Namuna \(an invented city, everything simulated\): http:\/\/127\.0\.0\.1:9000\n/);
  assert.deepEqual(await ask(data, { do: 'hello' }, () => {}), { result: 'here' });
  signals.emit('SIGTERM', 'SIGTERM');
  assert.equal(await code, 0);
  assert.equal(said.stopped, 1);
  assert.equal(await ask(data, { do: 'hello' }, () => {}), undefined);
});

test('a city that asks for accounts says where it is reached, and how the first administrator is made', async (t) => {
  const { run, said, signals, opened, greeted, data } = scene(t);
  const code = run('--host 0.0.0.0 --public-url https://City.example/ --mqtt-port off');
  const { auth, publicUrl } = await opened;
  assert.deepEqual({ auth, publicUrl }, { auth: 'on', publicUrl: 'https://city.example' });
  await greeted;
  assert.match(said.out, /: https:\/\/city\.example\nIt listens at http:\/\/0\.0\.0\.0:8080\n/);
  assert.ok(said.out.includes(`chorsu user add NAME --role administrator --data ${data}\n`));
  signals.emit('SIGTERM', 'SIGTERM');
  assert.equal(await code, 0);
});

test('with MQTT over TLS the plain port is open only where it is asked for', async (t) => {
  const tls = '--tls-cert c.pem --tls-key k.pem --mqtts-port 8883';
  for (const [line, mqttPort] of [
    [tls, undefined],
    [`${tls} --mqtt-port off`, undefined],
    [`${tls} --mqtt-port 1884`, 1884],
  ] as const) {
    const { run, said, signals, opened, greeted } = scene(t);
    const code = run(line);
    const settings = await opened;
    assert.deepEqual([settings.mqttPort, settings.mqttsPort], [mqttPort, 8883], line);
    await greeted;
    assert.match(said.out, /^MQTT over TLS: port 8883$/m);
    signals.emit('SIGTERM', 'SIGTERM');
    assert.equal(await code, 0);
  }
});

test('a platform that cannot go on ends the process with 1 and the reason', async (t) => {
  const { run, said, broken, greeted } = scene(t);
  const code = run('--demo');
  await greeted;
  broken.resolve(new Error('the disk is full'));
  assert.equal(await code, 1);
  assert.match(said.err, /the disk is full/);
});

for (const [line, complaint] of [
  ['--auth off --host 0.0.0.0', /--host 0\.0\.0\.0 would serve others without accounts/],
  ['--auth off --mqtt-host 192.168.1.4', /--mqtt-host 192\.168\.1\.4 would serve others/],
  ['--host ::', /--host :: needs --public-url/],
  ['--host 0.0.0.0 --public-url http://city.example', /--public-url begins with https/],
  ['--auth on --public-url https://city.example/portal', /--public-url has no path/],
  ['--mqtts-port 8883', /--mqtts-port needs a certificate: --tls-cert and --tls-key/],
  ['--mqtts-port 1884 --mqtt-port 1884 --tls-cert c.pem --tls-key k.pem', /--mqtts-port 1884 wants a port of its own/],
  ['--demo --city here', /--demo and --city exclude each other/],
  ['--colour red', /there is no option --colour/],
] as const) {
  test(`serve ${line} is refused with 2 and a sentence`, async (t) => {
    const { run, said } = scene(t);
    assert.equal(await run(line), 2);
    assert.match(said.err, complaint);
    assert.match(said.err, /^chorsu serve: .*See chorsu serve --help\.\n$/s);
  });
}

test('loopback is 127.0.0.0/8, ::1 and localhost', () => {
  for (const address of ['127.0.0.1', '127.8.0.9', '::1', 'localhost'])
    assert.equal(isLoopback(address), true, address);
  for (const address of ['0.0.0.0', '::', '10.0.0.1', 'fe80::1']) assert.equal(isLoopback(address), false, address);
});

test('help, version, no command and an unknown one', async (t) => {
  const { said, serve, terminal } = scene(t);
  const run = (...given: string[]) => runCommandLine([serve], '1.2.3', given, terminal);
  assert.equal(await run('--help'), 0);
  assert.match(said.out, /serve {2}serves the city/);
  assert.equal(await run('--version'), 0);
  assert.match(said.out, /chorsu 1\.2\.3\n$/);
  assert.equal(await run('help', 'serve'), 0);
  assert.match(said.out, /CHORSU_HISTORY_MEMORY/);
  assert.equal(await run(), 2);
  assert.equal(await run('dance'), 2);
  assert.match(said.err, /there is no command "dance". The commands: serve\./);
});
