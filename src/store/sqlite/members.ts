/** The keys of the entities of each shape, in order of ids; kept until an entity comes or goes. */
import type { DatabaseSync } from 'node:sqlite';
import type { Tenant } from '../ports.ts';

/** Keys kept in all, eight bytes each. */
const keptMax = 4_000_000;

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
  function* read(tenant: Tenant, shape: number): Generator<number> {
    const rows = db
      .prepare(
        'SELECT key FROM chorsu_entity INDEXED BY chorsu_entity_shape WHERE tenant = ? AND shape = ? ORDER BY id',
      )
      .iterate(tenant, shape) as Iterable<{ key: number }>;
    const keys: number[] = [];
    for (const { key } of rows) {
      keys.push(key);
      yield key;
    }
    keep(tenant, shape, Float64Array.from(keys));
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
