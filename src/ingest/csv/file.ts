/** The door for CSV: each row of data, or each cell of a wide table, by a mapping with `"payload": "csv"`. */
import { refused, fileMapping } from '../mapping/index.ts';
import type { Importer, ImportItem, OpenedFile, OpenOptions } from '../importing/importer.ts';
import { rowReader } from './rows.ts';

export const csvImporter: Importer = {
  kind: 'csv',
  accepts: 'CSV (.csv, .tsv, .txt)',
  // By its name alone: a CSV file in the wrong encoding is to be told so, not that it is no CSV file.
  recognises: (name, head) => /\.(csv|tsv|txt)$/i.test(name) && !startsAnArchive(head),
  open: openCsvFile,
};

/** Small enough that nobody waits for one. */
const groupRows = 250;

const startsAnArchive = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;

/** @throws Problem bad-data (columns missing, a file that is no CSV, no mapping for it), not-found */
export async function openCsvFile(path: string, { mapping: file, source, now }: OpenOptions): Promise<OpenedFile> {
  const mapping = fileMapping(file, 'csv', source);
  const reader = await rowReader(path, mapping);
  const target = mapping.target({});
  return {
    kind: 'csv',
    source: mapping.source,
    bytes: reader.file.bytes,
    unit: 'row',
    async *items() {
      for await (const { rows, read } of reader.file.rows()) {
        for (let from = 0; from < rows.length; from += groupRows) {
          const items = rows.slice(from, from + groupRows).map((row): ImportItem => {
            const { row: number, text, fault } = row;
            if (fault !== undefined) return { number, text, results: [refused('row', fault)] };
            return {
              number,
              text,
              results: reader.payloads(row).map((payload) => mapping.read(target, payload, now())),
            };
          });
          yield { items, read };
        }
      }
    },
    close: () => Promise.resolve(),
  };
}
