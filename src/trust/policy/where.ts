/** `@where("...")`: the rows that a permit to read is narrowed to, as q (CIM 009 v1.9.1, 4.9). */
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import { coreContext, parseQ, type QLiteral, type QNode } from '../../ngsild/index.ts';

/** Where in the city somebody belongs, of its administration and of its ground. */
export type Place = Pick<Principal, 'department' | 'areas'>;

export type Where = {
  readonly text: string;
  /** For somebody there; undefined: there are no rows, as for a department where there is none. */
  readonly for: (place: Place) => QNode | 'all' | undefined;
};

/**
 * Stand, as whole texts between quotation marks, for what is known of whoever asks: the department; the areas, which after `==`
 * are any of them, and for somebody who is limited to none all that there is.
 */
const placeholders = ['${department}', '${areas}'] as const;
const [department, areas] = placeholders;

/** Names are those of the core vocabulary, in which a city's own mappings write. @throws Problem bad-data, too-complex */
export function parseWhere(text: string): Where {
  const tree = parseQ(text, coreContext, { parameter: '@where' });
  const nodes = leavesOf(tree);
  // Filled into the tree and not into the text, so that no name can say anything but itself.
  const isStray = (literal: string): boolean =>
    literal.includes('${') && !placeholders.some((placeholder) => placeholder === literal);
  if (
    nodes.flatMap(literalsOf).some(isStray) ||
    nodes.some((node) => node.node === 'match' && node.pattern.includes('${'))
  )
    throw new Problem(
      'bad-data',
      `${placeholders.join(' and ')} stand alone between quotation marks, and there is no other`,
      '@where',
    );
  if (nodes.some((node) => literalsOf(node).includes(areas) && !(node.node === 'compare' && node.op === '==')))
    throw new Problem('bad-data', `${areas} stands behind == alone`, '@where');
  return { text, for: (place) => filled(tree, place) };
}

const leavesOf = (node: QNode): readonly QNode[] =>
  node.node === 'and' || node.node === 'or' ? node.of.flatMap(leavesOf) : [node];

function literalsOf(node: QNode): readonly string[] {
  switch (node.node) {
    case 'compare':
      return textOf(node.value);
    case 'range':
      return [...textOf(node.from), ...textOf(node.to)];
    case 'oneOf':
      return node.values.flatMap(textOf);
    default:
      return [];
  }
}

const textOf = (literal: QLiteral): readonly string[] => (literal.kind === 'string' ? [literal.value] : []);

/** What holds for every row and what for none is worked out. */
function filled(node: QNode, place: Place): QNode | 'all' | undefined {
  if (node.node === 'and' || node.node === 'or') {
    const parts = node.of.map((part) => filled(part, place));
    const decisive = node.node === 'and' ? undefined : 'all';
    if (parts.includes(decisive)) return decisive;
    const of = parts.filter((part) => part !== undefined && part !== 'all');
    if (of.length === 0) return node.node === 'and' ? 'all' : undefined;
    return of.length === 1 ? of[0] : { ...node, of };
  }
  const asked = literalsOf(node);
  if (asked.includes(areas) && node.node === 'compare') {
    if (place.areas === undefined) return 'all';
    const values = place.areas.map((value): QLiteral => ({ kind: 'string', value }));
    return values.length === 0 ? undefined : { node: 'oneOf', path: node.path, op: '==', values };
  }
  if (!asked.includes(department)) return node;
  const { department: value } = place;
  return value === undefined ? undefined : withDepartment(node, value);
}

function withDepartment(node: QNode, value: string): QNode {
  const fill = (literal: QLiteral): QLiteral =>
    literal.kind === 'string' && literal.value === department ? { kind: 'string', value } : literal;
  switch (node.node) {
    case 'compare':
      return { ...node, value: fill(node.value) };
    case 'range':
      return { ...node, from: fill(node.from), to: fill(node.to) };
    case 'oneOf':
      return { ...node, values: node.values.map(fill) };
    default:
      return node;
  }
}
