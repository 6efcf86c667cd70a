import { csvQuoted } from '../../base/csv.ts';
import type { Cell } from './table.ts';

const lineMax = 4_000;

/** Cells as a line of CSV (RFC 4180), cut off when it gets long. */
export function lineOf(cells: readonly Cell[], delimiter = ','): string {
  let line = '';
  for (let i = 0; i < cells.length && line.length < lineMax; i++) {
    const cell = cells[i];
    const text = cell === undefined ? '' : String(cell);
    line += (i > 0 ? delimiter : '') + csvQuoted(text, delimiter);
  }
  return line.length > lineMax ? `${line.slice(0, lineMax)}...` : line;
}
