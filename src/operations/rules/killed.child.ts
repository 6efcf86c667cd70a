/**
 * Opens the city in a directory, records readings from where they end, and lets the rules follow; it kills itself some
 * moments after it has begun. Tells what alarms there are at its end.
 */
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { systemPrincipal } from '../../http/principal.ts';
import '../../tsx.ts';
import { killedAt, killedRules, pastValue, seriesValue, weekMs } from './killed.fixture.ts';

const [, , data = '', momentMs = '0', series = '1', length = '1'] = process.argv;
const { openTestCity } = await import('../../../test/fixtures/testCity.ts');
const { coreContext } = await import('../../ngsild/index.ts');
const { openAlarms } = await import('../alarms/index.ts');
const { ruleFollower } = await import('./follow.ts');
const { openRules } = await import('./service.ts');
const { ruleStore } = await import('./store.ts');

const city = await openTestCity({ data, housekeeping: false });
const { broker } = city;
const { rows } = city.store;
const store = ruleStore(rows);
const shared = { broker, city: city.city, store, clock: systemClock };
const rules = openRules({
  ...shared,
  standard: killedRules.map((rule) => ({ ...rule, version: 1, enabled: true })),
});
await rules.load();
const alarms = openAlarms({ ...shared, rows, log: silentLog, nameOf: (id) => id, permits: () => true });
const follower = ruleFollower({ ...shared, rules, alarms, log: silentLog, metrics: createMetrics() });
if (momentMs !== '0') setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(momentMs));
await follower.start();

const iri = (name: string): string => coreContext.expand(name);
const idOf = (n: number): string => `urn:ngsi-ld:Gauge:${n}`;
const record = (n: readonly number[], step: number, valueOf: (n: number) => number): Promise<unknown> =>
  broker.record(
    systemPrincipal,
    0,
    n.map((one) => ({
      id: idOf(one),
      type: [iri('Gauge')],
      attrs: {
        [iri('level')]: [{ type: 'Property', value: valueOf(one), observedAt: new Date(killedAt(step)).toISOString() }],
      },
    })),
    { by: 'test' },
  );
// The one that all are balanced against comes last, when they are there.
const all = Array.from({ length: Number(series) }, (_, n) => n).toReversed();
const last = await broker.find(systemPrincipal, 0, idOf(0));
const known = Date.parse(last?.entity.attrs[iri('level')]?.[0]?.observedAt ?? '');
let begin = 0;
if (last === undefined)
  await broker.recordHistory(
    systemPrincipal,
    0,
    all.map((n) => ({
      id: idOf(n),
      type: [iri('Gauge')],
      attrs: {
        [iri('level')]: [1, 2, 3].flatMap((weeks) =>
          Array.from({ length: Math.ceil(Number(length) / 60) }, (_, hour) => ({
            type: 'Property' as const,
            value: pastValue(n, weeks, hour),
            observedAt: new Date(killedAt(hour * 60) - weeks * weekMs).toISOString(),
          })),
        ),
      },
    })),
    { by: 'test' },
  );
while (killedAt(begin) <= known) begin++;
for (let step = begin; step < Number(length); step++) await record(all, step, (n) => seriesValue(n, step));

// What comes last is raised last.
const end = Number(series);
await record([end], Number(length), () => 100);
const alerts = async () =>
  (
    await broker.query(systemPrincipal, 0, { type: { node: 'type', iri: iri('Alert') } }, { limit: 1000, offset: 0 })
  ).entities.map(({ attrs }) => {
    const value = (name: string) => attrs[iri(name)]?.[0]?.value as string | number | boolean | undefined;
    return [`${String(value('rule'))} ${String(value('alertSource'))}`, value('raisedCount'), value('active')] as const;
  });
let found = await alerts();
while (!found.some(([what]) => what === `level ${idOf(end)}`)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  found = await alerts();
}
// The rules have their turns one after the other.
await follower.tick();
found = await alerts();
await follower.stop();
const counted = await rows.get('SELECT sum(raised) AS n FROM rule_day');
process.stdout.write(JSON.stringify({ alerts: found, raised: Number(counted?.['n'] ?? 0), begin }));
await city.close();
