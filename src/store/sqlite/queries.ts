/** The scans of the state store, on a reading connection; they run in the query worker. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import {
  compareOrderKeys,
  compilePattern,
  type Entity,
  type EntityOrder,
  type EntityQuery,
  matchesQuery,
  type OrderKey,
  orderKeysOf,
} from '../../ngsild/index.ts';
import { Problem } from '../../base/problem.ts';
import type { EntityShape, PageRequest, SqlValue, Tenant } from '../ports.ts';
import { canonicalJson } from '../canonical.ts';
import { quoted } from './schema.ts';
import { parseShape } from './shapeText.ts';
import { geoBox, hasAttribute, joined, qSql, shapeSql, type Sql, sql } from './sql.ts';

/** Entities that one answer can put in order: their keys are held in memory. */
const orderedMax = 200_000;
/** Linked entities that one query remembers. */
const resolvedMax = 10_000;

/** What the whole store holds, in few bytes: equal digests mean equal entities and rows. */
export type Digest = {
  readonly seq: number;
  readonly entities: number;
  readonly rows: number;
  readonly sha256: string;
};

export type Queries = {
  /** Bodies as JSON text. */
  query(tenant: Tenant, query: EntityQuery, page: PageRequest): { bodies: string[]; count?: number };
  types(tenant: Tenant): { type: string; count: number }[];
  shapes(tenant: Tenant): EntityShape[];
  rows(text: string, parameters: readonly SqlValue[]): Record<string, SqlValue>[];
  digest(): Digest;
};

export function createQueries(db: DatabaseSync): Queries {
  const types = db.prepare(
    `SELECT t.type AS type, sum(s.n) AS count
     FROM chorsu_count s JOIN chorsu_shape_type t ON t.shape = s.shape
     WHERE s.tenant = ? AND s.n > 0 GROUP BY t.type ORDER BY t.type`,
  );
  const shapes = db.prepare(
    `SELECT t.text AS text, s.n AS n FROM chorsu_count s JOIN chorsu_shape t ON t.key = s.shape
     WHERE s.tenant = ? AND s.n > 0 ORDER BY t.text`,
  );
  const byId = db.prepare('SELECT body FROM chorsu_entity WHERE tenant = ? AND id = ?');
  const byKey = db.prepare('SELECT body FROM chorsu_entity WHERE key = ?');

  /** Types, ids and attributes only: the indexes know the page, and without ids the shapes know the count. */
  const queryShapes = (
    where: Sql,
    { limit, offset, count, after }: PageRequest,
    { ids, type, attrs }: Pick<EntityQuery, 'ids' | 'type' | 'attrs'>,
  ) => {
    const index = (type ?? attrs) !== undefined && !ids ? 'chorsu_entity_shape' : 'chorsu_entity_id';
    const bodies = db
      .prepare(
        `SELECT body FROM chorsu_entity WHERE key IN (
           SELECT e.key FROM chorsu_entity e INDEXED BY ${index} WHERE ${where.text} ORDER BY e.id LIMIT ? OFFSET ?
         ) ORDER BY id`,
      )
      .all(...where.values, limit, offset)
      .map(({ body }) => body as string);
    if (!count) return { bodies };
    const counted = db.prepare(
      ids !== undefined || after !== undefined
        ? `SELECT count(*) AS n FROM chorsu_entity e INDEXED BY ${index} WHERE ${where.text}`
        : `SELECT coalesce(sum(e.n), 0) AS n FROM chorsu_count e WHERE ${where.text}`,
    );
    return { bodies, count: (counted.get(...where.values) as { n: number }).n };
  };

  /** Reads the entities at the end of relationships; what `also` hides is not there. */
  const resolver = (tenant: Tenant, { also = [] }: EntityQuery): ((id: string) => Entity | undefined) => {
    const known = new Map<string, Entity | undefined>();
    return (id) => {
      if (known.has(id)) return known.get(id);
      const found = byId.get(tenant, id) as { body: string } | undefined;
      const entity = found && (JSON.parse(found.body) as Entity);
      const seen = entity && matchesQuery({ also }, entity) ? entity : undefined;
      if (known.size >= resolvedMax) known.clear();
      known.set(id, seen);
      return seen;
    };
  };

  /** Everything that SQL lets through is looked at; ids are ordered at the end, so that no body is sorted. */
  const queryExactly = (tenant: Tenant, query: EntityQuery, where: readonly Sql[], page: PageRequest) => {
    const { idPattern, q, geo, also = [], scope, selectors } = query;
    const { limit, offset, count, order } = page;
    const byBody = [q, geo, scope, selectors, also[0]].some((part) => part !== undefined);
    const parts = [...where];
    for (const node of q ? [q, ...also] : also) {
      const part = qSql(node);
      if (part) parts.push(part);
    }
    if (geo) parts.push(hasAttribute(geo.property));
    const box = geo && geoBox(geo);
    if (box) {
      const [west, south, east, north] = box;
      parts.push(sql('b.west <= ? AND b.east >= ? AND b.south <= ? AND b.north >= ?', east, west, north, south));
    }
    const pattern = idPattern === undefined ? undefined : compilePattern(idPattern, 'idPattern');
    const resolve = resolver(tenant, query);
    const { text, values } = joined(parts, 'AND', '1');
    // In order of ids, the scan can stop at the page's end; an exact count has to see everything anyway.
    const inOrder = !count && !box && !order;
    const source = box
      ? 'chorsu_box b CROSS JOIN chorsu_entity e ON e.key = b.entity'
      : `chorsu_entity e${inOrder ? ' INDEXED BY chorsu_entity_id' : ''}`;
    const scan = db
      .prepare(
        `SELECT e.key AS key, e.id AS id, e.body AS body FROM ${source} WHERE ${text}${inOrder ? ' ORDER BY e.id' : ''}`,
      )
      .iterate(...values) as Iterable<{ key: number; id: string; body: string }>;
    const found: Found[] = [];
    for (const { key, id, body } of scan) {
      if (pattern && !pattern.test(id)) continue;
      if (!byBody && !order) found.push({ id, key });
      else {
        const entity = JSON.parse(body) as Entity;
        if (byBody && !matchesQuery(query, entity, { resolve })) continue;
        found.push(order ? { id, key, keys: orderKeysOf(entity, order) } : { id, key });
      }
      if (inOrder && found.length >= offset + limit) break;
      if (order && found.length > orderedMax) {
        throw new Problem(
          'too-many-results',
          `at most ${orderedMax} entities can be ordered; ask for fewer`,
          'orderBy',
        );
      }
    }
    if (!inOrder) found.sort(order ? byKeys(order, idOrder(found)) : idOrder(found));
    const bodies = found.slice(offset, offset + limit).map(({ key }) => (byKey.get(key) as { body: string }).body);
    return count ? { bodies, count: found.length } : { bodies };
  };

  return {
    query(tenant, query, request) {
      const { order, ...unordered } = request;
      const page: PageRequest = isById(order) ? unordered : request;
      const { ids: _i, type: _t, attrs: _a, ...others } = query;
      const where = [...shapeSql(tenant, query), ...(page.after === undefined ? [] : [sql('e.id > ?', page.after)])];
      // One state of the database for the page and its count.
      db.exec('BEGIN');
      try {
        if (!page.order && Object.values(others).every((part) => part === undefined)) {
          return queryShapes(joined(where, 'AND', '1'), page, query);
        }
        return queryExactly(tenant, query, where, page);
      } finally {
        db.exec('COMMIT');
      }
    },
    types: (tenant) => types.all(tenant) as { type: string; count: number }[],
    shapes: (tenant) =>
      (shapes.all(tenant) as { text: string; n: number }[]).map(({ text, n }) => ({ ...parseShape(text), count: n })),
    rows: (text, parameters) => db.prepare(text).all(...parameters) as Record<string, SqlValue>[],
    digest() {
      db.exec('BEGIN');
      try {
        return digest(db);
      } finally {
        db.exec('COMMIT');
      }
    },
  };
}

type Found = { readonly id: string; readonly key: number; readonly keys?: readonly OrderKey[] };

/** An order by id is that of the index. */
function isById(order: EntityOrder | undefined): boolean {
  const [first] = order?.terms ?? [];
  return first?.path.names[0] === 'id' && !first.descending;
}

function byKeys(order: EntityOrder, otherwise: (a: Found, b: Found) => number): (a: Found, b: Found) => number {
  const compare = compareOrderKeys(order);
  return (a, b) => compare(a.keys ?? [], b.keys ?? []) || otherwise(a, b);
}

/** By the bytes of UTF-8, as SQLite compares; UTF-16 differs only beyond the basic plane. */
function idOrder(found: readonly { id: string }[]): (a: { id: string }, b: { id: string }) => number {
  if (found.some(({ id }) => /[\ud800-\uffff]/.test(id))) {
    return (a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
  }
  return (a, b) => (a.id < b.id ? -1 : 1);
}

/** JSON in a text counts as what it says: a replay may write its members in another order. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Over every entity and every module's row, in order of their keys, whatever the order of members. */
export function digest(db: DatabaseSync): Digest {
  const hash = createHash('sha256');
  const applied = db.prepare("SELECT value FROM chorsu_meta WHERE name = 'applied_seq'").get() as
    | { value: number }
    | undefined;
  let entities = 0;
  const all = db.prepare('SELECT tenant, id, seq, body FROM chorsu_entity ORDER BY tenant, id').iterate() as Iterable<{
    tenant: number;
    id: string;
    seq: number;
    body: string;
  }>;
  for (const { tenant, id, seq, body } of all) {
    hash.update(`${tenant} ${id} ${seq} ${canonicalJson(JSON.parse(body))}\n`);
    entities++;
  }
  let rows = 0;
  const tables = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'chorsu_*' AND name NOT GLOB 'sqlite_*' ORDER BY name",
    )
    .all() as { name: string }[];
  for (const { name } of tables) {
    const lines: string[] = [];
    for (const row of db.prepare(`SELECT * FROM ${quoted(name)}`).iterate()) {
      lines.push(canonicalJson(row, comparable));
    }
    rows += lines.length;
    for (const line of lines.sort()) hash.update(`${name} ${line}\n`);
  }
  return { seq: applied?.value ?? 0, entities, rows, sha256: hash.digest('hex') };
}
