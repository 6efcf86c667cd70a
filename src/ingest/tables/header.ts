import { Problem } from '../../base/problem.ts';
import type { Cell } from './table.ts';

/** Names of columns as people write them: line breaks and doubled spaces are one space. */
export function namesOf(cells: readonly Cell[]): string[] {
  return Array.from(cells, (cell) => (cell === undefined ? '' : String(cell).trim().replace(/\s+/g, ' ')));
}

/** Columns up to the last one that has a name. */
export function headerWidth(header: readonly string[]): number {
  return header.findLastIndex((name) => name !== '') + 1;
}

/**
 * What is wrong with a header: a name that stands twice would make one of the two columns invisible.
 * @param of      the file, for the message
 * @param columns how a column is called, by number from 0
 */
export function headerProblem(
  of: string,
  header: readonly string[],
  columns: (column: number) => string,
): Problem | undefined {
  const first = new Map<string, number>();
  const twice: string[] = [];
  for (const [column, name] of header.entries()) {
    const before = first.get(name);
    if (before === undefined) first.set(name, column);
    else if (name !== '') twice.push(`${name} (${columns(before)} and ${columns(column)})`);
  }
  if (twice.length === 0) return undefined;
  return new Problem('bad-data', `${of}: the header names a column twice: ${twice.join(', ')}`, 'header');
}
