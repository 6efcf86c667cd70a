import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { within } from '../../base/timers.ts';
import { valveMapping } from './valves.fixture.ts';
import type { Command } from './schema.ts';

const child = fileURLToPath(new URL('killed.child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'chorsu-control-killed-'));
after(() => rmSync(root, { recursive: true, force: true }));
const mapping = join(root, 'valves.json');
writeFileSync(mapping, JSON.stringify(valveMapping));

/** What each valve was told, over all processes, and where it stands. */
const heard = new Map<string, string[]>();
const stands = new Map<string, number>();

/** All valves behind one gateway: it does what it is told, and tells where they stand whenever it has connected. */
async function gateway(port: number, listens: boolean): Promise<MqttClient> {
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  device.on('error', () => {});
  const tell = (valve: string): void => {
    if (!device.connected) return;
    const at = new Date().toISOString();
    device.publish(`water/${valve}/state`, JSON.stringify({ position: stands.get(valve), at }), { qos: 1 }, () => {});
  };
  device.on('message', (topic, payload) => {
    const valve = topic.split('/')[1] ?? '';
    const { id, position } = JSON.parse(payload.toString()) as { id: string; position: number };
    heard.set(valve, [...(heard.get(valve) ?? []), id]);
    stands.set(valve, position);
    setTimeout(() => tell(valve), 150);
  });
  for (const valve of stands.keys()) tell(valve);
  if (listens) await device.subscribeAsync('water/+/commands', { qos: 1 });
  return device;
}

type Ran = { readonly killed: boolean; readonly commands: readonly Command[] };

/** One process, from its start to its end. @param listens the gateway hears commands; else it only tells */
async function run(valve: string, place: string, { listens = true, expires = 'PT1M' } = {}): Promise<Ran> {
  if (valve !== '') stands.set(valve, 100);
  const running = spawn(process.execPath, [child, join(root, 'city'), mapping, valve, place, expires], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: root },
    timeout: 60_000,
  });
  const ended = new Promise((resolve) => running.once('close', (_code, by) => resolve(by)));
  let device: MqttClient | undefined;
  let commands: readonly Command[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    const told = JSON.parse(line) as { port?: number; commands?: readonly Command[] };
    // The process may be gone before the gateway has subscribed.
    if (told.port !== undefined) device = await within(5_000, gateway(told.port, listens)).catch(() => undefined);
    if (told.commands) commands = told.commands;
  }
  const killed = await ended;
  if (device) await within(1_000, device.endAsync(true));
  return { killed: killed === 'SIGKILL', commands };
}

const places = [
  'before request',
  'after request',
  'before send',
  'after send',
  'as it leaves',
  'before sent',
  'after sent',
  'before confirm',
  'after confirm',
];

test(
  'killed at each step between request and confirmation, a command is never sent twice',
  { timeout: 300_000 },
  async () => {
    for (const [n, place] of places.entries())
      assert.equal((await run(`valve${n}`, place)).killed, true, `killed ${place}`);
    const { killed, commands } = await run('', '');
    assert.equal(killed, false);
    for (const [n, place] of places.entries()) {
      const valve = `valve${n}`;
      const ids = heard.get(valve) ?? [];
      const found = commands.filter(({ point }) => point === valve);
      assert.ok(ids.length <= 1, `${place}: told ${ids.length} times`);
      if (place === 'before request') {
        assert.deepEqual([ids, found], [[], []], place);
        continue;
      }
      assert.equal(found.length, 1, place);
      const [{ state, id } = { state: '', id: '' }] = found;
      if (ids.length === 1) assert.deepEqual([ids[0], state], [id, 'confirmed'], place);
      // Written down, but it had not left. Nobody can know that, so it is not sent again; the valve says that it stands as before.
      else assert.deepEqual([state, place === 'after send' || place === 'as it leaves'], ['contradicted', true], place);
    }
    // Where nothing had been written down as leaving, it left after the restart; after that it had been told before.
    for (const place of [
      'after request',
      'before send',
      'before sent',
      'after sent',
      'before confirm',
      'after confirm',
    ])
      assert.equal(heard.get(`valve${places.indexOf(place)}`)?.length, 1, place);
    assert.equal(heard.get(`valve${places.indexOf('after send')}`), undefined);
  },
);

test(
  'one that has expired while nothing ran is never sent, though the valve is there',
  { timeout: 100_000 },
  async () => {
    assert.equal((await run('dry', 'after request', { listens: false, expires: 'PT1S' })).killed, true);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { commands } = await run('', '');
    assert.equal(commands.find(({ point }) => point === 'dry')?.state, 'expired');
    assert.equal(heard.get('dry'), undefined);
  },
);
