import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { openCsv, type CsvRow } from './reader.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-csv-'));
after(() => rm(directory, { recursive: true }));
let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(directory, `${++files}.csv`);
  await writeFile(path, content);
  return path;
}
async function rowsOf(path: string, delimiter?: string): Promise<CsvRow[]> {
  const all: CsvRow[] = [];
  for await (const { rows } of (await openCsv(path, delimiter)).rows()) all.push(...rows);
  return all;
}

test('quoted values, both line ends, a byte order mark and blank lines are read', async () => {
  const path = await file('\ufeffa,b\r\n1,"two ""quoted"", and\r\nmore"\n\n"3",\r\n5,6"7');
  assert.deepEqual((await openCsv(path)).header, ['a', 'b']);
  assert.deepEqual(
    (await rowsOf(path)).map(({ row, fields }) => [row, ...fields]),
    [
      [1, '1', 'two "quoted", and\r\nmore'],
      [2, '3', ''],
      [3, '5', '6"7'],
    ],
  );
});

test('whatever is written by the rules is read back the same', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'я', '"', ',', '\n', ' ', '7', 'ҷ'), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }), async (table) => {
      const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
      const text = ['x,y,z', ...table.map((row) => row.map(quoted).join(','))].join('\r\n');
      const read = await rowsOf(await file(text));
      assert.deepEqual(
        read.map(({ fields }) => [...fields]),
        table.map((row) => [...row]),
      );
    }),
    { numRuns: 60 },
  );
});

test('a file larger than one read is cut into the same rows', async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `${i},"v${i}, ${'x'.repeat(i % 20)}"`);
  const rows = await rowsOf(await file(`n,v\n${lines.join('\n')}\n`));
  assert.equal(rows.length, lines.length);
  assert.deepEqual(rows[31_234]?.fields, ['31234', `v31234, ${'x'.repeat(31_234 % 20)}`]);
});

test('a file that is no table is refused with the reason', async () => {
  await assert.rejects(rowsOf(await file('')), /is empty/);
  await assert.rejects(rowsOf(await file(Buffer.from('\ufeffa,b\n', 'utf16le'))), /UTF-16/);
  await assert.rejects(rowsOf(await file('a,b,a\n1,2,3\n')), /names a column twice: a/);
  await assert.rejects(rowsOf(await file('a,b\n1,"2\n3,4\n')), /ends inside a quoted value/);
  await assert.rejects(rowsOf(join(directory, 'none.csv')), Problem);
});
