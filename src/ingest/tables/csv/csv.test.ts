import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../../base/problem.ts';
import type { OpenTable, TableRow } from '../table.ts';
import { openCsv, type CsvOptions } from './open.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-csv-'));
after(() => rm(directory, { recursive: true }));
let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(directory, `${++files}.csv`);
  await writeFile(path, content);
  return path;
}
const opened = (path: string, options: Partial<CsvOptions> = {}): Promise<OpenTable> =>
  openCsv(path, { name: 't.csv', ...options });
async function rowsOf(path: string, options?: Partial<CsvOptions>, headerRow?: number): Promise<TableRow[]> {
  const all: TableRow[] = [];
  for await (const { rows } of (await (await opened(path, options)).table(headerRow)).rows()) all.push(...rows);
  return all;
}
const headerOf = async (path: string, options?: Partial<CsvOptions>): Promise<readonly string[]> =>
  (await (await opened(path, options)).table(undefined)).header;

/** Text in a one-byte encoding: each character by its place in the table of that encoding. */
function encoded(text: string, encoding: string): Buffer {
  const table = new Map(
    Array.from({ length: 256 }, (_, byte) => [new TextDecoder(encoding).decode(Uint8Array.of(byte)), byte]),
  );
  return Buffer.from(Array.from(text, (character) => table.get(character) ?? 0x3f));
}

test('quoted values, both line ends, a byte order mark and blank lines are read', async () => {
  const path = await file('\ufeffa,b\r\n1,"two ""quoted"", and\r\nmore"\n\n"3",\r\n5,6"7');
  assert.deepEqual(await headerOf(path), ['a', 'b']);
  assert.deepEqual(
    (await rowsOf(path)).map(({ number, cells }) => [number, ...cells]),
    [
      [2, '1', 'two "quoted", and\r\nmore'],
      [4, '3', ''],
      [5, '5', '6"7'],
    ],
  );
});

test('a file of zeros is refused before a row of it is taken, and not called UTF-16', async () => {
  for (const content of [Buffer.alloc(100_000), Buffer.concat([Buffer.from('a;b\n1;2\n'), Buffer.alloc(3000)])]) {
    await assert.rejects(rowsOf(await file(content)), /holds zeros in place of text/);
  }
  await assert.rejects(rowsOf(await file(Buffer.from('a;b\n1;2\n', 'utf16le'))), /looks like utf-16le/);
});

test('whatever is written by the rules is read back the same', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'я', '"', ',', ';', '\n', ' ', '7', 'ҷ'), maxLength: 6 });
  const delimiter = fc.constantFrom(',', ';', '\t', '|');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
      delimiter,
      fc.constantFrom('utf8' as const, 'utf16le' as const),
      async (table, delimiter, encoding) => {
        const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const text = ['x,y,z'.replaceAll(',', delimiter), ...table.map((row) => row.map(quoted).join(delimiter))];
        const path = await file(Buffer.from(`\ufeff${text.join('\r\n')}`, encoding));
        const read = await rowsOf(path);
        assert.deepEqual(
          read.map(({ cells }) => [...cells]),
          table.map((row) => [...row]),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a file larger than one read is cut into the same rows, in any encoding', async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `${i},"v${i}, ${'я'.repeat(i % 20)}"`);
  const text = `n,v\n${lines.join('\n')}\n`;
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
    const rows = await rowsOf(await file(bytes));
    assert.equal(rows.length, lines.length);
    assert.deepEqual(rows[31_234]?.cells, ['31234', `v31234, ${'я'.repeat(31_234 % 20)}`]);
  }
});

test('a file that is no table is refused with the reason', async () => {
  await assert.rejects(rowsOf(await file('')), /is empty/);
  await assert.rejects(rowsOf(await file('a,b,a\n1,2,3\n')), /names a column twice: a \(1 and 3\)/);
  await assert.rejects(rowsOf(await file('a,b\n1,"2\n3,4\n')), /ends inside a quoted value/);
  await assert.rejects(rowsOf(join(directory, 'none.csv')), Problem);
});

test('the delimiter is the one that cuts the lines evenly, whatever else stands in them', async () => {
  assert.deepEqual(await headerOf(await file('name;level\nRudaki, 12;1,5\nAini;2,5\n')), ['name', 'level']);
  assert.deepEqual(await headerOf(await file('name\tlevel\na;b\t1\n')), ['name', 'level']);
  assert.deepEqual(await headerOf(await file('a|b\n1|2\n')), ['a', 'b']);
  assert.deepEqual(await headerOf(await file('only\n1\n2\n')), ['only']);
  assert.deepEqual(await headerOf(await file('Register, of 2025\n;\nname;level;unit\na;1;m\nb;2;m\n')), [
    'Register, of 2025',
  ]);
  assert.deepEqual(await headerOf(await file('sep=;\na,b;c\n1;2\n')), ['a,b', 'c']);
  assert.deepEqual(await headerOf(await file('a,b;c\n1;2\n'), { delimiter: ',' }), ['a', 'b;c']);
});

test('titles above the header are passed over when its row is told', async () => {
  const path = await file('Реестр опор\n\nname;level\nа;1\nб;2\n');
  assert.deepEqual(
    (await rowsOf(path, {}, 3)).map(({ number, cells }) => [number, ...cells]),
    [
      [4, 'а', '1'],
      [5, 'б', '2'],
    ],
  );
  await assert.rejects(rowsOf(path, {}, 2), /has nothing in row 2/);
  assert.deepEqual(
    (await (await opened(path)).top(2)).map(({ number, cells }) => [number, ...cells]),
    [
      [1, 'Реестр опор'],
      [3, 'name', 'level'],
    ],
  );
});

test('a file in another encoding is refused with the one it looks like, and read when that is said', async () => {
  const text = 'улица;дом;состояние\nРудаки;12;исправен\nАйнӣ;7;неисправен\n'.replace('ӣ', 'и');
  for (const encoding of ['windows-1251', 'koi8-r', 'ibm866'] as const) {
    const path = await file(encoded(text, encoding));
    await assert.rejects(rowsOf(path), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /t\.csv is not in UTF-8 \(line 1, column 1\)/);
      assert.match(error.message, new RegExp(`looks like ${encoding}: say "table": \\{ "encoding": "${encoding}" \\}`));
      return true;
    });
    assert.deepEqual((await rowsOf(path, { encoding }))[0]?.cells, ['Рудаки', '12', 'исправен']);
  }
  const wide = await file(Buffer.from('street;house\nRudaki;12\n', 'utf16le'));
  await assert.rejects(rowsOf(wide), /looks like utf-16le/);
  assert.deepEqual((await rowsOf(wide, { encoding: 'utf-16le' }))[0]?.cells, ['Rudaki', '12']);
  const half = await file(Buffer.concat([Buffer.from('\ufeffa;b\n1;2\n', 'utf16le'), Buffer.from([0x41])]));
  await assert.rejects(rowsOf(half), /is not in utf-16le/);
});

test('a broken byte in a file of UTF-8 refuses its row alone, with the column', async () => {
  const bytes = Buffer.concat([
    Buffer.from('улица,дом\nРудаки,1\n'),
    Buffer.from([0x41, 0x2c, 0xe9, 0x0a]),
    Buffer.from('Айнӣ,2\n'),
  ]);
  const rows = await rowsOf(await file(bytes));
  assert.deepEqual(
    rows.map(({ fault }) => fault),
    [undefined, 'column 2 is not valid UTF-8', undefined],
  );
});

test('rows of another length are refused; empty values behind the last column are none', async () => {
  const rows = await rowsOf(await file('a;b\n1;2;;\n1\n1;2;3\n'));
  assert.deepEqual(
    rows.map(({ fault }) => fault),
    [undefined, 'found 1 columns, wanted 2', 'found 3 columns, wanted 2'],
  );
});

test('whatever bytes stand in a file, it is read or refused by a Problem', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: fc.constantFrom('a', ';', ',', '"', '\n', '\r', '\ufeff', 'я', '\0'), maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(undefined, 'windows-1251', 'utf-16le'), async (content, encoding) => {
      try {
        await rowsOf(await file(content), encoding === undefined ? {} : { encoding: encoding as 'utf-16le' });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
