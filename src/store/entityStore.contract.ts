/** What every adapter of the EntityStore port must do, besides the meaning of the query languages (query.test.ts). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entity } from '../ngsild/entity.ts';
import type { EntityQuery } from '../ngsild/query.ts';
import type { EntityStore, Tenant } from './ports.ts';

export type EntityStoreSubject = {
  readonly store: EntityStore;
  /** Applies one batch up to `seq`; undefined: the entity is gone. */
  readonly apply: (
    seq: number,
    changes: readonly { tenant: Tenant; id: string; entity: Entity | undefined }[],
  ) => Promise<void>;
  readonly reopen: () => Promise<EntityStore>;
};

const at = '2026-03-01T10:00:00.000Z';
const bus = (n: number, speed: number, tenant = 0) => ({
  tenant,
  id: `urn:bus:${n}`,
  entity: {
    id: `urn:bus:${n}`,
    type: ['https://e.org/Bus'],
    createdAt: at,
    modifiedAt: at,
    attrs: { 'https://e.org/speed': [{ type: 'Property' as const, value: speed }] },
  },
});

export function entityStoreContract(name: string, subject: () => Promise<EntityStoreSubject>): void {
  describe(`entity store: ${name}`, () => {
    it('an entity is what the last batch made it, with the seq of its change', async () => {
      const { store, apply, reopen } = await subject();
      assert.equal(store.appliedSeq(), 0);
      assert.equal(await store.get(0, 'urn:bus:1'), undefined);
      await apply(3, [bus(1, 10)]);
      assert.deepStrictEqual(await store.get(0, 'urn:bus:1'), { entity: bus(1, 10).entity, seq: 3 });
      await apply(4, [bus(1, 20), bus(2, 5)]);
      assert.equal((await store.get(0, 'urn:bus:1'))?.entity.attrs['https://e.org/speed']?.[0]?.value, 20);
      assert.equal(store.appliedSeq(), 4);
      const again = await reopen();
      assert.equal(again.appliedSeq(), 4);
      assert.deepStrictEqual(await again.get(0, 'urn:bus:2'), { entity: bus(2, 5).entity, seq: 4 });
    });

    it('a deleted entity is found by nothing any more', async () => {
      const { store, apply } = await subject();
      await apply(1, [bus(1, 10), bus(2, 10)]);
      await apply(2, [{ tenant: 0, id: 'urn:bus:1', entity: undefined }]);
      assert.equal(await store.get(0, 'urn:bus:1'), undefined);
      assert.deepStrictEqual(await store.query(0, {}, { limit: 10, offset: 0, count: true }), {
        entities: [bus(2, 10).entity],
        count: 1,
      });
      assert.deepStrictEqual(await store.types(0), [{ type: 'https://e.org/Bus', count: 1 }]);
      assert.deepStrictEqual(await store.attributes(0), [{ name: 'https://e.org/speed', count: 1 }]);
    });

    it('pages are ordered by id and tenants are apart', async () => {
      const { store, apply } = await subject();
      await apply(1, [bus(3, 1), bus(1, 1), bus(2, 1), bus(9, 1, 1)]);
      const { entities, count } = await store.query(0, {}, { limit: 2, offset: 1, count: true });
      assert.deepEqual(
        entities.map(({ id }) => id),
        ['urn:bus:2', 'urn:bus:3'],
      );
      assert.equal(count, 3);
      const other = await store.query(1, {}, { limit: 2, offset: 0 });
      assert.deepEqual(other, { entities: [bus(9, 1).entity] });
      assert.equal(await store.get(1, 'urn:bus:1'), undefined);
    });

    it('walking on after an id meets each entity once, whatever else is asked', async () => {
      const { store, apply } = await subject();
      await apply(1, [bus(3, 1), bus(1, 1), bus(2, 1), bus(4, 9), bus(9, 1, 1)]);
      const slow = { node: 'compare', op: '<', value: { kind: 'number', value: 5 } } as const;
      const queries: readonly EntityQuery[] = [
        {},
        { type: { node: 'type', iri: 'https://e.org/Bus' } },
        { q: { ...slow, path: { names: ['https://e.org/speed'], inner: [] } } },
      ];
      for (const query of queries) {
        const met: string[] = [];
        for (let after = ''; ;) {
          const { entities } = await store.query(0, query, { limit: 2, offset: 0, after });
          met.push(...entities.map(({ id }) => id));
          if (entities.length === 0) break;
          after = met.at(-1) ?? '';
        }
        assert.deepEqual(met, ['urn:bus:1', 'urn:bus:2', 'urn:bus:3', ...(query.q ? [] : ['urn:bus:4'])]);
      }
    });

    it('a page beyond the end is empty and still counts', async () => {
      const { store, apply } = await subject();
      await apply(1, [bus(1, 1)]);
      assert.deepEqual(await store.query(0, {}, { limit: 5, offset: 9, count: true }), { entities: [], count: 1 });
      assert.deepEqual(await store.query(0, {}, { limit: 0, offset: 0, count: true }), { entities: [], count: 1 });
    });
  });
}
