import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { entityNames, type NamedEntity } from './names.ts';

const name = fc.oneof(
  fc.nat({ max: 40 }).map((n) => `urn:ngsi-ld:Lamp:${n}`),
  fc.constantFrom('urn:é', 'urn:чорсу', 'urn:\ud800', 'urn:x\u0000', 'a', 'ā', '\u0101'),
  fc.string({ unit: 'binary', minLength: 1 }),
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ tenant: fc.nat({ max: 1 }), name, kind: fc.nat({ max: 3 }) }, { noNullPrototype: true }),
  },
  { weight: 1, arbitrary: fc.record({ forget: fc.nat({ max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ of: fc.nat({ max: 60 }), kind: fc.nat({ max: 3 }) }) },
);

test('names and numbers stand for one another as in a list and a map', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const names = entityNames();
      const list: NamedEntity[] = [];
      const ids = new Map<string, number>();
      const key = ({ tenant, name }: Pick<NamedEntity, 'tenant' | 'name'>): string => `${tenant} ${name}`;
      for (const taken of steps) {
        if ('forget' in taken) {
          const entity = list[taken.forget];
          names.forget(taken.forget);
          if (!entity) continue;
          ids.delete(key(entity));
          list[taken.forget] = { tenant: entity.tenant, name: '', kind: 0 };
        } else if ('of' in taken) {
          const entity = list[taken.of];
          if (!entity || entity.name === '') continue;
          names.setKind(taken.of, taken.kind);
          list[taken.of] = { ...entity, kind: taken.kind };
        } else {
          const known = ids.get(key(taken));
          assert.equal(names.find(taken.tenant, taken.name), known);
          if (known !== undefined) continue;
          assert.equal(names.add(taken.tenant, taken.name, taken.kind), list.length);
          ids.set(key(taken), list.push(taken) - 1);
        }
      }
      assert.equal(names.get(list.length), undefined);
      for (const [id, entity] of list.entries()) {
        assert.deepEqual(names.get(id), entity);
        if (entity.name === '') continue;
        assert.equal(names.find(entity.tenant, entity.name), id);
        assert.equal(names.kindOf(id), entity.kind);
      }
      const again = entityNames();
      for (const [id, entity] of list.entries()) if (entity.name !== '') again.load(id, entity);
      for (const [id, entity] of list.entries()) {
        if (entity.name === '') assert.equal(again.get(id), undefined);
        else assert.equal(again.find(entity.tenant, entity.name), id);
      }
    }),
  );
});

test('a hundred thousand names, of which every second one goes and comes again, are found', () => {
  const names = entityNames();
  const count = 100_000;
  for (let n = 0; n < count; n++) names.add(0, `urn:ngsi-ld:Streetlight:${n}`, n);
  for (let n = 0; n < count; n += 2) names.forget(n);
  for (let n = 0; n < count; n++) {
    assert.equal(names.find(0, `urn:ngsi-ld:Streetlight:${n}`), n % 2 === 0 ? undefined : n);
  }
  for (let n = 0; n < count; n += 2) assert.equal(names.add(0, `urn:ngsi-ld:Streetlight:${n}`, n), count + n / 2);
  for (let n = 0; n < count; n += 2) assert.equal(names.find(0, `urn:ngsi-ld:Streetlight:${n}`), count + n / 2);
});
