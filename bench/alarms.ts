/**
 * 10,000 alarms in a minute: findings of 2,000 entities go through decide and amend in batches as the rules' follower makes
 * them, then the list is asked for. Usage: node --import ./src/tsx.ts bench/alarms.ts [findings, default 10000]
 */
import { cpus } from 'node:os';
import { systemClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { systemPrincipal } from '../src/http/index.ts';
import { coreContext } from '../src/ngsild/index.ts';
import { openAlarms, type Finding } from '../src/operations/index.ts';
import { openTestCity } from '../test/fixtures/testCity.ts';

const total = Number(process.argv[2] ?? 10_000);
const subjects = 2_000;
const batch = 500;
const asked = 100;

const city = await openTestCity({ demo: true, housekeeping: false });
const { broker, store } = city;
const alarms = openAlarms({
  ...city,
  rows: store.rows,
  clock: systemClock,
  log: silentLog,
  nameOf: (id) => id,
  permits: () => true,
});
const [west, south, east, north] = city.city.bbox;
const iri = (name: string): string => coreContext.expand(name);
const idOf = (n: number): string => `urn:ngsi-ld:Streetlight:bench-${n}`;

for (let from = 0; from < subjects; from += 500)
  await broker.record(
    systemPrincipal,
    0,
    Array.from({ length: 500 }, (_, i) => {
      const n = from + i;
      const at = [west + ((n % 50) / 50) * (east - west), south + (Math.floor(n / 50) / 40) * (north - south)];
      return {
        id: idOf(n),
        type: [iri('Streetlight')],
        attrs: { [iri('powerState')]: [{ type: 'Property', value: 'off' }] },
        atBirth: {
          [iri('name')]: [{ type: 'LanguageProperty', value: { en: `Lamp ${n}`, ru: `Фонарь ${n}` } }],
          [iri('location')]: [{ type: 'GeoProperty', value: { type: 'Point', coordinates: at } }],
        },
        simulated: true,
      };
    }),
    { by: 'bench' },
  );

const begun = Date.now();
/** Each entity of five rules; in the order of time over a minute. */
const finding = (n: number): Finding => ({
  kind: 'raise',
  rule: `rule-${Math.floor(n / subjects)}`,
  version: 1,
  entity: idOf(n % subjects),
  at: begun - 60_000 + Math.floor((n / total) * 60_000),
  priority: ((n % 4) + 1) as Finding['priority'],
  title: { en: '{name}, {district}: no answer', ru: '{name}, {district}: нет ответа' },
  attribute: 'powerState',
  simulated: true,
});
const started = performance.now();
for (let from = 0; from < total; from += batch) {
  const findings = Array.from({ length: Math.min(batch, total - from) }, (_, i) => finding(from + i));
  const ids = [...(await alarms.ids(findings)), ...findings.map(({ entity }) => entity)];
  await broker.amend(systemPrincipal, 0, ids, { by: 'rules' }, (looked, at) => alarms.decide(findings, looked, at));
}
const durable = performance.now() - started;
const count = async (sql: string): Promise<number> => Number((await store.rows.get(sql))?.['n']);
const raised = await count('SELECT SUM(raised_count) AS n FROM alarm');
const steps = await count("SELECT COUNT(*) AS n FROM alarm_step WHERE step = 'raise'");
const open = await count("SELECT COUNT(*) AS n FROM alarm WHERE state <> 'closed'");
const listed = performance.now() - started;
console.log(`${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.version}`);
console.log(
  `${total} findings: durable after ${(durable / 1000).toFixed(1)} s, in the list after ${(listed / 1000).toFixed(1)} s`,
);
console.log(`raised ${raised}, steps ${steps}, open ${open}`);
if (raised !== total || steps !== total) process.exitCode = 1;

for (const path of [
  '/ru/console/alarms',
  '/ru/console/alarms?page=2',
  '/ru/console/alarms?priority=1',
  '/ru/console/alarms?view=wall',
  '/api/operations/alarms?grouped=true',
  '/api/operations/alarms?limit=100&offset=5000',
]) {
  const times: number[] = [];
  let bytes = 0;
  for (let n = 0; n < asked; n++) {
    const at = performance.now();
    const answer = await fetch(city.url + path);
    bytes = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    times.push(performance.now() - at);
  }
  times.sort((a, b) => a - b);
  const of = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(0);
  console.log(`${path}: p50 ${of(0.5)} ms, p95 ${of(0.95)} ms, ${(bytes / 1024).toFixed(0)} KB`);
}
const groups = (await (await fetch(`${city.url}/api/operations/alarms?grouped=true&limit=1000`)).json()) as {
  total: number;
  groups: { count: number; first: { id: string } }[];
};
const most = groups.groups.toSorted((a, b) => b.count - a.count)[0];
const at = performance.now();
const done = most ? await alarms.acknowledgeGroup(systemPrincipal, { show: 'open' }, most.first.id) : 0;
console.log(`${groups.total} rows; a flood of ${done} taken in one act in ${(performance.now() - at).toFixed(0)} ms`);
await city.close();
