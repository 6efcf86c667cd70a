import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { parseFacts } from './facts.ts';
import { findShippedCity, initCity, listShippedCities, loadCity, namuna, parseCity } from './index.ts';

const noFile = () => assert.fail('no file is read');
const framed = {
  id: 'somewhere',
  name: { en: 'Somewhere' },
  languages: ['tg'],
  timeZone: 'Asia/Dushanbe',
  lawPack: 'TJ',
  center: [68.78, 38.54],
  bbox: [68.66, 38.45, 68.96, 38.64],
};
const fact = { kind: 'population', value: 7, year: 2020, source: { title: 'Census', document: 'Volume 1' } };
const wrong = (change: object, field: string, detail: RegExp) =>
  assert.throws(
    () => parseCity({ ...framed, ...change }, noFile),
    (error: unknown) => {
      assert.ok(error instanceof Problem, String(error));
      assert.equal(error.field, field);
      assert.match(error.message, detail);
      return true;
    },
  );
const wrongFact = (change: object, field: string, detail: RegExp) =>
  wrong({ facts: [fact, { ...fact, ...change }] }, `city.json: facts[1]${field}`, detail);

test('four real cities are shipped: Almaty, Aqkol, Dushanbe, Namangan', () => {
  assert.deepEqual(listShippedCities(), ['almaty', 'aqkol', 'dushanbe', 'namangan']);
  assert.equal(findShippedCity('atlantis'), undefined);
  assert.equal(findShippedCity('../namuna'), undefined);
});

for (const id of listShippedCities()) {
  test(`${id}: every fact has a source, nothing is simulated, no geometry is shipped`, () => {
    const path = findShippedCity(id) ?? '';
    const city = loadCity(path);
    assert.equal(city.id, id);
    assert.equal(city.simulated, false);
    assert.deepEqual([city.districts, city.streets, city.ground], [[], [], []]);
    assert.ok(city.facts.length >= 4);
    for (const { source, label, kind } of city.facts) {
      assert.ok(source.title && (source.url ?? source.document), JSON.stringify(source));
      if (kind === 'indicator' || kind === 'other') {
        for (const language of ['tg', 'ru', 'uz', 'kk', 'en'] as const) assert.ok(label?.[language], language);
        assert.doesNotMatch(label?.uz ?? '', /['’‘`]/);
      }
    }
    assert.ok((city.frame?.sources.length ?? 0) > 0, 'centre and box say where they come from');
    assert.ok(!('files' in JSON.parse(readFileSync(join(path, 'city.json'), 'utf8'))));
    assert.match(city.lawPack.note ?? '', /not advice/);
  });
}

test('bounds stay bounds and an unknown year stays unknown', () => {
  const { facts } = loadCity(findShippedCity('almaty') ?? '');
  const stops = facts.find(({ indicator }) => indicator === 'EC: ICT: T: 1C');
  assert.deepEqual([stops?.qualifier, stops?.value, stops?.unit, stops?.year], ['<', 1, 'P1', null]);
  assert.equal(facts.find(({ indicator }) => indicator === 'EC: ICT: ICT: 5C')?.qualifier, '>');
});

test('nothing is published about an invented city', () => {
  assert.deepEqual(namuna().facts, []);
  wrong({ simulated: true, facts: [fact] }, 'city.json: facts', /simulated city has no published facts/);
});

test('what is wrong in a fact is named by its path', () => {
  wrong({ facts: {} }, 'city.json: facts', /list/);
  wrongFact({ kind: 'rumour' }, '.kind', /expected one of population/);
  wrongFact({ source: undefined }, '.source', /expected the source/);
  wrongFact({ source: { title: 'Somebody' } }, '.source', /where the figure can be looked up/);
  wrongFact({ source: { title: 'Somebody', url: 'javascript:alert(1)' } }, '.source.url', /http/);
  wrongFact({ year: undefined }, '.year', /null when the source gives none/);
  wrongFact({ year: 20.5 }, '.year', /a year/);
  wrongFact({ value: '7' }, '.value', /expected a number, found "7"/);
  wrongFact({ qualifier: '=' }, '.qualifier', /expected one of </);
  wrongFact({ kind: 'other' }, '.label', /what is counted/);
  wrongFact({ label: { en: 'People' } }, '.label', /words of its own/);
  wrongFact({ indicator: 'EC' }, '.indicator', /only the kind/);
  wrongFact({ kind: 'indicator', label: { en: 'People' } }, '.indicator', /expected a text/);
  wrongFact({ labell: {} }, '.labell', /unknown member/);
});

test('a city without districts has a centre and a box, and both are looked at', () => {
  const city = parseCity(framed, noFile);
  assert.deepEqual(city.center, [68.78, 38.54]);
  assert.deepEqual(city.bbox, [68.66, 38.45, 68.96, 38.64]);
  assert.deepEqual(city.districts, []);
  wrong({ center: undefined }, 'city.json: center', /names no file of districts/);
  wrong({ center: [38.54, 68.78] }, 'city.json: center', /swapped/);
  wrong({ bbox: undefined }, 'city.json: bbox', /expected a box/);
  wrong({ bbox: [68.96, 38.45, 68.66, 38.64] }, 'city.json: bbox', /turned over/);
  wrong({ bbox: [68.8, 38.45, 68.96, 38.64] }, 'city.json: bbox', /outside the box/);
  wrong({ frame: { kind: 'extent', sources: [] } }, 'city.json: frame.sources', /at least one source/);
  wrong({ frame: { kind: 'border', sources: [fact.source] } }, 'city.json: frame.kind', /expected one of extent/);
});

test('any JSON as facts gives facts or a Problem with a field', () => {
  const almost = fc.record(
    {
      kind: fc.constantFrom('population', 'other', 'indicator', 'rumour'),
      label: fc.oneof(fc.constant({ en: 'A' }), fc.jsonValue()),
      value: fc.oneof(fc.double(), fc.jsonValue()),
      year: fc.oneof(fc.constant(null), fc.integer(), fc.jsonValue()),
      qualifier: fc.constantFrom('<', '>', '~', '='),
      source: fc.oneof(fc.constant(fact.source), fc.record({ title: fc.string(), url: fc.webUrl() }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(almost), fc.jsonValue()), (json) => {
      try {
        for (const { source } of parseFacts(json, 'city.json: facts')) assert.ok(source.url ?? source.document);
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
        assert.match(error.field ?? '', /^city\.json: facts/);
      }
    }),
    { numRuns: 500 },
  );
});

const directory = () => join(mkdtempSync(join(tmpdir(), 'chorsu-shipped-')), 'city');
const ring = [
  [71.6, 40.95],
  [71.7, 40.95],
  [71.7, 41.05],
  [71.6, 40.95],
];
const written = (features: object[]) => {
  const path = join(mkdtempSync(join(tmpdir(), 'chorsu-shipped-')), 'my.geojson');
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
};
const area = (properties: object) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates: [ring] },
});
const line = (properties: object, type = 'LineString') => ({
  type: 'Feature',
  properties,
  geometry: { type, coordinates: ring.slice(0, 2) },
});

test('a city begins with a shipped profile and takes districts and streets from files', async () => {
  const out = directory();
  const { city, notes } = await initCity({
    shipped: 'namangan',
    out,
    districtsFile: written([area({ name: "Davlatobod g'uzari" })]),
    streetsFile: written([
      line({ name: 'Uychi koʻchasi', highway: 'primary' }),
      line({ highway: 'residential' }),
      line({ name: 'Nuqta' }, 'Point'),
    ]),
  });
  const shipped = loadCity(findShippedCity('namangan') ?? '');
  assert.deepEqual(loadCity(out), city, 'what is written is what is read');
  assert.deepEqual(city.facts, shipped.facts);
  assert.deepEqual(city.name, shipped.name);
  assert.equal(city.districts[0]?.name.uz, 'Davlatobod gʻuzari');
  assert.deepEqual(city.bbox, [71.6, 40.95, 71.7, 41.05]);
  assert.equal(city.frame, undefined, 'the districts are the shape of the city now');
  assert.deepEqual(
    city.streets.map(({ name, kind }) => [name?.uz, kind]),
    [['Uychi koʻchasi', 'avenue']],
  );
  for (const wanted of ['1 lines are taken', '1 lines have no name', '1 features are no LineString']) {
    assert.ok(
      notes.some((note) => note.includes(wanted)),
      wanted,
    );
  }
});

test('without a file of districts the shipped profile is copied as it is, and the note says so', async () => {
  const out = directory();
  const { city, notes } = await initCity({ shipped: 'aqkol', out });
  assert.deepEqual(city, loadCity(findShippedCity('aqkol') ?? ''));
  assert.ok(notes.some((note) => note.startsWith('Districts: none are loaded')));
  await assert.rejects(initCity({ shipped: 'atlantis', out: directory() }), /expected one of almaty/);
  const noLines = { shipped: 'aqkol', out: directory(), streetsFile: written([line({ highway: 'primary' })]) };
  await assert.rejects(initCity(noLines), /with a name; found none/);
  assert.ok(!existsSync(noLines.out), 'nothing is written');
});
