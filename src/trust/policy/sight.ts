/** From answers about types of entities to what a query can ask the stores for. */
import type { QNode, Sight } from '../../ngsild/query.ts';
import type { Filter } from './port.ts';

/** What may be seen of the entities of a type: rows for which one of these holds. */
export type Shown = 'all' | 'none' | readonly QNode[];

/**
 * An entity of several types is seen by whoever may see it as each of them.
 * @param named types (IRIs) by what tells them apart
 * @param other of every type that is not named
 */
export function sightOf<C>(named: ReadonlyMap<C, readonly string[]>, shownOf: (one: C) => Shown, other: Shown): Filter {
  const shown = [...named].map(([one, types]) => ({ types, rows: shownOf(one) }));
  const typesThat = (hold: (rows: Shown) => boolean): readonly string[] =>
    shown.flatMap(({ types, rows }) => (hold(rows) ? types : []));
  const seen = typesThat((rows) => rows !== 'none');
  if (other === 'none' && seen.length === 0) return 'nothing';

  const parts: Sight[] = [];
  if (other === 'none') parts.push({ node: 'types', op: 'only', types: seen });
  else {
    const unseen = typesThat((rows) => rows === 'none');
    if (unseen.length > 0) parts.push({ node: 'types', op: 'none', types: unseen });
    if (other !== 'all') {
      const all = shown.flatMap(({ types }) => types);
      parts.push({ node: 'or', of: [{ node: 'types', op: 'only', types: all }, ...other.map(rowsThat)] });
    }
  }
  for (const { types, rows } of shown)
    if (rows !== 'all' && rows !== 'none')
      parts.push({ node: 'or', of: [{ node: 'types', op: 'none', types }, ...rows.map(rowsThat)] });
  const [first, ...rest] = parts;
  if (!first) return 'everything';
  return rest.length === 0 ? first : { node: 'and', of: parts };
}

const rowsThat = (q: QNode): Sight => ({ node: 'q', q });
