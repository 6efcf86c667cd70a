import { basename, dirname, join } from 'node:path';
import { Problem } from '../../base/problem.ts';
import type { Mapping, TableForm } from '../mapping/index.ts';
import { namesOf } from './header.ts';
import { openTable } from './open.ts';
import type { Cell, OpenTable, Table, TableRow } from './table.ts';

/** What the paths of a mapping see of one row (or, in a wide table, of one cell). */
export type RowPayload = Readonly<Record<string, unknown>>;
type SideTables = readonly {
  readonly name: string;
  readonly by: string;
  readonly rows: ReadonlyMap<string, RowPayload>;
}[];

/** Makes payloads of the rows of one file. */
export type RowReader = {
  readonly table: Table;
  /** To read a member whose cell cannot be read throws Problem bad-data. */
  payloads(row: TableRow): readonly RowPayload[];
  close(): Promise<void>;
};

const sideRowsMax = 100_000;
/** Rows among which the header is looked for when the first is not it. */
const topRows = 30;
const plainForm: TableForm = {
  delimiter: undefined,
  encoding: undefined,
  decimal: undefined,
  sheet: undefined,
  headerRow: undefined,
  firstRow: undefined,
  wide: false,
  skip: [],
  tables: [],
};

/**
 * @param sheet goes before the one that the mapping names
 * @throws Problem bad-data that lists every column that the mapping wants and the file does not have, and where the
 *   header seems to be
 */
export async function rowReader(path: string, mapping: Mapping, sheet?: string): Promise<RowReader> {
  const form = mapping.table ?? plainForm;
  const opened = await openTable(path, { ...form, sheet: sheet ?? form.sheet });
  try {
    const table = await opened.table(form.headerRow, form.firstRow);
    await checkColumns(opened, table, mapping, form, basename(path));
    const tables = await sideTables(path, form);
    return { table, payloads: payloadsOf(table.header, form, tables), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function payloadsOf(header: readonly string[], form: TableForm, tables: SideTables): RowReader['payloads'] {
  const skipped = new Set(form.skip);
  const columns = [...header.entries()].filter(([, name]) => name !== '');
  const standing = columns.filter(([, name]) => skipped.has(name));
  const series = columns.filter(([, name]) => !skipped.has(name));
  const beside = (payload: Record<string, unknown>): RowPayload => {
    for (const { name, by, rows } of tables) payload[name] = rows.get(String(payload[by]));
    return payload;
  };
  return ({ index: row, cells, faults }) => {
    const common: Record<string, unknown> = { row };
    const put = (into: Record<string, unknown>, name: string, index: number): Record<string, unknown> => {
      const fault = faults?.get(index);
      if (fault === undefined) into[name] = plain(cells[index]);
      else refuseWhenRead(into, name, fault);
      return into;
    };
    if (!form.wide) {
      for (const [index, name] of columns) put(common, name, index);
      return [beside(common)];
    }
    const payloads: RowPayload[] = [];
    for (const [index, column] of series) {
      const payload: Record<string, unknown> = { row };
      for (const [other, name] of standing) put(payload, name, other);
      payload['column'] = column;
      payloads.push(beside(put(payload, 'value', index)));
    }
    return payloads;
  };
}

/** A cell that cannot be read refuses its row when the mapping asks for it, and no other row. */
function refuseWhenRead(payload: Record<string, unknown>, name: string, fault: string): void {
  Object.defineProperty(payload, name, {
    enumerable: true,
    get(): never {
      throw new Problem('bad-data', fault);
    },
  });
}

async function checkColumns(
  opened: OpenTable,
  { header }: Table,
  mapping: Mapping,
  form: TableForm,
  name: string,
): Promise<void> {
  const made = new Set([...(form.wide ? ['column', 'value', 'row'] : ['row']), ...form.tables.map((one) => one.name)]);
  const there = new Set(form.wide ? form.skip.filter((column) => header.includes(column)) : header);
  const wanted = new Set([...mapping.columns, ...(form.wide ? form.skip : [])]);
  const missing = [...wanted].filter((column) => !there.has(column) && !made.has(column));
  if (missing.length === 0) return;
  const elsewhere = (await opened.top(topRows)).find(({ cells }) => {
    const names = new Set(namesOf(cells));
    return missing.every((column) => names.has(column));
  });
  throw new Problem(
    'bad-data',
    `${name} has no column ${missing.map((column) => `"${column}"`).join(', ')}; it has ${header.slice(0, 40).join(', ')}${
      elsewhere === undefined
        ? ''
        : `. They stand in row ${elsewhere.number}: say "table": { "headerRow": ${elsewhere.number} } in the mapping`
    }`,
    'header',
  );
}

/** Takes off the quote that a careful export puts before a text that a spreadsheet would run as a formula. */
function plain(cell: Cell): Cell {
  return typeof cell === 'string' && cell.charCodeAt(0) === 0x27 && /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

async function sideTables(path: string, form: TableForm): Promise<SideTables> {
  const tables: SideTables[number][] = [];
  for (const { name, file, key, by } of form.tables) {
    const opened = await openTable(join(dirname(path), file));
    try {
      tables.push({ name, by, rows: await keyedRows(await opened.table(undefined), file, key) });
    } finally {
      await opened.close();
    }
  }
  return tables;
}

async function keyedRows(table: Table, file: string, key: string): Promise<ReadonlyMap<string, RowPayload>> {
  const at = table.header.indexOf(key);
  if (at < 0) throw new Problem('bad-data', `${file} has no column "${key}"`, 'header');
  const found = new Map<string, RowPayload>();
  for await (const { rows } of table.rows()) {
    for (const { cells, fault, number } of rows) {
      if (fault !== undefined) throw new Problem('bad-data', `${file}: ${fault}`, `row ${number}`);
      found.set(
        String(cells[at] ?? ''),
        Object.fromEntries(table.header.map((column, index) => [column, cells[index] ?? ''])),
      );
    }
    if (found.size > sideRowsMax) throw new Problem('too-large', `${file} has more than ${sideRowsMax} rows`);
  }
  return found;
}
