/**
 * Opens the city in a directory, settles what an earlier process left, tells how that stands, and asks for something: of a valve, by
 * a schedule, of a group. It kills itself at a place between the request and the confirmation.
 */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { systemPrincipal, type Principal } from '../../http/principal.ts';
import '../../tsx.ts';
import type { Scene } from './killed.fixture.ts';
import type { ControlGroup, Schedule } from './schema.ts';

const { data, mapping, at, ask } = JSON.parse(process.argv[2] ?? '') as Scene & { data: string; mapping: string };
const { name = '', place = '', expires = 'PT1M' } = ask ?? {};
const { openTestCity } = await import('../../../test/fixtures/testCity.ts');
const { commandDoor } = await import('./doors.ts');
const { openCommands } = await import('./commands.ts');
const { openGroups } = await import('./groups.ts');
const { openPoints } = await import('./points.ts');
const { openSchedules } = await import('./schedules.ts');
const { openSettings } = await import('./settings.ts');
const { parseGroup, parsePoint, parseSchedule } = await import('./parse.ts');
const { isOpen } = await import('./schema.ts');
const { controlStore } = await import('./store.ts');

let ahead = at === undefined ? 0 : Date.parse(at) - Date.now();
const clock: Clock = { now: () => Date.now() + ahead };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const city = await openTestCity(
  {
    data,
    city: fileURLToPath(new URL('../../city/namuna', import.meta.url)),
    housekeeping: false,
    mqttPort: 0,
    mappings: [mapping],
  },
  clock,
);
const store = controlStore(city.store.rows);
/** The points that are asked: of a group three, the second of which is the one that counts. */
const names = ask?.kind === 'group' ? ['a', 'b', 'c'].map((one) => `${name}-${one}`) : [name];
const counts = names[1] ?? name;
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};
const broker: typeof city.broker = {
  ...city.broker,
  async amend(who, tenant, ids, cause, decide) {
    const steps: unknown[] = [];
    let decided: ReturnType<typeof decide> | undefined;
    const look: typeof decide = (looked, now) => {
      decided = decide(looked, now);
      steps.length = 0;
      const rows = decided.rows ?? [];
      // What an earlier process left is settled in peace.
      if (rows.some(({ table, row }) => table === 'control_command' && row?.['point'] === counts))
        for (const { table, row } of rows) if (table === 'control_step') steps.push(row?.['step']);
      for (const { table, key, row } of rows) {
        if (table === 'control_place' && key['schedule'] === name) steps.push('place');
        if (table === 'control_batch' && (JSON.parse(String(row?.['body'])) as { group: string }).group === name)
          steps.push(row?.['state'] === 'confirmed' && row['open'] === 0 ? 'done' : row?.['state']);
      }
      return decided;
    };
    if (place.startsWith('before ')) {
      const wanted = place.slice('before '.length);
      return city.broker.amend(who, tenant, ids, cause, (looked, now) => {
        const decision = look(looked, now);
        if (steps.includes(wanted)) process.kill(process.pid, 'SIGKILL');
        return decision;
      });
    }
    const result = await city.broker.amend(who, tenant, ids, cause, look);
    if (steps.some((step) => place === `after ${String(step)}`)) await die();
    return result;
  },
};
const { commands: topics } = city.ingest;
if (!topics) throw new Error('there is no MQTT broker');
const door = commandDoor({ topics: [topics], outbound: { get: die, send: die }, allowed: [] });
const permits = (): boolean => true;
const shared = { broker, store, clock, city: city.city, newId: randomId, permits };
const points = openPoints(shared);
const commands = openCommands({
  ...shared,
  points,
  door: {
    ...door,
    async send(channel, payload) {
      const sending = door.send(channel, payload);
      const own = channel.kind === 'mqtt' && channel.topic === `water/${counts}/commands`;
      if (own && place === 'as it leaves') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1);
      return sending;
    },
  },
  log: silentLog,
  metrics: createMetrics(),
  nameOf: (id) => id,
});
const groups = openSettings<ControlGroup>('group', shared);
const scheduled = openSettings<Schedule>('schedule', shared);
const batches = openGroups({ ...shared, points, commands, settings: groups });
const schedules = openSchedules({ ...shared, points, commands, settings: scheduled, groups });
await points.load();
await groups.load();
await scheduled.load();
await commands.start();
const tell = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
tell({ port: city.mqttPort });

/** What an earlier process left has to end. */
await batches.settle();
await schedules.pass();
let all = await store.list({}, 1_000, 0);
for (const end = Date.now() + 15_000; all.some(isOpen) && Date.now() < end; all = await store.list({}, 1_000, 0))
  await sleep(50);
tell({ commands: all });

if (ask) {
  const fresh = { version: 0, why: '' };
  const person = (id: string): Principal => ({ id, kind: 'person', roles: [] });
  for (const id of names) {
    const entity = `urn:ngsi-ld:Valve:${id}`;
    while (!(await city.broker.find(systemPrincipal, 0, entity))) await sleep(20);
    const point = parsePoint({
      id,
      kind: 'valve',
      entity,
      attribute: 'position',
      channel: { kind: 'mqtt', topic: `water/${id}/commands`, payload: { id: '{id}', position: '{value}' } },
      range: { min: 0, max: 100 },
      readBack: { tolerance: 1, within: 'PT2S' },
      expires,
    });
    await points.set(systemPrincipal, point, fresh);
  }
  if (ask.kind === 'command') await commands.request(systemPrincipal, name, { value: 10 });
  if (ask.kind === 'group') {
    await groups.set(systemPrincipal, parseGroup({ id: name, points: names }), fresh);
    const { id } = await batches.request(person('ASKS'), name, { value: 10 });
    await batches.confirm(person('CONFIRMS'), id);
  }
  if (ask.kind === 'schedule') {
    const schedule = parseSchedule({ id: name, point: name, switchings: ask.switchings });
    await scheduled.set(systemPrincipal, schedule, fresh);
    if (place === 'before its hour') await die();
    ahead += (schedules.preview(schedule)[0]?.at ?? 0) - clock.now() - 100;
    for (let n = 0; n < 50; n++) {
      await schedules.pass();
      await sleep(100);
    }
  } else await sleep(5_000);
}
await commands.stop();
await city.close();
