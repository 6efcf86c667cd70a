import type { DatabaseSync } from 'node:sqlite';
import { livingAt, type Entity } from '../../ngsild/index.ts';
import type { Tenant } from '../ports.ts';

/**
 * Entities of which something has ended and which have not been swept yet, by key, with what is left of them; undefined:
 * nothing is. Few, and for a second: indexes and columns do not know that it is gone, so queries do.
 */
export type Overdue = ReadonlyMap<number, Entity | undefined>;

const none: Overdue = new Map();

/** @returns at: ms; undefined: nothing ends */
export function overdue(db: DatabaseSync): (tenant: Tenant, at: number | undefined) => Overdue {
  // Left to itself, SQLite goes through everything that the tenant has: it takes a tenant for rarer than a time.
  const select = db.prepare(
    'SELECT key, body FROM chorsu_entity INDEXED BY chorsu_entity_due WHERE due <= ? AND tenant = ?',
  );
  return (tenant, at) => {
    if (at === undefined) return none;
    const due = select.all(at, tenant) as { key: number; body: string }[];
    if (due.length === 0) return none;
    return new Map(due.map(({ key, body }) => [key, livingAt(JSON.parse(body) as Entity, at)]));
  };
}

/** Keys of those that are gone as a whole, as a JSON array. */
export const goneOf = (list: Overdue): string =>
  JSON.stringify([...list].flatMap(([key, left]) => (left ? [] : [key])));
