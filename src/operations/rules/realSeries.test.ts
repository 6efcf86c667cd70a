/** Rules over public series of real sensors: a trial says what the night said. Figures: docs/operations.md. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import type { DryRun, Episode } from './dryRun.ts';
import { openFollowing, triedOf, type Told } from './following.fixture.ts';
import type { When } from './schema.ts';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const there = existsSync(`${data}air`);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const rowsOf = (file: string): readonly (readonly string[])[] =>
  readFileSync(data + file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));

/** Hourly PM2.5 of one station; what is not valid is no reading. */
const air = (): readonly Told[] =>
  rowsOf('air/AirBishkek2021.csv').flatMap((row) => {
    const [, , , year, month, day, hour, , , , raw, , , quality] = row;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour) - 6);
    return quality === 'Valid' && Number(raw) >= 0 ? [{ id: 'bishkek', at, value: Number(raw) }] : [];
  });

/** Return temperature of each hour from the counters of a heat meter. */
function heat(): readonly Told[] {
  const rows = rowsOf('heat/danish-heat-meter-660-2019.csv').slice(1);
  return rows.flatMap(([, , time = '', , volume, , back], n) => {
    const [, , , , volumeBefore, , backBefore] = rows[n - 1] ?? [];
    const flow = Number(volume) - Number(volumeBefore);
    if (!(flow > 0.01)) return [];
    return [{ id: 'meter-660', at: Date.parse(time), value: (Number(back) - Number(backBefore)) / flow }];
  });
}

/** Volume of each hour of the same meter, m³: the flow. */
const heatFlow = (): readonly Told[] =>
  rowsOf('heat/danish-heat-meter-660-2019.csv')
    .slice(1)
    .flatMap(([, , time = '', , volume], n, rows) => {
      const [, , , , before] = rows[n - 1] ?? [];
      const value = Number(volume) - Number(before);
      return Number.isFinite(value) && value >= 0 ? [{ id: 'meter-660', at: Date.parse(time), value }] : [];
    });

/** Demand for electricity of New South Wales, every five minutes of a month. */
const power = (): readonly Told[] =>
  rowsOf('power/aemo_price_demand_202501_NSW.csv')
    .slice(1)
    .map(([, time = '', demand]) => ({
      id: 'new-south-wales',
      at: Date.parse(`${time.replaceAll('/', '-').replace(' ', 'T')}+10:00`),
      value: Number(demand),
    }));

type Fault = { readonly from: number; readonly to: number };

/** Every ninth day, at another hour each time, 0.15 m³ an hour more flow for six hours: three times the median. */
function withFaults(values: readonly Told[]): { spoilt: readonly Told[]; faults: readonly Fault[] } {
  const begin = (values[0]?.at ?? 0) + 70 * dayMs;
  const end = values.at(-1)?.at ?? 0;
  const faults: Fault[] = [];
  for (let n = 0, from = begin; from < end - dayMs; n++, from = begin + n * 9 * dayMs + ((n * 7) % 24) * hourMs)
    faults.push({ from, to: from + 6 * hourMs });
  const isIn = (at: number): boolean => faults.some(({ from, to }) => at >= from && at < to);
  return {
    faults,
    spoilt: values.map((told) => (isIn(told.at) ? { ...told, value: told.value + 0.15 } : told)),
  };
}

/** Discharge by ten days, three gauges, from 1990 on. */
const river = (): readonly Told[] =>
  rowsOf('river/chirchik-3gauges.csv').flatMap(([date = '', value, , , , code, , , , resolution]) =>
    resolution === 'dec' && date >= '1990' && Number.isFinite(Number.parseFloat(value ?? ''))
      ? [{ id: `gauge-${code}`, at: Date.parse(`${date}T00:00:00Z`), value: Number(value) }]
      : [],
  );

/** Speeds of 207 sensors, every five minutes for three days (they have no dates of their own). */
function traffic(): readonly Told[] {
  const [sensors = [], ...rows] = rowsOf('traffic/metr-la-speed-3days.csv');
  const begin = Date.UTC(2012, 2, 1);
  return rows.flatMap((row, n) =>
    row.map((value, i) => ({ id: `sensor-${sensors[i]}`, at: begin + n * 300_000, value: Number(value) })),
  );
}

const cases: readonly { name: string; series: () => readonly Told[]; attribute: string; when: When }[] = [
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
  {
    name: 'air-usual',
    series: air,
    attribute: 'pm25',
    when: { kind: 'usual', attribute: 'pm25', side: 'above', mads: 6, least: 30, clear: 2, for: 'PT2H' },
  },
  {
    name: 'heat-usual',
    series: heat,
    attribute: 'returnTemperature',
    when: { kind: 'usual', attribute: 'returnTemperature', mads: 6, least: 5, clear: 2, for: 'PT3H' },
  },
  {
    name: 'power-usual',
    series: power,
    attribute: 'demand',
    when: { kind: 'usual', attribute: 'demand', mads: 6, least: 800, clear: 2, for: 'PT1H', weeks: 3, atLeast: 2 },
  },
];

if (there) {
  const city = await openTestCity({ city: 'dushanbe', housekeeping: false });
  const following = await openFollowing(city);
  after(async () => {
    await following.stop();
    await city.close();
  });

  for (const { name, series, attribute, when } of cases) {
    test(`${name}: a trial over the past says what the rule said when it was the present`, async (t) => {
      const type = `Real${name.replaceAll('-', '')}`;
      const values = series().toSorted((a, b) => a.at - b.at);
      const from = values[0]?.at ?? 0;
      const to = (values.at(-1)?.at ?? 0) + 1;
      const rule = { id: `real-${name}`, title: { en: '{name}' }, priority: 3, selects: { type }, when } as const;
      following.clock.set(from);
      await following.enable(rule);
      following.clock.set(to);
      await following.record(type, attribute, values);
      const live = following.live(rule.id);

      // A trial takes at most 400 days at a time; the river is tried in one year.
      const begin = Math.max(from, to - 400 * dayMs);
      const begun = performance.now();
      const result = await following.try(rule, begin, to);
      const tookMs = performance.now() - begun;
      assert.equal(result.cut, undefined);
      const tried = triedOf(result);
      const longest = Math.max(0, ...result.episodes.map(({ at, clearedAt = to }) => clearedAt - at)) / hourMs;
      const days = result.days.length;
      t.diagnostic(
        `${result.readings} readings of ${result.entities}, ${days} days: ${result.raised} alarms by ${result.raising}, ` +
          `${(result.raised / days).toFixed(2)} a day, worst day ${Math.max(...result.days.map(({ raised }) => raised))}, ` +
          `longest ${longest.toFixed(1)} h, not judged ${result.unjudged}, trial ${tookMs.toFixed(0)} ms`,
      );
      assert.ok(result.raised > 0);
      // What began before the trial is not in it.
      const isSince = (text: string): boolean => Number(text.split(' ')[1]) > begin + 20 * dayMs;
      assert.ok(result.episodes.length === result.raised, 'all of them are listed');
      assert.deepEqual(begin === from ? tried : tried.filter(isSince), begin === from ? live : live.filter(isSince));
      await following.disable(rule.id);
    });
  }

  test('faults that are put into a real series are caught by the comparison with earlier weeks', async (t) => {
    const values = heatFlow().toSorted((a, b) => a.at - b.at);
    const { spoilt, faults } = withFaults(values);
    const when: When = { kind: 'usual', attribute: 'flow', side: 'above', mads: 6, least: 0.06, clear: 2, for: 'PT2H' };
    const ask = async (type: string, given: readonly Told[]): Promise<DryRun> => {
      await following.record(type, 'flow', given);
      const rule = { id: type.toLowerCase(), title: { en: '{name}' }, priority: 3, selects: { type }, when } as const;
      const [from, to] = [given[0]?.at ?? 0, (given.at(-1)?.at ?? 0) + 1];
      following.clock.set(to);
      return following.try(rule, from, to);
    };
    const calm = await ask('HeatCalm', values);
    const result = await ask('HeatFaults', spoilt);
    const isIn = ({ from, to }: Fault, { at, clearedAt = to }: Episode): boolean => at < to && clearedAt > from;
    const caught = faults.filter((fault) => result.episodes.some((episode) => isIn(fault, episode)));
    const before = calm.episodes.length;
    const others = result.episodes.filter((episode) => !faults.some((fault) => isIn(fault, episode)));
    t.diagnostic(
      `${faults.length} faults, ${caught.length} caught; other alarms ${others.length} (without faults ${before}) in ` +
        `${result.days.length} days, ${(others.length / result.days.length).toFixed(2)} a day; not judged ${result.unjudged}`,
    );
    assert.ok(caught.length >= 0.9 * faults.length, `${caught.length} of ${faults.length}`);
    assert.ok(others.length <= before, 'a fault of one week does not make other weeks unusual');
  });
} else test('rules over real series', { skip: 'skipped: ../shared/data not found' }, () => {});
