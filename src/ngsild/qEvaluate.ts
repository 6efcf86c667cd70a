/**
 * What q means: the plain evaluator, which subscriptions use and against which SQL is tested. CIM 009 v1.9.1, 4.9.
 * Values of different types are never equal: only `!=` matches them.
 */
import { isObject } from '../base/json.ts';
import { parseInstant, parseTime } from '../base/time.ts';
import { coreContext } from './context.ts';
import type { Entity, Instance, Json } from './entity.ts';
import { compilePattern } from './pattern.ts';
import type { AttributePath, QLiteral, QNode, QTerm } from './query.ts';

export type QEvaluation = {
  /** The entity at the end of a relationship; without it, paths through relationships find nothing. */
  readonly resolve?: (id: string) => Entity | undefined;
};

/** A value that a path leads to. `ordered` is false for relationships: they know only equal and unequal. */
export type Target = { readonly value: Json; readonly ordered: boolean; readonly language: boolean };

const core = (term: string): string => coreContext.expand(term);
const instantMembers = new Map(
  (['observedAt', 'createdAt', 'modifiedAt', 'expiresAt'] as const).map((member) => [core(member), member]),
);
const textMembers = new Map((['unitCode', 'datasetId', 'valueType'] as const).map((member) => [core(member), member]));
const entityMembers = new Map(
  (['createdAt', 'modifiedAt', 'expiresAt', 'scope'] as const).map((member) => [core(member), member]),
);

/** True when the entity matches. */
export function evaluateQ(node: QNode, entity: Entity, options: QEvaluation = {}): boolean {
  if ('of' in node) {
    const holds = (part: QNode): boolean => evaluateQ(part, entity, options);
    return node.node === 'and' ? node.of.every(holds) : node.of.some(holds);
  }
  return valuesAt(entity, node.path, options).some((target) => holdsFor(node, target));
}

/** True when the term holds for one of the values at the end of its path. */
export function holdsFor(node: QTerm, target: Target): boolean {
  switch (node.node) {
    case 'exists':
      return true;
    case 'compare': {
      const { op, value } = node;
      if (op === '==') return includes(target, value);
      if (op === '!=') return !includes(target, value);
      return target.ordered && single(target).some((item) => orderHolds(compareTo(item, value), op));
    }
    case 'oneOf':
      return node.values.some((value) => includes(target, value)) === (node.op === '==');
    case 'range': {
      const inside =
        target.ordered &&
        single(target).some(
          (item) => orderHolds(compareTo(item, node.from), '>=') && orderHolds(compareTo(item, node.to), '<='),
        );
      return inside === (node.op === '==');
    }
    case 'match': {
      if (!target.ordered) return false;
      const texts = single(target).filter((item) => typeof item === 'string');
      if (texts.length === 0) return false;
      const pattern = compilePattern(node.pattern);
      return texts.some((text) => pattern.test(text)) === (node.op === '~=');
    }
  }
}

/** Every value at the end of the path: one for each instance of the attribute (4.9: any of them may match). */
export function valuesAt(entity: Entity, path: AttributePath, options: QEvaluation = {}): readonly Target[] {
  const { via = [] } = path;
  const [link, ...links] = via;
  if (link) {
    const rest: AttributePath = { names: path.names, inner: path.inner, via: links };
    return (entity.attrs[link.name] ?? [])
      .flatMap(({ type, value }) => (type === 'Relationship' || type === 'ListRelationship' ? value : []))
      .flatMap((id) => (typeof id === 'string' ? (options.resolve?.(id) ?? []) : []))
      .filter(({ type }) => link.types.length === 0 || link.types.some((wanted) => type.includes(wanted)))
      .flatMap((linked) => valuesAt(linked, rest, options));
  }
  const [first = '', ...rest] = path.names;
  const instances = entity.attrs[first];
  if (!instances) {
    const member = entityMembers.get(first);
    if (member === undefined || rest.length > 0 || path.inner.length > 0) return [];
    const value = entity[member];
    return value === undefined ? [] : [plain(value as Json)];
  }
  return instances.flatMap((instance) => below(instance, rest, path.inner));
}

const plain = (value: Json): Target => ({ value, ordered: true, language: false });

function below(instance: Instance, names: readonly string[], inner: readonly string[]): readonly Target[] {
  const [name, ...rest] = names;
  if (name !== undefined) {
    const subs = instance.sub?.[name];
    if (subs) return subs.flatMap((sub) => below(sub, rest, inner));
    const member = instantMembers.get(name) ?? textMembers.get(name);
    if (member === undefined || rest.length > 0 || inner.length > 0) return [];
    const value = instance[member];
    return value === undefined ? [] : [plain(value)];
  }
  const { type, value } = instance;
  if (type === 'LanguageProperty') return languageTargets(value, inner);
  const found = memberOf(value, inner);
  if (found === undefined || found === null) return [];
  return [{ value: found, ordered: type !== 'Relationship' && type !== 'ListRelationship', language: false }];
}

function languageTargets(languageMap: Json, inner: readonly string[]): readonly Target[] {
  if (!isObject(languageMap)) return [];
  const map = languageMap as Record<string, Json>;
  const [tag = '*', ...more] = inner;
  if (more.length > 0) return [];
  const texts = tag === '*' ? Object.values(map).flat() : Object.hasOwn(map, tag) ? [map[tag] ?? []].flat() : [];
  return texts.length > 0 ? [{ value: texts, ordered: true, language: true }] : [];
}

/** The value at a path of member names; a typed JSON-LD value stands for what it holds. */
function memberOf(value: Json, inner: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const member of inner) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, member)) return undefined;
    found = (found as Record<string, Json>)[member];
  }
  return found === undefined ? undefined : untyped(found);
}

function untyped(value: Json): Json {
  return isObject(value) && '@value' in value ? (value['@value'] as Json) : value;
}

/** What `<`, ranges and patterns look at: the value, or each text of a language map; never the items of an array. */
function single({ value, language }: Target): readonly Json[] {
  return language && Array.isArray(value) ? value : [value];
}

function includes({ value }: Target, literal: QLiteral): boolean {
  if (Array.isArray(value)) return value.some((item) => compareTo(untyped(item), literal) === 0);
  return compareTo(value, literal) === 0;
}

/** Negative, 0, positive; NaN when the types differ. Booleans and URIs are only equal or not. */
function compareTo(value: Json, literal: QLiteral): number {
  switch (literal.kind) {
    case 'number':
      return typeof value === 'number' ? value - literal.value : Number.NaN;
    case 'boolean':
      return value === literal.value ? 0 : Number.NaN;
    case 'uri':
      return value === literal.value ? 0 : Number.NaN;
    case 'string':
      if (typeof value !== 'string') return Number.NaN;
      return value === literal.value ? 0 : value < literal.value ? -1 : 1;
    case 'instant':
    case 'time': {
      if (typeof value !== 'string') return Number.NaN;
      const parse = literal.kind === 'instant' ? parseInstant : parseTime;
      return (parse(value) ?? Number.NaN) - (parse(literal.value) ?? Number.NaN);
    }
  }
}

function orderHolds(order: number, op: '>' | '>=' | '<' | '<='): boolean {
  switch (op) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}
