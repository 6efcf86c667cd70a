/**
 * Queries as SQL: what the tables can decide alone. Parameters only, never spliced text.
 *
 * Shapes answer types and attributes exactly. For q and geo the SQL is a sieve that lets through every match and some
 * others; `evaluateQ` and `evaluateGeo` then decide, so that a query, a subscription and a policy can never disagree.
 */
import {
  boundingBox,
  boxAround,
  coreContext,
  type EntityQuery,
  type GeoNode,
  type QNode,
  type TypeNode,
} from '../../ngsild/index.ts';
import type { SqlValue, Tenant } from '../ports.ts';

export type Sql = { readonly text: string; readonly values: readonly SqlValue[] };

export const sql = (text: string, ...values: SqlValue[]): Sql => ({ text, values });

export function joined(parts: readonly Sql[], word: 'AND' | 'OR', empty: string): Sql {
  if (parts.length === 0) return sql(empty);
  return {
    text: `(${parts.map(({ text }) => text).join(` ${word} `)})`,
    values: parts.flatMap(({ values }) => values),
  };
}

export const hasAttribute = (iri: string): Sql =>
  sql('e.shape IN (SELECT shape FROM chorsu_shape_attr WHERE attr = ?)', iri);

export function typeSql(node: TypeNode): Sql {
  if (node.node === 'type') return sql('e.shape IN (SELECT shape FROM chorsu_shape_type WHERE type = ?)', node.iri);
  return joined(node.of.map(typeSql), node.node === 'and' ? 'AND' : 'OR', node.node === 'and' ? '1' : '0');
}

/** Tenant, ids, types and attributes: exact, over `chorsu_entity AS e`. */
export function shapeSql(tenant: Tenant, { ids, type, attrs }: EntityQuery): readonly Sql[] {
  const parts = [sql('e.tenant = ?', tenant)];
  if (ids) parts.push(sql('e.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids)));
  if (type) parts.push(typeSql(type));
  if (attrs) parts.push(joined(attrs.map(hasAttribute), 'OR', '0'));
  return parts;
}

/** Names that q finds on the entity itself, when no attribute is called so. */
const ownMembers = new Set(['createdAt', 'modifiedAt', 'expiresAt', 'scope'].map((term) => coreContext.expand(term)));

/** What must be true of every entity that the tree matches; undefined: nothing that SQL could tell. */
export function qSql(node: QNode): Sql | undefined {
  if ('of' in node) {
    const parts = node.of.map(qSql);
    const known = parts.filter((part) => part !== undefined);
    if (node.node === 'and') return known.length > 0 ? joined(known, 'AND', '1') : undefined;
    return known.length === parts.length ? joined(known, 'OR', '0') : undefined;
  }
  const { names, inner, via = [] } = node.path;
  const first = via[0]?.name ?? names[0] ?? '';
  // Every comparison, != too, wants the attribute to be there (4.9).
  if (ownMembers.has(first)) return undefined;
  const present = hasAttribute(first);
  const number = names.length === 1 && inner.length === 0 && via.length === 0 ? numberSql(first, node) : undefined;
  return number ? joined([present, number], 'AND', '1') : present;
}

const sqlOperators = { '==': '=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' } as const;

/** The comparison of an attribute's own value with numbers: by far the most frequent. */
function numberSql(name: string, node: Exclude<QNode, { node: 'and' | 'or' }>): Sql | undefined {
  // SQLite's JSON paths have no escape for these two.
  if (name.includes('"') || name.includes('\\')) return undefined;
  const holds = (condition: string, ...values: number[]): Sql =>
    // Composed values are looked into by the evaluator.
    sql(
      `EXISTS (SELECT 1 FROM json_each(e.body, ?) i WHERE CASE json_type(i.value, '$.value')
         WHEN 'integer' THEN ${condition} WHEN 'real' THEN ${condition} WHEN 'object' THEN 1 WHEN 'array' THEN 1 ELSE 0 END)`,
      `$.attrs."${name}"`,
      ...values,
      ...values,
    );
  const value = "json_extract(i.value, '$.value')";
  if (node.node === 'compare' && node.op !== '!=' && node.value.kind === 'number') {
    return holds(`${value} ${sqlOperators[node.op]} ?`, node.value.value);
  }
  if (node.node === 'range' && node.op === '==' && node.from.kind === 'number' && node.to.kind === 'number') {
    return holds(`${value} BETWEEN ? AND ?`, node.from.value, node.to.value);
  }
  return undefined;
}

/** The box in which every match must have a place; undefined when matches may be anywhere. */
export function geoBox(node: GeoNode): readonly [number, number, number, number] | undefined {
  switch (node.relation) {
    case 'near':
      return node.maxDistanceM === undefined ? undefined : boxAround(node.geometry, node.maxDistanceM);
    case 'disjoint':
      return undefined;
    default:
      return boundingBox(node.geometry);
  }
}
