import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Problem } from '../../../base/problem.ts';
import { systemPrincipal } from '../../../http/principal.ts';
import { coreContext } from '../../../ngsild/index.ts';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { cursor, type Fault } from '../../mapping/cursor.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import { feedKinds } from '../kinds.ts';
import { camelCase, readDeclaration } from './declaration.ts';
import { testService, type TestObservation, type TestService, type TestStream } from './fixtures/service.ts';
import { readObservation } from './observations.ts';
import { readStream } from './streams.ts';
import { unitCodeOf } from './units.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const celsius = { name: 'Degree Celsius', symbol: '°C', definition: 'http://qudt.org/vocab/unit/DEG_C' };
const dust = { name: 'microgram per cubic metre', symbol: 'µg/m³', definition: '' };
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const value = (minute: number, result: unknown, more: Partial<TestObservation> = {}): TestObservation => ({
  id: minute,
  phenomenonTime: at(minute),
  resultTime: null,
  result,
  ...more,
});
const stream = (more: Partial<TestStream>): TestStream => ({
  id: 1,
  name: 'Air temperature at the bridge',
  thing: { id: 7, name: 'Bridge station', at: [69.62, 40.28] },
  property: { name: 'Air Temperature', definition: 'http://vocab.nerc.ac.uk/collection/P07/current/CFSN0023/' },
  unit: celsius,
  observations: [],
  ...more,
});

async function service(...streams: TestStream[]): Promise<TestService> {
  const made = await testService();
  made.streams.push(...streams);
  closers.push(() => made.close());
  return made;
}

const mappingOf = (feed: object): string =>
  JSON.stringify({
    sources: [
      {
        id: 'ministry',
        name: 'Stations of the ministry',
        purpose: 'Know the air',
        owner: 'Ministry',
        legalBasis: 'Agreement',
        retentionDays: 730,
        personal: 'none',
        granularity: 'station',
        kind: 'feed',
        expectedEveryS: 600,
      },
    ],
    feeds: [{ kind: 'sensorthings', source: 'ministry', type: 'AirQualityObserved', everyS: 1, ...feed }],
  });

async function cityWith(feed: object, settings: Parameters<typeof openTestCity>[0] = {}): Promise<TestCity> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-sta-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'feeds.json');
  await writeFile(file, mappingOf(feed));
  const city = await openTestCity({ mappings: [file], ...settings });
  closers.push(() => city.close());
  return city;
}

async function until(look: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let n = 0; n < 600; n++) {
    if (await look()) return;
    await sleep(50);
  }
  throw new Error(`it did not come: ${what}`);
}

type Shown = Record<string, Record<string, unknown>>;
async function entity(city: TestCity, id: string): Promise<Shown | undefined> {
  const answer = await city.fetch(`/entities/${id}`);
  return answer.status === 200 ? ((await answer.json()) as Shown) : undefined;
}
async function instantsOf(city: TestCity, id: string, attribute: string): Promise<number> {
  const { entities } = await city.broker.history(
    systemPrincipal,
    0,
    [id],
    { time: { timerel: 'after', timeAt: Date.UTC(2020, 0, 1) }, timeproperty: 'observedAt' },
    { limit: 50_000 },
  );
  const iri = coreContext.expand(attribute);
  return entities[0]?.attrs.find(({ name }) => name === iri)?.instances.length ?? 0;
}
const health = (city: TestCity) => {
  const [report] = city.ingest.reports();
  if (!report) throw new Error('no source');
  return report.health;
};
const bridge = 'urn:ngsi-ld:AirQualityObserved:ministry-7';

test('the Things of a service are entities with their place, their observations values with unit and time', async () => {
  const there = await service(
    stream({ observations: [value(0, 3.5), value(10, 4.25)] }),
    stream({
      id: 'dust',
      name: 'Dust',
      property: { name: 'PM2.5', definition: '' },
      unit: dust,
      observations: [value(0, 31, { phenomenonTime: `${at(0)}/${at(60)}` })],
    }),
    stream({ id: 3, property: { name: 'Battery', definition: '' }, observations: [value(0, 90)] }),
  );
  const city = await cityWith({
    url: `${there.url}/`,
    attributes: { 'Air Temperature': 'temperature', 'PM2.5': { name: 'pm25', range: { min: 0, max: 30 } } },
  });
  await until(async () => (await entity(city, bridge))?.['pm25'] !== undefined, 'both values');
  const found = await entity(city, bridge);
  assert.deepEqual(found?.['temperature'], {
    type: 'Property',
    value: 4.25,
    unitCode: 'CEL',
    observedAt: at(10),
  });
  assert.deepEqual(found['pm25'], {
    type: 'Property',
    value: 31,
    unitCode: 'GQ',
    observedAt: at(60),
    status: { type: 'Property', value: 'flagged' },
  });
  assert.equal(found['name']?.['value'], 'Bridge station');
  assert.deepEqual(found['location']?.['value'], { type: 'Point', coordinates: [69.62, 40.28] });
  assert.equal(found['battery'], undefined, 'what the table does not name is left out');
  assert.equal(await instantsOf(city, bridge, 'temperature'), 2);
  assert.equal(health(city).connection?.state, 'reachable');
});

test('what is new is taken once, late ones too, and a restart goes on where it stopped', async () => {
  const data = await mkdtemp(join(tmpdir(), 'chorsu-sta-data-'));
  closers.push(() => rm(data, { recursive: true, force: true }));
  const own = stream({ observations: Array.from({ length: 25 }, (_, n) => value(n * 10, n)) });
  const there = await service(own);
  there.pageSize = 40;
  const first = await cityWith({ url: there.url, newest: 5 }, { data });
  await until(async () => (await instantsOf(first, bridge, 'airTemperature')) === 5, 'the newest five');
  // One that is newer, and one that comes late, between two that were taken.
  own.observations.push(value(250, 25), value(225, 22.5));
  await until(async () => (await instantsOf(first, bridge, 'airTemperature')) === 7, 'seven');
  const asked = there.asked.length;
  await until(() => there.asked.length > asked + 1, 'another look');
  assert.equal(await instantsOf(first, bridge, 'airTemperature'), 7);
  await closers.pop()?.();
  for (let n = 0; n < 130; n++) own.observations.push(value(260 + n, n));
  const second = await cityWith({ url: there.url, newest: 5 }, { data });
  await until(async () => (await instantsOf(second, bridge, 'airTemperature')) === 137, 'the 130 of the time away');
  assert.ok(there.asked.some((url) => url.includes(`phenomenonTime gt ${at(250)}`.replaceAll(' ', '+'))));
  assert.equal(health(second).rejected, 0);
});

test('"since" takes the past, page by page', async () => {
  const there = await service(stream({ observations: Array.from({ length: 230 }, (_, n) => value(n, n)) }));
  there.pageSize = 50;
  const city = await cityWith({ url: there.url, since: at(29), newest: 3 });
  await until(async () => (await instantsOf(city, bridge, 'airTemperature')) === 200, '200 of the past');
});

test('results that are no values, times that are none and units that nobody knows are refused by name', async () => {
  const there = await service(
    stream({
      observations: [
        value(0, null),
        value(1, { complex: [1, 2] }),
        value(2, 'open'),
        value(3, true),
        value(4, 1, { phenomenonTime: 'yesterday' }),
        value(5, 1, { phenomenonTime: new Date(Date.now() + 3_600_000).toISOString() }),
        value(6, 2, { phenomenonTime: null, resultTime: at(6) }),
      ],
    }),
    stream({
      id: 2,
      thing: { id: 8, name: 'Odd' },
      unit: { name: 'furlong', symbol: 'fur', definition: '' },
      observations: [value(0, 1)],
    }),
  );
  const city = await cityWith({ url: there.url, unknownUnit: 'refuse' });
  await until(() => health(city).rejectedBy['unit'] !== undefined, 'the unit');
  assert.equal(await instantsOf(city, bridge, 'airTemperature'), 3);
  const { rejectedBy, lastRejects } = health(city);
  for (const reason of ['missing', 'type', 'time', 'future', 'unit']) assert.ok((rejectedBy[reason] ?? 0) >= 1, reason);
  assert.match(
    lastRejects.find(({ reason }) => reason === 'unit')?.detail ?? '',
    /Datastream 2 .*: the unit "fur" is not known/,
  );
});

test('quality by the file’s words, an unknown unit in its own words, features as entities', async () => {
  const bus = { id: 4, name: 'Bus 12 at the bazaar', at: [69.63, 40.29] as [number, number] };
  const there = await service(
    stream({
      unit: { name: 'Index', symbol: 'AQ', definition: '' },
      observations: [
        value(0, 5, { resultQuality: { status: '9', quality: 'Good' }, feature: bus }),
        value(1, 6, { resultQuality: { quality: 'Doubtful' }, feature: bus }),
        value(2, 7, { resultQuality: { quality: 'Broken' }, feature: bus }),
      ],
    }),
  );
  const words = { Good: 'valid', Doubtful: 'flagged', Broken: 'reject' };
  const city = await cityWith({ url: there.url, entity: 'feature', quality: { path: 'quality', words } });
  const id = 'urn:ngsi-ld:AirQualityObserved:ministry-4';
  await until(async () => (await entity(city, id)) !== undefined, 'the bus');
  const found = await entity(city, id);
  assert.deepEqual(found?.['airTemperature'], {
    type: 'Property',
    value: 6,
    observedAt: at(1),
    status: { type: 'Property', value: 'flagged' },
    unit: { type: 'Property', value: 'AQ' },
  });
  assert.deepEqual(found['location']?.['value'], { type: 'Point', coordinates: [69.63, 40.29] });
  assert.equal(health(city).rejectedBy['status'], 1);
});

test('two Datastreams of one Thing that would be one attribute are told apart, not mixed', async () => {
  const there = await service(
    stream({ id: 1, name: 'Temperature above', observations: [value(0, 1)] }),
    stream({ id: 2, name: 'Temperature below', observations: [value(0, 2)] }),
  );
  const mixed = await cityWith({ url: there.url });
  await until(() => health(mixed).rejectedBy['entity'] !== undefined, 'the refusal');
  assert.match(health(mixed).lastRejects[0]?.detail ?? '', /Datastream 2 .* and Datastream 1 are the same attribute/);
  const apart = await cityWith({
    url: there.url,
    attributes: { 'Temperature above': 'above', 'Temperature below': 'below' },
  });
  await until(async () => (await entity(apart, bridge))?.['below']?.['value'] === 2, 'the lower one');
  assert.equal((await entity(apart, bridge))?.['above']?.['value'], 1);
});

test('a next page elsewhere, or pages without an end, are not followed', async () => {
  const there = await service(stream({ observations: [value(0, 1)] }));
  there.spoil = (answer) => ({ ...(answer as object), '@iot.nextLink': 'http://169.254.169.254/latest/meta-data' });
  const city = await cityWith({ url: there.url });
  await until(
    () => /the service does not know its own address/.test(health(city).connection?.detail ?? ''),
    'the sentence',
  );
  there.spoil = (answer) => ({ ...(answer as object), '@iot.nextLink': `${there.url}/Datastreams?again` });
  await until(() => /have no end/.test(health(city).connection?.detail ?? ''), 'the end');
  assert.equal((await entity(city, bridge))?.['airTemperature']?.['value'], 1);
});

test('the password goes with each request and stands nowhere', async () => {
  const there = await service(stream({ observations: [value(0, 1)] }));
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-sta-secret-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const secret = join(directory, 'secret');
  const city = await cityWith({ url: there.url, username: 'city', passwordFile: secret });
  await until(() => /cannot be read \(ENOENT\)/.test(health(city).connection?.detail ?? ''), 'the missing file');
  await writeFile(secret, 'hush-hush\n');
  await until(() => health(city).connection?.detail === undefined, 'the connection');
  assert.doesNotMatch(JSON.stringify(city.ingest.reports()), /hush-hush/);
});

const declared = (more: object = {}) => {
  const faults: Fault[] = [];
  const made = readDeclaration(
    cursor({ kind: 'sensorthings', source: 'ministry', url: 'https://x.example/v1.1', ...more }, '', faults),
    (name) => coreContext.expand(name),
  );
  return { made, faults };
};

test('every fault of the declaration is named with its place', () => {
  assert.deepEqual(declared().faults, []);
  const [local] = declared({ since: '2026-01-01T00:00:00' }).faults;
  assert.equal(local?.path, 'since', 'without an offset it is no instant');
  const file = mappingOf({ url: 'https://x.example/v1.1' });
  assert.equal(parseMappingFile(Buffer.from(file), 'f.json', [], feedKinds).feeds.length, 1);
  const paths = declared({
    url: 'mqtt://x',
    everyS: 0,
    type: '1 2',
    since: 'then',
    maxFuture: 'soon',
    newest: 0,
    entity: 'sensor',
    quality: { path: 'q' },
    attributes: { a: { name: 1, unit: 'x' } },
    password: 'p',
    extra: 1,
  }).faults.map(({ path }) => path);
  for (const path of [
    'url',
    'everyS',
    'type',
    'since',
    'maxFuture',
    'newest',
    'entity',
    'quality.words',
    'attributes.a.name',
  ]) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(paths.includes('attributes.a.unit') && paths.includes('password') && paths.includes('extra'));
});

test('units are found by symbol, by address, and by the words of the file', () => {
  const code = (symbol: string, definition = '', own = {}) => unitCodeOf({ name: '', symbol, definition }, own);
  for (const symbol of ['µg/m³', 'μg/m3', 'ug/m^3', 'ug·m⁻³', 'ug.m-3']) assert.equal(code(symbol), 'GQ', symbol);
  assert.equal(code('degC'), 'CEL');
  assert.equal(code('', 'http://qudt.org/vocab/unit/DEG_C'), 'CEL');
  assert.equal(code('', 'http://www.qudt.org/qudt/owl/1.0.0/unit/Instances.html#DegreeCelsius'), 'CEL');
  assert.equal(code('', 'http://qudt.org/vocab/unit/MicroGM-PER-M3'), 'GQ');
  assert.equal(code('fur', '', { fur: 'M50' }), 'M50');
  assert.equal(code('constructor', 'toString'), undefined);
  assert.equal(code('', ''), undefined);
});

test('names become attributes', () => {
  assert.equal(camelCase('Air Temperature'), 'airTemperature');
  assert.equal(camelCase('PM2.5'), 'pm25');
  assert.equal(camelCase('PM10'), 'pm10');
  assert.equal(camelCase('температура воздуха'), 'температураВоздуха');
  assert.equal(camelCase('2 m wind'), 'n2MWind');
  assert.equal(camelCase('***'), 'value');
});

test('whatever a service answers, it becomes a reading or a refusal, nothing else', () => {
  const { made } = declared({ quality: { words: { good: 'valid' } }, since: '2026-01-01T00:00:00Z' });
  assert.ok(made);
  const good = {
    '@iot.id': 1,
    name: 'n',
    unitOfMeasurement: celsius,
    ObservedProperty: { name: 'Air', definition: '' },
    Thing: { '@iot.id': 7, name: 'T', Locations: [{ location: { type: 'Point', coordinates: [1, 2] } }] },
  };
  const one = { '@iot.id': 1, phenomenonTime: at(0), result: 1.5, resultQuality: 'good' };
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, -0, 1e308, '\ud800', '\0', '2026-02-30T00:00:00Z', [], {}),
  );
  const keysOfStream = fc.constantFrom(...Object.keys(good), '__proto__', 'constructor');
  const keysOfOne = fc.constantFrom(...Object.keys(one), 'resultTime', 'FeatureOfInterest');
  fc.assert(
    fc.property(keysOfStream, odd, keysOfOne, odd, fc.boolean(), (key, strange, ownKey, ownStrange, whole) => {
      let found;
      try {
        found = readStream(whole ? strange : { ...good, [key]: strange }, made);
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
        return;
      }
      if (found === undefined || 'reason' in found) return;
      const result = readObservation({ ...one, [ownKey]: ownStrange }, found, made, Date.UTC(2026, 5, 1));
      if (result.reason !== undefined) return;
      assert.match(result.reading.id, /^urn:ngsi-ld:Device:ministry-/);
      assert.ok(!Number.isNaN(new Date(result.observedMs).getTime()));
      for (const instances of Object.values(result.reading.attrs)) assert.equal(instances.length, 1);
    }),
    { numRuns: 1000 },
  );
});
