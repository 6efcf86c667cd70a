/** A city that is killed and started again, and a gateway with all its valves, which hears and remembers what each was told. */
import type { spawn as Spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { within } from '../../base/timers.ts';
import type { Command } from './schema.ts';
import { valveMapping } from './valves.fixture.ts';

/** One process. */
export type Scene = {
  /** ISO 8601: what the city's clock says when it begins; absent: the truth. */
  readonly at?: string;
  /** Absent: what was left is settled, in peace. */
  readonly ask?: {
    /** Of the valve, the schedule and its valve, or the group of the valves NAME-a, NAME-b and NAME-c. */
    readonly name: string;
    readonly kind: 'command' | 'schedule' | 'group';
    /** Where it is killed: `before` or `after` a step is recorded, `as it leaves`, `before its hour`. */
    readonly place: string;
    readonly expires?: string;
    /** As in a schedule. */
    readonly switchings?: readonly { readonly at: string; readonly value: number }[];
  };
};

export type Ran = { readonly killed: boolean; readonly commands: readonly Command[] };

const child = fileURLToPath(new URL('killed.child.ts', import.meta.url));

/** @param spawn of `node:child_process`, which only tests import */
export function killedCity(spawn: typeof Spawn) {
  const root = mkdtempSync(join(tmpdir(), 'chorsu-control-killed-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  const mapping = join(root, 'valves.json');
  // The city's clock is not the gateway's: what it tells holds when it is heard.
  const mappings = valveMapping.mappings.map(({ time: _time, ...rest }) => rest);
  writeFileSync(mapping, JSON.stringify({ ...valveMapping, mappings }));
  /** What each valve was told, over all processes, and where it stands. */
  const heard = new Map<string, string[]>();
  const stands = new Map<string, number>();

  /** It does what it is told, and tells where its valves stand whenever it has connected. */
  const gateway = async (port: number, listens: boolean): Promise<MqttClient> => {
    const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
    device.on('error', () => {});
    const tell = (valve: string): void => {
      if (!device.connected) return;
      device.publish(`water/${valve}/state`, JSON.stringify({ position: stands.get(valve) }), { qos: 1 }, () => {});
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
  };

  return {
    /** Ids of the commands that a valve has been told. */
    heard: (valve: string): readonly string[] => heard.get(valve) ?? [],
    stands,
    /** One process, from its start to its end. @param listens the gateway hears commands; else it only tells */
    async run(scene: Scene = {}, { listens = true } = {}): Promise<Ran> {
      const { name = '', kind } = scene.ask ?? {};
      const valves = kind === 'group' ? ['a', 'b', 'c'].map((one) => `${name}-${one}`) : name === '' ? [] : [name];
      for (const valve of valves) stands.set(valve, 100);
      const argument = JSON.stringify({ ...scene, data: join(root, 'city'), mapping });
      const running = spawn(process.execPath, [child, argument], {
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
    },
  };
}
