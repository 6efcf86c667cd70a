import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { whoLimits, nationalLimits } from './limits.ts';
import { countAbove, dayMean, highestEightHours, periodMean } from './means.ts';
import { factorOf } from './units.ts';
import { countries } from '../../city/index.ts';

const gaps = (n: number): undefined[] => Array.from({ length: n }, () => undefined);

suite('air quality', () => {
  test('a day has a mean when 18 of its 24 hours are there, and none with 17', () => {
    const eighteen = [...Array.from({ length: 18 }, (_, n) => n + 1), ...gaps(6)];
    assert.equal(dayMean(eighteen), 9.5); // (1 + … + 18) / 18
    assert.equal(dayMean([...eighteen.slice(0, 17), ...gaps(7)]), undefined);
    // The day on which clocks go back has 25 hours and needs 19.
    assert.equal(dayMean([...eighteen, undefined], 25), undefined);
  });

  test('the highest mean of eight hours looks back into the evening before', () => {
    const before = [80, 80, 80, 80, 80, 80, 80];
    const day = [80, ...Array.from({ length: 23 }, () => 10)];
    assert.equal(highestEightHours(before, day), 80);
    // 17:00 to 01:00 with one hour at 10: (7 × 80 + 10) / 8 = 71.25 is lower than 80.
    assert.equal(
      highestEightHours(gaps(7), [10, 10, 10, 10, 10, 10, 10, 10, 90, 90, 90, 90, 90, 90, 90, 90, ...gaps(8)]),
      undefined,
    );
    assert.equal(
      highestEightHours(gaps(7), [...Array.from({ length: 8 }, () => 10), ...Array.from({ length: 16 }, () => 90)]),
      90,
    );
  });

  test('six of the eight hours are enough for a mean of eight hours', () => {
    const day = Array.from({ length: 24 }, (_, h) => (h % 4 === 0 ? undefined : 60));
    assert.equal(highestEightHours([undefined, 60, 60, 60, undefined, 60, 60], day), 60);
    assert.equal(
      highestEightHours(
        gaps(7),
        Array.from({ length: 24 }, (_, h) => (h % 3 === 0 ? undefined : 60)),
      ),
      undefined,
    );
  });

  test('what equals the level is not above it, and what cannot be said is not counted', () => {
    assert.deepEqual(countAbove([15, 15.4, 15.5, 40, undefined], 15), { above: 2, of: 4 });
    assert.equal(periodMean([10, 20, undefined, 30], 4), 20);
    assert.equal(periodMean([10, 20, undefined, undefined], 4), undefined);
  });

  test('gases in ppb become µg/m³ at 20 °C and 101.3 kPa, particles never do', () => {
    // Directive 2008/50/EC reporting factors: NO2 1.9125, O3 1.9957, SO2 2.6609, CO 1.1642 (mg/m³ per ppm).
    for (const [pollutant, factor] of [
      ['no2', 1.9125],
      ['o3', 1.9957],
      ['so2', 2.6609],
      ['co', 1.1642],
    ] as const) {
      const got = factorOf(pollutant, '61') ?? 0;
      assert.ok(Math.abs(got / factor - 1) < 0.002, `${pollutant} ${got}`);
      assert.equal(Math.round((factorOf(pollutant, '59') ?? 0) / got), 1000);
    }
    assert.equal(factorOf('pm25', '61'), undefined);
    assert.equal(factorOf('pm25', 'GP'), 1000);
    assert.equal(factorOf('pm25', undefined), undefined);
  });

  test('every limit has a source, and a country without a source has no limits', () => {
    for (const limits of [whoLimits, ...countries.map(nationalLimits), nationalLimits('')]) {
      if (limits.limits.length === 0) assert.equal(limits.source, undefined, limits.of);
      else assert.match(limits.source?.url ?? '', /^https?:/, limits.of);
      for (const { level } of limits.limits) assert.ok(level > 0);
    }
    assert.deepEqual(nationalLimits('TJ').limits, []);
  });
});

const file = new URL('../../../../shared/data/air/AirBishkek2021.csv', import.meta.url).pathname;
test(
  'PM2.5 of Bishkek in January 2021: days above the WHO level, counted by hand from the file',
  { skip: existsSync(file) ? false : 'skipped: ../shared/data/air/AirBishkek2021.csv not found' },
  () => {
    const days = new Map<string, number[]>();
    for (const line of readFileSync(file, 'utf8').split(/\r?\n/).slice(1)) {
      const [, , , year, month, day, , , , , raw, , , quality] = line.split(',');
      if (quality?.trim() !== 'Valid' || Number(raw) < 0) continue;
      const date = `${year}-${month}-${day}`;
      days.set(date, [...(days.get(date) ?? []), Number(raw)]);
    }
    const means = [...days.values()].map((hours) => dayMean(hours));
    // Reference: awk over the same file, counting by day, 18 hours or more, means rounded to whole µg/m³.
    assert.deepEqual(countAbove(means, 15), { above: 193, of: 339 });
    assert.deepEqual(countAbove(means, 35), { above: 85, of: 339 });
    assert.equal(Math.max(...means.map((value) => value ?? 0)).toFixed(2), '412.71');
  },
);
