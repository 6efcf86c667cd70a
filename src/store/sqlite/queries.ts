/** The questions to the state store, on a reading connection; they run in the query worker. */
import type { DatabaseSync } from 'node:sqlite';
import type { EntityQuery } from '../../ngsild/index.ts';
import type { EntityShape, PageRequest, SqlValue, Tenant } from '../ports.ts';
import type { Changes } from './changes.ts';
import { digest, type Digest } from './digest.ts';
import { goneOf, overdue, type Overdue } from './overdue.ts';
import { createScan } from './scan.ts';
import { parseShape, shapeOf } from './shapeText.ts';
import { conditions, isByShape, joined, names, sql, withoutOrderById } from './sql.ts';

export type Queries = {
  /** Bodies as JSON text. */
  query(tenant: Tenant, query: EntityQuery, page: PageRequest): { bodies: string[]; count?: number };
  types(tenant: Tenant, now?: number): { type: string; count: number }[];
  shapes(tenant: Tenant, now?: number): EntityShape[];
  rows(text: string, parameters: readonly SqlValue[]): Record<string, SqlValue>[];
  digest(): Digest;
};

export function createQueries(db: DatabaseSync, changes: Changes): Queries {
  const scan = createScan(db, changes);
  const overdueAt = overdue(db);
  /** Less entities of these keys. */
  const counts = `(
    SELECT s.tenant AS tenant, s.shape AS shape, s.n - coalesce(o.n, 0) AS n FROM chorsu_count s LEFT JOIN (
      SELECT shape, count(*) AS n FROM chorsu_entity WHERE key IN (SELECT value FROM json_each(?)) GROUP BY shape
    ) o ON o.shape = s.shape
  )`;
  const types = db.prepare(
    `SELECT t.type AS type, sum(s.n) AS count
     FROM ${counts} s JOIN chorsu_shape_type t ON t.shape = s.shape
     WHERE s.tenant = ? AND s.n > 0 GROUP BY t.type ORDER BY t.type`,
  );
  const shapes = db.prepare(
    `SELECT t.text AS text, s.n AS n FROM ${counts} s JOIN chorsu_shape t ON t.key = s.shape
     WHERE s.tenant = ? AND s.n > 0 ORDER BY t.text`,
  );

  /** Types, ids and attributes only: the indexes know the page, and without ids the shapes know the count. */
  const queryShapes = (
    tenant: Tenant,
    { limit, offset, count, after }: PageRequest,
    query: EntityQuery,
    due: Overdue,
  ) => {
    const { ids, type, attrs } = query;
    const living = due.size > 0 ? [sql('e.key NOT IN (SELECT value FROM json_each(?))', goneOf(due))] : [];
    const where = joined([...conditions(tenant, query), ...names(query, after), ...living], 'AND', '1');
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
    const of = joined(conditions(tenant, query), 'AND', '1');
    const counted =
      ids !== undefined || after !== undefined
        ? sql(`SELECT count(*) AS n FROM chorsu_entity e INDEXED BY ${index} WHERE ${where.text}`, ...where.values)
        : sql(
            `SELECT (SELECT coalesce(sum(e.n), 0) FROM chorsu_count e WHERE ${of.text}) -
               (SELECT count(*) FROM chorsu_entity e NOT INDEXED WHERE e.key IN (SELECT value FROM json_each(?)) AND ${of.text}) AS n`,
            ...of.values,
            goneOf(due),
            ...of.values,
          );
    return { bodies, count: (db.prepare(counted.text).get(...counted.values) as { n: number }).n };
  };

  return {
    query(tenant, query, request) {
      const page = withoutOrderById(request);
      // One state of the database for the page and its count.
      scan.begin();
      try {
        const due = overdueAt(tenant, page.now);
        // What lost an attribute still has the shape of before.
        const simple = isByShape(query, page) && (due.size === 0 || query.attrs === undefined);
        return simple ? queryShapes(tenant, page, query, due) : scan.query(tenant, query, page, due);
      } finally {
        db.exec('COMMIT');
      }
    },
    types: (tenant, now) => types.all(goneOf(overdueAt(tenant, now)), tenant) as { type: string; count: number }[],
    shapes(tenant, now) {
      db.exec('BEGIN');
      try {
        const due = overdueAt(tenant, now);
        const stored = shapes.all(JSON.stringify([...due.keys()]), tenant) as { text: string; n: number }[];
        const found = new Map(stored.map(({ text, n }) => [text, n]));
        for (const left of due.values()) {
          const text = left && shapeOf(left);
          if (text !== undefined) found.set(text, (found.get(text) ?? 0) + 1);
        }
        return Array.from(found, ([text, count]) => ({ ...parseShape(text), count }));
      } finally {
        db.exec('COMMIT');
      }
    },
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
