/** Tables through the doors and the engine: the same mapping for CSV and XLSX, refusals with row and column, public data. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test, type TestContext } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { openImport } from '../importing/importers.ts';
import type { ImportItem, OpenedFile } from '../importing/importer.ts';
import { parseMappingFile, type MappingFile, type Taken } from '../mapping/index.ts';
import { rowXml, sheetOf, writeWorkbook, type TestWorkbook } from './fixtures/workbook.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-tables-'));
after(() => rm(directory, { recursive: true }));
const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const dushanbe = [68.65, 38.45, 68.95, 38.7] as const;

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}
function mappingOf(mapping: Record<string, unknown>, source: Record<string, unknown> = {}): MappingFile {
  const declared = { id: 's', name: 'S', purpose: 'T', owner: 'T', legalBasis: 'T', retentionDays: null, kind: 'csv' };
  const sources = [{ ...declared, personal: 'none', granularity: 'thing', ...source }];
  const mappings = [{ source: 's', payload: 'table', ...mapping }];
  return parseMappingFile(Buffer.from(JSON.stringify({ sources, mappings })), 'map.json', []);
}
const example = async (name: string): Promise<MappingFile> =>
  parseMappingFile(await readFile(fileURLToPath(new URL(`../../../docs/examples/${name}`, import.meta.url))), name, []);

type Outcome = { items: ImportItem[]; taken: Taken[]; refused: string[]; opened: OpenedFile };
async function outcome(
  path: string,
  mapping: MappingFile,
  box: readonly [number, number, number, number] = [-180, -90, 180, 90],
  sheet?: string,
): Promise<Outcome> {
  const opened = await openImport(path, { mapping, box, now: systemClock.now, ...(sheet !== undefined && { sheet }) });
  const found: Outcome = { items: [], taken: [], refused: [], opened };
  try {
    for await (const { items } of opened.items()) {
      found.items.push(...items);
      for (const { number, results } of items) {
        for (const result of results) {
          if (result.reason === undefined) found.taken.push(result);
          else found.refused.push(`${number} ${result.reason}: ${result.detail}`);
        }
      }
    }
  } finally {
    await opened.close();
  }
  return found;
}
const without = (t: TestContext, folder: string): boolean => {
  if (existsSync(`${data}${folder}`)) return false;
  t.skip(`skipped: ../shared/data/${folder} not found`);
  return true;
};
const values = (taken: readonly Taken[]): unknown[] =>
  taken.map(({ reading }) => [
    reading.id,
    ...Object.entries(reading.attrs).map(([iri, [instance]]) => [iri.split('/').at(-1), instance?.value]),
  ]);

const header = [
  '№ п/п',
  'Инв. №',
  'Улица',
  'Мощность, Вт',
  'Высота, м',
  'Дата установки',
  'Исправен',
  'Широта',
  'Долгота',
];
const date = (serial: number) => ({ xml: `<c r="@" s="1"><v>${serial}</v></c>` });
const lights = (formula = '<f>D4*2</f><v>140</v>'): TestWorkbook => ({
  sheets: [
    {
      name: 'Реестр',
      data:
        rowXml(1, ['Реестр уличного освещения']) +
        rowXml(3, [...header, 'Стоимость']) +
        rowXml(4, [
          1,
          'SL-1',
          'Рӯдакӣ',
          70,
          8.5,
          date(43_586),
          'да',
          38.56,
          68.78,
          { xml: `<c r="@">${formula}</c>` },
        ]) +
        rowXml(5, [2, 'SL-2', 'Айнӣ', 'н/д', 10, date(43_587), true, `38°33'36"N`, 68.79]) +
        rowXml(6, [3, 'SL-3', 'Айнӣ', 70, 10, date(43_588), 'нет', 68.79, 38.56]) +
        rowXml(7, [4, 'SL-4', 'Айнӣ', 'семьдесят', 10, date(43_588), 'нет', 38.56, 68.79]) +
        rowXml(8, [5, 'SL-5', 'Айнӣ', 70, 10, 'весной', 'нет', 38.56, 68.79]) +
        rowXml(9, [6, 'SL-6', 'Айнӣ', 70, 10, date(43_588), 'нет', 41.31, 69.24]),
    },
    { name: 'Лист2', data: '' },
  ],
  formats: [0, 'dd.mm.yyyy'],
});
const lightsCsv = [
  'Реестр уличного освещения',
  '',
  header.join(';'),
  '1;SL-1;Рӯдакӣ;70;8,5;01.05.2019;да;38,56;68,78',
  `2;SL-2;Айнӣ;н/д;10;02.05.2019;да;"38°33'36""N";68,79`,
  '3;SL-3;Айнӣ;70;10;03.05.2019;нет;68,79;38,56',
  '4;SL-4;Айнӣ;семьдесят;10;03.05.2019;нет;38,56;68,79',
  '5;SL-5;Айнӣ;70;10;весной;нет;38,56;68,79',
  '6;SL-6;Айнӣ;70;10;03.05.2019;нет;41,31;69,24',
].join('\r\n');

test('one mapping takes a register as XLSX and as CSV, with the same values', async () => {
  const mapping = await example('street-lights.json');
  const xlsx = await outcome(await file('lights.xlsx', writeWorkbook(lights())), mapping, dushanbe);
  const utf16 = Buffer.from(`\ufeff${lightsCsv}`, 'utf16le');
  const csv = await outcome(await file('lights.csv', utf16), mapping, dushanbe);
  assert.deepEqual(values(xlsx.taken), values(csv.taken));
  assert.deepEqual(values(xlsx.taken).slice(0, 2), [
    [
      'urn:ngsi-ld:Streetlight:SL-1',
      ['streetAddress', 'Рӯдакӣ'],
      ['powerConsumption', 70],
      ['lanternHeight', 8.5],
      ['dateServiceStarted', { '@type': 'Date', '@value': '2019-05-01' }],
      ['working', true],
      ['location', { type: 'Point', coordinates: [68.78, 38.56] }],
    ],
    [
      'urn:ngsi-ld:Streetlight:SL-2',
      ['streetAddress', 'Айнӣ'],
      ['lanternHeight', 10],
      ['dateServiceStarted', { '@type': 'Date', '@value': '2019-05-02' }],
      ['working', true],
      ['location', { type: 'Point', coordinates: [68.79, 38.56] }],
    ],
  ]);
  const why = [
    'range: longitude 38.56, latitude 68.79: far outside of the city; they look swapped',
    'type: column "Мощность, Вт": "семьдесят" is no number',
    'type: column "Дата установки": "весной" is no date',
  ];
  for (const { refused } of [xlsx, csv]) assert.deepEqual(refused, [`6 ${why[0]}`, `7 ${why[1]}`, `8 ${why[2]}`]);
  assert.deepEqual([xlsx.opened.kind, csv.opened.kind], ['xlsx', 'csv']);
  assert.deepEqual(xlsx.opened.notes?.(), { formulas: 1, far: 1 });
  assert.deepEqual(csv.opened.notes?.(), { far: 1 });
  assert.equal(xlsx.items[0]?.text, '1,SL-1,Рӯдакӣ,70,8.5,2019-05-01,да,38.56,68.78,140');
});

test('half a position leaves the place out and takes the rest, under a name', async () => {
  const mapping = mappingOf({
    entity: { id: 'urn:x:{id}', type: 'X' },
    attributes: {
      name: { column: 'name', as: 'text' },
      location: { kind: 'GeoProperty', point: { longitude: 'lon', latitude: 'lat' } },
    },
    atBirth: { grid: { kind: 'GeoProperty', point: { east: 'e', north: 'n', utm: '42N' } } },
  });
  const path = await file(
    'half.csv',
    'id;name;lon;lat;e;n\n1;a;68.78;38.56;;\n2;b;;38.56;598278;\n3;c;68.78;;;\n4;d;;;;\n',
  );
  const { taken, refused, opened } = await outcome(path, mapping);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    taken.map(({ reading, leftOut = [] }) => [
      Object.keys(reading.attrs).length,
      ...leftOut.map(({ kind, detail }) => `${kind}: ${detail}`),
    ]),
    [
      [2],
      [1, 'halfPlace: point: latitude "38.56" without longitude', 'halfPlace: point: east "598278" without north'],
      [1, 'halfPlace: point: longitude "68.78" without latitude'],
      [1],
    ],
  );
  assert.deepEqual(opened.notes?.(), { halfPlace: 3 });
});

test('a row has the number that a spreadsheet shows beside it, in both kinds of file', async () => {
  const rows = ['Register', '', 'id;level', '1;2', '', '2;much'].map((line) => line.split(';'));
  const mapping = mappingOf({
    table: { headerRow: 3 },
    entity: { id: 'urn:x:{id}', type: 'X' },
    attributes: { level: { column: 'level' }, place: { column: 'row' } },
  });
  const csv = await outcome(await file('numbers.csv', rows.map((row) => row.join(';')).join('\n')), mapping);
  const sheet = sheetOf(
    'Register',
    rows.map((row) => row.filter((cell) => cell !== '')),
  );
  const xlsx = await outcome(await file('numbers.xlsx', writeWorkbook({ sheets: [sheet] })), mapping);
  for (const { items, refused, taken } of [csv, xlsx]) {
    assert.deepEqual(
      items.map(({ number }) => number),
      [4, 6],
    );
    assert.deepEqual(refused, ['6 type: column "level": "much" is no number']);
    assert.deepEqual(values(taken), [['urn:x:1', ['level', 2], ['place', 1]]], 'a mapping sees rows of data, from 1');
  }
});

test('a cell that cannot be read refuses its row only when the mapping needs it', async () => {
  const path = await file('formula.xlsx', writeWorkbook(lights('<f>D4*2</f>')));
  const mapping = await example('street-lights.json');
  assert.equal((await outcome(path, mapping, dushanbe)).taken.length, 3);
  const needing = mappingOf({
    table: { headerRow: 3 },
    entity: { id: 'urn:x:{["Инв. №"]}', type: 'X' },
    attributes: { price: { column: 'Стоимость' }, height: { column: 'Высота, м' } },
  });
  const { refused } = await outcome(path, needing);
  assert.deepEqual(refused.slice(0, 1), [
    '4 row: cell J4: a formula without a stored value; open the file in a spreadsheet program and save it',
  ]);
});

test('a header that is not where the mapping says is found, and where it seems to be is told', async () => {
  const mapping = mappingOf({
    entity: { id: 'urn:x:{["Инв. №"]}', type: 'X' },
    attributes: { a: { column: 'Улица' } },
  });
  for (const path of [await file('h.xlsx', writeWorkbook(lights())), await file('h.csv', lightsCsv)]) {
    await assert.rejects(
      outcome(path, mapping),
      /has no column "(Улица|Инв\. №)".*They stand in row 3: say "table": \{ "headerRow": 3 \} in the mapping/s,
    );
  }
});

test('the sheet of the command goes before the one of the mapping', async () => {
  const sheet = (name: string, value: number) => ({ name, data: rowXml(1, ['id', 'v']) + rowXml(2, ['a', value]) });
  const path = await file('sheets.xlsx', writeWorkbook({ sheets: [sheet('A', 1), sheet('B', 2), sheet('C', 3)] }));
  const form = { entity: { id: 'urn:x:{id}', type: 'X' }, attributes: { v: { column: 'v' } } };
  const read = async (table: Record<string, unknown>, wished?: string): Promise<unknown> =>
    Object.values(
      (await outcome(path, mappingOf({ ...form, table }), undefined, wished)).taken[0]?.reading.attrs ?? {},
    )[0]?.[0]?.value;
  assert.equal(await read({ sheet: 'B' }), 2);
  assert.equal(await read({ sheet: 2 }, 'C'), 3);
  assert.equal(await read({ sheet: 'B' }, '1'), 1);
  await assert.rejects(read({}), /has 3 sheets with values/);
});

test('names in several languages, both coordinates in one cell, and metres of a grid', async () => {
  const mapping = mappingOf({
    entity: { id: 'urn:x:{id}', type: 'X' },
    attributes: {
      name: { languages: { tg: 'ном', ru: 'имя' } },
      location: { kind: 'GeoProperty', point: { column: 'где', order: 'latitude' } },
      grid: { kind: 'GeoProperty', point: { east: 'e', north: 'n', utm: '42N' } },
      checked: { column: 'день', as: 'dateTime', format: ['dd.MM.yyyy HH:mm', 'dd.MM.yyyy'], zone: 'Asia/Dushanbe' },
    },
  });
  const path = await file(
    'places.csv',
    'id;ном;имя;где;e;n;день\n' +
      '1;Чорсу;;38,56 68,78;598278;4596628;03.04.2025 10:30\n' +
      '2;;Чорсу;;;;03.04.2025\n3;;;38,56,68,78;;;\n4;;;;1;2;\n',
  );
  const { taken, refused } = await outcome(path, mapping);
  assert.deepEqual(values(taken), [
    [
      'urn:x:1',
      ['name', { tg: 'Чорсу' }],
      ['location', { type: 'Point', coordinates: [68.78, 38.56] }],
      ['grid', { type: 'Point', coordinates: [70.1777733, 41.5152605] }],
      ['checked', { '@type': 'DateTime', '@value': '2025-04-03T05:30:00.000Z' }],
    ],
    ['urn:x:2', ['name', { ru: 'Чорсу' }], ['checked', { '@type': 'DateTime', '@value': '2025-04-02T19:00:00.000Z' }]],
  ]);
  assert.deepEqual(refused, [
    '4 range: point: "38,56,68,78" is no pair of coordinates',
    '5 range: point: "1", "2" are no metres of the UTM zone',
  ]);
});

test('what is wrong with the form of a table is said with its line', () => {
  const wrong = (table: Record<string, unknown>): (() => unknown) => {
    return () => mappingOf({ table, entity: { id: 'urn:x:{a}', type: 'X' }, attributes: { a: { column: 'a' } } });
  };
  assert.throws(wrong({ encoding: 'cp1251' }), /table\.encoding: found "cp1251", wanted .*windows-1251/);
  assert.throws(wrong({ decimal: ';' }), /table\.decimal/);
  assert.throws(wrong({ headerRow: 0 }), /headerRow: found 0, wanted a row, from 1/);
  assert.throws(wrong({ delimiter: ';;' }), /delimiter/);
  assert.throws(
    () => mappingOf({ table: {}, csv: {}, entity: { id: 'urn:x:{a}', type: 'X' }, attributes: { a: { column: 'a' } } }),
    /only one of table and csv/,
  );
  const point = (value: unknown): (() => unknown) => {
    const location = { kind: 'GeoProperty', point: value };
    return () => mappingOf({ entity: { id: 'urn:x:{a}', type: 'X' }, attributes: { location } });
  };
  assert.throws(point({ east: 'a', north: 'b', utm: '77N' }), /a zone of UTM with its hemisphere/);
  assert.throws(point({ longitude: 'a' }), /columns: longitude and latitude; or column; or east, north and utm/);
  assert.throws(point(['a']), /two paths/);
});

// --- public data ------------------------------------------------------------------------------------------------------

test('requests of New York: one point with its latitude twice, one in another country', async (t) => {
  if (without(t, 'reports311')) return;
  const mapping = mappingOf({
    entity: { id: 'urn:ngsi-ld:ServiceRequest:{ID}', type: 'ServiceRequest' },
    time: { column: 'Date Created', format: 'unix' },
    attributes: {
      category: { column: 'Title', as: 'text' },
      status: { column: 'Status', as: 'text' },
      location: { kind: 'GeoProperty', point: { longitude: 'Longitude', latitude: 'Latitude' } },
    },
  });
  const { items, taken, refused, opened } = await outcome(
    `${data}reports311/nyc-publicstuff-no-text.csv`,
    mapping,
    [-74.3, 40.4, -73.6, 41],
  );
  assert.deepEqual([items.length, taken.length, refused], [7325, 7325, []]);
  assert.deepEqual(opened.notes?.(), { far: 2 });
  const repeated = taken.length - new Set(taken.map(({ reading, observedMs }) => `${reading.id} ${observedMs}`)).size;
  assert.equal(repeated, 117);
});

test('discharge of rivers since 1900: gaps counted, metres of the grid become places in the mountains', async (t) => {
  if (without(t, 'river')) return;
  const { items, taken, refused } = await outcome(
    `${data}river/chirchik-3gauges.csv`,
    await example('river-chirchik.json'),
  );
  assert.deepEqual([items.length, taken.length, refused.length], [7392, 7323, 69]);
  const first = taken[0]?.reading;
  assert.deepEqual(first?.atBirth?.['https://uri.etsi.org/ngsi-ld/location']?.[0]?.value, {
    type: 'Point',
    coordinates: [70.1777733, 41.5152605],
  });
  // Clocks in Tashkent were six hours ahead then.
  assert.equal(new Date(taken[0]?.observedMs ?? 0).toISOString(), '1932-01-09T18:00:00.000Z');
  assert.equal(new Set(taken.map(({ reading }) => reading.id)).size, 3);
});

test('demand of a grid: local times without a zone, negative prices kept', async (t) => {
  if (without(t, 'power')) return;
  const mapping = mappingOf({
    entity: { id: 'urn:ngsi-ld:EnergyMarket:{REGION}', type: 'EnergyMarket' },
    // The market's clock has no summer time; a row is dated by the end of its five minutes.
    time: { column: 'SETTLEMENTDATE', format: 'yyyy/MM/dd HH:mm:ss', zone: 'Australia/Brisbane' },
    attributes: { demand: { column: 'TOTALDEMAND', unitCode: 'MAW' }, price: { column: 'RRP' } },
  });
  const { taken, refused } = await outcome(`${data}power/aemo_price_demand_202501_NSW.csv`, mapping);
  assert.deepEqual([taken.length, refused], [8928, []]);
  const prices = taken.map(({ reading }) => Object.values(reading.attrs)[1]?.[0]?.value);
  assert.equal(prices.filter((price) => Number(price) < 0).length, 1355);
  assert.equal(new Date(taken[0]?.observedMs ?? 0).toISOString(), '2024-12-31T14:05:00.000Z');
});

test('indicators of Kazakhstan: every file is read, those that hold a header only as well', async (t) => {
  if (without(t, 'kpi')) return;
  const counts = { files: 0, empty: 0, values: 0 };
  const faulty: string[] = [];
  for (const name of await readdir(`${data}kpi/kz/data`)) {
    const id = name.slice('indicator_'.length, -'.csv'.length);
    const mapping = mappingOf({
      entity: { id: `urn:ngsi-ld:KeyPerformanceIndicator:${id}`, type: 'KeyPerformanceIndicator' },
      time: { column: 'Year', format: 'yyyy', zone: 'Asia/Almaty' },
      attributes: { kpiValue: { column: 'Value', required: true } },
    });
    const { items, taken, refused } = await outcome(`${data}kpi/kz/data/${name}`, mapping);
    faulty.push(...refused.map((why) => `${id} ${why}`));
    counts.files++;
    if (items.length === 0) counts.empty++;
    counts.values += taken.length;
  }
  assert.deepEqual(counts, { files: 273, empty: 67, values: 45_580 });
  // As published: these rows lack a value in the middle, so that the figure stands in another column.
  assert.deepEqual(faulty, [
    ...[2, 20, 38, 56].map((row) => `4-c-1-2 ${row} row: found 3 columns, wanted 4`),
    '8-6-1 1199 row: found 5 columns, wanted 6',
  ]);
});

test('places of another city: latitude before longitude in one file, behind it in the other', async (t) => {
  if (without(t, 'geo')) return;
  const portoAlegre = [-51.3, -30.3, -51, -29.9] as const;
  const mapping = mappingOf({
    entity: { id: 'urn:ngsi-ld:PointOfInterest:{id}', type: 'PointOfInterest' },
    attributes: { location: { kind: 'GeoProperty', point: { longitude: 'lon', latitude: 'lat' } } },
  });
  const points = await outcome(`${data}geo/poa_points_of_interest.csv`, mapping, portoAlegre);
  assert.deepEqual([points.taken.length, points.refused, points.opened.notes?.()], [15, [], {}]);
  const hexagons = await outcome(`${data}geo/poa_hexgrid.csv`, mapping, portoAlegre);
  assert.deepEqual([hexagons.taken.length, hexagons.refused, hexagons.opened.notes?.()], [1227, [], {}]);
  const swapped = mappingOf({
    entity: { id: 'urn:ngsi-ld:PointOfInterest:{id}', type: 'PointOfInterest' },
    attributes: { location: { kind: 'GeoProperty', point: { longitude: 'lat', latitude: 'lon' } } },
  });
  const wrong = await outcome(`${data}geo/poa_points_of_interest.csv`, swapped, portoAlegre);
  assert.equal(wrong.taken.length, 0);
  assert.match(wrong.refused[0] ?? '', /look swapped/);
});

test('a heat meter of a single household is refused where the law pack does not allow it', async (t) => {
  if (without(t, 'heat')) return;
  const { sourceRegistry } = await import('../source.ts');
  const mapping = mappingOf(
    {
      entity: { id: 'urn:ngsi-ld:HeatMeter:{meter_id}', type: 'HeatMeter' },
      time: { column: 'time_rounded', format: 'iso' },
      attributes: { energy: { column: 'energy_heat_kwh', unitCode: 'KWH' } },
    },
    { personal: 'household', granularity: 'household' },
  );
  const { taken, refused } = await outcome(`${data}heat/danish-heat-meter-660-2019.csv`, mapping);
  assert.deepEqual([taken.length, refused], [8760, []]);
  const [source] = mapping.sources;
  assert.ok(source);
  const sources = sourceRegistry({ country: 'TJ', householdReadings: false, laws: [] });
  assert.throws(() => sources.declare(source), /household/);
});
