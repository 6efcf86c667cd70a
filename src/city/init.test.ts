import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '../base/problem.ts';
import { districtAt, initCity, loadCity } from './index.ts';
import { slug } from './naming.ts';

const geo = new URL('../../../shared/data/geo/', import.meta.url).pathname;
const directory = () => join(mkdtempSync(join(tmpdir(), 'chorsu-init-')), 'city');
const shared = (file: string) => {
  const path = join(geo, file);
  return existsSync(path) ? { path, skip: false } : { path, skip: `skipped: ../shared/data/geo/${file} not found` };
};

const almaty = shared('almaty-districts.geojson');
test(
  'Almaty: eight districts with English and Russian names, law pack of Kazakhstan',
  { skip: almaty.skip },
  async () => {
    const out = directory();
    const { city, notes } = await initCity({
      name: { kk: 'Алматы', en: 'Almaty' },
      districtsFile: almaty.path,
      country: 'KZ',
      out,
    });
    assert.deepEqual(loadCity(out), city, 'what is written is what is read');
    assert.equal(city.id, 'almaty');
    assert.equal(city.timeZone, 'Asia/Almaty');
    assert.deepEqual(city.languages, ['kk', 'ru']);
    assert.equal(city.districts.length, 8);
    assert.equal(city.simulated, false);
    const turksib = city.districts.find(({ id }) => id === 'turksib');
    assert.deepEqual(turksib?.name, { en: 'Turksib', ru: 'Турксибский район' });
    // The Green Bazaar stands in the district of Medeu.
    assert.equal(districtAt(city, [76.9553, 43.2638])?.name.en, 'Medeu');
    assert.ok(
      notes.some((note) => note.includes('8 of 8 districts have no name in kk')),
      notes.join('\n'),
    );
  },
);

const tashkent = shared('tashkent-districts.geojson');
test('Tashkent: twelve districts in three languages, the letter gʻ mended', { skip: tashkent.skip }, async () => {
  const { city } = await initCity({ name: 'Toshkent', districtsFile: tashkent.path, country: 'uz', out: directory() });
  assert.equal(city.districts.length, 12);
  for (const { name } of city.districts) assert.ok(name.uz && name.ru && name.en);
  // The file types an apostrophe; readers see the letter.
  assert.ok(city.districts.some(({ name }) => name.uz === 'Mirzo Ulug\u02bbbek tumani'));
  assert.ok(city.districts.every(({ id }) => /^[a-z0-9-]+$/.test(id)));
});

const wrapped = shared('tashkent-districts.raw-geometrycollection.geojson');
test(
  'one-member geometry collections are unwrapped: both files of Tashkent make the same city',
  { skip: wrapped.skip || tashkent.skip },
  async () => {
    const make = async (districtsFile: string) =>
      (await initCity({ name: 'Toshkent', districtsFile, country: 'UZ', out: directory() })).city;
    assert.deepEqual(await make(wrapped.path), await make(tashkent.path));
  },
);

const tajikistan = shared('tjk-adm2-simplified.geojson');
test('Tajikistan: 58 districts from a file that calls them shapeName', { skip: tajikistan.skip }, async () => {
  const { city, notes } = await initCity({
    name: 'Тоҷикистон',
    districtsFile: tajikistan.path,
    country: 'TJ',
    out: directory(),
  });
  assert.equal(city.districts.length, 58);
  assert.equal(city.id, 'tojikiston');
  assert.equal(city.districts[0]?.name.en, 'Asht District');
  assert.ok(notes.some((note) => note.includes('"shapeName" was taken as en')));
});

const dushanbe = shared('dushanbe-city.geojson');
test('Dushanbe: an outline alone stands as one district, and the note says so', { skip: dushanbe.skip }, async () => {
  const { city, notes } = await initCity({
    name: { tg: 'Душанбе', en: 'Dushanbe' },
    districtsFile: dushanbe.path,
    country: 'TJ',
    out: directory(),
  });
  assert.equal(city.districts.length, 1);
  assert.ok(districtAt(city, [68.78, 38.56]));
  assert.ok(notes.some((note) => note.startsWith('Districts: the file holds one area')));
});

const square = (features: object[]) => {
  const path = join(mkdtempSync(join(tmpdir(), 'chorsu-init-')), 'my.geojson');
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', licence: 'ODbL', features }));
  return path;
};
const feature = (properties: object) => ({
  type: 'Feature',
  properties,
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [68, 38],
        [68.1, 38],
        [68.1, 38.1],
        [68, 38.1],
        [68, 38],
      ],
    ],
  },
});

test('nothing is invented: no population, no streets, nothing simulated; the licence travels with the data', async () => {
  const out = directory();
  const path = square([
    feature({ 'name:tg': 'Наврӯд', population: '12 thousand', area: 7 }),
    feature({ 'name:tg': 'Наврӯд' }),
  ]);
  const { city } = await initCity({ name: 'Шаҳри ман', districtsFile: path, country: 'TJ', out });
  assert.deepEqual(
    city.districts.map(({ id }) => id),
    ['navrud', 'navrud-2'],
  );
  assert.equal(city.districts[0]?.population, undefined);
  assert.deepEqual(city.streets, []);
  const written = JSON.parse(readFileSync(join(out, 'districts.geojson'), 'utf8'));
  assert.equal(written.licence, 'ODbL');
  assert.equal(written.features[0].properties.area, 7);
  assert.deepEqual(readdirSync(out).sort(), ['city.json', 'districts.geojson']);
});

test('wrong options and files are refused by name, and nothing is written', async () => {
  const path = square([feature({ name: 'Навруд' })]);
  const good = { name: 'City', districtsFile: path, country: 'TJ', out: directory() };
  const refused = (options: Partial<typeof good> & { languages?: string[]; timeZone?: string }, field: RegExp) =>
    assert.rejects(
      () => initCity({ ...good, ...options }),
      (error: unknown) => error instanceof Problem && field.test(error.field ?? ''),
    );
  await refused({ country: 'XX' }, /^country$/);
  await refused({ languages: ['tlh'] }, /^languages$/);
  await refused({ timeZone: 'Mars/Olympus' }, /^timeZone$/);
  await refused({ districtsFile: '/nowhere.geojson' }, /^districtsFile$/);
  await refused({ name: '東京' }, /^name$/);
  await refused({ districtsFile: square([feature({ area: 1 })]) }, /my\.geojson: features\[0\]\.properties/);
  const other = directory();
  await initCity({ ...good, out: other });
  await refused({ out: other }, /^out$/);
  assert.ok(!existsSync(good.out));
});

test('ids are lower case ASCII in every alphabet', () => {
  assert.equal(slug('Наврӯд'), 'navrud');
  assert.equal(slug('Mirzo Ulugʻbek tumani'), 'mirzo-ulugbek-tumani');
  assert.equal(slug('Türkmenabat şäheri'), 'turkmenabat-saheri');
  assert.equal(slug('Жетісу ауданы'), 'zhetisu-audany');
});
