/** What columns can say of an entity and a query: yes, no, or look at the body. */
import { parseInstant } from '../../base/time.ts';
import {
  type AttributePath,
  type Entity,
  evaluateQ,
  evaluateScope,
  holdsFor,
  type QLiteral,
  type QNode,
  type QTerm,
  type ScopeNode,
  type Sight,
  typesHold,
  valuesAt,
} from '../../ngsild/index.ts';
import { boolean, hashed, hashOf, instant, nothing, number, other, reference, text } from './columns.ts';
import type { Column, ColumnSource } from './columns.ts';

export const no = 0;
export const yes = 1;
export const unsure = 2;
export type Certainty = typeof no | typeof yes | typeof unsure;

/** Of the entity with this key. */
export type Test = (key: number) => Certainty;
type Tools = {
  readonly column: (source: ColumnSource) => Column;
  readonly resolve: (id: string) => Entity | undefined;
};

const sure = (holds: boolean): Certainty => (holds ? yes : no);

export const all =
  (tests: readonly Test[]): Test =>
  (key) => {
    let result: Certainty = yes;
    for (const test of tests) {
      const part = test(key);
      if (part === no) return no;
      if (part === unsure) result = unsure;
    }
    return result;
  };

const any =
  (tests: readonly Test[]): Test =>
  (key) => {
    let result: Certainty = no;
    for (const test of tests) {
      const part = test(key);
      if (part === yes) return yes;
      if (part === unsure) result = unsure;
    }
    return result;
  };

export function qTest(node: QNode, tools: Tools): Test {
  if ('of' in node) {
    const parts = node.of.map((part) => qTest(part, tools));
    return node.node === 'and' ? all(parts) : any(parts);
  }
  return node.path.via ? linkTest(node, tools) : termTest(node, tools.column(sourceOf(node.path)));
}

const types: ColumnSource = {
  name: 'types',
  read: ({ type }) => [{ value: JSON.stringify(type), ordered: true, language: false }],
};

export function sightTest(sight: Sight, tools: Tools): Test {
  if (sight.node === 'q') return qTest(sight.q, tools);
  if (sight.node !== 'types') {
    const parts = sight.of.map((part) => sightTest(part, tools));
    return sight.node === 'and' ? all(parts) : any(parts);
  }
  const column = tools.column(types);
  const ofText = perText(column, (value) => sure(typesHold(sight, JSON.parse(value) as string[])));
  return (key) => (column.tags[key] === text ? ofText(column.values[key] ?? 0) : unsure);
}

const sourceOf = (path: AttributePath): ColumnSource => ({
  name: JSON.stringify([path.names, path.inner]),
  read: (entity) => valuesAt(entity, path),
});

/** Remembers the answer for each text of a column. */
function perText(column: Column, answer: (value: string) => Certainty): (place: number) => Certainty {
  const known: Certainty[] = [];
  return (place) => (known[place] ??= answer(column.texts[place] ?? ''));
}

function termTest(node: QTerm, column: Column): Test {
  const { tags, values } = column;
  const holds = (value: string | number | boolean, ordered = true): Certainty =>
    sure(holdsFor(node, { value, ordered, language: false }));
  const truths = [holds(false), holds(true)];
  const ofText = perText(column, (value) => holds(value));
  const ofReference = perText(column, (value) => holds(value, false));
  const ofHash = hashTest(node, holds);
  const ofInstant = instantTest(node);
  return (key) => {
    const value = values[key] ?? 0;
    switch (tags[key]) {
      case nothing:
        return no;
      case number:
        return holds(value);
      case boolean:
        return truths[value] ?? unsure;
      case text:
        return ofText(value);
      case reference:
        return ofReference(value);
      case instant:
        return ofInstant(value);
      case hashed:
        return ofHash(value);
      case other:
        return node.node === 'exists' ? yes : unsure;
      default:
        return unsure;
    }
  };
}

function literalsOf(node: QTerm): readonly QLiteral[] {
  switch (node.node) {
    case 'compare':
      return [node.value];
    case 'range':
      return [node.from, node.to];
    case 'oneOf':
      return node.values;
    default:
      return [];
  }
}

/** Compares with texts, letter by letter. */
const hasTexts = (node: QTerm): boolean =>
  literalsOf(node).some(({ kind }) => kind !== 'number' && kind !== 'boolean' && kind !== 'instant');

/** Instants as the numbers that they are; no number or truth equals one. */
function instantTest(node: QTerm): (ms: number) => Certainty {
  if (node.node === 'match' || hasTexts(node)) return () => unsure;
  const ms = (literal: QLiteral): QLiteral => ({
    kind: 'number',
    value: literal.kind === 'instant' ? (parseInstant(literal.value) ?? Number.NaN) : Number.NaN,
  });
  const numeric = inNumbers(node, ms);
  return (value) => sure(holdsFor(numeric, { value, ordered: true, language: false }));
}

function inNumbers(node: QTerm, number: (literal: QLiteral) => QLiteral): QTerm {
  switch (node.node) {
    case 'compare':
      return { ...node, value: number(node.value) };
    case 'range':
      return { ...node, from: number(node.from), to: number(node.to) };
    case 'oneOf':
      return { ...node, values: node.values.map(number) };
    default:
      return node;
  }
}

function hashTest(node: QTerm, holds: (value: string) => Certainty): (hash: number) => Certainty {
  if (node.node === 'match') return () => unsure;
  // Some text, which is no instant: what it is makes no difference.
  if (!hasTexts(node)) return () => holds('');
  const equality = node.node === 'oneOf' || (node.node === 'compare' && (node.op === '==' || node.op === '!='));
  // Times of day are equal in more than one spelling.
  if (!equality || literalsOf(node).some(({ kind }) => kind === 'time')) return () => unsure;
  const hashes = new Set(literalsOf(node).map(({ value }) => hashOf(String(value))));
  return (hash) => (hashes.has(hash) ? unsure : sure(node.op === '!='));
}

/** A term about the entity at the end of a relationship: each end is looked at once. */
function linkTest(node: QTerm, { column: columnOf, resolve }: Tools): Test {
  const [link, ...links] = node.path.via ?? [];
  if (!link) return () => unsure;
  const { via: _, ...path } = node.path;
  const below: QTerm = { ...node, path: links.length > 0 ? { ...path, via: links } : path };
  const column = columnOf(sourceOf({ names: [link.name], inner: [] }));
  const { tags, values } = column;
  const ofReference = perText(column, (id) => {
    const end = resolve(id);
    const wanted = end && (link.types.length === 0 || link.types.some((type) => end.type.includes(type)));
    return sure(wanted === true && evaluateQ(below, end, { resolve }));
  });
  return (key) => {
    switch (tags[key]) {
      case nothing:
      case number:
      case boolean:
      case text:
      case instant:
        return no;
      case reference:
        return ofReference(values[key] ?? 0);
      default:
        return unsure;
    }
  };
}

const scopes: ColumnSource = {
  name: 'scope',
  read: ({ scope = [] }) =>
    scope.length === 0 ? [] : [{ value: JSON.stringify(scope), ordered: true, language: false }],
};

export function scopeTest(node: ScopeNode, { column: columnOf }: Tools): Test {
  const column = columnOf(scopes);
  const { tags, values } = column;
  const ofText = perText(column, (value) => sure(evaluateScope(node, JSON.parse(value) as string[])));
  return (key) => {
    if (tags[key] === nothing) return no;
    return tags[key] === text ? ofText(values[key] ?? 0) : unsure;
  };
}
