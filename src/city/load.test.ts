import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import {
  countries,
  defaultWatches,
  districtAt,
  lawPackOf,
  loadCity,
  namuna,
  parseCity,
  zoneOffsetMs,
} from './index.ts';
import { languages, type Words } from './profile.ts';

const ring = [
  [68, 38],
  [68.1, 38],
  [68.1, 38.1],
  [68, 38.1],
  [68, 38],
];
const district = (coordinates: unknown = [ring], properties: object = { id: 'a', 'name:en': 'A' }) => ({
  type: 'FeatureCollection',
  features: [{ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates } }],
});
const profile = {
  id: 'somewhere',
  name: { en: 'Somewhere' },
  languages: ['tg', 'en'],
  timeZone: 'Asia/Dushanbe',
  lawPack: 'TJ',
  files: { districts: 'districts.geojson' },
};
const parse = (json: unknown, files: Record<string, unknown> = { 'districts.geojson': district() }) =>
  parseCity(json, (file) => {
    if (!(file in files)) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    return new TextEncoder().encode(typeof files[file] === 'string' ? files[file] : JSON.stringify(files[file]));
  });
const refused = (run: () => unknown, field: string, detail: RegExp) =>
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.field, field);
    assert.match(error.message, detail);
    return true;
  });
const wrong = (change: object, field: string, detail: RegExp) =>
  refused(() => parse({ ...profile, ...change }), field, detail);
const wrongDistrict = (file: unknown, field: string, detail: RegExp) =>
  refused(() => parse(profile, { 'districts.geojson': file }), field, detail);

test('a small profile is read; box and centre come from its districts', () => {
  const city = parse(profile);
  assert.deepEqual(city.bbox, [68, 38, 68.1, 38.1]);
  assert.equal(city.simulated, false);
  assert.deepEqual(city.watches, []);
  assert.equal(city.lawPack.householdReadings, false);
  assert.ok(city.holidays.some(({ date }) => date === '09-09'));
});

test('what is wrong in city.json is named by its path', () => {
  wrong({ id: 'Somewhere' }, 'city.json: id', /lower case/);
  wrong({ name: {} }, 'city.json: name', /words by language/);
  wrong({ name: { xx: 'A' } }, 'city.json: name.xx', /expected one of tg/);
  wrong({ languages: ['tg', 'fr'] }, 'city.json: languages[1]', /found "fr"/);
  wrong({ languages: ['tg', 'tg'] }, 'city.json: languages', /twice/);
  wrong({ timeZone: 'Asia/Nowhere' }, 'city.json: timeZone', /IANA/);
  wrong({ lawPack: 'FR' }, 'city.json: lawPack', /expected one of TJ/);
  wrong({ simulated: 'yes' }, 'city.json: simulated', /true or false/);
  wrong({ langauges: ['tg'] }, 'city.json: langauges', /unknown member/);
  wrong({ holidays: [{ date: '02-30', name: { en: 'None' } }] }, 'city.json: holidays[0].date', /MM-DD/);
  wrong({ watches: [{ id: 'a', severity: 'bad' }] }, 'city.json: watches[0].severity', /trouble, warn/);
  wrong({ files: { districts: '../districts.geojson' } }, 'city.json: files.districts.path', /directory/);
  wrong({ credit: '' }, 'city.json: credit', /expected a text/);
  wrong({ files: {} }, 'city.json: center', /no file of districts/);
  refused(() => parse(profile, {}), 'districts.geojson', /no such file/);
  refused(() => parse(profile, { 'districts.geojson': '{"type":' }), 'districts.geojson: character 8', /not JSON/);
});

test('what is wrong in a district is named by file, feature and coordinate', () => {
  const at = 'districts.geojson: features[0].geometry.coordinates[0]';
  const swapped = ring.map(([long, lat]) => [lat, long]);
  wrongDistrict(district([swapped]), `${at}[0]`, /longitude and latitude look swapped/);
  wrongDistrict(district([ring.slice(0, 4)]), at, /not closed/);
  wrongDistrict(district([ring.slice(0, 3)]), at, /at least 4 positions/);
  wrongDistrict(district([[...ring.slice(0, 2), [68.05, 'x'], ...ring.slice(2)]]), `${at}[2]`, /expected a position/);
  wrongDistrict(district([[[7_600_000, 4_600_000], ...ring.slice(1)]]), `${at}[0]`, /WGS 84/);
  const bow = [
    [68, 38],
    [68.1, 38.1],
    [68.1, 38],
    [68, 38.1],
    [68, 38],
  ];
  wrongDistrict(district([bow]), at, /crosses itself/);
  wrongDistrict(
    district([ring], { id: 'a', title: 'A' }),
    'districts.geojson: features[0].properties',
    /name:tg, name:en; found id, title/,
  );
  wrongDistrict(district([ring], { 'name:en': 'A' }), 'districts.geojson: features[0].properties.id', /expected an id/);
  wrongDistrict(
    district([ring], { id: 'a', 'name:en': 'A', population: -1 }),
    'districts.geojson: features[0].properties.population',
    /whole number/,
  );
  const twice = { ...district(), features: [district().features[0], district().features[0]] };
  wrongDistrict(twice, 'districts.geojson: features[1].properties.id', /two districts/);
  wrongDistrict({ type: 'Topology' }, 'districts.geojson: type', /FeatureCollection/);
});

test('names may stand in properties of any name, and a geometry collection of one is unwrapped', () => {
  const file = {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        properties: { code: 7, nameRu: 'Первый', name: 'First', people: 12 },
        geometry: { type: 'GeometryCollection', geometries: [{ type: 'Polygon', coordinates: [ring] }] },
      },
    ],
  };
  const files = {
    districts: { path: 'd.geojson', id: 'code', population: 'people', name: { ru: 'nameRu', en: 'name' } },
  };
  const city = parse({ ...profile, files }, { 'd.geojson': file });
  assert.deepEqual(city.districts[0], {
    id: '7',
    name: { ru: 'Первый', en: 'First' },
    population: 12,
    geometry: { type: 'Polygon', coordinates: [ring] },
  });
});

test('the example of docs/city.md is a city', () => {
  const city = loadCity(new URL('../../docs/examples/chorrah/', import.meta.url).pathname);
  assert.equal(city.id, 'chorrah');
  assert.equal(districtAt(city, [63.53, 42.21])?.id, 'sharq');
  assert.equal(districtAt(city, [63.5, 42.21])?.name.uz, 'Gʻarbiy tuman');
  assert.equal(city.watches[0]?.id, 'our-leaks');
  assert.equal(city.streets[0]?.numbers, 120);
});

test('real cities of every longitude are not taken for swapped', () => {
  const cities: [string, number, number][] = [
    ['Asia/Almaty', 51.2, 43.6],
    ['Asia/Almaty', 87.3, 49.2],
    ['Europe/Madrid', -3.7, 40.4],
    ['Europe/Helsinki', 24.9, 60.2],
    ['Asia/Shanghai', 76, 39.5],
    ['America/Argentina/Buenos_Aires', -68.3, -54.8],
    ['Atlantic/Reykjavik', -21.9, 64.1],
    ['Asia/Singapore', 103.8, 1.3],
  ];
  for (const [timeZone, long, lat] of cities) {
    const moved = ring.map(([x = 0, y = 0]) => [x - 68 + long, y - 38 + lat]);
    assert.ok(parse({ ...profile, timeZone }, { 'districts.geojson': district([moved]) }));
  }
});

test('any JSON at all gives a city or a Problem with a field, never another error', () => {
  const mutate = fc.record(
    Object.fromEntries(
      Object.keys(profile).map((key) => [key, fc.oneof(fc.jsonValue(), fc.constant(Reflect.get(profile, key)))]),
    ),
    { requiredKeys: [] },
  );
  const geometry = fc.oneof(fc.constant({ type: 'Polygon', coordinates: [ring] }), fc.jsonValue());
  const file = fc.record({
    type: fc.constantFrom('FeatureCollection', 'Feature', 'Polygon'),
    features: fc.oneof(
      fc.array(
        fc.record({
          type: fc.constant('Feature'),
          properties: fc.oneof(fc.jsonValue(), fc.constant({ id: 'a', 'name:tg': 'А' })),
          geometry,
        }),
      ),
      fc.jsonValue(),
    ),
  });
  fc.assert(
    fc.property(
      fc.oneof(mutate, fc.constant(profile), fc.jsonValue()),
      fc.oneof(file, fc.jsonValue()),
      (json, districts) => {
        try {
          parse(json, { 'districts.geojson': districts });
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
          assert.ok(error.field);
        }
      },
    ),
    { numRuns: 500 },
  );
});

const shipped: Words = { tg: '', ru: '', uz: '', kk: '', en: '' };
const complete = (words: Words | undefined, where: string) => {
  assert.ok(words, where);
  for (const language of Object.keys(shipped)) {
    const text = words[language as keyof Words];
    assert.ok(text, `${where} has no ${language}`);
    // One apostrophe for Uzbek: U+02BB in oʻ and gʻ, U+02BC elsewhere.
    if (language === 'uz') assert.doesNotMatch(text, /['’‘`]/, where);
    if (['tg', 'ru', 'kk'].includes(language)) {
      assert.doesNotMatch(
        text.replace(/PM2\.5|°C|WM-\d+|\{\w+\}/g, ''),
        /[a-z]/i,
        `${where}: Latin letters in ${text}`,
      );
    }
  }
};

test('the words of Namuna, its watches and its law pack are there in tg, ru, uz, kk and en', () => {
  const city = namuna();
  assert.deepEqual(city.languages, Object.keys(shipped));
  complete(city.name, 'name');
  for (const { id, name } of city.districts) complete(name, id);
  for (const { id, name } of city.streets) complete(name, id ?? '');
  for (const { id, name } of city.ground) complete(name, id ?? '');
  for (const { date, name } of city.holidays) complete(name, date);
  for (const { id, title, text } of defaultWatches()) {
    complete(title, id);
    complete(text, id);
  }
});

test('Namuna is invented, says so, and is about 6 by 5 kilometres', () => {
  const city = namuna();
  assert.equal(city.simulated, true);
  assert.equal(city.streets.length, 36);
  assert.ok(districtAt(city, city.center));
  const [west, south, east, north] = city.bbox;
  const [widthKm, heightKm] = [(east - west) * 88, (north - south) * 111];
  assert.ok(widthKm > 5 && widthKm < 8 && heightKm > 4 && heightKm < 6, `${widthKm} x ${heightKm}`);
});

test('each of the five countries has a law pack that forbids household readings, and holidays with words', () => {
  assert.deepEqual(countries, ['TJ', 'KZ', 'KG', 'UZ', 'TM']);
  for (const country of countries) {
    const pack = lawPackOf(country);
    assert.equal(pack?.lawPack.householdReadings, false);
    assert.match(pack?.lawPack.note ?? '', /not advice/);
    assert.ok((pack?.lawPack.laws.length ?? 0) >= 2);
    assert.ok((pack?.holidays.length ?? 0) >= 5);
    for (const { date, name } of pack?.holidays ?? []) complete(name, `${country} ${date}`);
  }
  assert.equal(lawPackOf('toString'), undefined);
});

test('offsets of zones are those of their clocks', () => {
  assert.equal(zoneOffsetMs('Asia/Dushanbe', Date.UTC(2026, 6, 1)), 5 * 3_600_000);
  assert.equal(zoneOffsetMs('Asia/Kathmandu', Date.UTC(2026, 0, 1)), 5.75 * 3_600_000);
  assert.equal(zoneOffsetMs('Europe/Berlin', Date.parse('2026-03-29T00:59:59Z')), 3_600_000);
  assert.equal(zoneOffsetMs('Europe/Berlin', Date.parse('2026-03-29T01:00:00Z')), 2 * 3_600_000);
  assert.equal(zoneOffsetMs('UTC', 0), 0);
  assert.equal(languages.length, 8);
});
