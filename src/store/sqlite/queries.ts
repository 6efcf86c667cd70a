/** The scans of the state store, on a reading connection; they run in the query worker. */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../base/problem.ts';
import type { EntityQuery } from '../../ngsild/query.ts';
import type { SqlValue, Tenant } from '../ports.ts';
import { joined, shapeSql } from './sql.ts';

export type Page = { readonly limit: number; readonly offset: number; readonly count?: boolean };

export type Queries = {
  /** Bodies as JSON text, ordered by id. */
  query(tenant: Tenant, query: EntityQuery, page: Page): { bodies: string[]; count?: number };
  types(tenant: Tenant): { type: string; count: number }[];
  attributes(tenant: Tenant): { name: string; count: number }[];
  rows(text: string, parameters: readonly SqlValue[]): Record<string, SqlValue>[];
};

export function createQueries(db: DatabaseSync): Queries {
  const types = db.prepare(
    `SELECT t.type AS type, sum(s.n) AS count
     FROM (SELECT shape, count(*) AS n FROM chorsu_entity WHERE tenant = ? GROUP BY shape) s
     JOIN chorsu_shape_type t ON t.shape = s.shape GROUP BY t.type ORDER BY t.type`,
  );
  const attributes = db.prepare(
    `SELECT a.attr AS name, sum(s.n) AS count
     FROM (SELECT shape, count(*) AS n FROM chorsu_entity WHERE tenant = ? GROUP BY shape) s
     JOIN chorsu_shape_attr a ON a.shape = s.shape GROUP BY a.attr ORDER BY a.attr`,
  );
  return {
    query(tenant, query, { limit, offset, count }) {
      const { idPattern, q, geo, also } = query;
      if (idPattern !== undefined || q || geo || (also && also.length > 0)) {
        throw new Problem('not-supported', 'q, geo and idPattern need the exact check');
      }
      const where = joined(shapeSql(tenant, query), 'AND', '1');
      const found = db
        .prepare(`SELECT e.body AS body FROM chorsu_entity e WHERE ${where.text} ORDER BY e.id LIMIT ? OFFSET ?`)
        .all(...where.values, limit, offset) as { body: string }[];
      const bodies = found.map(({ body }) => body);
      if (!count) return { bodies };
      const counted = db
        .prepare(`SELECT count(*) AS n FROM chorsu_entity e WHERE ${where.text}`)
        .get(...where.values) as { n: number };
      return { bodies, count: counted.n };
    },
    types: (tenant) => types.all(tenant) as { type: string; count: number }[],
    attributes: (tenant) => attributes.all(tenant) as { name: string; count: number }[],
    rows: (text, parameters) => db.prepare(text).all(...parameters) as Record<string, SqlValue>[],
  };
}
