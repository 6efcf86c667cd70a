import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { compareOrderKeys, type Entity, type EntityQuery, matchesQuery, orderKeysOf } from '../../ngsild/index.ts';
import { Problem } from '../../base/problem.ts';
import { makeChanges } from './changes.ts';
import { at, entity, names, order, query, types } from './queries.arbitrary.ts';
import { entityWrite } from './shape.ts';
import { createScan } from './scan.ts';
import { openForReading } from './schema.ts';
import { openState, type StateStore } from './state.ts';

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

test('the same questions, asked again and again while entities come, change and go, are answered as things stand', async () => {
  let seq = 3e6;
  const changes = fc.array(
    fc
      .nat({ max: 13 })
      .chain((n) => fc.tuple(fc.constant(`urn:bus:${n}`), fc.option(entity(n), { nil: undefined, freq: 4 }))),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { minLength: 3, maxLength: 5 }),
      fc.array(query, { minLength: 3, maxLength: 3 }),
      order,
      async (steps, questions, by) => {
        const tenant = ++seq;
        const there = new Map<string, Entity>();
        for (const step of steps) {
          seq++;
          for (const [id, changed] of step) {
            if (changed) there.set(id, JSON.parse(JSON.stringify(changed)) as Entity);
            else there.delete(id);
          }
          const touched = new Map(step);
          await state.apply({
            seq,
            at: seq,
            rows: [],
            entities: [...touched].map(([id, changed]) => entityWrite(tenant, id, seq, changed)),
          });
          const stored = [...there.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
          const compare = compareOrderKeys(by);
          for (const wanted of questions) {
            const all = naive(stored, wanted);
            const page = { limit: 20, offset: 0 };
            assert.deepStrictEqual((await state.query(tenant, wanted, page)).entities, all);
            assert.equal((await state.query(tenant, wanted, { ...page, limit: 0, count: true })).count, all.length);
            const ordered = all.toSorted((a, b) => compare(orderKeysOf(a, by), orderKeysOf(b, by)));
            assert.deepStrictEqual((await state.query(tenant, wanted, { ...page, order: by })).entities, ordered);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a query that takes too long is given up, and asking again goes on where it was', async () => {
  const path = join(directory, 'many.db');
  const made = openState({ path });
  const many = Array.from({ length: 600 }, (_, n) => ({ ...bus(2), id: `urn:bus:${n}` }));
  await made.apply({ seq: 1, at: 1, rows: [], entities: many.map((one) => entityWrite(0, one.id, 1, one)) });
  await made.close();
  const db = openForReading(path);
  const scan = createScan(db, makeChanges(), { maxMs: 0 });
  const wanted: EntityQuery = {
    q: {
      node: 'compare',
      path: { names: names.slice(0, 1), inner: [] },
      op: '==',
      value: { kind: 'uri', value: 'urn:x:1' },
    },
  };
  const ask = (): number | undefined => {
    scan.begin();
    try {
      return scan.query(0, wanted, { limit: 1, offset: 0, count: true }, new Map()).count;
    } finally {
      db.exec('COMMIT');
    }
  };
  const tooComplex = (error: unknown): boolean => error instanceof Problem && error.kind === 'too-complex';
  assert.throws(ask, tooComplex);
  assert.throws(ask, tooComplex);
  assert.equal(ask(), 600);
  db.close();
});

test('whoever asks what the indexes know does not wait for a search through bodies that was asked before', async () => {
  const many = Array.from({ length: 5000 }, (_, n) => ({ ...bus(1), id: `urn:bus:${n}` }));
  await state.apply({ seq: 4e6, at: 1, rows: [], entities: many.map((one) => entityWrite(9, one.id, 1, one)) });
  const answered: string[] = [];
  const path = { names: names.slice(0, 1), inner: [] };
  const search = { q: { node: 'match', path, op: '~=', pattern: '9$' } } as const;
  const page = { limit: 1, offset: 0 };
  await Promise.all([
    state.query(9, search, { ...page, count: true }).then(({ count }) => answered.push(`search ${count}`)),
    state.types(9).then(() => answered.push('types')),
    state.query(9, { type: { node: 'type', iri: types[0] as string } }, page).then(() => answered.push('page')),
    state.query(9, { ids: ['urn:bus:7'], ...search }, page).then(() => answered.push('one of few')),
  ]);
  assert.deepEqual(answered, ['types', 'page', 'one of few', 'search 0']);
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
