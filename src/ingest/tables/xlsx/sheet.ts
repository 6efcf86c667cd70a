import { Problem } from '../../../base/problem.ts';
import type { Zip } from '../../zip.ts';
import type { Cell } from '../table.ts';
import { dateText } from './date.ts';
import type { Merge } from './merges.ts';
import { columnName, parseReference } from './reference.ts';
import { joined, richText, unescaped, type SharedStrings } from './strings.ts';
import type { Styles } from './styles.ts';
import { isTrue } from './workbook.ts';
import { xmlParser, type Attributes } from './xml.ts';

/** A row of a sheet that holds anything. */
export type SheetRow = {
  /** As the spreadsheet numbers it. */
  readonly row: number;
  readonly hidden: boolean;
  /** By column from 0; nothing where the cell is empty. */
  readonly cells: readonly Cell[];
  /** Cells whose value a formula gave. */
  readonly formulas: number;
  /** Cells that show an error such as #N/A; they count as empty. */
  readonly errors: number;
  /** Cells that took the value of the first cell of their merge. */
  readonly merged: number;
  /** Cells that cannot be read, by column, and why. */
  readonly faults?: ReadonlyMap<number, string>;
};

export type SheetParts = {
  readonly zip: Zip;
  /** Of the file, for messages. */
  readonly name: string;
  readonly part: string;
  readonly strings: SharedStrings;
  readonly styles: Styles;
  readonly from1904: boolean;
  readonly merges: readonly Merge[];
};

/**
 * The rows of a sheet in groups of some hundred, as they are inflated; rows without a value are left out.
 * `read` = compressed bytes of the sheet so far.
 * @throws Problem bad-data for a sheet that is damaged or whose rows are out of order
 */
export async function* sheetRows(parts: SheetParts): AsyncGenerator<{ rows: readonly SheetRow[]; read: number }> {
  const { zip, name, part } = parts;
  let rows: SheetRow[] = [];
  const parser = xmlParser(
    `${name}: ${part}`,
    rowHandler(parts, (row) => rows.push(row)),
  );
  let read = 0;
  for await (const chunk of zip.streamEntry(part, (bytes) => (read = bytes))) {
    parser.write(chunk);
    if (rows.length === 0) continue;
    const group = rows;
    rows = [];
    yield { rows: group, read };
  }
  parser.end();
  yield { rows, read };
}

/** What of a cell is known before its end. */
type OpenCell = { column: number; type: string; style: number; value: string | undefined; formula: boolean };

function rowHandler(parts: SheetParts, found: (row: SheetRow) => void) {
  const merged = mergeFiller(parts.merges);
  let inData = false;
  let row = 0;
  let hidden = false;
  let cells: Cell[] = [];
  let counts = { formulas: 0, errors: 0 };
  let faults: Map<number, string> | undefined;
  let cell: OpenCell | undefined;
  let nextColumn = 0;
  let inValue = false;
  const from = `${parts.name}: ${parts.part}`;
  const inline = richText(
    (text) => {
      if (cell) cell.value = text;
    },
    'is',
    from,
  );

  const openRow = ({ r, hidden: hides }: Attributes): void => {
    const number = r === undefined ? row + 1 : Number(r);
    if (!(Number.isInteger(number) && number > row && number <= 10_000_000)) {
      throw new Problem('bad-data', `${parts.name}: row ${String(r)} stands after row ${row}`, `row ${String(r)}`);
    }
    row = number;
    hidden = isTrue(hides);
    cells = [];
    counts = { formulas: 0, errors: 0 };
    faults = undefined;
    nextColumn = 0;
  };
  const openCell = ({ r, t = 'n', s }: Attributes): void => {
    const at = r === undefined ? { column: nextColumn, row } : parseReference(r);
    if (at?.row !== row) throw new Problem('bad-data', `${parts.name}: "${String(r)}" is no cell of row ${row}`, r);
    cell = { column: at.column, type: t, style: s === undefined ? 0 : Number(s), value: undefined, formula: false };
    nextColumn = at.column + 1;
  };
  const closeCell = (of: OpenCell): void => {
    cell = undefined;
    if (of.formula) counts.formulas++;
    const value = cellValue(of, parts);
    if (value instanceof Unreadable) {
      if (value.error) counts.errors++;
      else (faults ??= new Map()).set(of.column, `cell ${columnName(of.column)}${row}: ${value.why}`);
    } else if (value !== undefined && value !== '') {
      while (cells.length < of.column) cells.push(undefined);
      cells[of.column] = value;
    }
  };
  return {
    open(element: string, attributes: Attributes): void {
      if (!inData) {
        if (element === 'sheetData') inData = true;
        return;
      }
      if (element === 'c') openCell(attributes);
      else if (element === 'v') inValue = cell !== undefined;
      else if (element === 'row') openRow(attributes);
      else if (element === 'f') {
        if (cell) cell.formula = true;
      } else inline.open(element);
    },
    text(text: string): void {
      if (inValue && cell) cell.value = joined(cell.value ?? '', text, from);
      else if (inData) inline.text(text);
    },
    close(element: string): void {
      if (!inData) return;
      if (element === 'v') {
        inValue = false;
        if (cell) cell.value ??= '';
      } else if (element === 'c') {
        if (cell) closeCell(cell);
      } else if (element === 'row') {
        if (cells.length === 0 && faults === undefined && counts.errors === 0) return;
        const filled = merged(row, cells);
        found({ row, hidden, cells, ...counts, merged: filled, ...(faults && { faults }) });
      } else if (element === 'sheetData') inData = false;
      else inline.close(element);
    },
  };
}

/** A cell that has no value to take: an error that it shows (`error`), or something that no reader can know. */
class Unreadable {
  readonly why: string;
  readonly error: boolean;
  constructor(why: string, error = false) {
    this.why = why;
    this.error = error;
  }
}

const shownError = new Unreadable('an error', true);
const notWorkedOut = new Unreadable(
  'a formula without a stored value; open the file in a spreadsheet program and save it',
);

function cellValue({ type, value, style, formula }: OpenCell, parts: SheetParts): Cell | Unreadable {
  // A text may be empty; a number cannot: then nobody has worked the formula out yet.
  if (value === undefined || (value === '' && type === 'n')) return formula ? notWorkedOut : undefined;
  switch (type) {
    case 's': {
      const text = parts.strings.at(Number(value));
      return text ?? new Unreadable(`the text number ${value} is not there`);
    }
    case 'n':
      return numberValue(value, style, parts);
    case 'str':
      return unescaped(value);
    case 'inlineStr':
      return value;
    case 'b':
      return isTrue(value);
    case 'e':
      return shownError;
    case 'd':
      // The strict form of the standard writes dates out; 1904 or not plays no part.
      return value.replace(/(?:\.0+)?Z?$/, '');
    default:
      return new Unreadable(`cells of the type "${type}" are unknown`);
  }
}

function numberValue(value: string, style: number, parts: SheetParts): Cell | Unreadable {
  const number = Number(value);
  if (!Number.isFinite(number) || /[xob\s]/i.test(value)) return new Unreadable(`${value.slice(0, 40)} is no number`);
  const dates = parts.styles[style];
  if (dates === undefined) return number;
  return dateText(number, dates, parts.from1904) ?? new Unreadable(`${value} is shown as a date and is none`);
}

/**
 * Fills cells below the first of a merge with its value, as the sheet shows it. Only rows that hold something else:
 * a merge makes no rows.
 */
function mergeFiller(merges: readonly Merge[]): (row: number, cells: Cell[]) => number {
  let next = 0;
  let open: { readonly merge: Merge; value: Cell }[] = [];
  return (row, cells) => {
    if (next >= merges.length && open.length === 0) return 0;
    let filled = 0;
    if (open.length > 0) open = open.filter(({ merge }) => merge.lastRow >= row);
    for (const { merge, value } of open) {
      if (value === undefined || cells[merge.column] !== undefined) continue;
      while (cells.length < merge.column) cells.push(undefined);
      cells[merge.column] = value;
      filled++;
    }
    for (let merge = merges[next]; merge && merge.firstRow <= row; merge = merges[++next]) {
      if (merge.lastRow > row) open.push({ merge, value: merge.firstRow === row ? cells[merge.column] : undefined });
    }
    return filled;
  };
}
