/**
 * Reads one file of a feed: RFC 4180 in UTF-8 with or without a byte order mark, lines ending in CRLF or LF. Only the
 * columns asked for become texts, since a file may have ten million rows.
 */
import type { Zip } from '../../zip.ts';
import type { Faults } from './faults.ts';

export type TableSpec<Column extends string> = {
  readonly file: string;
  readonly columns: readonly Column[];
  /** Of the columns: those without which the file cannot be read. */
  readonly required: readonly Column[];
};

/** The values of one row by the place of their column in `TableSpec.columns`; a column that is not there is empty. Used again for the next row. */
export type Fields = readonly string[];

const rowMaxBytes = 1_000_000;
const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const carriageReturn = 0x0d;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param onRow told each row of data in order, with its number from 1
 * @returns the columns that are there; undefined when the file is not there or has no usable header
 */
export async function readTable<Column extends string>(
  zip: Pick<Zip, 'find' | 'streamEntry'>,
  path: string,
  spec: TableSpec<Column>,
  faults: Faults,
  onRow: (fields: Fields, row: number) => void,
): Promise<ReadonlySet<Column> | undefined> {
  const { file } = spec;
  if (!zip.find(path)) return undefined;
  let rest: Buffer = Buffer.alloc(0);
  let text = '';
  let table: RowParser | undefined;
  let present: ReadonlySet<Column> | undefined;
  let first = true;

  /** @returns false when nothing more of the file can be read */
  const take = (block: Buffer, last: boolean): boolean => {
    let decoded: string;
    try {
      decoded = strict.decode(block);
    } catch {
      const row = table ? table.row + badLine(block) : badLine(block);
      faults.add(
        'invalid_encoding',
        { file, ...(row > 1 && { row }) },
        `the ${row > 1 ? 'text' : 'header'} is not UTF-8; save the file as UTF-8`,
      );
      return false;
    }
    text = text === '' ? decoded : text + decoded;
    let at = 0;
    if (!table) {
      const header = headerOf(text, last);
      if (!header) {
        // Empty lines before the header are not looked at again with each block.
        if (text.trim() === '') text = '';
        return true;
      }
      present = checkHeader(header.names, spec, faults);
      if (!present) return false;
      table = rowParser(header.names, spec, faults, onRow);
      at = header.end;
    }
    text = text.slice(table.parse(text, at, last));
    if (text.length <= rowMaxBytes) return true;
    faults.add(
      'csv_parsing_failed',
      { file, row: table.row + 1 },
      `a row of more than ${rowMaxBytes} bytes; is a quote never closed?`,
    );
    return false;
  };

  for await (const chunk of zip.streamEntry(path)) {
    let data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (first && data.length > 0) {
      first = false;
      const mark = markOf(data);
      if (mark === 'utf-16') {
        faults.add('invalid_encoding', { file }, 'the file is in UTF-16; save it as UTF-8');
        return undefined;
      }
      if (mark === 'utf-8') data = data.subarray(3);
    }
    const whole = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    // Blocks end at a line's end, so that no character is cut in two.
    const end = whole.lastIndexOf(newline) + 1;
    if (end > 0 && !take(whole.subarray(0, end), false)) return undefined;
    rest = Buffer.from(whole.subarray(end));
    if (rest.length > rowMaxBytes) {
      faults.add('csv_parsing_failed', { file }, `a line of more than ${rowMaxBytes} bytes`);
      return undefined;
    }
  }
  if (!take(rest, true)) return undefined;
  if (!table) faults.add('empty_file', { file }, 'the file is empty; its first line must name the columns');
  return present;
}

function markOf(data: Buffer): 'utf-8' | 'utf-16' | undefined {
  if ((data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff)) return 'utf-16';
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? 'utf-8' : undefined;
}

/** Which line of the block, from 1, is not UTF-8. */
function badLine(block: Buffer): number {
  for (let line = 1, start = 0; start < block.length; line++) {
    const found = block.indexOf(newline, start);
    const end = found < 0 ? block.length : found;
    try {
      strict.decode(block.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return 1;
}

/** Names of the columns and where the data begins; undefined while the first line is not there. */
function headerOf(text: string, last: boolean): { names: readonly string[]; end: number } | undefined {
  const filled = text.search(/[^\r\n]/);
  const start = filled < 0 ? text.length : filled;
  const found = text.indexOf('\n', start);
  if (found < 0 && (!last || start >= text.length)) return undefined;
  const end = found < 0 ? text.length : found;
  const names = text
    .slice(start, end)
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    );
  return { names, end: end + 1 };
}

function checkHeader<Column extends string>(
  names: readonly string[],
  { file, columns, required }: TableSpec<Column>,
  faults: Faults,
): ReadonlySet<Column> | undefined {
  const present = new Set<Column>();
  let usable = true;
  for (const [at, name] of names.entries()) {
    const known = columns.find((column) => column === name);
    if (names.indexOf(name) !== at && name !== '') {
      faults.add('duplicated_column', { file, field: name }, 'the header names this column twice');
      usable = false;
    } else if (known !== undefined) present.add(known);
    else if (name !== '') faults.add('not_used', { file, field: name }, `the column ${name} is not used`);
  }
  for (const column of required) {
    if (present.has(column)) continue;
    faults.add(
      'missing_required_column',
      { file, field: column },
      `the column is missing; there are ${names.join(', ').slice(0, 200)}`,
    );
    usable = false;
  }
  return usable ? present : undefined;
}

type RowParser = {
  /** Number of the last row that was read. */
  readonly row: number;
  /** @returns where the first row begins that is not whole */
  parse(text: string, from: number, last: boolean): number;
};

function rowParser(
  names: readonly string[],
  { file, columns }: TableSpec<string>,
  faults: Faults,
  onRow: (fields: Fields, row: number) => void,
): RowParser {
  const slots = names.map((name) => columns.indexOf(name));
  const fields: string[] = columns.map(() => '');
  // The header is row 1.
  let row = 1;

  const finish = (count: number, blank: boolean): void => {
    row++;
    if (blank) {
      faults.add('empty_row', { file, row }, 'a blank line');
      return;
    }
    if (count === slots.length) onRow(fields, row);
    else faults.add('invalid_row_length', { file, row }, `found ${count} columns, wanted ${slots.length}`);
  };

  const parse = (text: string, from: number, last: boolean): number => {
    const { length } = text;
    let at = from;
    while (at < length) {
      const rowStart = at;
      let column = 0;
      let blank = true;
      for (;;) {
        const slot = column < slots.length ? (slots[column] ?? -1) : -1;
        let value: string | undefined;
        let start = at;
        if (text.charCodeAt(at) === quote) {
          value = '';
          for (start = at + 1; ;) {
            const close = text.indexOf('"', start);
            if (close < 0) {
              if (!last) return rowStart;
              faults.add('csv_parsing_failed', { file, row: row + 1 }, 'the file ends inside a quoted value');
              return length;
            }
            value += text.slice(start, close);
            at = close + 1;
            if (text.charCodeAt(at) !== quote) break;
            value += '"';
            start = at + 1;
          }
          start = at;
          blank = false;
        }
        let code = comma;
        while (at < length && (code = text.charCodeAt(at)) !== comma && code !== newline) at++;
        let end = at;
        if (end > start && text.charCodeAt(end - 1) === carriageReturn && (at >= length || code === newline)) end--;
        if (end > start) blank = false;
        if (slot >= 0) {
          // What stands between a closing quote and the comma is kept rather than lost.
          value = value === undefined ? text.slice(start, end) : end > start ? value + text.slice(start, end) : value;
          fields[slot] = trimmed(value, names[column] ?? '');
        }
        column++;
        if (at < length && code === comma) {
          at++;
          blank = false;
          continue;
        }
        break;
      }
      // The last block may end without a newline.
      at++;
      finish(column, blank);
    }
    return length;
  };

  const trimmed = (value: string, field: string): string => {
    if (value === '' || (value.charCodeAt(0) > 0x20 && value.charCodeAt(value.length - 1) > 0x20)) return value;
    faults.add(
      'leading_or_trailing_whitespaces',
      { file, row: row + 1, field },
      'spaces around the value were left out',
    );
    return value.trim();
  };

  return {
    get row() {
      return row;
    },
    parse,
  };
}
