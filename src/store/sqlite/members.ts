/** The keys of the entities of each shape, in order of ids; kept until an entity comes or goes. */
import type { DatabaseSync } from 'node:sqlite';
import type { Tenant } from '../ports.ts';

/** Keys kept in all, eight bytes each. */
const keptMax = 4_000_000;
/** Keys read at once: few at first, since often nobody asks for more. */
const partMin = 256;
const partMax = 65_536;

export type Members = {
  /** Read as far as it is taken; kept once it was taken to the end. */
  of(tenant: Tenant, shape: number): Iterable<number>;
  forget(shape: number): void;
  clear(): void;
};

export function createMembers(db: DatabaseSync): Members {
  // By shape, then tenant; in order of last use.
  const kept = new Map<number, Map<Tenant, Float64Array>>();
  let size = 0;

  const forget = (shape: number): void => {
    for (const keys of kept.get(shape)?.values() ?? []) size -= keys.length;
    kept.delete(shape);
  };
  const keep = (tenant: Tenant, shape: number, keys: Float64Array): void => {
    const tenants = kept.get(shape) ?? new Map<Tenant, Float64Array>();
    kept.delete(shape);
    kept.set(shape, tenants.set(tenant, keys));
    size += keys.length;
    for (const oldest of kept.keys()) {
      if (size <= keptMax) return;
      forget(oldest);
    }
  };
  // A row for each key costs nine times as much as one text with all of them.
  const select = db.prepare(
    `SELECT json_group_array(key) AS keys FROM (
       SELECT key FROM chorsu_entity INDEXED BY chorsu_entity_shape
       WHERE tenant = ? AND shape = ? AND id > ? ORDER BY id LIMIT ?)`,
  );
  const id = db.prepare('SELECT id FROM chorsu_entity WHERE key = ?');
  function* read(tenant: Tenant, shape: number): Generator<number> {
    const all: number[] = [];
    let after = '';
    for (let limit = partMin; ; limit = Math.min(partMax, limit * 4)) {
      const part = JSON.parse((select.get(tenant, shape, after, limit) as { keys: string }).keys) as number[];
      for (const key of part) {
        all.push(key);
        yield key;
      }
      if (part.length < limit) break;
      after = (id.get(all.at(-1) ?? 0) as { id: string }).id;
    }
    keep(tenant, shape, Float64Array.from(all));
  }

  return {
    of: (tenant, shape) => kept.get(shape)?.get(tenant) ?? read(tenant, shape),
    forget,
    clear() {
      kept.clear();
      size = 0;
    },
  };
}
