import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { Problem, type ProblemKind } from '../../../base/problem.ts';
import { rowXml, sheetOf, writeWorkbook, type TestWorkbook } from '../fixtures/workbook.ts';
import { openZip } from '../../zip.ts';
import { openTable } from '../open.ts';
import type { Table, TableRow } from '../table.ts';
import { dateText } from './date.ts';
import { columnName, parseReference } from './reference.ts';
import { readStrings } from './strings.ts';
import { dateStyleOf } from './styles.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-xlsx-'));
after(() => rm(directory, { recursive: true }));
let files = 0;
async function file(content: TestWorkbook | Uint8Array): Promise<string> {
  const path = join(directory, `${++files}.xlsx`);
  await writeFile(path, content instanceof Uint8Array ? content : writeWorkbook(content));
  return path;
}
type Read = { table: Table; rows: TableRow[]; cells: unknown[][] };
async function read(
  content: TestWorkbook | Uint8Array,
  { sheet, headerRow }: { sheet?: string | number; headerRow?: number } = {},
): Promise<Read> {
  const opened = await openTable(await file(content), { name: 't.xlsx', sheet });
  try {
    const table = await opened.table(headerRow);
    const rows: TableRow[] = [];
    for await (const group of table.rows()) rows.push(...group.rows);
    return { table, rows, cells: rows.map((row) => [...row.cells]) };
  } finally {
    await opened.close();
  }
}
const problem = (kind: ProblemKind, detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.kind, kind, error.message);
  assert.match(error.message, detail);
  return true;
};
/** A sheet with the header a, b, c and these rows from row 2 on. */
const table = (rows: string, more: Partial<TestWorkbook> & { after?: string } = {}): TestWorkbook => ({
  sheets: [
    { name: 'S', data: rowXml(1, ['a', 'b', 'c']) + rows, ...(more.after !== undefined && { after: more.after }) },
  ],
  ...more,
});

test('texts, numbers, truth and rich texts are read, wherever they are kept', async () => {
  const { table: found, cells } = await read(
    table(
      rowXml(2, [{ xml: '<c r="@" t="s"><v>0</v></c>' }, 1.5, true]) +
        rowXml(3, [{ xml: '<c r="@" t="s"><v>1</v></c>' }, -2e-7, false]) +
        // Without places: cells follow each other. A prefix before every name changes nothing.
        '<row><c t="str"><f>"x"&amp;"y"</f><v>xy</v></c><c/><c t="d"><v>2025-04-03T10:00:00Z</v></c></row>' +
        '<x:row r="9"><x:c r="C9" t="inlineStr"><x:is><x:r><x:t>in </x:t></x:r><x:r><x:t>line</x:t></x:r></x:is></x:c></x:row>',
      {
        strings: ['Рӯдакӣ <12>_x000D_', '<r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh><t>aloud</t></rPh>'],
      },
    ),
  );
  assert.deepEqual(found.header, ['a', 'b', 'c']);
  assert.deepEqual(cells, [
    ['Рӯдакӣ <12>\r', 1.5, true],
    ['rich text', -2e-7, false],
    ['xy', undefined, '2025-04-03T10:00:00'],
    [undefined, undefined, 'in line'],
  ]);
});

test('a number is a date where its style shows one', async () => {
  const formats = [0, 14, 22, 20, 46, 'dd.mm.yyyy\\ hh:mm', '[$-419]d\\ mmmm\\ yyyy;@', '#,##0.00" сум"', '0.0" d"'];
  const styled = (style: number, value: number) => ({ xml: `<c r="@" s="${style}"><v>${value}</v></c>` });
  const data = formats.map((_, style) => rowXml(style + 2, [styled(style, 45750.4375), styled(style, 45750)])).join('');
  const { cells } = await read(table(data, { formats }));
  assert.deepEqual(cells, [
    [45750.4375, 45750],
    ['2025-04-03T10:30:00', '2025-04-03'],
    ['2025-04-03T10:30:00', '2025-04-03T00:00:00'],
    ['2025-04-03T10:30:00', '2025-04-03T00:00:00'],
    ['1098010:30:00', '1098000:00:00'],
    ['2025-04-03T10:30:00', '2025-04-03T00:00:00'],
    ['2025-04-03T10:30:00', '2025-04-03'],
    [45750.4375, 45750],
    [45750.4375, 45750],
  ]);
  const old = await read(table(rowXml(2, [styled(0, 44288), styled(0, 0)]), { formats: [14], from1904: true }));
  assert.deepEqual(old.cells, [['2025-04-03', '1904-01-01']]);
});

test('number formats tell dates from numbers', () => {
  const styles: Record<string, string | undefined> = {
    General: undefined,
    '0': undefined,
    '0.00E+00': undefined,
    '# ?/?': undefined,
    '#,##0\\ [$сом.-440]': undefined,
    '"day "0': undefined,
    '[Red]-0.0': undefined,
    '@': undefined,
    'yyyy-mm-dd': 'date',
    'mmm yy': 'date',
    '[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy': 'date',
    'd/m/yy h:mm AM/PM': 'dateTime',
    'mm:ss.0': 'time',
    '[$-F400]h:mm:ss\\ AM/PM': 'time',
    '[h]:mm': 'duration',
    '[$-43F]dd.mm.yyyy;@': 'date',
  };
  for (const [code, style] of Object.entries(styles)) assert.equal(dateStyleOf(code), style, code);
});

test('the day that never was, and days before the calendar begins, are no dates', () => {
  assert.equal(dateText(1, 'date', false), '1900-01-01');
  assert.equal(dateText(59, 'date', false), '1900-02-28');
  assert.equal(dateText(60, 'date', false), undefined);
  assert.equal(dateText(61, 'date', false), '1900-03-01');
  assert.equal(dateText(0, 'date', false), undefined);
  assert.equal(dateText(-1, 'dateTime', true), undefined);
  assert.equal(dateText(2_958_465, 'date', false), '9999-12-31');
  assert.equal(dateText(2_958_466, 'date', false), undefined);
  assert.equal(dateText(0.5, 'time', false), '12:00:00');
  assert.equal(dateText(45750 + 1 / 86_400_000, 'dateTime', false), '2025-04-03T00:00:00.001');
});

test('every minute of a century comes back from the number that stands for it', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1901, 0, 1) / 60_000, max: Date.UTC(2150, 0, 1) / 60_000 }), (minute) => {
      const serial = (minute * 60_000 - Date.UTC(1899, 11, 30)) / 86_400_000;
      assert.equal(dateText(serial, 'dateTime', false), new Date(minute * 60_000).toISOString().slice(0, 19));
    }),
  );
});

test('a formula gives the value that is stored; without one its cell cannot be read', async () => {
  const {
    rows,
    cells,
    table: found,
  } = await read(
    table(
      rowXml(2, [
        1,
        { xml: '<c r="@"><f>A2*2</f><v>2</v></c>' },
        { xml: '<c r="@" t="str"><f>IF(A2,"")</f><v></v></c>' },
      ]) +
        rowXml(3, [1, { xml: '<c r="@"><f>A3*2</f></c>' }]) +
        rowXml(4, [1, { xml: '<c r="@"><f>A4*2</f><v/></c>' }]),
    ),
  );
  assert.deepEqual(cells, [[1, 2], [1], [1]]);
  assert.match(rows[1]?.faults?.get(1) ?? '', /^cell B3: a formula without a stored value/);
  assert.match(rows[2]?.faults?.get(1) ?? '', /^cell B4: a formula without a stored value/);
  assert.deepEqual(found.notes(), { formulas: 4 });
});

test('errors count as missing, hidden rows are taken, values beyond the header are counted', async () => {
  const {
    cells,
    rows,
    table: found,
  } = await read(
    table(
      rowXml(2, [1, { xml: '<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>' }, 3]) +
        rowXml(3, [4, 5, 6]).replace('<row ', '<row hidden="1" ') +
        rowXml(5, [7, 8, 9, 'a remark']) +
        rowXml(6, [undefined, '']),
    ),
  );
  assert.deepEqual(
    cells.map((row) => row.slice(0, 3)),
    [
      [1, undefined, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  );
  assert.deepEqual(
    rows.map(({ number, index }) => [number, index]),
    [
      [2, 1],
      [3, 2],
      [5, 3],
    ],
  );
  assert.deepEqual(found.notes(), { formulas: 1, errors: 1, hidden: 1, beyond: 1 });
  assert.equal(rows[2]?.text, '7,8,9,a remark');
});

test('a merged cell stands for all of its rows', async () => {
  const { cells, table: found } = await read(
    table(
      rowXml(2, ['Sino', 1, 'x']) + rowXml(3, [undefined, 2]) + rowXml(4, [undefined, 3]) + rowXml(6, [undefined, 4]),
      {
        after:
          '<mergeCells count="3"><mergeCell ref="A2:A4"/><mergeCell ref="C2:D3"/><mergeCell ref="B6:C6"/></mergeCells>',
      },
    ),
  );
  assert.deepEqual(cells, [
    ['Sino', 1, 'x'],
    ['Sino', 2, 'x'],
    ['Sino', 3],
    [undefined, 4],
  ]);
  assert.deepEqual(found.notes(), { merged: 3 });
});

test('a header below titles is read when its row is told; a name that stands twice is refused', async () => {
  const book: TestWorkbook = {
    sheets: [
      {
        name: 'S',
        data: rowXml(1, ['Register of lamps']) + rowXml(4, ['No', 'Power,\n W', 'No 2']) + rowXml(5, [1, 70, 2]),
      },
    ],
  };
  const { table: found, cells } = await read(book, { headerRow: 4 });
  assert.deepEqual([found.header, cells], [['No', 'Power, W', 'No 2'], [[1, 70, 2]]]);
  await assert.rejects(read(book, { headerRow: 3 }), problem('bad-data', /nothing in row 3/));
  const twice: TestWorkbook = { sheets: [sheetOf('S', [['x', 'y', undefined, 'x']])] };
  await assert.rejects(read(twice), problem('bad-data', /twice: x \(A and D\)/));
  await assert.rejects(read({ sheets: [{ name: 'S', data: '' }] }), problem('bad-data', /sheet "S" is empty/));
});

test('the sheet is the one that is asked for, or the only visible one that holds anything', async () => {
  const one = sheetOf('Лампы', [['a'], [1]]);
  const two = sheetOf('Опоры', [['a'], [2]]);
  const empty = { name: 'Лист2', data: '' };
  const hidden = { ...sheetOf('Скрытый', [['a'], [3]]), state: 'hidden' as const };
  assert.deepEqual((await read({ sheets: [empty, hidden, one] })).cells, [[1]]);
  const all: TestWorkbook = { sheets: [one, two, empty, hidden] };
  await assert.rejects(read(all), problem('bad-data', /has 2 sheets with values: say which one.*"Лампы" or "Опоры"/));
  assert.deepEqual((await read(all, { sheet: 'Опоры' })).cells, [[2]]);
  assert.deepEqual((await read(all, { sheet: ' опоры' })).cells, [[2]]);
  assert.deepEqual((await read(all, { sheet: 4 })).cells, [[3]]);
  await assert.rejects(read(all, { sheet: 'x' }), problem('bad-data', /no sheet "x"; it has .*"Скрытый" \(hidden\)/));
  await assert.rejects(
    read({ sheets: [empty, { ...empty, name: 'Лист3' }, hidden] }),
    problem('bad-data', /no visible sheet with values/),
  );
});

test('other workbooks are refused with what to save them as', async () => {
  const ods = zipSync({ mimetype: strToU8('application/vnd.oasis.opendocument.spreadsheet') });
  await assert.rejects(read(ods), problem('not-supported', /OpenDocument.*save it as XLSX or CSV/));
  const relations = (target: string): string =>
    `<Relationships><Relationship Id="1" Type="x/officeDocument" Target="${target}"/></Relationships>`;
  const binary = { sheets: [], parts: { '_rels/.rels': relations('xl/workbook.bin'), 'xl/workbook.bin': 'x' } };
  await assert.rejects(read(binary), problem('not-supported', /XLSB/));
  const word = {
    sheets: [],
    parts: { '_rels/.rels': relations('word/document.xml'), 'word/document.xml': '<w:document/>' },
  };
  await assert.rejects(read(word), problem('bad-data', /is no workbook/));
  await assert.rejects(read(zipSync({ 'a.txt': strToU8('x') })), problem('bad-data', /no XLSX workbook/));

  const compound = Buffer.alloc(4096);
  compound.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  compound.writeUInt16LE(9, 30);
  compound.write('Workbook', 512, 'utf16le');
  await assert.rejects(read(compound), problem('not-supported', /old workbook.*XLS.*save it as XLSX/));
  compound.write('EncryptedPackage', 640, 'utf16le');
  await assert.rejects(read(compound), problem('not-supported', /protected by a password/));
});

test('XML that would grow, nests without end or is cut off is refused', async () => {
  const part = 'xl/worksheets/sheet1.xml';
  const book = (xml: string): TestWorkbook => ({ sheets: [sheetOf('S', [['a'], [1]])], parts: { [part]: xml } });
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>`;
  await assert.rejects(read(book(bomb)), problem('bad-data', /document type \(DTD\)/));
  const entity = '<worksheet><sheetData><row r="1"><c t="str"><v>&x;</v></c></row></sheetData></worksheet>';
  await assert.rejects(read(book(entity)), problem('bad-data', /not well-formed/));
  await assert.rejects(read(book('<a>'.repeat(100))), problem('bad-data', /deeper than 64/));
  await assert.rejects(read(book('<worksheet><sheetData><row r="1">')), problem('bad-data', /not well-formed/));
  const long = `<worksheet><sheetData><row r="1"><c t="str"><v>${Array.from({ length: 200_000 }, (_, i) => i * 7919).join(' ')}`;
  await assert.rejects(read(book(long)), problem('too-large', /text or tag of more than/));
  const back = `<worksheet><sheetData>${rowXml(2, [1])}${rowXml(1, [1])}</sheetData></worksheet>`;
  await assert.rejects(read(book(back)), problem('bad-data', /row 1 stands after row 2/));
  const elsewhere = '<worksheet><sheetData><row r="1"><c r="A7"><v>1</v></c></row></sheetData></worksheet>';
  await assert.rejects(read(book(elsewhere)), problem('bad-data', /"A7" is no cell of row 1/));
});

test('texts that are small in pieces and endless together are refused, and empty ones take room too', async () => {
  const runs = '<r><t>' + 'x'.repeat(1000) + '</t></r>';
  const noise = Array.from({ length: 1100 }, (_, n) => runs.replace('<r>', `<r n="${(n * 7919) % 10007}">`)).join('');
  await assert.rejects(
    read(table(rowXml(2, [{ xml: `<c r="@" t="inlineStr"><is>${noise}</is></c>` }]))),
    problem('too-large', /a text of more than 1000000 characters/),
  );
  await assert.rejects(read(table('', { strings: [noise] })), problem('too-large', /a text of more than/));
  const pieces = Array.from({ length: 1100 }, (_, n) => `${'1'.repeat(1000)}<![CDATA[${(n * 7919) % 10007}]]>`).join(
    '',
  );
  await assert.rejects(
    read(table(rowXml(2, [{ xml: `<c r="@"><v>${pieces}</v></c>` }]))),
    problem('too-large', /a text of more than/),
  );
  const zip = await openZip(await file(table('', { strings: Array<string>(1000).fill('') })));
  await assert.rejects(
    readStrings(zip, 't.xlsx', 'xl/sharedStrings.xml', 4000),
    problem('too-large', /take more than/),
  );
  await zip.close();
});

test('merges that are never closed are passed over at once', { timeout: 10_000 }, async () => {
  const { cells } = await read(table(rowXml(2, [1, 2, 3]), { after: '<!--' + '<mergeCell '.repeat(80_000) + '-->' }));
  assert.deepEqual(cells, [[1, 2, 3]]);
});

test('a cell that cannot be read says why', async () => {
  const { rows } = await read(
    table(
      rowXml(2, [{ xml: '<c r="@" t="s"><v>7</v></c>' }]) +
        rowXml(3, [{ xml: '<c r="@"><v>0x10</v></c>' }]) +
        rowXml(4, [{ xml: '<c r="@" s="0"><v>60</v></c>' }]) +
        rowXml(5, [{ xml: '<c r="@" t="zz"><v>1</v></c>' }]),
      { formats: [14] },
    ),
  );
  assert.deepEqual(
    rows.map(({ faults }) => faults?.get(0)),
    [
      'cell A2: the text number 7 is not there',
      'cell A3: 0x10 is no number',
      'cell A4: 60 is shown as a date and is none',
      'cell A5: cells of the type "zz" are unknown',
    ],
  );
});

test('places of cells are read and written', () => {
  assert.deepEqual(
    ['A1', 'Z9', 'AA10', 'XFD1048576'].map((text) => parseReference(text)),
    [
      { column: 0, row: 1 },
      { column: 25, row: 9 },
      { column: 26, row: 10 },
      { column: 16_383, row: 1_048_576 },
    ],
  );
  for (const text of ['', 'A', '1', 'a1', 'A0', 'XFE1', 'A1B']) assert.equal(parseReference(text), undefined, text);
  assert.deepEqual([0, 25, 26, 701, 702].map(columnName), ['A', 'Z', 'AA', 'ZZ', 'AAA']);
});

test('any table of texts, numbers and truth comes back from a workbook', async () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'Ғ', '<', '&', '"', '\n', '\r', ' ', '_', '🚌', '\u0001'), maxLength: 8 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(undefined),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 12 }), async (rows) => {
      const { cells } = await read({ sheets: [sheetOf('S', [['a', 'b', 'c'], ...rows])] });
      const empty = (value: unknown): boolean => value === undefined || value === '';
      const wanted = rows
        .filter((row) => !row.every(empty))
        .map((row) => row.map((value) => (empty(value) ? undefined : Object.is(value, -0) ? 0 : value)));
      assert.deepEqual(
        cells.map((row) => [0, 1, 2].map((column) => row[column])),
        wanted,
      );
    }),
    { numRuns: 100 },
  );
});

test('whatever bytes of a workbook are changed, it is read or refused by a Problem', async () => {
  const bytes = writeWorkbook(
    table(rowXml(2, [{ xml: '<c r="@" t="s"><v>0</v></c>' }, 45750.5, true]), { strings: ['text'], formats: [22] }),
  );
  const parts = ['xl/workbook.xml', 'xl/worksheets/sheet1.xml', 'xl/styles.xml', 'xl/sharedStrings.xml', '_rels/.rels'];
  const change = fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    to: fc.integer({ min: 0, max: 255 }),
  });
  const mutate = (of: Uint8Array, changes: readonly { at: number; to: number }[]): Buffer => {
    const mutated = Buffer.from(of);
    for (const { at, to } of changes) mutated[Math.floor(at * mutated.length)] = to;
    return mutated;
  };
  const tried = async (content: Uint8Array | TestWorkbook): Promise<void> => {
    try {
      await read(content);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...parts),
      async (changes, part) => {
        await tried(mutate(bytes, changes));
        // The same inside of a part, where the checksum is right.
        const xml = `<?xml version="1.0"?><sst xmlns="x"><si><t>text</t></si><row r="2"><c r="A2" s="0" t="s"><v>0</v></c></row><sheets/></sst>`;
        const inside = mutate(strToU8(xml), changes).toString('latin1');
        await tried({ ...table(rowXml(2, ['x', 1, true])), parts: { [part]: inside } });
      },
    ),
    { numRuns: 200 },
  );
});
