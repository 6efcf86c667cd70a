import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isShown, modelOf, savingOf, together, type Night, type Saving } from './baseline.ts';
import { darkHoursOf } from './darkness.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
/** Nights of 9 to 15 hours, the energy of ten lamps by a rule. */
const nights = (count: number, kwh: (hours: number, n: number) => number, from = 0): Night[] =>
  Array.from({ length: count }, (_, n) => {
    const darkHours = 9 + ((n + from) % 13) / 2;
    return { day: start + (n + from) * day, darkHours, kwh: kwh(darkHours, n) };
  });
const saving = (found: Saving | string): Saving => {
  assert.ok(typeof found === 'object', typeof found === 'string' ? found : '');
  return found;
};

suite('street-lighting energy against its baseline', () => {
  test('lamps that burn half as long save half, whatever the darkness was', () => {
    const model = modelOf(
      nights(60, (hours) => 10 * 0.07 * hours),
      10,
    );
    const found = saving(
      savingOf(
        model,
        nights(26, (hours) => 10 * 0.07 * hours * 0.5, 5),
        26,
      ),
    );
    assert.equal(found.share.toFixed(6), '0.500000');
    // Two rounds of 9, 9.5, … 15: 26 nights of 12 h on average, 0.7 kW: 218.4 kWh expected.
    assert.equal(found.expected.toFixed(1), '218.4');
    assert.equal(found.saved.toFixed(1), '109.2');
    assert.ok(isShown(found) && !found.beyond);
  });

  test('nothing is said of too few nights, of one darkness, or without lamps', () => {
    const kwh = (hours: number): number => hours;
    assert.equal(modelOf(nights(29, kwh), 10), 'fewBaseline');
    assert.equal(modelOf(nights(60, kwh), 0), 'noLamps');
    assert.equal(
      modelOf(
        nights(60, kwh).map((night) => ({ ...night, darkHours: 12 })),
        10,
      ),
      'sameDarkness',
    );
    assert.equal(savingOf(modelOf(nights(60, kwh), 10), nights(22, kwh), 30), 'fewNights');
    assert.equal(typeof savingOf(modelOf(nights(60, kwh), 10), nights(23, kwh), 30), 'object');
  });

  test('a change within the scatter is not shown as a saving', () => {
    const noisy = (hours: number, n: number): number => 10 * hours * (1 + 0.1 * Math.sin(n * 12.9898));
    const model = modelOf(nights(90, noisy), 10);
    assert.ok(
      !isShown(
        saving(
          savingOf(
            model,
            nights(26, (hours, n) => noisy(hours, n + 41)),
            26,
          ),
        ),
      ),
    );
    assert.ok(
      isShown(
        saving(
          savingOf(
            model,
            nights(26, (hours, n) => 0.8 * noisy(hours, n + 41)),
            26,
          ),
        ),
      ),
    );
  });

  test('nights longer than any of the baseline are marked', () => {
    const model = modelOf(
      nights(60, (hours) => hours),
      10,
    );
    const winter = nights(26, (hours) => hours).map((night) => ({ ...night, darkHours: night.darkHours + 1 }));
    assert.ok(saving(savingOf(model, winter, 26)).beyond);
  });

  test('the whole is the sum of its parts', () => {
    const one: Saving = { actual: 60, expected: 100, saved: 40, share: 0.4, error: 3, nights: 30, beyond: false };
    const whole = together([one, { ...one, actual: 200, expected: 300, saved: 100, error: 4 }]);
    assert.deepEqual(whole, {
      actual: 260,
      expected: 400,
      saved: 140,
      share: 0.35,
      error: 5,
      nights: 30,
      beyond: false,
    });
    assert.equal(together([]), undefined);
  });

  test('the true line is found again, so what was not saved is not shown beyond one time in five', () => {
    let shown = 0;
    let asked = 0;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 116, maxLength: 116 }),
        (noise) => {
          const kwh = (at: number) => (hours: number, n: number) => 5 + 10 * hours + 8 * (noise[(n + at) % 116] ?? 0);
          const found = saving(savingOf(modelOf(nights(90, kwh(0)), 10), nights(26, kwh(90)), 26));
          asked++;
          if (isShown(found)) shown++;
        },
      ),
      { seed: 7, numRuns: 100 },
    );
    assert.ok(shown < asked / 5, `${shown} of ${asked}`);
  });

  test('the dark hours of Dushanbe at the solstices are those counted by hand', () => {
    const dushanbe = [68.78, 38.56] as const;
    // cos H = (sin -0.833° - sin φ sin δ) / (cos φ cos δ), φ = 38.56°, δ = ∓23.44°: H = 71.01° and 111.46°; dark: 24 - 2 H / 15.
    assert.ok(Math.abs(darkHoursOf(Date.parse('2025-12-21T19:00:00Z'), dushanbe) - 14.53) < 0.02);
    assert.ok(Math.abs(darkHoursOf(Date.parse('2026-06-20T19:00:00Z'), dushanbe) - 9.14) < 0.02);
  });
});

const file = new URL('../../../../shared/data/power/aemo_price_demand_202501_NSW.csv', import.meta.url).pathname;
test(
  'energy that has nothing to do with darkness has no saving: demand of New South Wales',
  { skip: existsSync(file) ? false : 'skipped: ../shared/data/power/aemo_price_demand_202501_NSW.csv not found' },
  () => {
    const byDay = new Map<string, number>();
    for (const line of readFileSync(file, 'utf8').split(/\r?\n/).slice(1)) {
      const [, time = '', demand = ''] = line.split(',');
      const date = time.slice(0, 10);
      if (date !== '') byDay.set(date, (byDay.get(date) ?? 0) + Number(demand) / 12);
    }
    const days = [...byDay.values()].slice(0, 31).map((kwh, n) => ({ day: n, kwh, darkHours: 10 + n / 30 }));
    assert.equal(days.length, 31);
    const model = modelOf(days.slice(0, 30), 1);
    assert.ok(typeof model === 'object' && model.line.r2 < 0.5);
  },
);
