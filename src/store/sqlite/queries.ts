/** The questions to the state store, on a reading connection; they run in the query worker. */
import type { DatabaseSync } from 'node:sqlite';
import type { EntityOrder, EntityQuery } from '../../ngsild/index.ts';
import type { EntityShape, PageRequest, SqlValue, Tenant } from '../ports.ts';
import type { Changes } from './changes.ts';
import { digest, type Digest } from './digest.ts';
import { createScan } from './scan.ts';
import { parseShape } from './shapeText.ts';
import { conditions, joined, names } from './sql.ts';

export type Queries = {
  /** Bodies as JSON text. */
  query(tenant: Tenant, query: EntityQuery, page: PageRequest): { bodies: string[]; count?: number };
  types(tenant: Tenant): { type: string; count: number }[];
  shapes(tenant: Tenant): EntityShape[];
  rows(text: string, parameters: readonly SqlValue[]): Record<string, SqlValue>[];
  digest(): Digest;
};

export function createQueries(db: DatabaseSync, changes: Changes): Queries {
  const scan = createScan(db, changes);
  const types = db.prepare(
    `SELECT t.type AS type, sum(s.n) AS count
     FROM chorsu_count s JOIN chorsu_shape_type t ON t.shape = s.shape
     WHERE s.tenant = ? AND s.n > 0 GROUP BY t.type ORDER BY t.type`,
  );
  const shapes = db.prepare(
    `SELECT t.text AS text, s.n AS n FROM chorsu_count s JOIN chorsu_shape t ON t.key = s.shape
     WHERE s.tenant = ? AND s.n > 0 ORDER BY t.text`,
  );

  /** Types, ids and attributes only: the indexes know the page, and without ids the shapes know the count. */
  const queryShapes = (tenant: Tenant, { limit, offset, count, after }: PageRequest, query: EntityQuery) => {
    const { ids, type, attrs } = query;
    const where = joined([...conditions(tenant, query), ...names(query, after)], 'AND', '1');
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

  return {
    query(tenant, query, request) {
      const { order, ...unordered } = request;
      const page: PageRequest = isById(order) ? unordered : request;
      const { ids: _i, type: _t, attrs: _a, ...others } = query;
      // One state of the database for the page and its count.
      scan.begin();
      try {
        const simple = !page.order && Object.values(others).every((part) => part === undefined);
        return simple ? queryShapes(tenant, page, query) : scan.query(tenant, query, page);
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

/** An order by id is that of the index. */
function isById(order: EntityOrder | undefined): boolean {
  const [first] = order?.terms ?? [];
  return first?.path.names[0] === 'id' && !first.descending;
}
