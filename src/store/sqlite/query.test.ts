import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  compareOrderKeys,
  coreContext,
  type Entity,
  type EntityOrder,
  type EntityQuery,
  type EntitySelector,
  type Geometry,
  type Instance,
  type Json,
  matchesQuery,
  orderKeysOf,
  type QLiteral,
  type QNode,
  type ScopeNode,
} from '../../ngsild/index.ts';
import { entityWrite } from './shape.ts';
import { openState, type StateStore } from './state.ts';

const names = ['https://e.org/a', 'https://e.org/b', 'https://e.org/q"uote', coreContext.expand('createdAt')];
const location = coreContext.expand('location');
const types = ['https://e.org/Bus', 'https://e.org/Lamp'];
const at = '2026-03-01T10:00:00.000Z';

const literal: fc.Arbitrary<QLiteral> = fc.oneof(
  fc.constantFrom(-1, 0, 1, 2.5, 1e21).map((value): QLiteral => ({ kind: 'number', value })),
  fc.constantFrom('x', 'y', 'urn:bus:1').map((value): QLiteral => ({ kind: 'string', value })),
  fc.boolean().map((value): QLiteral => ({ kind: 'boolean', value })),
  fc.constantFrom(at, '2026-03-01T15:00:00+05:00').map((value): QLiteral => ({ kind: 'instant', value })),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(-1, 0, -0, 1, 2.5, 1e21, 'x', 'y', true, false, null, at),
  fc.constantFrom<Json>([1, 'x'], [], { c: 1 }, { c: { d: 'x' } }, { '@value': 1, '@type': 'Integer' }, [[1]]),
);
const instance: fc.Arbitrary<Instance> = fc
  .record(
    {
      type: fc.constantFrom('Property' as const, 'Relationship' as const, 'LanguageProperty' as const),
      value,
      datasetId: fc.constantFrom('urn:d:1', 'urn:d:2'),
      observedAt: fc.constant(at),
      sub: fc.constant({ 'https://e.org/b': [{ type: 'Property' as const, value: 1 }] }),
    },
    { requiredKeys: ['type', 'value'], noNullPrototype: true },
  )
  .map((made) => made as Instance);
const path = fc.record({
  names: fc.oneof(
    fc.constantFrom(...names).map((name) => [name]),
    fc.constantFrom(...names).map((name) => [name, 'https://e.org/b']),
  ),
  inner: fc.constantFrom<string[]>([], [], [], ['c'], ['c', 'd']),
});
const leaf: fc.Arbitrary<QNode> = fc.oneof(
  path.map((path): QNode => ({ node: 'exists', path })),
  fc
    .record({
      path,
      op: fc.constantFrom('==' as const, '!=' as const, '>' as const, '>=' as const, '<' as const, '<=' as const),
      value: literal,
    })
    .map((part): QNode => ({ node: 'compare', ...part })),
  fc
    .record({ path, op: fc.constantFrom('==' as const, '!=' as const), from: literal, to: literal })
    .map((part): QNode => ({ node: 'range', ...part })),
  fc
    .record({
      path,
      op: fc.constantFrom('==' as const, '!=' as const),
      values: fc.array(literal, { minLength: 1, maxLength: 3 }),
    })
    .map((part): QNode => ({ node: 'oneOf', ...part })),
  fc
    .record({ path, op: fc.constantFrom('~=' as const, '!~=' as const), pattern: fc.constantFrom('^x', 'y|z') })
    .map((part): QNode => ({ node: 'match', ...part })),
);
const tree: fc.Arbitrary<QNode> = fc.oneof(
  leaf,
  fc
    .record({
      node: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(leaf, { minLength: 1, maxLength: 3 }),
    })
    .map((part): QNode => part),
);
const degrees = fc.integer({ min: -3, max: 3 });
const point = fc.tuple(degrees, degrees).map((coordinates): Geometry => ({ type: 'Point', coordinates }));
const square = fc.tuple(degrees, degrees, fc.integer({ min: 1, max: 3 })).map(([x, y, size]): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, y],
      [x + size, y],
      [x + size, y + size],
      [x, y + size],
      [x, y],
    ],
  ],
}));
const geo: fc.Arbitrary<NonNullable<EntityQuery['geo']>> = fc.oneof(
  fc
    .record({ geometry: point, maxDistanceM: fc.constantFrom(0, 1000, 200_000, 1e7) })
    .map((part) => ({ relation: 'near' as const, property: location, ...part })),
  fc
    .record({ geometry: point, minDistanceM: fc.constantFrom(1000, 200_000) })
    .map((part) => ({ relation: 'near' as const, property: location, ...part })),
  fc.record({
    relation: fc.constantFrom('within' as const, 'intersects' as const, 'disjoint' as const, 'equals' as const),
    geometry: square,
    property: fc.constant(location),
  }),
);
const entity = (n: number): fc.Arbitrary<Entity> =>
  fc
    .record({
      type: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 2 }),
      attrs: fc.dictionary(fc.constantFrom(...names.slice(0, 3)), fc.array(instance, { minLength: 1, maxLength: 2 }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      place: fc.option(fc.oneof(point, square), { nil: undefined }),
      scope: fc.uniqueArray(fc.constantFrom('/A', '/A/B', 'A/B/C', '/D'), { maxLength: 2 }),
    })
    .map(({ type, attrs, place, scope }) => ({
      id: `urn:bus:${n}`,
      type,
      ...(scope.length > 0 && { scope }),
      createdAt: at,
      modifiedAt: at,
      attrs: place ? { ...attrs, [location]: [{ type: 'GeoProperty', value: place as unknown as Json }] } : attrs,
    }));
const selector: fc.Arbitrary<EntitySelector> = fc
  .record(
    {
      ids: fc.uniqueArray(fc.constantFrom('urn:bus:1', 'urn:bus:2', 'urn:bus:12', 'urn:x'), { maxLength: 3 }),
      idPattern: fc.constantFrom('[13579]$', '^urn:bus'),
      type: fc.constantFrom<NonNullable<EntityQuery['type']>>(
        { node: 'type', iri: types[0] as string },
        { node: 'and', of: types.map((iri) => ({ node: 'type', iri })) },
        { node: 'or', of: types.map((iri) => ({ node: 'type', iri })) },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((made) => made as EntitySelector);
const scopeLeaf = fc
  .record({ levels: fc.array(fc.constantFrom('A', 'B', '+', 'D'), { maxLength: 3 }), below: fc.boolean() })
  .filter(({ levels, below }) => levels.length > 0 || below)
  .map((part): ScopeNode => ({ node: 'scope', ...part }));
const scope: fc.Arbitrary<ScopeNode> = fc.oneof(
  scopeLeaf,
  fc
    .record({
      node: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(scopeLeaf, { minLength: 1, maxLength: 3 }),
    })
    .map((part): ScopeNode => part),
);
const query: fc.Arbitrary<EntityQuery> = fc
  .tuple(
    selector,
    fc.record(
      {
        selectors: fc.array(selector, { minLength: 1, maxLength: 3 }),
        attrs: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
        q: tree,
        geo,
        scope,
        also: fc.array(leaf, { maxLength: 2 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([selected, rest]) => ({ ...selected, ...rest }) as EntityQuery);

/** The plain meaning of a query, entity by entity. */
function naive(entities: readonly Entity[], wanted: EntityQuery): Entity[] {
  const resolve = (id: string): Entity | undefined => entities.find((other) => other.id === id);
  return entities.filter((entity) => matchesQuery(wanted, entity, { resolve }));
}

const bus = (n: number): Entity => ({
  id: `urn:bus:${n}`,
  type: types.slice(0, 1),
  createdAt: at,
  modifiedAt: at,
  attrs: { [names[0] as string]: [{ type: n === 1 ? 'Property' : 'Relationship', value: 'urn:x:1' }] },
});

let directory: string;
let state: StateStore;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-query-'));
  state = openState({ path: join(directory, 'state.db') });
});
after(async () => {
  await state.close();
  await rm(directory, { recursive: true });
});

test('a query finds what its plain meaning finds, in order of ids, page by page, with the exact count', async () => {
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...Array.from({ length: 14 }, (_, n) => entity(n))),
      fc.array(query, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 6 }),
      async (entities, queries, offset, limit) => {
        seq++;
        await state.apply({
          seq,
          at: seq,
          rows: [],
          entities: entities.map((one) => entityWrite(0, one.id, seq, one)),
        });
        // As they come back from JSON.
        const stored = JSON.parse(JSON.stringify(entities)) as Entity[];
        stored.sort((a, b) => (a.id < b.id ? -1 : 1));
        for (const wanted of queries) {
          const all = naive(stored, wanted);
          const page = all.slice(offset, offset + limit);
          assert.deepStrictEqual(await state.query(0, wanted, { limit, offset, count: true }), {
            entities: page,
            count: all.length,
          });
          assert.deepStrictEqual(await state.query(0, wanted, { limit, offset }), { entities: page });
        }
      },
    ),
    { numRuns: 60 },
  );
});

const order: fc.Arbitrary<EntityOrder> = fc.record({
  terms: fc.array(
    fc.record({
      path: fc.oneof(
        path,
        fc.constantFrom('id', 'type', location).map((name) => ({ names: [name], inner: [] })),
      ),
      descending: fc.boolean(),
      from: fc.constant<Geometry>({ type: 'Point', coordinates: [0, 0] }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

test('matches come in the order that is asked for, and by id where it does not tell them apart', async () => {
  let seq = 2e6;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...Array.from({ length: 14 }, (_, n) => entity(n))),
      query,
      order,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 6 }),
      async (entities, wanted, by, offset, limit) => {
        seq++;
        await state.apply({
          seq,
          at: seq,
          rows: [],
          entities: entities.map((one) => entityWrite(3, one.id, seq, one)),
        });
        const stored = JSON.parse(JSON.stringify(entities)) as Entity[];
        stored.sort((a, b) => (a.id < b.id ? -1 : 1));
        const compare = compareOrderKeys(by);
        const all = naive(stored, wanted)
          .map((found) => ({ found, keys: orderKeysOf(found, by) }))
          .sort((a, b) => compare(a.keys, b.keys))
          .map(({ found }) => found.id);
        const page = await state.query(3, wanted, { limit, offset, order: by });
        assert.deepStrictEqual(
          page.entities.map(({ id }) => id),
          all.slice(offset, offset + limit),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('state of format 1 gets the kinds of its attributes when it is opened', async () => {
  const path = join(directory, 'old.db');
  const entities = [bus(1), bus(2)];
  const made = openState({ path });
  await made.apply({ seq: 1, at: 1, rows: [], entities: entities.map((one) => entityWrite(0, one.id, 1, one)) });
  const shapes = await made.shapes(0);
  await made.close();
  const db = new DatabaseSync(path);
  const old = JSON.stringify([types.slice(0, 1), names.slice(0, 1)]);
  db.exec('DELETE FROM chorsu_shape; DELETE FROM chorsu_shape_type; DELETE FROM chorsu_shape_attr');
  db.prepare('INSERT INTO chorsu_shape (key, text) VALUES (1, ?)').run(old);
  db.exec('UPDATE chorsu_entity SET shape = 1; PRAGMA user_version = 1');
  db.close();
  const again = openState({ path });
  assert.deepStrictEqual(await again.shapes(0), shapes);
  const wanted = { attrs: names.slice(0, 1) };
  assert.deepStrictEqual((await again.query(0, wanted, { limit: 9, offset: 0 })).entities, entities);
  await again.close();
});

test('types and shapes are counted per tenant, and other tenants are never seen', async () => {
  const one: Entity = {
    id: 'urn:t',
    type: ['https://e.org/T'],
    createdAt: at,
    modifiedAt: at,
    attrs: { 'https://e.org/z': [{ type: 'Property', value: 1 }] },
  };
  await state.apply({
    seq: 1e6,
    at: 1e6,
    rows: [],
    entities: [entityWrite(7, one.id, 1, one), entityWrite(7, 'urn:u', 1, { ...one, id: 'urn:u', attrs: {} })],
  });
  assert.deepStrictEqual(await state.types(7), [{ type: 'https://e.org/T', count: 2 }]);
  assert.deepStrictEqual(await state.shapes(7), [
    { types: ['https://e.org/T'], attrs: [{ name: 'https://e.org/z', kinds: ['Property'] }], count: 1 },
    { types: ['https://e.org/T'], attrs: [], count: 1 },
  ]);
  assert.deepStrictEqual(await state.query(7, {}, { limit: 9, offset: 0, count: true }), {
    entities: [one, { ...one, id: 'urn:u', attrs: {} }],
    count: 2,
  });
  assert.deepStrictEqual(await state.types(8), []);
  await state.apply({ seq: 1e6 + 1, at: 1e6, rows: [], entities: [entityWrite(7, one.id, 2, undefined)] });
  assert.deepStrictEqual(await state.types(7), [{ type: 'https://e.org/T', count: 1 }]);
});
