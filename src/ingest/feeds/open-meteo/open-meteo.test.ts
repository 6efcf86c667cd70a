import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Problem } from '../../../base/problem.ts';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import { feedKinds } from '../kinds.ts';
import { parseAnswer } from './answer.ts';
import { airNow, weatherNow, weatherOfDay } from './variables.ts';

/** An answer as open-meteo.com documents it, with `timeformat=unixtime` and `wind_speed_unit=ms`. */
const atS = 1_795_334_400; // 2026-11-22T08:00:00Z
const weatherAnswer = {
  latitude: 40.3125,
  longitude: 69.625,
  generationtime_ms: 0.12,
  utc_offset_seconds: 18_000,
  timezone: 'Asia/Dushanbe',
  timezone_abbreviation: 'GMT+5',
  elevation: 318,
  current_units: {
    time: 'unixtime',
    interval: 'seconds',
    temperature_2m: '°C',
    relative_humidity_2m: '%',
    precipitation: 'mm',
    surface_pressure: 'hPa',
    wind_speed_10m: 'm/s',
    wind_direction_10m: '°',
  },
  current: {
    time: atS,
    interval: 900,
    temperature_2m: 8.4,
    relative_humidity_2m: 61,
    precipitation: 0.2,
    surface_pressure: 978.3,
    wind_speed_10m: 2.31,
    wind_direction_10m: 244,
  },
  daily_units: {
    time: 'unixtime',
    temperature_2m_max: '°C',
    temperature_2m_min: '°C',
    precipitation_sum: 'mm',
    precipitation_probability_max: '%',
    wind_speed_10m_max: 'm/s',
  },
  daily: {
    time: [1_795_287_600, 1_795_374_000],
    temperature_2m_max: [11.2, 12.5],
    temperature_2m_min: [3.1, null],
    precipitation_sum: [0.4, 0],
    precipitation_probability_max: [35, 5],
    wind_speed_10m_max: [4.1, 3.2],
  },
};
const airAnswer = {
  latitude: 40.25,
  longitude: 69.65,
  generationtime_ms: 0.09,
  utc_offset_seconds: 0,
  timezone: 'GMT',
  timezone_abbreviation: 'GMT',
  current_units: {
    time: 'unixtime',
    interval: 'seconds',
    pm2_5: 'μg/m³',
    pm10: 'μg/m³',
    nitrogen_dioxide: 'μg/m³',
    ozone: 'μg/m³',
    carbon_monoxide: 'μg/m³',
    european_aqi: 'EAQI',
  },
  current: {
    time: atS,
    interval: 3600,
    pm2_5: 38.4,
    pm10: 51.2,
    nitrogen_dioxide: 17.9,
    ozone: 44,
    carbon_monoxide: 512,
    european_aqi: 63,
  },
};

const asked: URL[] = [];
let air: unknown = airAnswer;
let weather: unknown = weatherAnswer;
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  asked.push(url);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(url.pathname.endsWith('air-quality') ? air : weather));
});

let city: TestCity;
let directory: string;
let base: string;
const mappingOf = (feed: object): string =>
  JSON.stringify({
    sources: [
      {
        id: 'model',
        name: 'Weather and air by model',
        purpose: 'Know what is coming',
        owner: 'City',
        legalBasis: 'Open licence',
        retentionDays: 730,
        personal: 'none',
        granularity: 'model cell',
        kind: 'feed',
        expectedEveryS: 900,
      },
    ],
    feeds: [{ kind: 'open-meteo', source: 'model', ...feed }],
  });

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = await mkdtemp(join(tmpdir(), 'chorsu-meteo-'));
  const file = join(directory, 'feeds.json');
  const feed = { weather: `${base}/v1/forecast`, air: `${base}/v1/air-quality`, everyS: 1 };
  await writeFile(file, mappingOf({ ...feed, points: [{ id: 'center', name: { tg: 'Марказ' }, at: [69.63, 40.29] }] }));
  city = await openTestCity({ mappings: [file] });
});
after(async () => {
  await city.close();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let n = 0; n < 600; n++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('it did not come');
}

const entity = async (id: string): Promise<Record<string, Record<string, unknown>> | undefined> => {
  const answer = await city.fetch(`/entities/${id}`);
  return answer.status === 200 ? ((await answer.json()) as Record<string, Record<string, unknown>>) : undefined;
};

test('the weather of now, the air and the days to come are there, each value as an estimate', async () => {
  const now = await until(() => entity('urn:ngsi-ld:WeatherObserved:model-center'));
  assert.deepEqual(now['temperature'], {
    type: 'Property',
    value: 8.4,
    unitCode: 'CEL',
    observedAt: '2026-11-22T08:00:00.000Z',
    status: { type: 'Property', value: 'estimated' },
  });
  assert.equal(now['windSpeed']?.['unitCode'], 'MTS');
  const names = now['name']?.['languageMap'] as Record<string, string>;
  assert.equal(names['tg'], 'Модели обу ҳаво: Марказ');
  const breath = await until(() => entity('urn:ngsi-ld:AirQualityObserved:model-center'));
  assert.deepEqual([breath['pm25']?.['value'], breath['airQualityIndex']?.['value']], [38.4, 63]);
  const tomorrow = await until(() => entity('urn:ngsi-ld:WeatherForecast:model-center-day1'));
  assert.equal(tomorrow['temperatureMax']?.['value'], 12.5);
  assert.equal(tomorrow['temperatureMin'], undefined);
  assert.deepEqual(tomorrow['validFrom']?.['value'], { '@type': 'DateTime', '@value': '2026-11-22T19:00:00.000Z' });
  const query = asked.find(({ pathname }) => pathname === '/v1/forecast')?.searchParams;
  assert.deepEqual([query?.get('latitude'), query?.get('longitude')], ['40.29', '69.63']);
  assert.equal(query?.get('timezone'), city.city.timeZone);
  assert.match(query?.get('current') ?? '', /temperature_2m,relative_humidity_2m/);
});

test('the source says whom the values come from, that they are computed, and that the other side answers', async () => {
  const { sources } = (await (await fetch(`${city.url}/api/sources`)).json()) as {
    sources: { source: Record<string, unknown>; health: { connection: { state: string } } }[];
  };
  const [model] = sources;
  assert.equal(model?.source['credit'], 'Open-Meteo.com (CC BY 4.0)');
  assert.equal(model.source['estimated'], true);
  assert.equal(model.health.connection.state, 'reachable');
  const page = await (await fetch(`${city.url}/en/sources`)).text();
  assert.match(page, /computed by a model, not measured/);
  assert.match(page, /Open-Meteo\.com \(CC BY 4\.0\)/);
  assert.match(page, /answers \(since/);
  const shown = await (await fetch(`${city.url}/ru/entities/urn:ngsi-ld:WeatherObserved:model-center`)).text();
  assert.match(shown, /рассчитано, не измерено/);
  assert.match(
    await (await fetch(`${city.url}/metrics`)).text(),
    /chorsu_feed_reachable\{source="model",feed="open-meteo 1"\} 1/,
  );
});

test('what is asked again and has not changed is not recorded again', async () => {
  await until(() => entity('urn:ngsi-ld:AirQualityObserved:model-center'));
  const before = asked.length;
  const seq = city.lastSeq();
  await until(() => (asked.length >= before + 4 ? true : undefined));
  assert.equal(city.lastSeq(), seq);
});

test('a unit that changed is refused and named, and the other values are taken', async () => {
  const nextS = atS + 900;
  weather = {
    ...weatherAnswer,
    current_units: { ...weatherAnswer.current_units, temperature_2m: '°F' },
    current: { ...weatherAnswer.current, time: nextS, temperature_2m: 47, relative_humidity_2m: 65 },
  };
  const id = 'urn:ngsi-ld:WeatherObserved:model-center';
  await until(async () => ((await entity(id))?.['relativeHumidity']?.['value'] === 65 ? true : undefined));
  assert.equal((await entity(id))?.['temperature']?.['value'], 8.4);
  const [{ health } = { health: undefined }] = city.ingest.reports();
  assert.ok((health?.rejectedBy['unit'] ?? 0) >= 1);
  assert.match(
    health?.lastRejects.find(({ reason }) => reason === 'unit')?.detail ?? '',
    /temperature_2m is in "°F", not in °C/,
  );
});

test('one of the two services may fail without harm to the other', async () => {
  air = 'gone';
  weather = { ...weatherAnswer, current: { ...weatherAnswer.current, time: atS + 1800, relative_humidity_2m: 70 } };
  const id = 'urn:ngsi-ld:WeatherObserved:model-center';
  await until(async () => ((await entity(id))?.['relativeHumidity']?.['value'] === 70 ? true : undefined));
  const connection = await until(() => {
    const found = city.ingest.reports()[0]?.health.connection;
    return found?.detail === undefined ? undefined : found;
  });
  assert.deepEqual([connection.state, /no object/.test(connection.detail ?? '')], ['reachable', true]);
});

const faultsOf = (feed: object): string => {
  try {
    parseMappingFile(Buffer.from(mappingOf(feed)), 'feeds.json', [], feedKinds);
    return '';
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error.message;
  }
};

test('every fault of the declaration is named with its place', () => {
  assert.equal(faultsOf({}), '');
  assert.equal(faultsOf({ air: false, points: [{ id: 'a', at: [69, 40] }] }), '');
  const faults = faultsOf({
    weather: 'ftp://x/',
    everyS: 5,
    forecastDays: 40,
    typo: 1,
    points: [{ id: 'a', at: [690, 40] }, { id: 'a' }],
  });
  assert.match(faults, /feeds\[0\]\.weather: found "ftp:\/\/x\/", wanted a URL that begins with http:/);
  assert.match(faults, /feeds\[0\]\.everyS: found 5, wanted seconds between 60 and 86400/);
  assert.match(faults, /feeds\[0\]\.forecastDays: found 40/);
  assert.match(faults, /feeds\[0\]\.typo: found an unknown field/);
  assert.match(faults, /feeds\[0\]\.points\[0\]\.at: found \[690,40\], wanted \[longitude, latitude\]/);
  assert.match(faults, /feeds\[0\]\.points: .*ids that differ/);
  assert.match(faultsOf({ weather: false, air: false }), /weather or air, not neither/);
  assert.match(faultsOf({ kind: 'teletype' }), /feeds\[0\]\.kind: found "teletype", wanted one of .*open-meteo/);
  assert.match(faultsOf({ source: 'none' }), /feeds\[0\]\.source: found "none", wanted a source of this file: model/);
});

test('whatever an answer holds, it is read, refused in part or refused as a whole', () => {
  const paths = ['current', 'current_units', 'daily', 'daily_units', 'utc_offset_seconds'] as const;
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '°F', 1e300, -1, '', [], {}));
  const inner = fc.constantFrom('time', 'temperature_2m', 'pm2_5', 'temperature_2m_max', 'interval');
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.option(inner), anything, fc.boolean(), (path, key, value, isAir) => {
      const changed = structuredClone(isAir ? airAnswer : weatherAnswer) as Record<string, unknown>;
      const part = changed[path];
      if (key !== null && typeof part === 'object' && part !== null) (part as Record<string, unknown>)[key] = value;
      else changed[path] = value;
      const wanted = isAir ? { now: airNow, day: [] } : { now: weatherNow, day: weatherOfDay };
      try {
        const [place] = parseAnswer(Buffer.from(JSON.stringify(changed)), { places: 1, ...wanted });
        for (const { value: found } of place?.now?.values ?? []) assert.ok(Number.isFinite(found));
        if (place?.now) assert.ok(!Number.isNaN(new Date(place.now.atMs).getTime()));
        for (const day of place?.days ?? []) assert.ok(!Number.isNaN(new Date(day.toMs).getTime()));
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
