import { open } from 'node:fs/promises';
import { csvPlain } from '../../../base/csv.ts';
import { Problem } from '../../../base/problem.ts';
import { headerProblem, namesOf } from '../header.ts';
import type { OpenTable, Table, TableRow, TopRow } from '../table.ts';
import { guessDelimiter, saidDelimiter } from './delimiter.ts';
import { guessEncoding, isHollow, isUtf8, markOf, type Encoding } from './encoding.ts';
import { looksLike, records, type CsvForm, type CsvRecord } from './records.ts';

export type CsvOptions = {
  /** For messages. */
  readonly name: string;
  /** Default: what most lines are cut by. */
  readonly delimiter?: string | undefined;
  /** Default: what the byte order mark says, else UTF-8. */
  readonly encoding?: Encoding | undefined;
  /** Reads a file that is not UTF-8 as what it looks like, for whoever only looks. */
  readonly guess?: boolean | undefined;
};

/** Bytes from which encoding and delimiter are told. */
const sampleBytes = 128 * 1024;

/**
 * Opens a CSV file: RFC 4180 with any of the usual delimiters, with or without byte order mark, lines ending in CRLF or
 * LF. Blank lines are no rows.
 * @throws Problem not-found; bad-data for a file in another encoding than UTF-8, with the one that it looks like
 */
export async function openCsv(path: string, options: CsvOptions): Promise<OpenTable> {
  const { name } = options;
  const { sample, bytes } = await beginning(path);
  const guessed = options.guess === true && !isUtf8(sample) ? guessEncoding(sample) : undefined;
  const encoding = markOf(sample)?.encoding ?? options.encoding ?? guessed ?? 'utf-8';
  if (encoding === 'utf-8') checkUtf8(sample, name);
  const text = new TextDecoder(encoding).decode(sample);
  const said = saidDelimiter(text);
  const form: CsvForm = { encoding, delimiter: options.delimiter ?? said ?? guessDelimiter(text) };
  const first = said === undefined ? 1 : 2;
  return {
    kind: 'csv',
    bytes,
    encoding,
    delimiter: form.delimiter,
    top: (count) => topRecords(path, name, form, first, count),
    table: (headerRow, firstRow) => tableOf({ path, name, bytes, form, first, headerRow, firstRow }),
    close: () => Promise.resolve(),
  };
}

async function beginning(path: string): Promise<{ sample: Uint8Array; bytes: number }> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(sampleBytes, size)), 0);
      return { sample: buffer.subarray(0, bytesRead), bytes: size };
    } finally {
      await file.close();
    }
  } catch {
    throw new Problem('not-found', `cannot read the file ${path}`);
  }
}

/**
 * A file in another encoding is refused as a whole, before half of its rows are taken. A single broken byte is another
 * matter: that row is refused, the others are taken.
 */
function checkUtf8(sample: Uint8Array, name: string): void {
  if (isUtf8(sample)) {
    if (isHollow(sample)) {
      const at = sample.indexOf(0);
      throw new Problem(
        'bad-data',
        `${name} holds zeros in place of text: it was cut off, or copied while it was written. Copy or download it again`,
        `byte ${at}`,
      );
    }
    if (sample.includes(0) && looksLike(sample) !== '') {
      throw new Problem('bad-data', `${name} is no UTF-8 text${looksLike(sample)}`, 'byte 0');
    }
    return;
  }
  const lines = Buffer.from(sample).toString('latin1').split('\n');
  const faulty = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
  const others = lines.filter((line) => /[\u0080-\u00ff]/.test(line) && isUtf8(Buffer.from(line, 'latin1')));
  const guess = looksLike(sample);
  if (others.length === 0 && (guess !== '' || faulty === 0)) {
    const column = Buffer.from(lines[faulty] ?? '', 'latin1')
      .toString('utf8')
      .split('\ufffd')[0]
      ?.split(guessDelimiter(lines[faulty] ?? '')).length;
    throw new Problem(
      'bad-data',
      `${name} is not in UTF-8 (line ${faulty + 1}, column ${column ?? 1})${guess}`,
      `line ${faulty + 1}`,
    );
  }
}

async function topRecords(path: string, name: string, form: CsvForm, first: number, count: number): Promise<TopRow[]> {
  const top: TopRow[] = [];
  for await (const { rows } of records(path, name, form)) {
    for (const { place, fields, fault } of rows) {
      if (place < first) continue;
      if (top.length >= count) return top;
      if (fault === undefined) top.push({ number: place, cells: fields });
    }
  }
  return top;
}

type TableParts = {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly form: CsvForm;
  readonly first: number;
  readonly headerRow: number | undefined;
  readonly firstRow: number | undefined;
};

async function tableOf({ path, name, bytes, form, first, headerRow, firstRow }: TableParts): Promise<Table> {
  const found = await findHeader(records(path, name, form), headerRow ?? first, headerRow !== undefined);
  if (!found) {
    throw new Problem(
      'bad-data',
      headerRow === undefined
        ? `${name} is empty; the first line must name the columns`
        : `${name} has nothing in row ${headerRow}, which should name the columns`,
      'header',
    );
  }
  if (found.fault !== undefined) throw new Problem('bad-data', `${name}: the header: ${found.fault}`, 'header');
  const header = namesOf(found.fields);
  const dataFrom = Math.max(found.place + 1, firstRow ?? 0);
  const problem = headerProblem(name, header, (column) => String(column + 1));
  if (problem) throw problem;
  return {
    kind: 'csv',
    bytes,
    header,
    notes: () => ({}),
    async *rows() {
      let index = 0;
      for await (const { rows, read } of records(path, name, form)) {
        const data: TableRow[] = [];
        for (const record of rows) {
          if (record.place >= dataFrom) data.push(dataRow(record, ++index, header.length));
        }
        yield { rows: data, read: Math.min(read, bytes) };
      }
    },
  };
}

async function findHeader(
  from: ReturnType<typeof records>,
  place: number,
  exactly: boolean,
): Promise<CsvRecord | undefined> {
  for await (const { rows } of from) {
    for (const record of rows) {
      if (record.place >= place) return exactly && record.place > place ? undefined : record;
    }
  }
  return undefined;
}

function dataRow({ place, text, fields, fault }: CsvRecord, index: number, columns: number): TableRow {
  // Programs that know a table wider than it is write empty values behind the last column.
  const wrong = fields.length < columns || (fields.length > columns && fields.slice(columns).some((one) => one !== ''));
  const why = fault ?? (wrong ? `found ${fields.length} columns, wanted ${columns}` : undefined);
  return why === undefined
    ? { number: place, index, text, cells: fields.map(csvPlain) }
    : { number: place, index, text, cells: [], fault: why };
}
