import { Problem } from '../../../base/problem.ts';
import { openZip, type Zip } from '../../zip.ts';
import { headerProblem, headerWidth, namesOf } from '../header.ts';
import { lineOf } from '../line.ts';
import type { OpenTable, Table, TableNote, TableRow, TopRow } from '../table.ts';
import { findMerges } from './merges.ts';
import { compoundFileProblem } from './others.ts';
import { columnName } from './reference.ts';
import { sheetRows, type SheetRow } from './sheet.ts';
import { readStrings, type SharedStrings } from './strings.ts';
import { readStyles, type Styles } from './styles.ts';
import { readWorkbook, type Sheet, type Workbook } from './workbook.ts';

/** A workbook whose sheets can be read. */
export type OpenWorkbook = {
  readonly sheets: readonly Sheet[];
  /**
   * The sheet of that name or number (from 1); without a wish the only visible one that holds anything.
   * @throws Problem bad-data that lists the sheets
   */
  choose(wished: string | number | undefined): Promise<Sheet>;
  /** Rows that hold something, as they stand in the sheet. `read` counts bytes of the file. */
  rows(sheet: Sheet): AsyncGenerator<{ readonly rows: readonly SheetRow[]; readonly read: number }>;
  open(sheet: Sheet): OpenTable;
  close(): Promise<void>;
};

/**
 * Opens an XLSX or XLSM workbook (ECMA-376, transitional or strict). Macros are neither run nor looked at.
 * @param name for messages
 * @throws Problem not-found; not-supported for XLS, XLSB, ODS and a password; bad-data; too-large
 */
export async function openWorkbook(path: string, name: string): Promise<OpenWorkbook> {
  const problem = await compoundFileProblem(path, name);
  if (problem) throw problem;
  const zip = await openZip(path, { name });
  try {
    const workbook = await readWorkbook(zip, name);
    const strings = await readStrings(zip, name, workbook.sharedStrings);
    const styles = await readStyles(zip, name, workbook.styles);
    return workbookOf({ zip, name, workbook, strings, styles });
  } catch (error) {
    await zip.close();
    throw error;
  }
}

type Parts = {
  readonly zip: Zip;
  readonly name: string;
  readonly workbook: Workbook;
  readonly strings: SharedStrings;
  readonly styles: Styles;
};

function workbookOf({ zip, name, workbook, strings, styles }: Parts): OpenWorkbook {
  const { sheets, from1904 } = workbook;
  const listed = sheets.map((sheet) => `"${sheet.name}"${sheet.hidden ? ' (hidden)' : ''}`).join(', ');

  const rows: OpenWorkbook['rows'] = async function* (sheet) {
    const entry = zip.find(sheet.part);
    if (!entry) throw new Problem('bad-data', `${name} is damaged: it holds no ${sheet.part}`, sheet.part);
    const merges = await findMerges(zip, sheet.part);
    const parts = { zip, name, part: sheet.part, strings, styles, from1904, merges };
    for await (const { rows, read } of sheetRows(parts)) {
      yield { rows, read: zip.bytes - entry.compressedSize + read };
    }
  };
  const holdsAnything = async (sheet: Sheet): Promise<boolean> => {
    if (!zip.find(sheet.part)) return false;
    const parts = { zip, name, part: sheet.part, strings, styles, from1904, merges: [] };
    for await (const { rows } of sheetRows(parts)) if (rows.length > 0) return true;
    return false;
  };

  return {
    sheets,
    rows,
    async choose(wished) {
      if (wished !== undefined) {
        const found =
          sheets.find((sheet) => sheet.name === String(wished)) ??
          sheets.find((sheet) => sheet.name.trim().toLowerCase() === String(wished).trim().toLowerCase()) ??
          (/^\d+$/.test(String(wished)) ? sheets[Number(wished) - 1] : undefined);
        if (found) return found;
        throw new Problem('bad-data', `${name} has no sheet "${wished}"; it has ${listed}`, 'sheet');
      }
      const visible = sheets.filter((sheet) => !sheet.hidden);
      const [only] = visible;
      if (only && visible.length === 1) return only;
      const filled: Sheet[] = [];
      for (const sheet of visible) if (await holdsAnything(sheet)) filled.push(sheet);
      const [first] = filled;
      if (first && filled.length === 1) return first;
      throw new Problem(
        'bad-data',
        filled.length === 0
          ? `${name} has no visible sheet with values; it has ${listed}`
          : `${name} has ${filled.length} sheets with values: say which one (sheet ${filled.map((sheet) => `"${sheet.name}"`).join(' or ')})`,
        'sheet',
      );
    },
    open: (sheet) => ({
      kind: 'xlsx',
      bytes: zip.bytes,
      sheet: sheet.name,
      top: (count) => topRows(rows(sheet), count),
      table: (headerRow, firstRow) =>
        tableOf({ name, bytes: zip.bytes, sheet, headerRow, firstRow, rows: () => rows(sheet) }),
      close: () => zip.close(),
    }),
    close: () => zip.close(),
  };
}

type TableParts = {
  readonly name: string;
  readonly bytes: number;
  readonly sheet: Sheet;
  readonly headerRow: number | undefined;
  readonly firstRow: number | undefined;
  readonly rows: () => ReturnType<OpenWorkbook['rows']>;
};

async function tableOf({ name, bytes, sheet, headerRow, firstRow, rows }: TableParts): Promise<Table> {
  const found = await findRow(rows(), headerRow);
  if (!found) {
    throw new Problem(
      'bad-data',
      headerRow === undefined
        ? `${name}: the sheet "${sheet.name}" is empty; its first row must name the columns`
        : `${name}: the sheet "${sheet.name}" has nothing in row ${headerRow}, which should name the columns`,
      'header',
    );
  }
  const header = namesOf(found.cells);
  const width = headerWidth(header);
  const problem = headerProblem(`${name}: the sheet "${sheet.name}"`, header, columnName);
  if (problem) throw problem;
  const counts: Partial<Record<TableNote, number>> = {};
  const count = (note: TableNote, by: number): void => {
    if (by > 0) counts[note] = (counts[note] ?? 0) + by;
  };
  return {
    kind: 'xlsx',
    bytes,
    header: header.slice(0, width),
    notes: () => counts,
    async *rows() {
      for (const note in counts) delete counts[note as TableNote];
      let index = 0;
      for await (const { rows: group, read } of rows()) {
        const data: TableRow[] = [];
        for (const row of group) {
          if (row.row <= found.row || row.row < (firstRow ?? 0)) continue;
          count('formulas', row.formulas);
          count('errors', row.errors);
          count('merged', row.merged);
          count('hidden', row.hidden ? 1 : 0);
          count('beyond', row.cells.length > width ? 1 : 0);
          data.push(dataRow(row, ++index));
        }
        yield { rows: data, read };
      }
    },
  };
}

async function topRows(rows: ReturnType<OpenWorkbook['rows']>, count: number): Promise<TopRow[]> {
  const top: TopRow[] = [];
  for await (const group of rows) {
    for (const { row, cells } of group.rows) {
      if (top.length >= count) return top;
      top.push({ number: row, cells });
    }
  }
  return top;
}

async function findRow(
  rows: ReturnType<OpenWorkbook['rows']>,
  wished: number | undefined,
): Promise<SheetRow | undefined> {
  for await (const group of rows) {
    for (const row of group.rows) {
      if (wished === undefined || row.row === wished) return row;
      if (row.row > wished) return undefined;
    }
  }
  return undefined;
}

function dataRow({ row, cells, faults }: SheetRow, index: number): TableRow {
  return {
    number: row,
    index,
    // Written out only when somebody asks: most rows are taken.
    get text() {
      return lineOf(cells);
    },
    cells,
    ...(faults && { faults }),
  };
}
