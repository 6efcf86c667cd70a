/** An entity query as SQL over shapes, ids and boxes: what the tables can decide alone. Parameters only. */
import type { EntityQuery, TypeNode } from '../../ngsild/query.ts';
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

/** The WHERE clause over `chorsu_entity AS e`, without q, geo and idPattern. */
export function shapeSql(tenant: Tenant, { ids, type, attrs }: EntityQuery): readonly Sql[] {
  const parts = [sql('e.tenant = ?', tenant)];
  if (ids) parts.push(sql('e.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids)));
  if (type) parts.push(typeSql(type));
  if (attrs) parts.push(joined(attrs.map(hasAttribute), 'OR', '0'));
  return parts;
}
