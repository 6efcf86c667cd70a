import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createSimulator, districtAt, namuna, type Position, type SimulatedReading } from '../index.ts';
import { inArea } from '../geometry.ts';
import { dayMs, hourMs, minuteMs, type SimulatedAttribute } from './device.ts';

const city = namuna();
/** 25 November 2026, 08:40 in Namuna. */
const startedAt = Date.parse('2026-11-25T03:40:00Z');
const simulator = createSimulator({ city, seed: 7, startedAt });
const born = simulator.entities(startedAt);
const entity = (id: string) => {
  const found = born.find((candidate) => candidate.id === `urn:ngsi-ld:${id}`);
  assert.ok(found, id);
  return (name: string) => found.attrs.find((attribute) => attribute.name === name);
};
const sizeOf = (readings: readonly SimulatedReading[]) =>
  readings.reduce((sum, reading) => sum + reading.attrs.length, 0);

test('the sample city has 2,498 street lights, 41 buses, 26 substations, 4 meters, 3 air stations and a gauge', () => {
  const counts: Record<string, number> = {};
  for (const { type } of born) counts[type] = (counts[type] ?? 0) + 1;
  assert.equal(counts['Streetlight'], 2498);
  assert.equal(counts['Vehicle'], 41);
  assert.equal(counts['HeatSubstation'], 26);
  assert.equal(counts['DistrictMeteredArea'], 4);
  assert.equal(counts['AirQualityObserved'], 3);
  assert.equal(counts['FloodMonitoring'], 1);
  assert.equal(new Set(born.map(({ id }) => id)).size, born.length, 'every id stands once');
  for (const { source } of born) assert.ok(simulator.sources.some((known) => known.id === source));
});

test('every point stands inside the district that it names, checked without districtAt', () => {
  let points = 0;
  for (const { id, attrs } of born) {
    const location = attrs.find((attribute) => attribute.name === 'location')?.value as
      | { type: string; coordinates: Position }
      | undefined;
    assert.ok(location, id);
    if (location.type !== 'Point') continue;
    points++;
    const holding = city.districts.filter((district) => inArea(location.coordinates, district.geometry));
    assert.equal(holding.length, 1, `${id} at ${location.coordinates.join()}`);
    const named = attrs.find((attribute) => attribute.name === 'district')?.value;
    if (named !== undefined) assert.equal(named, holding[0]?.id, id);
  }
  assert.ok(points > 2500);
});

test('the same seed and start give the same values, another seed gives others', () => {
  const again = createSimulator({ city, seed: 7, startedAt });
  const other = createSimulator({ city, seed: 8, startedAt });
  const [from, to] = [startedAt - 3 * minuteMs, startedAt + 2 * minuteMs];
  assert.deepEqual(again.tick(from, to), simulator.tick(from, to));
  assert.deepEqual(again.entities(from), simulator.entities(from));
  assert.notDeepEqual(other.tick(from, to), simulator.tick(from, to));
});

test('ranges compose: tick(a, b) and tick(b, c) are tick(a, c)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -40 * dayMs, max: 40 * dayMs }),
      fc.integer({ min: 0, max: 90_000 }),
      fc.integer({ min: 0, max: 90_000 }),
      (shift, first, second) => {
        const a = startedAt + shift;
        const [b, c] = [a + first, a + first + second];
        assert.deepEqual([...simulator.tick(a, b), ...simulator.tick(b, c)], simulator.tick(a, c));
      },
    ),
    { numRuns: 30 },
  );
});

test('the past can be taken up again anywhere', () => {
  const middle = startedAt - 2 * dayMs - 5 * hourMs - 7;
  const [from, to] = [startedAt - 4 * dayMs, startedAt];
  const flat = (readings: Iterable<SimulatedReading>) =>
    [...readings]
      .flatMap(({ id, attrs }) => attrs.map((a) => `${a.observedAt} ${id} ${a.name} ${JSON.stringify(a.value)}`))
      .sort();
  assert.deepEqual(
    [...flat(simulator.backfill(from, middle)), ...flat(simulator.backfill(middle, to))].sort(),
    flat(simulator.backfill(from, to)),
  );
});

test('a year of the past is 500 to 900 thousand values, none of them in the future, days in order', () => {
  const from = startedAt - 365 * dayMs;
  let values = 0;
  let day = 0;
  for (const { attrs } of simulator.backfill(from, startedAt)) {
    values += attrs.length;
    const newest = Math.max(...attrs.map(({ observedAt }) => observedAt));
    const oldest = Math.min(...attrs.map(({ observedAt }) => observedAt));
    assert.ok(oldest >= from && newest < startedAt && newest - oldest < dayMs);
    const local = Math.floor((oldest + 5 * hourMs) / dayMs);
    assert.ok(local >= day);
    day = local;
  }
  assert.ok(values > 500_000 && values < 900_000, String(values));
});

test('something is heard within the first seconds, by day and by night, at 10 to 60 readings a second', () => {
  for (const hour of [0, 6, 12, 18]) {
    const from = startedAt + hour * hourMs;
    assert.ok(simulator.tick(from, from + 5000).length >= 5);
    const minute = simulator.tick(from, from + minuteMs);
    assert.ok(minute.length > 5 * 60 && minute.length < 60 * 60, `${hour}: ${minute.length}`);
    assert.ok(sizeOf(minute) < 120 * 60);
  }
});

test('quantities are possible: nothing is negative but temperatures, counters never run backwards', () => {
  const volumes = new Map<string, number>();
  const check = (id: string, { name, value }: SimulatedAttribute) => {
    if (typeof value !== 'number') return;
    assert.ok(Number.isFinite(value), `${id} ${name}`);
    const isTemperature = /temperature/i.test(name);
    assert.ok(isTemperature ? value > -40 && value < 100 : value >= 0, `${id} ${name} ${value}`);
    if (name === 'relativeHumidity') assert.ok(value <= 100);
    if (name === 'speed') assert.ok(value < 70);
    if (name === 'bearing') assert.ok(value <= 360);
    if (name === 'volume') {
      assert.ok(value >= (volumes.get(id) ?? 0), `${id} ran backwards to ${value}`);
      volumes.set(id, value);
    }
  };
  for (const { id, attrs } of simulator.backfill(startedAt - 365 * dayMs, startedAt)) {
    for (const attribute of attrs) check(id, attribute);
  }
  for (const { id, attrs } of simulator.tick(startedAt, startedAt + 10 * minuteMs)) {
    for (const attribute of attrs) check(id, attribute);
  }
  assert.equal(volumes.size, 4);
});

test('on the morning of the first start the story is there to see', () => {
  const weavers = entity('Pipe:namuna-weavers');
  assert.equal(weavers('residentsWithoutWater')?.value, 1240);
  assert.equal(weavers('pressure')?.value, 0);
  const meter = entity('DistrictMeteredArea:namuna-wm-02');
  assert.ok((meter('nightFlowRatio')?.value as number) > 1.25);
  const probe = meter('waterTemperature')?.observedAt as number;
  assert.ok(
    startedAt - probe >= 4 * dayMs && startedAt - probe < 4.1 * dayMs,
    'the probe is silent: its last value stands with its time',
  );
  const potters = entity('StreetlightGroup:namuna-potters-1');
  assert.equal(potters('lampsNotAnswering')?.value, 80);
  const gauge = entity('FloodMonitoring:namuna-canal-1');
  assert.equal(gauge('linkState')?.value, 'lost');
  const last = gauge('currentLevel')?.observedAt as number;
  assert.ok(startedAt - last > 3 * dayMs && startedAt - last < 5 * dayMs);
});

test('at any hour of a first start a burst, a leak and lights out of contact are there', () => {
  for (let hour = 0; hour < 24; hour += 5) {
    const start = startedAt + hour * hourMs;
    const sample = createSimulator({ city, seed: 7, startedAt: start });
    const now = new Map(sample.entities(start).map(({ id, attrs }) => [id, attrs]));
    const value = (id: string, name: string) =>
      now.get(`urn:ngsi-ld:${id}`)?.find((attribute) => attribute.name === name)?.value;
    assert.equal(value('Pipe:namuna-weavers', 'residentsWithoutWater'), 1240, `hour ${hour}`);
    assert.ok((value('DistrictMeteredArea:namuna-wm-02', 'nightFlowRatio') as number) > 1.25, `hour ${hour}`);
    assert.equal(value('StreetlightGroup:namuna-potters-1', 'lampsNotAnswering'), 80, `hour ${hour}`);
  }
});

test('the leak grows: night flow of its district rises over three weeks and no other does', () => {
  const nights = new Map<string, number[]>();
  for (const { id, attrs } of simulator.backfill(startedAt - 40 * dayMs, startedAt - 2 * dayMs)) {
    for (const { name, value } of attrs) {
      if (name === 'nightFlowRatio') nights.set(id, [...(nights.get(id) ?? []), value as number]);
    }
  }
  for (const [id, ratios] of nights) {
    const rise = (ratios.at(-1) ?? 0) / (ratios[0] ?? 1);
    if (id.endsWith('wm-02')) assert.ok(rise > 1.4, `${id} ${rise}`);
    else assert.ok(rise < 1.15, `${id} ${rise}`);
  }
});

test('outages leave gaps: two weeks in March without a value of the second meter', () => {
  const from = Date.parse('2026-03-16T00:00:00+05:00');
  const lost = [...simulator.backfill(from, from + 14 * dayMs)].filter(({ id }) => id.endsWith('wm-02'));
  assert.equal(lost.length, 0);
  assert.ok([...simulator.backfill(from - dayMs, from)].some(({ id }) => id.endsWith('wm-02')));
});

test('a bus drives along its streets, no faster than a bus', () => {
  const places: { at: number; position: Position }[] = [];
  for (const { id, attrs } of simulator.tick(startedAt, startedAt + 20 * minuteMs)) {
    if (!id.endsWith('bus-101')) continue;
    const location = attrs.find((attribute) => attribute.name === 'location');
    if (location) {
      places.push({
        at: location.observedAt,
        position: (location.value as unknown as { coordinates: Position }).coordinates,
      });
    }
  }
  assert.ok(places.length >= 239);
  let driven = 0;
  places.slice(1).forEach(({ at, position }, i) => {
    const before = places[i] as (typeof places)[number];
    const metres = Math.hypot(
      (position[0] - before.position[0]) * 87_900,
      (position[1] - before.position[1]) * 111_195,
    );
    driven += metres;
    assert.ok((metres / (at - before.at)) * 3600 < 60, `${metres} m in ${at - before.at} ms`);
    assert.ok(districtAt(city, position));
  });
  assert.ok(driven > 3000, `${driven} m in 20 minutes`);
});

test('names of devices and sources are there in every language of the city, addresses too', () => {
  const complete = (words: unknown, where: string) => {
    for (const language of city.languages) {
      const text = (words as Record<string, string>)[language];
      assert.ok(text && !/[{}]|undefined/.test(text), `${where} ${language}: ${text}`);
    }
  };
  for (const { id, attrs } of born) {
    for (const { name, kind, value } of attrs) if (kind === 'LanguageProperty') complete(value, `${id} ${name}`);
    assert.ok(
      attrs.some(({ name }) => name === 'name'),
      id,
    );
  }
  for (const { id, name, purpose, owner, legalBasis } of simulator.sources) {
    for (const words of [name, purpose, owner, legalBasis]) complete(words, id);
  }
});

test('trouble goes on after the first days: in half a year other mains burst and other districts leak', () => {
  const burst = new Set<string>();
  const leaking = new Set<string>();
  for (let day = 0; day < 180; day += 3) {
    const at = startedAt + day * dayMs;
    for (const { id, attrs } of simulator.tick(at, at + 5 * minuteMs)) {
      if (attrs.some(({ name, value }) => name === 'residentsWithoutWater' && value !== 0)) burst.add(id);
    }
    for (const { id, attrs } of simulator.backfill(at, at + dayMs)) {
      if (attrs.some(({ name, value }) => name === 'nightFlowRatio' && (value as number) > 1.25)) leaking.add(id);
    }
  }
  assert.ok(burst.size > 15, `${burst.size} streets`);
  assert.ok(leaking.size >= 2, [...leaking].join());
});

test('nothing made up enters a real city', () => {
  assert.throws(
    () => createSimulator({ city: { ...city, simulated: false }, seed: 7, startedAt }),
    /not a simulated city/,
  );
});
