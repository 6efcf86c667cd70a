import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../base/clock.ts';
import { systemPrincipal } from '../http/index.ts';
import { coreContext, type Instance } from '../ngsild/index.ts';
import { fullLanguages, missingMessages } from '../ui/index.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { darkHoursOf } from './lighting/darkness.ts';
import { utilityWords } from './pages/messages/index.ts';
import { dateOf, periodOf } from './period.ts';

const hour = 3_600_000;
const clock = fixedClock('2026-11-22T08:30:00Z');
type Point = readonly [at: number, value: number];

/** Hourly readings of an entity, as a file of the past brings them. */
async function past(
  city: TestCity,
  type: string,
  name: string,
  series: Readonly<Record<string, { unitCode: string; points: readonly Point[] }>>,
  atBirth: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const id = `urn:ngsi-ld:${type}:${name}`;
  const attrs: Record<string, Instance[]> = {};
  const last: Record<string, Instance[]> = {};
  for (const [attribute, { unitCode, points }] of Object.entries(series)) {
    const all = points.map(([at, value]): Instance => ({
      type: 'Property',
      value,
      unitCode,
      observedAt: new Date(at).toISOString(),
    }));
    attrs[coreContext.expand(attribute)] = all;
    last[coreContext.expand(attribute)] = all.slice(-1);
  }
  const fixed = Object.fromEntries(
    Object.entries({ name, ...atBirth }).map(([key, value]) => [
      coreContext.expand(key),
      [{ type: 'Property', value } satisfies Instance],
    ]),
  );
  const types = [coreContext.expand(type)];
  await city.broker.record(systemPrincipal, 0, [{ id, type: types, attrs: last, atBirth: fixed }], { by: 'test' });
  await city.broker.recordHistory(systemPrincipal, 0, [{ id, type: types, attrs }], { by: 'test' });
  return id;
}

type Json = { readonly [key: string]: unknown };
const ask = async (city: TestCity, path: string, status = 200): Promise<string> => {
  const answer = await fetch(city.url + path);
  assert.equal(answer.status, status, `${path}: ${await answer.clone().text()}`);
  return answer.text();
};
const json = async <T>(city: TestCity, path: string): Promise<T> => JSON.parse(await ask(city, path)) as T;
/** The lines of a file without its notes. */
const lines = (csv: string): readonly string[] =>
  csv
    .replace('\ufeff', '')
    .split('\r\n')
    .filter((line) => line !== '' && !/^"?#/.test(line));

suite('days of a city', () => {
  test('a period is whole days of the city, also where clocks change', () => {
    // Almaty went from +06 to +05 as 29 February 2024 ended, which had 25 hours.
    const asked = new URLSearchParams({ from: '2024-02-29', to: '2024-03-01' });
    const period = periodOf(asked, Date.parse('2026-01-01T00:00:00Z'), 'Asia/Almaty');
    assert.deepEqual(
      period.days.map((day) => new Date(day).toISOString()),
      ['2024-02-28T18:00:00.000Z', '2024-02-29T19:00:00.000Z'],
    );
    assert.equal((period.days[1] ?? 0) - (period.days[0] ?? 0), 25 * hour);
  });

  test('a period that names its days is the same whenever it is opened', () => {
    const asked = new URLSearchParams({ from: '2026-11-01', to: '2026-11-10' });
    const [one, other] = ['2026-11-22T08:30:00Z', '2027-02-01T00:00:00Z'].map((now) =>
      periodOf(asked, Date.parse(now), 'Asia/Dushanbe'),
    );
    assert.deepEqual(one, other);
  });

  test('any date is found in any zone', () => {
    const zones = ['Asia/Dushanbe', 'Pacific/Chatham', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2026-11-01'), noInvalidDate: true }),
        fc.constantFrom(...zones),
        (date, zone) => {
          const text = date.toISOString().slice(0, 10);
          const { first, last, days } = periodOf(new URLSearchParams({ from: text, to: text }), clock.now(), zone);
          assert.deepEqual([first, last, days.length, dateOf(days[0] ?? 0, zone)], [text, text, 1, text]);
        },
      ),
    );
  });

  test('what is no period is refused with its field', () => {
    for (const [asked, field] of [
      ['days=8', 'days'],
      ['from=2026-02-30&to=2026-03-01', 'from'],
      ['from=2026-11-01', 'to'],
      ['from=2026-11-10&to=2026-11-01', 'to'],
      ['from=2020-01-01&to=2026-11-01', 'to'],
      ['from=2027-01-01&to=2027-01-02', 'from'],
    ] as const)
      assert.throws(() => periodOf(new URLSearchParams(asked), clock.now(), 'Asia/Dushanbe'), { field }, asked);
  });

  test('every word is there in five languages', () => {
    assert.deepEqual(missingMessages(utilityWords), []);
    assert.equal(fullLanguages.length, 5);
  });
});

suite('air over HTTP', () => {
  let city: TestCity;
  let start = 0;
  before(async () => {
    city = await openTestCity({ housekeeping: false }, clock);
    start = periodOf(new URLSearchParams('from=2026-11-10&to=2026-11-12'), clock.now(), city.city.timeZone).from;
    // 10: 24 hours at 20; 11: 18 hours at 10, the rest missing; 12: 17 hours at 90.
    const points: Point[] = [];
    for (let h = 0; h < 24; h++) points.push([start + h * hour, 20]);
    for (let h = 0; h < 18; h++) points.push([start + (24 + h) * hour, 10]);
    for (let h = 0; h < 17; h++) points.push([start + (48 + h) * hour, 90]);
    await past(city, 'AirQualityObserved', 'one', {
      pm25: { unitCode: 'GQ', points },
      no2: { unitCode: '61', points: points.map(([at]) => [at, 20]) },
      so2: { unitCode: 'P1', points: points.slice(0, 3) },
    });
  });
  after(() => city.close());
  const period = 'from=2026-11-10&to=2026-11-12';

  test('days, means and data capture are those counted by hand', async () => {
    type Day = { mean?: number; hours: number };
    type Station = { pollutant: string; dataCapture: number; days: Day[]; who: Json[]; mean?: number };
    const view = await json<{ stations: Station[]; unusable: Json[] }>(city, `/api/utilities/air?${period}`);
    const pm = view.stations.find(({ pollutant }) => pollutant === 'pm25');
    assert.deepEqual(
      pm?.days.map(({ mean, hours }) => [mean, hours]),
      [
        [20, 24],
        [10, 18],
        [undefined, 17],
      ],
    );
    assert.equal(pm?.dataCapture, 0.819); // 59 of 72 hours
    assert.equal(pm?.mean, undefined); // two of three days are less than three quarters
    assert.deepEqual(pm?.who[0], {
      pollutant: 'pm25',
      averaging: 'day',
      level: 15,
      allowedDays: 3,
      above: 1,
      of: 2,
      hoursAbove: 41,
    });
    // 20 ppb NO2 is 38.2 µg/m³: above 25 on both days.
    const no2 = view.stations.find(({ pollutant }) => pollutant === 'no2');
    assert.equal(no2?.days[0]?.mean, 38.2);
    assert.deepEqual(view.unusable, [{ id: 'urn:ngsi-ld:AirQualityObserved:one', pollutant: 'so2', unitCode: 'P1' }]);
  });

  test('page, table and file show the same numbers, and the file says how', async () => {
    const page = await ask(city, `/en/utilities/air?${period}`);
    assert.match(page, /1 of 2/);
    assert.match(page, />41</);
    const csv = await ask(city, `/api/utilities/air.csv?table=days&${period}`);
    assert.match(csv, /# Hourly means of what arrived/);
    assert.ok(!csv.includes('SIMULATED'));
    assert.match(lines(csv)[1] ?? '', /,pm25,2026-11-10,24,20,20,20,false$/);
    assert.match(lines(csv)[3] ?? '', /,pm25,2026-11-12,17,,90,,false$/);
  });

  test('an unknown table, language or parameter is refused', async () => {
    await ask(city, '/api/utilities/air.csv?table=x', 400);
    await ask(city, '/api/utilities/air?lang=x', 400);
    await ask(city, '/api/utilities/air?station=x&z=1', 400);
    await ask(city, '/en/utilities/air?days=8', 400);
  });

  test('the overview has a line for each view', async () => {
    assert.match(await ask(city, '/en/utilities'), /href="\/en\/utilities\/air"/);
  });
});

suite('water over HTTP', () => {
  let city: TestCity;
  const period = 'from=2026-11-10&to=2026-11-12';
  const pressure = (h: number): number => (h < 6 ? 4 : 3);
  before(async () => {
    city = await openTestCity({ housekeeping: false }, clock);
    const start = periodOf(new URLSearchParams(period), clock.now(), city.city.timeZone).from;
    // 20 m³/h by night (0 to 6), 50 by day; on the second night three o'clock is missing, on the third day noon to eight.
    const flow: Point[] = [];
    const pressures: Point[] = [];
    const volume: Point[] = [];
    let counter = 1000;
    for (let h = 0; h < 72; h++) {
      const at = start + h * hour;
      const isGap = h === 27 || (h >= 60 && h < 68);
      const value = h % 24 < 6 ? 20 : 50;
      if (!isGap) flow.push([at, value]);
      if (!isGap) volume.push([at, counter]);
      counter += value;
      pressures.push([at, pressure(h % 24)]);
    }
    await past(
      city,
      'DistrictMeteredArea',
      'north',
      {
        flow: { unitCode: 'MQH', points: flow },
        pressure: { unitCode: 'BAR', points: pressures },
        volume: { unitCode: 'MTQ', points: volume },
      },
      { residents: 5000, connections: 1000 },
    );
    await past(city, 'DistrictMeteredArea', 'unknown', { flow: { unitCode: 'MQH', points: flow } });
  });
  after(() => city.close());
  type Area = Record<string, number | string> & { days: Json[] };
  type Water = { areas: Area[]; total: Json; assumptions: Json };
  const area = async (more = ''): Promise<Area> =>
    (await json<Water>(city, `/api/utilities/water?${period}${more}`)).areas[0] as Area;

  test('inflow, flow at night and loss are those counted by hand; what has too few readings is left out', async () => {
    const north = await area();
    // 6 × 20 + 18 × 50 = 1,020 m³. N1 = 1: 6 + 18 × 3/4 = 19.5 h. Use 5,000 × 0.6 L = 3 m³/h. (20 - 3) × 19.5 = 331.5 m³.
    assert.deepEqual(north.days, [
      { day: '2026-11-10', hours: 24, inflow: 1020, nightFlow: 20, loss: 332 },
      { day: '2026-11-11', hours: 23, inflow: 1043 }, // 23 hours: (5 × 20 + 18 × 50) / 23 × 24
      { day: '2026-11-12', hours: 16, nightFlow: 20, loss: 332 },
    ]);
    assert.equal(north['night_day_factor_h'], 19.5);
    assert.equal(north['loss_l_connection_day'], 332); // 331.5 m³ / 1,000
    assert.equal(north['loss_l_resident_day'], 66);
    assert.equal(north['nights_with_data'], 2);
  });

  test('assumptions are of the address', async () => {
    const north = await area('&use=2&exponent=0.5&nightFrom=1&nightTo=5');
    // (20 - 10) × (6 + 18 × √0.75) = 215.9
    assert.equal(north['loss_m3_day'], 216);
    assert.equal((await area('&factor=24'))['loss_m3_day'], 408);
    assert.match(await ask(city, `/en/utilities/water?${period}&use=2`), /&amp;use=2&amp;lang=en/);
    for (const wrong of ['use=x', 'nightFrom=5&nightTo=4', 'factor=0.5', 'exponent=9', 'use=-1'])
      await ask(city, `/api/utilities/water?${period}&${wrong}`, 400);
  });

  test('an area of which residents and pressure are not known has a flow and no loss', async () => {
    const { areas, total } = await json<Water>(city, `/api/utilities/water?${period}`);
    assert.equal(areas[1]?.['night_flow_m3h'], 20);
    assert.equal(areas[1]?.['loss_m3_day'], undefined);
    assert.equal(areas[1]?.['factor_from'], 'assumed');
    // (1,020 + 1,043.5) / 2, twice. The parts make the whole, and it says of how many it is made.
    assert.deepEqual(total, { inflow: 2063, loss: 332, areasInflow: 2, areasLoss: 1 });
  });
});

suite('street lighting over HTTP', () => {
  let city: TestCity;
  const period = 'from=2026-10-01&to=2026-10-30';
  before(async () => {
    city = await openTestCity({ housekeeping: false }, clock);
    const { days } = periodOf(new URLSearchParams('from=2026-01-01&to=2026-10-30'), clock.now(), city.city.timeZone);
    // Ten lamps of 100 W burn from dusk to dawn, since July two hours less; one group came in September only.
    const energy = (from: string): Point[] =>
      days.flatMap((day) => {
        const date = dateOf(day, city.city.timeZone);
        if (date < from) return [];
        const hours = darkHoursOf(day, city.city.center) - (date < '2026-07-01' ? 0 : 2);
        return [[day + 8 * hour, hours]];
      });
    const lamps = { lampsTotal: 10, lampsNotAnswering: 3 };
    await past(city, 'StreetlightGroup', 'old', { nightEnergy: { unitCode: 'KWH', points: energy('') } }, lamps);
    await past(
      city,
      'StreetlightGroup',
      'young',
      { nightEnergy: { unitCode: 'KWH', points: energy('2026-09-15') } },
      { lampsTotal: 10 },
    );
    const status = {
      'https://uri.etsi.org/ngsi-ld/default-context/status': [{ type: 'Property', value: 'defectiveLamp' }],
    } as const;
    const lamp = { id: 'urn:ngsi-ld:Streetlight:dead', type: [coreContext.expand('Streetlight')], attrs: status };
    await city.broker.record(systemPrincipal, 0, [lamp], { by: 'test' });
  });
  after(() => city.close());
  type Area = { groups: number; groupsCounted: number; saving: Record<string, number | boolean | string> };
  type Lights = {
    baseline: Json;
    whole: Area;
    groups: { id: string; saving: Json }[];
    days: { at: string; actual: number; expected: number }[];
    months: Json[];
    outOfContact: Json;
  };
  const view = (more = ''): Promise<Lights> => json<Lights>(city, `/api/utilities/lighting?${period}${more}`);

  test('two hours less a night are what is saved, of the group that has a baseline', async () => {
    const { baseline, whole, groups, days, months, outOfContact } = await view();
    assert.deepEqual(baseline, { first: '2026-01-01', last: '2026-06-29', nights: 180, given: false });
    // 30 nights × 2 h × 1 kW
    assert.equal(whole.saving['saved'], 60);
    assert.equal(whole.saving['isShown'], true);
    assert.deepEqual([whole.groups, whole.groupsCounted], [2, 1]);
    assert.deepEqual(groups.find(({ id }) => id.endsWith('young'))?.saving, { cannotBeSaid: 'fewBaseline' });
    assert.deepEqual([days.length, days[0]?.at, months.length], [30, '2026-10-01', 1]);
    assert.deepEqual(outOfContact, {
      groups: [{ id: 'urn:ngsi-ld:StreetlightGroup:old', lamps: 3 }],
      lamps: ['urn:ngsi-ld:Streetlight:dead'],
      lampsInAll: 1,
    });
  });

  test('the baseline is of the address, and lies before the period', async () => {
    const after = await view('&baseFrom=2026-07-15&baseTo=2026-09-20');
    assert.equal(after.whole.saving['isShown'], false);
    assert.match(
      await ask(city, `/en/utilities/lighting?${period}&baseFrom=2026-07-15&baseTo=2026-09-20`),
      /No saving can be shown/,
    );
    await ask(city, `/api/utilities/lighting?${period}&baseFrom=2026-07-15&baseTo=2026-10-05`, 400);
    await ask(city, `/api/utilities/lighting?${period}&baseFrom=2026-07-15`, 400);
    await ask(city, `/api/utilities/lighting?${period}&district=nowhere`, 400);
  });
});

suite('heat over HTTP', () => {
  let city: TestCity;
  const period = 'from=2026-11-10&to=2026-11-12';
  const substation = (name: string, back: (supply: number) => number, hours = 72): Promise<string> => {
    const start = periodOf(new URLSearchParams(period), clock.now(), city.city.timeZone).from;
    const at = (h: number): number => start + h * hour;
    const supply = (h: number): number => 70 + (h % 24) / 2;
    const points = (of: (h: number) => number): Point[] => Array.from({ length: hours }, (_, h) => [at(h), of(h)]);
    return past(city, 'HeatSubstation', name, {
      supplyTemperature: { unitCode: 'CEL', points: points(supply) },
      returnTemperature: { unitCode: 'CEL', points: points((h) => back(supply(h))) },
    });
  };
  type Heat = {
    cannotBeSaid?: string;
    substations: { id: string; excess?: number; reason?: string; hoursAbove?: number }[];
  };
  before(async () => {
    city = await openTestCity({ housekeeping: false }, clock);
    for (let n = 0; n < 5; n++) await substation(`like${n}`, (supply) => 0.5 * supply + n / 10);
  });
  after(() => city.close());

  test('with five neighbours it cannot be said, and the page says how many are needed', async () => {
    const view = await json<Heat>(city, `/api/utilities/heat?${period}`);
    assert.equal(view.cannotBeSaid, 'fewNeighbours');
    assert.match(await ask(city, `/en/utilities/heat?${period}`), /at least 6 substations/);
  });

  test('the one that returns 20 K more stands out with its reason, one with a day of readings is not judged', async () => {
    await substation('hot', (supply) => 0.5 * supply + 20);
    await substation('like5', (supply) => 0.5 * supply + 0.5);
    await substation('young', (supply) => 0.5 * supply, 24);
    // What was counted is kept for a quarter of a minute.
    assert.equal((await json<Heat>(city, `/api/utilities/heat?${period}`)).cannotBeSaid, 'fewNeighbours');
    clock.set('2026-11-22T08:30:20Z');
    const { substations } = await json<Heat>(city, `/api/utilities/heat?${period}`);
    const [worst] = substations;
    assert.equal(worst?.id, 'urn:ngsi-ld:HeatSubstation:hot');
    // The middle of 0, 0.1, … 0.5 and 20 is 0.3.
    assert.deepEqual([worst?.excess, worst?.hoursAbove, worst?.reason], [19.7, 72, 'short']);
    assert.deepEqual(substations.filter(({ reason }) => reason !== undefined).length, 1);
    assert.equal(substations.find(({ id }) => id.endsWith('young'))?.excess, undefined);
    assert.match(await ask(city, `/en/utilities/heat?${period}`), /Comes back nearly as hot as it went/);
    assert.match(await ask(city, `/api/utilities/heat.csv?${period}&lang=ru`), /почти такой же горячей/);
  });
});
