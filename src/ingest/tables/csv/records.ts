import { createReadStream } from 'node:fs';
import { Problem } from '../../../base/problem.ts';
import { guessEncoding, markOf, type Encoding } from './encoding.ts';

/** A record of a CSV file as it was found. */
export type CsvRecord = {
  /** Number of the row, see `TableRow`: from 1; a value over several lines is one record, an empty line counts and is none. */
  readonly place: number;
  /** As it stood in the file, for the rejects file. */
  readonly text: string;
  readonly fields: readonly string[];
  /** Why it cannot be read; `fields` is empty then. */
  readonly fault?: string;
};

/** How the bytes are read. */
export type CsvForm = { readonly delimiter: string; readonly encoding: Encoding };

/** A record longer than this is mostly a quote that is never closed. */
const recordMaxBytes = 1_000_000;
const chunkBytes = 256 * 1024;
const quote = 0x22;
const newline = 0x0a;

/**
 * Every record of the file, in groups; memory stays flat. `read` = bytes so far.
 * @param name of the file, for messages
 * @throws Problem bad-data for a record without end; for UTF-16 that is none
 */
export async function* records(
  path: string,
  name: string,
  { delimiter, encoding }: CsvForm,
): AsyncGenerator<{ rows: CsvRecord[]; read: number }> {
  const separator = delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let place = 0;
  let quoted = false;
  let fieldStart = true;
  let sawQuote = false;
  const take = (line: Buffer, into: CsvRecord[]): void => {
    const end = line.at(-1) === 0x0d ? line.length - 1 : line.length;
    place++;
    if (end > 0) into.push(parseLine(line.subarray(0, end), place, delimiter, sawQuote));
    sawQuote = false;
    fieldStart = true;
  };
  for await (const { data, read } of utf8Chunks(path, name, encoding)) {
    const known = rest.length;
    const buffer = known > 0 ? Buffer.concat([rest, data]) : data;
    const rows: CsvRecord[] = [];
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
    if (rest.length > recordMaxBytes) {
      throw new Problem(
        'bad-data',
        `${name}: a row of more than ${recordMaxBytes} bytes; is a quote never closed?`,
        `row ${place + 1}`,
      );
    }
    yield { rows, read };
  }
  if (quoted) throw new Problem('bad-data', `${name}: the file ends inside a quoted value`, `row ${place + 1}`);
  const rows: CsvRecord[] = [];
  if (rest.length > 0) take(rest, rows);
  yield { rows, read: Infinity };
}

/** The file as UTF-8 without its mark. */
async function* utf8Chunks(
  path: string,
  name: string,
  encoding: Encoding,
): AsyncGenerator<{ data: Buffer; read: number }> {
  const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding, { fatal: true });
  let read = 0;
  const decode = (chunk: Buffer | undefined): Buffer => {
    try {
      return Buffer.from(decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '');
    } catch {
      throw new Problem('bad-data', `${name} is not in ${encoding} (near byte ${read})`, `byte ${read}`);
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    const data = read === 0 ? chunk.subarray(markOf(chunk)?.length ?? 0) : chunk;
    read += chunk.length;
    yield { data: decoder ? decode(data) : data, read };
  }
  if (decoder) yield { data: decode(undefined), read };
}

const strict = new TextDecoder('utf-8', { fatal: true });

function parseLine(line: Buffer, place: number, delimiter: string, hasQuotes: boolean): CsvRecord {
  let text: string;
  try {
    text = strict.decode(line);
  } catch {
    const loose = line.toString('utf8');
    const column = loose.slice(0, loose.indexOf('\ufffd')).split(delimiter).length;
    return { place, text: loose, fields: [], fault: `column ${column} is not valid UTF-8${looksLike(line)}` };
  }
  if (text.includes('\0')) return { place, text, fields: [], fault: 'a NUL character' };
  return { place, text, fields: hasQuotes ? splitQuoted(text, delimiter) : text.split(delimiter) };
}

/** `; it looks like windows-1251: ...`, or nothing when nobody can tell. */
export function looksLike(bytes: Uint8Array): string {
  const guess = guessEncoding(bytes);
  return guess === undefined ? '' : `; it looks like ${guess}: say "table": { "encoding": "${guess}" } in the mapping`;
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
