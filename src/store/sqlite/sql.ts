/** Queries as SQL: what the tables can decide alone. Parameters only, never spliced text. */
import {
  boundingBox,
  boxAround,
  coreContext,
  type EntityQuery,
  type GeoNode,
  isOfTypes,
  type QNode,
  type Sight,
  type TypeNode,
} from '../../ngsild/index.ts';
import type { PageRequest, SqlValue, Tenant } from '../ports.ts';

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

/**
 * What must be true of the tenant and the shape of every match, over `chorsu_entity AS e` or `chorsu_count AS e`. Exact
 * for types and attributes.
 */
export function conditions(tenant: Tenant, query: EntityQuery): readonly Sql[] {
  const { type, selectors, attrs, q, also = [], geo } = query;
  const parts = [sql('e.tenant = ?', tenant)];
  if (type) parts.push(typeSql(type));
  if (selectors)
    parts.push(
      joined(
        selectors.map((one) => (one.type ? typeSql(one.type) : sql('1'))),
        'OR',
        '0',
      ),
    );
  if (attrs) parts.push(joined(attrs.map(hasAttribute), 'OR', '0'));
  for (const part of [q && presence(q), ...also.map(sightSql)]) if (part) parts.push(part);
  if (geo) parts.push(hasAttribute(geo.property));
  return parts;
}

/** Nothing but types, ids and attribute names: the indexes and shapes answer it, however many entities there are. */
export function isByShape(query: EntityQuery, page: PageRequest): boolean {
  const { ids: _i, type: _t, attrs: _a, also = [], ...others } = query;
  return (
    also.every(isOfTypes) && !withoutOrderById(page).order && Object.values(others).every((part) => part === undefined)
  );
}

/** An order by id is that of the index. */
export function withoutOrderById(page: PageRequest): PageRequest {
  const { order, ...unordered } = page;
  const [first] = order?.terms ?? [];
  return first?.path.names[0] === 'id' && !first.descending ? unordered : page;
}

/** What ids and `after` say, over `chorsu_entity AS e`. */
export function names({ ids }: EntityQuery, after: string | undefined): readonly Sql[] {
  return [
    ...(ids ? [sql('e.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))] : []),
    ...(after === undefined ? [] : [sql('e.id > ?', after)]),
  ];
}

/** Names that q finds on the entity itself, when no attribute is called so. */
const ownMembers = new Set(['createdAt', 'modifiedAt', 'expiresAt', 'scope'].map((term) => coreContext.expand(term)));

/** Exact where types alone decide. Undefined: nothing can be said. */
function sightSql(sight: Sight): Sql | undefined {
  if (sight.node === 'q') return presence(sight.q);
  if (sight.node !== 'types') return together(sight.node, sight.of.map(sightSql));
  const among = `type ${sight.op === 'only' ? 'NOT IN' : 'IN'} (SELECT value FROM json_each(?))`;
  return sql(`e.shape NOT IN (SELECT shape FROM chorsu_shape_type WHERE ${among})`, JSON.stringify(sight.types));
}

function together(node: 'and' | 'or', parts: readonly (Sql | undefined)[]): Sql | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (node === 'and') return known.length > 0 ? joined(known, 'AND', '1') : undefined;
  return known.length === parts.length ? joined(known, 'OR', '0') : undefined;
}

/** Which attributes must be there: every comparison, != too, wants its own (4.9). Undefined: nothing can be said. */
function presence(node: QNode): Sql | undefined {
  if ('of' in node) return together(node.node, node.of.map(presence));
  const first = node.path.via?.[0]?.name ?? node.path.names[0] ?? '';
  return ownMembers.has(first) ? undefined : hasAttribute(first);
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
