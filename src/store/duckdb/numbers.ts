/** What of q plain numbers decide, so that SQL can. */
import type { QNode } from '../../ngsild/query.ts';

export type Leaf = Exclude<QNode, { readonly of: readonly QNode[] }>;

/** A range of numbers; a missing end is open. */
export type NumberRange = {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
};

/** The ranges in which a plain number matches the leaf; undefined when numbers alone do not decide it. */
export function numberRanges(leaf: Leaf): NumberRange[] | undefined {
  if (leaf.path.names.length !== 1 || leaf.path.inner.length > 0) return undefined;
  if (leaf.node === 'exists') return [{}];
  if (leaf.node === 'compare' && leaf.value.kind === 'number') {
    const { value } = leaf.value;
    switch (leaf.op) {
      case '==':
        return [{ from: value, to: value }];
      case '!=':
        return [{ below: value }, { above: value }];
      case '>':
        return [{ above: value }];
      case '>=':
        return [{ from: value }];
      case '<':
        return [{ below: value }];
      case '<=':
        return [{ to: value }];
    }
  }
  if (leaf.node === 'range' && leaf.from.kind === 'number' && leaf.to.kind === 'number') {
    const [from, to] = [leaf.from.value, leaf.to.value];
    return leaf.op === '==' ? [{ from, to }] : [{ below: from }, { above: to }];
  }
  return undefined;
}

/** The ranges as SQL about a row. */
export const withinRanges = (ranges: readonly NumberRange[]): string =>
  ranges
    .map(({ from, above, to, below }) =>
      [
        'value IS NOT NULL',
        ...(from === undefined ? [] : [`value >= ${from}::DOUBLE`]),
        ...(above === undefined ? [] : [`value > ${above}::DOUBLE`]),
        ...(to === undefined ? [] : [`value <= ${to}::DOUBLE`]),
        ...(below === undefined ? [] : [`value < ${below}::DOUBLE`]),
      ].join(' AND '),
    )
    .map((range) => `(${range})`)
    .join(' OR ');
