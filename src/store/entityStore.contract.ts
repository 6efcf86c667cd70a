/** What every adapter of the EntityStore port must do, besides the meaning of the query languages (query.test.ts). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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
const instance = (value: number) => ({ type: 'Property' as const, value });
const bus = (n: number, speed: number, tenant = 0) => ({
  tenant,
  id: `urn:bus:${n}`,
  entity: {
    id: `urn:bus:${n}`,
    type: ['https://e.org/Bus'],
    createdAt: at,
    modifiedAt: at,
    attrs: { 'https://e.org/speed': [instance(speed)] },
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
      const attrs = [{ name: 'https://e.org/speed', kinds: ['Property'] }];
      assert.deepStrictEqual(await store.shapes(0), [{ types: ['https://e.org/Bus'], attrs, count: 1 }]);
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

    it('types, attributes and counts are those of the entities, whatever became of them', async () => {
      const { store, apply } = await subject();
      const thing = fc.record({
        type: fc.subarray(['https://e.org/Bus', 'https://e.org/Tram'], { minLength: 1 }),
        names: fc.subarray(['https://e.org/line', 'https://e.org/speed']),
      });
      const batch = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(thing));
      let seq = 0;
      let tenant = 100;
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { maxLength: 5 }), async (batches) => {
          // A tenant of its own, and the next one, which stays empty.
          tenant += 2;
          const there = new Map<string, Entity>();
          for (const changed of batches) {
            const changes = Object.entries(changed).map(([id, given]) => {
              const attrs = Object.fromEntries((given?.names ?? []).map((name) => [name, [instance(seq)]]));
              const entity = given ? { id, type: given.type, createdAt: at, modifiedAt: at, attrs } : undefined;
              if (entity) there.set(id, entity);
              else there.delete(id);
              return { tenant, id, entity };
            });
            await apply(++seq, changes);
          }
          const count = (words: (entity: Entity) => readonly string[]): readonly (readonly [string, number])[] => {
            const all = [...there.values()].flatMap(words).sort();
            return [...new Set(all)].map((word) => [word, all.filter((other) => other === word).length]);
          };
          const types = count(({ type }) => type);
          assert.deepEqual(
            (await store.types(tenant)).map(({ type, count: n }) => [type, n]),
            types,
          );
          const made = ({ type, attrs }: Entity): string[] => [JSON.stringify([type.toSorted(), Object.keys(attrs)])];
          assert.deepEqual(
            (await store.shapes(tenant))
              .map(({ types: own, attrs, count: n }): readonly [string, number] => [
                JSON.stringify([own, attrs.map(({ name: attr }) => attr)]),
                n,
              ])
              .toSorted(([a], [b]) => (a < b ? -1 : 1)),
            count(made),
          );
          const page = { limit: 1, offset: 0, count: true };
          assert.equal((await store.query(tenant, {}, page)).count, there.size);
          for (const [iri, n] of types)
            assert.equal((await store.query(tenant, { type: { node: 'type', iri } }, page)).count, n);
          assert.deepEqual(await store.types(tenant + 1), []);
        }),
        { numRuns: 40 },
      );
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
