import type { Zip } from '../../zip.ts';
import { parseReference } from './reference.ts';

/** Cells of one column that were merged: the value stands in the first row. Columns and rows from 0 and 1. */
export type Merge = { readonly column: number; readonly firstRow: number; readonly lastRow: number };

const endOfData = Buffer.from('sheetData>');
const tailMaxBytes = 16_000_000;
const mergesMax = 200_000;

/**
 * The merges of a sheet that reach over several rows, in the order of their first row. They stand behind the rows, so
 * the sheet is inflated once more; that takes a tenth of the time of reading it.
 */
export async function findMerges(zip: Zip, part: string): Promise<readonly Merge[]> {
  let tail = '';
  let carried = Buffer.alloc(0);
  let ended = false;
  const decoder = new TextDecoder();
  for await (const chunk of zip.streamEntry(part)) {
    if (!ended) {
      // The end of the rows may lie on the border of two chunks.
      const both = Buffer.concat([carried, chunk]);
      const at = both.lastIndexOf(endOfData);
      if (at < 0 || both[at - 1] === 0x3c) {
        carried = Buffer.from(both.subarray(-16));
        continue;
      }
      ended = true;
      tail = decoder.decode(both.subarray(at), { stream: true });
    } else if (tail.length < tailMaxBytes) tail += decoder.decode(chunk, { stream: true });
  }
  const merges: Merge[] = [];
  for (const [, from = '', to = ''] of tail.matchAll(
    // Without `<` in between: else each element that is never closed would be searched to the end of the sheet.
    /<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z]+\d+):([A-Z]+\d+)["']/g,
  )) {
    const first = parseReference(from);
    const last = parseReference(to);
    if (first && last && last.row > first.row && merges.length < mergesMax) {
      merges.push({ column: first.column, firstRow: first.row, lastRow: last.row });
    }
  }
  return merges.sort((a, b) => a.firstRow - b.firstRow);
}
