import { dirname, join } from 'node:path';
import { Problem } from '../../base/problem.ts';
import type { CsvForm, Mapping } from '../mapping/index.ts';
import { openCsv, type CsvFile, type CsvRow } from './reader.ts';

/** What the paths of a CSV mapping see of one row (or, in a wide table, of one cell). */
export type RowPayload = Readonly<Record<string, unknown>>;
type SideTables = readonly {
  readonly name: string;
  readonly by: string;
  readonly rows: ReadonlyMap<string, RowPayload>;
}[];

/** Makes payloads of the rows of one file. */
export type RowReader = { readonly file: CsvFile; payloads(row: CsvRow): readonly RowPayload[] };

const sideRowsMax = 100_000;

/**
 * @throws Problem bad-data that lists every column that the mapping wants and the file does not have
 */
export async function rowReader(path: string, mapping: Mapping): Promise<RowReader> {
  const form: CsvForm = mapping.csv ?? { delimiter: ',', wide: false, skip: [], tables: [] };
  const file = await openCsv(path, form.delimiter);
  const { header } = file;
  const made = form.wide ? ['column', 'value', 'row'] : ['row'];
  const known = new Set([...(form.wide ? form.skip : header), ...made, ...form.tables.map((table) => table.name)]);
  const missing = [...mapping.columns, ...(form.wide ? form.skip.filter((name) => !header.includes(name)) : [])].filter(
    (name) => !known.has(name) || (form.wide && form.skip.includes(name) && !header.includes(name)),
  );
  if (missing.length > 0) {
    throw new Problem(
      'bad-data',
      `${path} has no column ${[...new Set(missing)].map((name) => `"${name}"`).join(', ')}; it has ${header.slice(0, 40).join(', ')}`,
      'header',
    );
  }
  const tables = await sideTables(path, form);
  const skipped = new Set(form.skip);
  const beside = (payload: Record<string, unknown>): RowPayload => {
    for (const { name, by, rows } of tables) payload[name] = rows.get(String(payload[by]));
    return payload;
  };
  return {
    file,
    payloads({ row, fields }) {
      const common: Record<string, unknown> = { row };
      if (!form.wide) {
        for (const [index, name] of header.entries()) common[name] = plain(fields[index] ?? '');
        return [beside(common)];
      }
      for (const [index, name] of header.entries()) if (skipped.has(name)) common[name] = plain(fields[index] ?? '');
      const cells: RowPayload[] = [];
      for (const [index, column] of header.entries()) {
        if (!skipped.has(column)) cells.push(beside({ ...common, column, value: plain(fields[index] ?? '') }));
      }
      return cells;
    },
  };
}

/** Takes off the quote that a careful export puts before a text that a spreadsheet would run as a formula. */
function plain(field: string): string {
  return field.charCodeAt(0) === 0x27 && /^'[=+\-@\t\r]/.test(field) ? field.slice(1) : field;
}

async function sideTables(path: string, form: CsvForm): Promise<SideTables> {
  const tables: SideTables[number][] = [];
  for (const { name, file, key, by } of form.tables) {
    const beside = await openCsv(join(dirname(path), file));
    const at = beside.header.indexOf(key);
    if (at < 0) throw new Problem('bad-data', `${file} has no column "${key}"`, 'header');
    const rows = new Map<string, RowPayload>();
    for await (const group of beside.rows()) {
      for (const { fields, fault, row } of group.rows) {
        if (fault !== undefined) throw new Problem('bad-data', `${file}: ${fault}`, `row ${row}`);
        rows.set(
          fields[at] ?? '',
          Object.fromEntries(beside.header.map((column, index) => [column, fields[index] ?? ''])),
        );
      }
      if (rows.size > sideRowsMax) throw new Problem('too-large', `${file} has more than ${sideRowsMax} rows`);
    }
    tables.push({ name, by, rows });
  }
  return tables;
}
