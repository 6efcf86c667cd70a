import { encodings, type Encoding } from '../tables/csv/encoding.ts';
import type { Cursor } from './cursor.ts';
import { decimals, type Decimal } from './number.ts';

/** A table beside the data file: what its rows say of each column or value. */
export type SideTable = { readonly name: string; readonly file: string; readonly key: string; readonly by: string };

/** How a table is read, CSV or a sheet of a workbook alike; what is undefined is found out from the file. */
export type TableForm = {
  readonly delimiter: string | undefined;
  readonly encoding: Encoding | undefined;
  /** Which sign parts the decimals of its texts; undefined: either, and none parts thousands. */
  readonly decimal: Decimal | undefined;
  /** Name or number of a workbook's sheet. */
  readonly sheet: string | number | undefined;
  /** The row that names the columns; default the first that holds something. */
  readonly headerRow: number | undefined;
  /** The first row of data; default the one after the header. */
  readonly firstRow: number | undefined;
  /** Each column is a series of its own: rows are instants. The reading is `{ column, value, row }`. */
  readonly wide: boolean;
  readonly skip: readonly string[];
  readonly tables: readonly SideTable[];
};

const fields = ['delimiter', 'encoding', 'decimal', 'sheet', 'headerRow', 'firstRow', 'wide', 'skip', 'tables'];

/** `table` of a mapping, or `csv`, its older name; undefined for payloads that are no tables. */
export function compileTable(mapping: Cursor, payload: string): TableForm | undefined {
  const at = mapping.at('table').given ? mapping.at('table') : mapping.at('csv');
  if (mapping.at('table').given && mapping.at('csv').given) {
    mapping.at('csv').fault('only one of table and csv, which mean the same');
  }
  if (payload !== 'table') {
    if (at.given) at.fault('"payload": "table" beside it');
    return undefined;
  }
  if (at.given) at.object(fields);
  const delimiterAt = at.at('delimiter');
  const delimiter = delimiterAt.given ? delimiterAt.text() : undefined;
  if (delimiter !== undefined && !/^[ -~\t]$/.test(delimiter)) delimiterAt.fault('one character');
  if (delimiter === '"') delimiterAt.fault('another character than the quote');
  const row = (name: string): number | undefined => {
    const value = at.at(name).given ? at.at(name).number() : undefined;
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) at.at(name).fault('a row, from 1');
    return value;
  };
  const sheetAt = at.at('sheet');
  return {
    delimiter,
    encoding: at.at('encoding').given ? at.at('encoding').oneOf(encodings, 'utf-8') : undefined,
    decimal: at.at('decimal').given ? at.at('decimal').oneOf(decimals, '.') : undefined,
    sheet: !sheetAt.given ? undefined : typeof sheetAt.value === 'number' ? sheetAt.value : sheetAt.text(),
    headerRow: row('headerRow'),
    firstRow: row('firstRow'),
    wide: at.at('wide').boolean(false),
    skip: at
      .at('skip')
      .items()
      .map((item) => item.text()),
    tables: at.at('tables').entries().map(compileSideTable),
  };
}

function compileSideTable([name, item]: readonly [string, Cursor]): SideTable {
  item.object(['file', 'key', 'by']);
  const file = item.at('file').text();
  if (/^\/|\\|\0|(^|\/)\.\.(\/|$)/.test(file)) item.at('file').fault('a file beside the data file, without ..');
  return { name, file, key: item.at('key').text(), by: item.at('by').text() };
}
