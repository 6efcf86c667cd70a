import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvCell, csvPlain } from './csv.ts';

/** What a reader of CSV finds in one cell. */
const unquoted = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

test('no text begins with what a spreadsheet runs, numbers stay numbers, and what was protected reads back', () => {
  for (const text of ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\0=1', "'=1", "''@x"])
    assert.match(unquoted(csvCell(text)), /^'/);
  assert.deepEqual(['-5', '+992', '-5.25', "it's", "'tis"].map(csvCell), ['-5', '+992', '-5.25', "it's", "'tis"]);
  assert.equal(csvCell(-5), '-5');
  const nasty = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '\0', '1', 'a', '"', ','),
  });
  fc.assert(
    fc.property(fc.oneof(nasty, fc.string()), (text) => {
      const cell = unquoted(csvCell(text));
      assert.ok(!/^[=@\t\r\n\0]/.test(cell), JSON.stringify(cell));
      assert.ok(!/^[+-]/.test(cell) || /^[+-]\d+(\.\d+)?$/.test(cell), JSON.stringify(cell));
      assert.equal(csvPlain(cell), text);
    }),
  );
});
