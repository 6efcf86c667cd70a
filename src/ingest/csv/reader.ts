import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Problem } from '../../base/problem.ts';

/** A row of a CSV file as it was found. */
export type CsvRow = {
  /** Rows of data, from 1; the header is not counted. */
  readonly row: number;
  /** The line as it stood in the file, for the rejects file. */
  readonly text: string;
  readonly fields: readonly string[];
  /** Why the row cannot be read; `fields` is empty then. */
  readonly fault?: string;
};

export type CsvFile = {
  readonly header: readonly string[];
  readonly bytes: number;
  /** Rows in the order of the file, in groups; memory stays flat. `read` = bytes so far. */
  rows(): AsyncGenerator<{ readonly rows: readonly CsvRow[]; readonly read: number }>;
};

/** A row longer than this is mostly a quote that is never closed. */
const rowMaxBytes = 1_000_000;
const quote = 0x22;
const newline = 0x0a;

/**
 * Opens a CSV file: RFC 4180 in UTF-8, with or without byte order mark, lines ending in CRLF or LF. Blank lines are no rows.
 * @throws Problem not-found; bad-data for a file without header, in UTF-16, with a column twice or a row without end
 */
export async function openCsv(path: string, delimiter = ','): Promise<CsvFile> {
  let bytes: number;
  try {
    bytes = (await stat(path)).size;
  } catch {
    throw new Problem('not-found', `cannot read the file ${path}`);
  }
  for await (const { rows } of records(path, delimiter)) {
    const [first] = rows;
    if (!first) continue;
    if (first.fault !== undefined) throw new Problem('bad-data', `${path}: the header: ${first.fault}`, 'header');
    const header = first.fields.map((name) => name.trim());
    const twice = header.filter((name, index) => header.indexOf(name) !== index);
    if (twice.length > 0) {
      throw new Problem(
        'bad-data',
        `${path}: the header names a column twice: ${[...new Set(twice)].join(', ')}`,
        'header',
      );
    }
    return { header, bytes, rows: () => dataRows(path, delimiter, header.length) };
  }
  throw new Problem('bad-data', `${path} is empty; the first line must name the columns`, 'header');
}

async function* dataRows(
  path: string,
  delimiter: string,
  columns: number,
): AsyncGenerator<{ rows: readonly CsvRow[]; read: number }> {
  for await (const { rows, read } of records(path, delimiter)) {
    const data: CsvRow[] = [];
    for (const row of rows) {
      if (row.row === 0) continue;
      const count = row.fields.length;
      const wrong = row.fault === undefined && count !== columns;
      data.push(wrong ? { ...row, fields: [], fault: `found ${count} columns, wanted ${columns}` } : row);
    }
    yield { rows: data, read };
  }
}

/** Every record of the file; the header is row 0. */
async function* records(path: string, delimiter: string): AsyncGenerator<{ rows: CsvRow[]; read: number }> {
  const separator = delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let row = -1;
  let read = 0;
  let quoted = false;
  let fieldStart = true;
  let sawQuote = false;
  const take = (line: Buffer, into: CsvRow[]): void => {
    const end = line.at(-1) === 0x0d ? line.length - 1 : line.length;
    if (end > 0) into.push(parseLine(line.subarray(0, end), ++row, delimiter, sawQuote));
    sawQuote = false;
    fieldStart = true;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let data = chunk;
    if (read === 0) data = withoutMark(chunk, path);
    read += chunk.length;
    const known = rest.length;
    const buffer = known > 0 ? Buffer.concat([rest, data]) : data;
    const rows: CsvRow[] = [];
    let start = 0;
    for (let at = known; at < buffer.length; at++) {
      const byte = buffer[at];
      if (quoted) {
        // A doubled quote leaves and enters again at once, which comes to the same.
        if (byte === quote) quoted = false;
      } else if (byte === newline) {
        take(buffer.subarray(start, at), rows);
        start = at + 1;
      } else if (byte === separator) {
        fieldStart = true;
      } else if (byte === quote && (fieldStart || (sawQuote && buffer[at - 1] === quote))) {
        quoted = true;
        sawQuote = true;
        fieldStart = false;
      } else fieldStart = false;
    }
    rest = Buffer.from(buffer.subarray(start));
    if (rest.length > rowMaxBytes) {
      throw new Problem(
        'bad-data',
        `${path}: a row of more than ${rowMaxBytes} bytes; is a quote never closed?`,
        `row ${row + 1}`,
      );
    }
    yield { rows, read };
  }
  if (quoted) throw new Problem('bad-data', `${path}: the file ends inside a quoted value`, `row ${row + 1}`);
  const rows: CsvRow[] = [];
  take(rest, rows);
  yield { rows, read };
}

function withoutMark(chunk: Buffer, path: string): Buffer {
  if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) {
    throw new Problem('bad-data', `${path} is in UTF-16; save it as UTF-8`, 'byte 0');
  }
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

const strict = new TextDecoder('utf-8', { fatal: true });

function parseLine(line: Buffer, row: number, delimiter: string, hasQuotes: boolean): CsvRow {
  let text: string;
  try {
    text = strict.decode(line);
  } catch {
    const loose = line.toString('utf8');
    const column = loose.slice(0, loose.indexOf('\ufffd')).split(delimiter).length;
    return { row, text: loose, fields: [], fault: `column ${column} is not valid UTF-8` };
  }
  if (text.includes('\0')) return { row, text, fields: [], fault: 'a NUL character' };
  return { row, text, fields: hasQuotes ? splitQuoted(text, delimiter) : text.split(delimiter) };
}

function splitQuoted(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= text.length;) {
    if (text.charAt(at) !== '"') {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end < 0 ? undefined : end));
      if (end < 0) break;
      at = end + 1;
      continue;
    }
    let value = '';
    for (at++; ;) {
      const end = text.indexOf('"', at);
      value += text.slice(at, end < 0 ? undefined : end);
      at = end < 0 ? text.length : end + 1;
      if (text.charAt(at) !== '"') break;
      value += '"';
      at++;
    }
    // What stands between the closing quote and the delimiter is kept rather than lost.
    const end = text.indexOf(delimiter, at);
    fields.push(value + text.slice(at, end < 0 ? undefined : end));
    if (end < 0) break;
    at = end + 1;
  }
  return fields;
}
