import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../../base/problem.ts';
import { parseMappingFile, type MappingFile } from '../../mapping/index.ts';
import { sheetOf, writeWorkbook } from '../fixtures/workbook.ts';
import { inspectTable } from '../inspect.ts';
import { guessDates } from './dates.ts';
import { suggestedFile, type SuggestedFile } from '../../importing/suggest.ts';
import { suggestMapping, type Suggestion } from './suggest.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-suggest-'));
after(() => rm(directory, { recursive: true }));
const city = { timeZone: 'Asia/Dushanbe', bbox: [68.65, 38.45, 68.95, 38.7], center: [68.78, 38.56] } as const;

async function suggested(content: string | Uint8Array, name = 'table.csv'): Promise<Suggestion> {
  const path = join(directory, name);
  await writeFile(path, content);
  return suggestMapping(await inspectTable(path), {}, city);
}
const fileOf = ({ mapping, doubts }: Suggestion, name: string): SuggestedFile =>
  suggestedFile({ kind: 'csv', mapping, doubts }, name, ['en']);
/** The suggestion in a mapping file whose declaration somebody completed. */
function compiled(suggestion: Suggestion): MappingFile {
  const file = fileOf(suggestion, 'table');
  const sources = file.sources.map((source) => ({ ...source, purpose: 'x', owner: 'x', legalBasis: 'x' }));
  return parseMappingFile(Buffer.from(JSON.stringify({ ...file, sources })), 'suggested.json', []);
}
const kinds = ({ doubts }: Suggestion): string[] => doubts.map(({ kind }) => kind);

test('a register with a few slips stays a register of numbers and dates, known by its inventory number', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => [
    `Ф-${i === 7 ? 6 : i}`,
    'пр. Абая',
    70 + i,
    `0${(i % 9) + 1}.03.2020`,
    `${i}а`,
  ]);
  Object.assign(rows[3] ?? [], { 2: 'сто пятьдесят', 3: '31.02.2020' });
  const suggestion = await suggested(
    ['Инв. №;Улица;Мощность, Вт;Дата установки;Дом', ...rows.map((row) => row.join(';')), 'Итого;;1590;;'].join('\n'),
    'lamps.csv',
  );
  assert.deepEqual(suggestion.mapping['entity'], { id: 'urn:ngsi-ld:Streetlight:{["Инв. №"]}', type: 'Streetlight' });
  const attributes = suggestion.mapping['attributes'] as Record<string, { as?: string }>;
  assert.deepEqual(attributes['power'], { column: 'Мощность, Вт', unitCode: 'WTT' });
  assert.ok(Object.values(attributes).some(({ as }) => as === 'date'));
  assert.deepEqual(
    suggestion.columns.find(({ name }) => name === 'Дом')?.kind,
    'text',
    'a letter behind a number is no slip',
  );
  assert.deepEqual(kinds(suggestion), ['stray', 'stray', 'total', 'identifier']);
  assert.match(suggestion.doubts[2]?.text ?? '', /^row 22 /);
  assert.match(suggestion.doubts[3]?.text ?? '', /stands twice in some rows \(Ф-6\)/);
});

test('a register of bins becomes a mapping; what nobody can know is asked', async () => {
  const suggestion = await suggested(
    'Реестр контейнеров\n\n' +
      '№ п/п;Инв. номер;Адрес (рус);Суроға (тадж);Координаты;Объём, м3;Дата установки;Исправен;Телефон\n' +
      '1;2;3;4;5;6;7;8;9\n' +
      '1;B-001;ул. Рудаки 1;к. Рӯдакӣ 1;38,5731 68,7864;1,1;03/04/2024;да;900112233\n' +
      '2;B-002;ул. Айни 7;к. Айнӣ 7;38,5612 68,8021;н/д;04/05/2024;нет;900112234\n',
    'bins.csv',
  );
  assert.deepEqual(suggestion.mapping, {
    payload: 'table',
    table: { headerRow: 3, firstRow: 5 },
    entity: { id: 'urn:ngsi-ld:WasteContainer:{["Инв. номер"]}', type: 'WasteContainer' },
    attributes: {
      address: { languages: { ru: 'Адрес (рус)', tg: 'Суроға (тадж)' } },
      volume: { column: 'Объём, м3', unitCode: 'MTQ', missing: ['н/д'] },
      ispraven: { column: 'Исправен', as: 'words', words: { да: true, нет: false } },
      location: { kind: 'GeoProperty', point: { column: 'Координаты', order: 'latitude' } },
    },
  });
  assert.deepEqual(kinds(suggestion), ['header', 'ambiguousDate', 'personal']);
  assert.match(suggestion.doubts[1]?.text ?? '', /which day is 03\/04\/2024\?.*"dd\/MM\/yyyy" or "MM\/dd\/yyyy"/);
  const [mapping] = compiled(suggestion).mappings;
  const row = { row: 1, 'Инв. номер': 'B-001', Координаты: '38,5731 68,7864', 'Объём, м3': '1,1', Исправен: 'да' };
  const taken = mapping?.read(mapping.target({}), row, 0);
  assert.ok(taken?.reason === undefined);
  assert.equal(taken?.reading.id, 'urn:ngsi-ld:WasteContainer:B-001');
});

test('a series of measurements becomes readings with local time, and what stands still is given once', async () => {
  const suggestion = await suggested(
    'Станция;Дата и время;PM2.5 (мкг/м3);Температура, °C;Широта;Долгота\n' +
      'S1;01.02.2025 00:00;35,2;-3,5;38.56;68.77\nS1;01.02.2025 01:00;-;-4,0;38.56;68.77\nS2;01.02.2025 00:00;12;1,5;38.57;68.79\n',
    'воздух.csv',
  );
  assert.deepEqual(suggestion.mapping, {
    payload: 'table',
    entity: { id: 'urn:ngsi-ld:AirQualityObserved:{Станция}', type: 'AirQualityObserved' },
    time: { column: 'Дата и время', format: 'dd.MM.yyyy HH:mm', zone: 'Asia/Dushanbe' },
    attributes: {
      pm25: { column: 'PM2.5 (мкг/м3)', unitCode: 'GQ', missing: ['-'] },
      temperature: { column: 'Температура, °C', unitCode: 'CEL' },
    },
    atBirth: { location: { kind: 'GeoProperty', point: { longitude: 'Долгота', latitude: 'Широта' } } },
  });
  assert.deepEqual(kinds(suggestion), ['zone']);
  compiled(suggestion);
});

test('a workbook with a title, several sheets and real dates', async () => {
  const suggestion = await suggested(
    writeWorkbook({
      sheets: [
        sheetOf('Свод', [['Всего опор'], [2]]),
        sheetOf('Фонари', [
          ['id', 'Мощность, Вт', 'Долгота', 'Широта'],
          ['L1', 70, 68.78, 38.56],
          ['L2', 100, 68.79, 38.57],
        ]),
      ],
    }),
    'реестр.xlsx',
  );
  assert.deepEqual(kinds(suggestion).toSorted(), ['identifier', 'sheet']);
  const path = join(directory, 'реестр.xlsx');
  const view = await inspectTable(path, { sheet: 'Фонари' });
  const { mapping } = suggestMapping(view, { type: 'Streetlight' }, city);
  assert.deepEqual(mapping, {
    payload: 'table',
    table: { sheet: 'Фонари' },
    entity: { id: 'urn:ngsi-ld:Streetlight:{id}', type: 'Streetlight' },
    attributes: {
      power: { column: 'Мощность, Вт', unitCode: 'WTT' },
      location: { kind: 'GeoProperty', point: { longitude: 'Долгота', latitude: 'Широта' } },
    },
  });
});

test("longitude and latitude under each other's name are told by the city", async () => {
  const suggestion = await suggested('id,lat,lon\na,68.78,38.56\nb,68.79,38.57\n');
  const { location } = suggestion.mapping['attributes'] as Record<string, unknown>;
  assert.deepEqual(location, { kind: 'GeoProperty', point: { longitude: 'lat', latitude: 'lon' } });
  assert.deepEqual(kinds(suggestion), ['swapped', 'type']);
});

test('rows of one instant are told apart by what stands beside them', async () => {
  const suggestion = await suggested(
    'Year,SERIES,REF_AREA,Value\n2014,a,KZ1,1\n2014,a,KZ2,2\n2015,a,KZ1,3\n2015,b,KZ1,4\n',
  );
  assert.deepEqual(suggestion.mapping['entity'], {
    id: 'urn:ngsi-ld:Device:{SERIES}:{REF_AREA}',
    type: 'Device',
  });
  assert.deepEqual((suggestion.mapping['time'] as { format: string }).format, 'yyyy');
});

test('the declaration of a suggested source has to be completed by hand', async () => {
  const suggestion = await suggested('id,name\n1,a\n');
  const file = Buffer.from(JSON.stringify(fileOf(suggestion, 'table.csv')));
  assert.throws(
    () => parseMappingFile(file, 'm.json', []),
    (error) => error instanceof Problem && /purpose/.test(error.message) && /legalBasis/.test(error.message),
  );
});

test('days are recognised in their five styles, and only the slash leaves a doubt', () => {
  const formats = (...values: string[]): unknown => {
    const guess = guessDates(values);
    return guess && (guess.ambiguous === undefined ? guess.formats : { ambiguous: guess.ambiguous });
  };
  assert.deepEqual(formats('2025-04-03', '2025-04-13'), ['yyyy-MM-dd']);
  assert.deepEqual(formats('03.04.2025', '13.04.2025 10:30'), ['dd.MM.yyyy', 'dd.MM.yyyy HH:mm']);
  assert.deepEqual(formats('03/04/2025', '13/04/2025'), ['dd/MM/yyyy']);
  assert.deepEqual(formats('03/04/2025', '04/13/2025'), ['MM/dd/yyyy']);
  assert.deepEqual(formats('2025/04/03 00:05:00'), ['yyyy/MM/dd HH:mm:ss']);
  assert.deepEqual(formats('2025-04-03T10:00:00+05:00'), ['iso']);
  assert.deepEqual(formats('3.4.2025', '13.4.2025'), ['d.M.yyyy']);
  assert.deepEqual(formats('03/04/2025', '05/06/2025'), { ambiguous: '03/04/2025' });
  assert.deepEqual(formats('04/04/2025'), ['dd/MM/yyyy']);
  assert.deepEqual(formats('03.04.2025', 'soon'), undefined);
  assert.deepEqual(formats(), undefined);
});

test('whatever the table, the suggestion is a mapping that compiles', async () => {
  const header = fc.constantFrom(
    'id',
    '№',
    'Дата',
    'Координаты',
    'lat',
    'lon',
    'a.b',
    'x["y"]',
    '{z}',
    'Имя (рус)',
    'ФИО',
    '',
    'Уровень, см',
  );
  const cell = fc.constantFrom(
    '',
    '1',
    '12,5',
    '1,234',
    '03/04/2025',
    '2025-04-03',
    'да',
    'нет',
    'н/д',
    'x',
    '38,5 68,7',
    '"q"',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(header, { minLength: 1, maxLength: 6 }),
      fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), { maxLength: 5 }),
      async (names, rows) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = [names, ...rows.map((row) => row.slice(0, names.length))].map((row) => row.map(quoted).join(';'));
        compiled(await suggested(text.join('\n')));
      },
    ),
    { numRuns: 150 },
  );
});

const data = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
test('every public table that we have is understood well enough to compile', async (t) => {
  if (!existsSync(data)) {
    t.skip('skipped: ../shared/data not found');
    return;
  }
  let tables = 0;
  for (const folder of ['air', 'geo', 'heat', 'kpi/kz/data', 'power', 'reports311', 'river', 'traffic']) {
    for (const name of await readdir(`${data}${folder}`)) {
      if (!name.endsWith('.csv')) continue;
      compiled(suggestMapping(await inspectTable(`${data}${folder}/${name}`), {}, city));
      tables++;
    }
  }
  assert.ok(tables > 280, `${tables} tables`);
});
