/** `@where("...")`: the rows that a permit to read is narrowed to, as q (CIM 009 v1.9.1, 4.9). */
import { Problem } from '../../base/problem.ts';
import { coreContext, parseQ, type QLiteral, type QNode } from '../../ngsild/index.ts';

export type Where = {
  readonly text: string;
  /** For somebody of this department; undefined when the rows depend on one and there is none: then there are no rows. */
  readonly for: (department: string | undefined) => QNode | undefined;
};

/** Stands for the department of whoever asks, as a whole text between quotation marks. */
const placeholder = '${department}';

/** Names are those of the core vocabulary, in which a city's own mappings write. @throws Problem bad-data, too-complex */
export function parseWhere(text: string): Where {
  const tree = parseQ(text, coreContext, { parameter: '@where' });
  const literals = literalsOf(tree);
  // Filled into the tree and not into the text, so that no department can say anything but its name.
  if (
    literals.some((literal) => literal !== placeholder && literal.includes('${')) ||
    patternsOf(tree).some((one) => one.includes('${'))
  )
    throw new Problem(
      'bad-data',
      `${placeholder} stands alone between quotation marks, and there is no other`,
      '@where',
    );
  const depends = literals.includes(placeholder);
  return {
    text,
    for: (department) => (!depends ? tree : department === undefined ? undefined : filled(tree, department)),
  };
}

function literalsOf(node: QNode): readonly string[] {
  switch (node.node) {
    case 'and':
    case 'or':
      return node.of.flatMap(literalsOf);
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

const patternsOf = (node: QNode): readonly string[] =>
  node.node === 'match' ? [node.pattern] : node.node === 'and' || node.node === 'or' ? node.of.flatMap(patternsOf) : [];

function filled(node: QNode, department: string): QNode {
  const fill = (literal: QLiteral): QLiteral =>
    literal.kind === 'string' && literal.value === placeholder ? { kind: 'string', value: department } : literal;
  switch (node.node) {
    case 'and':
    case 'or':
      return { ...node, of: node.of.map((part) => filled(part, department)) };
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
