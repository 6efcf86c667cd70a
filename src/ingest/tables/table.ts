/** What every table gives, whatever wrote it: a header and rows of cells. */

/**
 * A cell as it was found. CSV knows texts only. A date of a spreadsheet is a text without a time zone, as precise as it
 * is shown: `2025-04-03`, `2025-04-03T10:30:00`, `10:30:00`. Nothing: the cell is empty.
 */
export type Cell = string | number | boolean | undefined;

export type TableRow = {
  /**
   * What a reader looks for: the number that a spreadsheet shows beside the row. The header and empty rows count; in CSV a
   * value over several lines is one row.
   */
  readonly number: number;
  /** Rows of data from 1; what a mapping sees as `row`. */
  readonly index: number;
  /** The row as it stands in the file, or as a line of CSV; for the rejects file. */
  readonly text: string;
  readonly cells: readonly Cell[];
  /** Why the row cannot be read; `cells` is empty then. */
  readonly fault?: string;
  /** Cells that cannot be read, by column from 0; they matter to whoever needs them. */
  readonly faults?: ReadonlyMap<number, string>;
};

/** What was met in a table that its reader should know of, with how often. */
export const tableNotes = [
  'formulas', // values that a formula gave, as the workbook stores them
  'errors', // cells that show an error (#N/A); taken as missing
  'merged', // cells that took the value of the merged cell they belong to
  'hidden', // rows that the workbook hides; taken like any other
  'beyond', // rows with values to the right of the header; these are not read
] as const;
export type TableNote = (typeof tableNotes)[number];

/** A row near the top of a file, before anybody knows which one is the header. */
export type TopRow = {
  /** As of a row of data; what `headerRow` counts. */
  readonly number: number;
  readonly cells: readonly Cell[];
};

/** A file that holds a table, before its header is known. */
export type OpenTable = {
  readonly kind: 'csv' | 'xlsx';
  /** Of the file. */
  readonly bytes: number;
  /** Of a workbook: the sheet that is read. */
  readonly sheet?: string;
  /** Of CSV. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** The first rows that hold something, at most `count`. */
  top(count: number): Promise<readonly TopRow[]>;
  /**
   * @param headerRow the row that names the columns; default the first that holds something
   * @param firstRow  the first row of data; default the one after the header
   * @throws Problem bad-data for a file without header, or with a column twice
   */
  table(headerRow: number | undefined, firstRow?: number): Promise<Table>;
  close(): Promise<void>;
};

export type Table = {
  readonly kind: 'csv' | 'xlsx';
  /** Of the file. */
  readonly bytes: number;
  readonly header: readonly string[];
  /** In the order of the file, in groups; memory stays flat. `read` = bytes so far. May be read again. */
  rows(): AsyncGenerator<{ readonly rows: readonly TableRow[]; readonly read: number }>;
  /** Of the rows read so far; only what was met. */
  notes(): Readonly<Partial<Record<TableNote, number>>>;
};
