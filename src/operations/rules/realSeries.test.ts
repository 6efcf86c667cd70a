/** Rules over public series of real sensors: a trial says what the night said. Figures: docs/operations.md. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { Reading } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openAlarms, type Finding } from '../alarms/index.ts';
import { dryRun } from './dryRun.ts';
import { ruleFollower } from './follow.ts';
import type { When } from './schema.ts';
import { openRules } from './service.ts';
import { ruleStore } from './store.ts';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const there = existsSync(`${data}air`);
const iri = (name: string): string => coreContext.expand(name);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Value = { readonly id: string; readonly at: number; readonly value: number };

const rowsOf = (file: string): readonly (readonly string[])[] =>
  readFileSync(data + file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));

/** Hourly PM2.5 of one station; what is not valid is no reading. */
const air = (): readonly Value[] =>
  rowsOf('air/AirBishkek2021.csv').flatMap((row) => {
    const [, , , year, month, day, hour, , , , raw, , , quality] = row;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour) - 6);
    return quality === 'Valid' && Number(raw) >= 0 ? [{ id: 'bishkek', at, value: Number(raw) }] : [];
  });

/** Return temperature of each hour from the counters of a heat meter. */
function heat(): readonly Value[] {
  const rows = rowsOf('heat/danish-heat-meter-660-2019.csv').slice(1);
  return rows.flatMap(([, , time = '', , volume, , back], n) => {
    const [, , , , volumeBefore, , backBefore] = rows[n - 1] ?? [];
    const flow = Number(volume) - Number(volumeBefore);
    if (!(flow > 0.01)) return [];
    return [{ id: 'meter-660', at: Date.parse(time), value: (Number(back) - Number(backBefore)) / flow }];
  });
}

/** Discharge by ten days, three gauges, from 1990 on. */
const river = (): readonly Value[] =>
  rowsOf('river/chirchik-3gauges.csv').flatMap(([date = '', value, , , , code, , , , resolution]) =>
    resolution === 'dec' && date >= '1990' && Number.isFinite(Number.parseFloat(value ?? ''))
      ? [{ id: `gauge-${code}`, at: Date.parse(`${date}T00:00:00Z`), value: Number(value) }]
      : [],
  );

/** Speeds of 207 sensors, every five minutes for three days (they have no dates of their own). */
function traffic(): readonly Value[] {
  const [sensors = [], ...rows] = rowsOf('traffic/metr-la-speed-3days.csv');
  const begin = Date.UTC(2012, 2, 1);
  return rows.flatMap((row, n) =>
    row.map((value, i) => ({ id: `sensor-${sensors[i]}`, at: begin + n * 300_000, value: Number(value) })),
  );
}

const cases: readonly { name: string; series: () => readonly Value[]; attribute: string; when: When }[] = [
  {
    name: 'air',
    series: air,
    attribute: 'pm25',
    when: { kind: 'threshold', attribute: 'pm25', above: 45, clear: 35, for: 'PT1H' },
  },
  { name: 'air-silence', series: air, attribute: 'pm25', when: { kind: 'silence', attribute: 'pm25', for: 'PT3H' } },
  {
    name: 'heat',
    series: heat,
    attribute: 'returnTemperature',
    when: { kind: 'threshold', attribute: 'returnTemperature', above: 40, clear: 37, for: 'PT3H' },
  },
  {
    name: 'river',
    series: river,
    attribute: 'discharge',
    when: { kind: 'change', attribute: 'discharge', rises: 0.2, clear: 0, within: 'P20D' },
  },
  {
    name: 'traffic',
    series: traffic,
    attribute: 'speed',
    when: { kind: 'threshold', attribute: 'speed', below: 25, clear: 45, for: 'PT30M' },
  },
];

if (there) {
  const city = await openTestCity({ housekeeping: false });
  const store = ruleStore(city.store.rows);
  const clock = fixedClock(Date.parse('2026-01-01T00:00:00Z'));
  const shared = { broker: city.broker, city: city.city, store, clock };
  const rules = openRules({ ...shared, standard: [] });
  await rules.load();
  const alarms = openAlarms({
    ...shared,
    rows: city.store.rows,
    log: silentLog,
    nameOf: (id) => id,
    permits: () => true,
  });
  const found: Finding[] = [];
  let last: readonly Finding[] = [];
  const follower = ruleFollower({
    ...shared,
    rules,
    alarms: {
      ids: alarms.ids,
      decide(findings, looked, at) {
        if (findings !== last) found.push(...findings);
        last = findings;
        return alarms.decide(findings, looked, at);
      },
    },
    log: silentLog,
    metrics: createMetrics(),
  });
  await follower.start();
  after(async () => {
    await follower.stop();
    await city.close();
  });

  for (const { name, series, attribute, when } of cases) {
    test(`${name}: a trial over the past says what the rule said when it was the present`, async (t) => {
      const type = `Real${name.replace('-', '')}`;
      const values = series().toSorted((a, b) => a.at - b.at);
      const from = values[0]?.at ?? 0;
      const to = (values.at(-1)?.at ?? 0) + 1;
      const rule = { id: `real-${name}`, title: { en: '{name}' }, priority: 3, selects: { type }, when } as const;
      const who = { ...systemPrincipal, id: 'ENGINEER' };
      clock.set(from);
      await rules.set(who, rule, { version: 0, why: '' });
      await rules.enable(who, rule.id, true, { version: 1, why: 'test' });
      // The rule is on when the follower has had its turn.
      await follower.tick();
      clock.set(to);
      const readings = values.map(({ id, at, value }): Reading => ({
        id: `urn:ngsi-ld:${type}:${id}`,
        type: [iri(type)],
        attrs: { [iri(attribute)]: [{ type: 'Property', value, observedAt: new Date(at).toISOString() }] },
      }));
      for (let n = 0; n < readings.length; n += 500)
        await city.broker.record(systemPrincipal, 0, readings.slice(n, n + 500), { by: 'test' });
      const reached = city.lastSeq();
      await follower.caughtUp(reached);
      await follower.tick();
      const live = found.filter((one) => one.rule === rule.id).map(({ kind, entity, at }) => `${entity} ${at} ${kind}`);

      // A trial takes at most 400 days at a time; the river is tried in one year.
      const begin = Math.max(from, to - 400 * dayMs);
      const begun = performance.now();
      const result = await dryRun(shared, who, rule, { from: begin, to });
      const tookMs = performance.now() - begun;
      assert.equal(result.cut, undefined);
      const tried = result.episodes.flatMap(({ entity, at, clearedAt }) => [
        `${entity} ${at} raise`,
        ...(clearedAt === undefined ? [] : [`${entity} ${clearedAt} clear`]),
      ]);
      const longest = Math.max(0, ...result.episodes.map(({ at, clearedAt = to }) => clearedAt - at)) / hourMs;
      const days = result.days.length;
      t.diagnostic(
        `${result.readings} readings of ${result.entities}, ${days} days: ${result.raised} alarms by ${result.raising}, ` +
          `${(result.raised / days).toFixed(2)} a day, worst day ${Math.max(...result.days.map(({ raised }) => raised))}, ` +
          `longest ${longest.toFixed(1)} h, trial ${tookMs.toFixed(0)} ms`,
      );
      assert.ok(result.raised > 0);
      // What began before the trial is not in it.
      const since = begin === from ? live : live.filter((text) => Number(text.split(' ')[1]) > begin + 20 * dayMs);
      const triedSince =
        begin === from ? tried : tried.filter((text) => Number(text.split(' ')[1]) > begin + 20 * dayMs);
      assert.ok(result.episodes.length === result.raised, 'all of them are listed');
      assert.deepEqual(triedSince.toSorted(byText), since.toSorted(byText));
    });
  }
} else test('rules over real series', { skip: 'skipped: ../shared/data not found' }, () => {});

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
