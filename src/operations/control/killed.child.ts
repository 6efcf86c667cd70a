/**
 * Opens the city in a directory, settles what an earlier process left, tells how that stands, and asks a valve for something; it kills
 * itself at a place between the request and the confirmation.
 */
import { systemClock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { systemPrincipal } from '../../http/principal.ts';
import '../../tsx.ts';

const [, , data = '', mapping = '', name = '', place = '', expires = ''] = process.argv;
const { openTestCity } = await import('../../../test/fixtures/testCity.ts');
const { commandDoor } = await import('./doors.ts');
const { openCommands } = await import('./commands.ts');
const { openPoints } = await import('./points.ts');
const { parsePoint } = await import('./parse.ts');
const { isOpen } = await import('./schema.ts');
const { controlStore } = await import('./store.ts');

const city = await openTestCity({ data, housekeeping: false, mqttPort: 0, mappings: [mapping] });
const store = controlStore(city.store.rows);
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};
const broker: typeof city.broker = {
  ...city.broker,
  async amend(who, tenant, ids, cause, decide) {
    const steps: unknown[] = [];
    let decided: ReturnType<typeof decide> | undefined;
    const look: typeof decide = (looked, at) => {
      decided = decide(looked, at);
      steps.length = 0;
      const rows = decided.rows ?? [];
      // What an earlier process left is settled in peace.
      if (rows.some(({ table, row }) => table === 'control_command' && row?.['point'] === name))
        for (const { table, row } of rows) if (table === 'control_step') steps.push(row?.['step']);
      return decided;
    };
    if (place.startsWith('before ')) {
      const wanted = place.slice('before '.length);
      return city.broker.amend(who, tenant, ids, cause, (looked, at) => {
        const decision = look(looked, at);
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
const shared = { broker, store, clock: systemClock, city: city.city };
const points = openPoints(shared);
const commands = openCommands({
  ...shared,
  points,
  door: {
    ...door,
    async send(channel, payload) {
      const sending = door.send(channel, payload);
      const own = channel.kind === 'mqtt' && channel.topic === `water/${name}/commands`;
      if (own && place === 'as it leaves') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1);
      return sending;
    },
  },
  newId: randomId,
  log: silentLog,
  metrics: createMetrics(),
  permits: () => true,
  nameOf: (id) => id,
});
await points.load();
await commands.start();
const tell = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
tell({ port: city.mqttPort });

/** What an earlier process left has to end. */
let all = await store.list({}, 1_000, 0);
for (const end = Date.now() + 15_000; all.some(isOpen) && Date.now() < end; all = await store.list({}, 1_000, 0))
  await new Promise((resolve) => setTimeout(resolve, 50));
tell({ commands: all });

if (place !== '') {
  const entity = `urn:ngsi-ld:Valve:${name}`;
  while (!(await city.broker.find(systemPrincipal, 0, entity))) await new Promise((resolve) => setTimeout(resolve, 20));
  const point = parsePoint({
    id: name,
    kind: 'valve',
    entity,
    attribute: 'position',
    channel: { kind: 'mqtt', topic: `water/${name}/commands`, payload: { id: '{id}', position: '{value}' } },
    range: { min: 0, max: 100 },
    readBack: { tolerance: 1, within: 'PT2S' },
    expires,
  });
  await points.set(systemPrincipal, point, { version: 0, why: '' });
  await commands.request(systemPrincipal, name, { value: 10 });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
}
await commands.stop();
await city.close();
