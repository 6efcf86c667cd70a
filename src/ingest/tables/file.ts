/** The doors for tables: each row, or each cell of a wide table, by a mapping with `"payload": "table"`. */
import { Problem } from '../../base/problem.ts';
import { refused, fileMapping, type Refused, type Taken } from '../mapping/index.ts';
import { readingNotes } from '../importing/notes.ts';
import type {
  Importer,
  ImportItem,
  MappingSuggestion,
  OpenedFile,
  OpenOptions,
  SuggestAbout,
} from '../importing/importer.ts';
import { inspectTable } from './inspect.ts';
import { isWorkbook } from './open.ts';
import { rowReader, type RowPayload } from './rows.ts';
import { suggestMapping } from './suggest/suggest.ts';
import type { TableRow } from './table.ts';

export const csvImporter: Importer = {
  kind: 'csv',
  accepts: 'CSV (.csv, .tsv, .txt)',
  // By its name alone: a CSV file in the wrong encoding is to be told so, not that it is no CSV file.
  recognises: (name, head) => /\.(csv|tsv|txt|tab)$/i.test(name) && !isWorkbook(head),
  open: openTableFile,
  suggest: suggestTable,
};

export const xlsxImporter: Importer = {
  kind: 'xlsx',
  accepts: 'Excel (.xlsx)',
  // Older and other workbooks too, so that they are told what to save them as; a CSV name does not make a workbook CSV.
  recognises: (name, head) => isWorkbook(head) && /\.(xls[xmb]?|ods|csv|tsv|txt)$/i.test(name),
  open: openTableFile,
  suggest: suggestTable,
};

/** Small enough that nobody waits for one. */
const groupRows = 250;

/** @throws Problem bad-data (columns missing, a file that is no table, no mapping for it), not-found */
export async function openTableFile(
  path: string,
  { mapping: file, source, sheet, box, now }: OpenOptions,
): Promise<OpenedFile> {
  const mapping = fileMapping(file, 'table', source);
  const reader = await rowReader(path, mapping, sheet);
  const { table } = reader;
  const target = mapping.target({});
  const notes = readingNotes(box);
  const read = (payload: RowPayload): Taken | Refused => {
    try {
      return notes.look(mapping.read(target, payload, now()));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return refused('row', error.message);
    }
  };
  const itemOf = (row: TableRow): ImportItem => {
    const { number, fault } = row;
    const results = fault === undefined ? reader.payloads(row).map(read) : [refused('row', fault)];
    return {
      number,
      // Written out only when somebody asks: most rows are taken.
      get text() {
        return row.text;
      },
      results,
    };
  };
  return {
    kind: table.kind,
    source: mapping.source,
    bytes: table.bytes,
    unit: 'row',
    async *items() {
      for await (const { rows, read: bytes } of table.rows()) {
        for (let from = 0; from < rows.length; from += groupRows) {
          yield { items: rows.slice(from, from + groupRows).map(itemOf), read: bytes };
        }
      }
    },
    notes: () => ({ ...table.notes(), ...notes.counts() }),
    close: () => reader.close(),
  };
}

async function suggestTable(path: string, { city, type, ...view }: SuggestAbout): Promise<MappingSuggestion> {
  const looked = await inspectTable(path, view);
  const { mapping, doubts } = suggestMapping(looked, type === undefined ? {} : { type }, city);
  return { kind: 'csv', mapping, doubts };
}
