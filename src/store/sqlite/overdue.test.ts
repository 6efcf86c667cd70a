import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Entity, type EntityQuery, livingAt, matchesQuery } from '../../ngsild/index.ts';
import { openForWriting } from './schema.ts';
import { entityWrite } from './shape.ts';
import { openState } from './state.ts';

const at = (n: number): string => new Date(n * 1000).toISOString();
const end = fc.option(fc.integer({ min: 1, max: 5 }).map(at), { nil: undefined, freq: 2 });
const attributes = ['https://e.org/a', 'https://e.org/b'];
const entity = (n: number): fc.Arbitrary<Entity> =>
  fc
    .record({
      type: fc.constantFrom(['https://e.org/T'], ['https://e.org/U']),
      expiresAt: end,
      attrs: fc.dictionary(
        fc.constantFrom(...attributes),
        fc
          .record({ value: fc.integer({ min: 0, max: 2 }), expiresAt: end })
          .map(({ value, expiresAt }) => [
            { type: 'Property' as const, value, ...(expiresAt !== undefined && { expiresAt }) },
          ]),
      ),
    })
    .map(({ type, expiresAt, attrs }) => ({
      id: `urn:x:${n}`,
      type,
      createdAt: at(0),
      modifiedAt: at(0),
      attrs: { ...attrs },
      ...(expiresAt !== undefined && { expiresAt }),
    }));
const queries: EntityQuery[] = [
  {},
  { type: { node: 'type', iri: 'https://e.org/T' } },
  { attrs: ['https://e.org/a'] },
  { attrs: attributes, type: { node: 'type', iri: 'https://e.org/U' } },
  { q: { node: 'exists', path: { names: ['https://e.org/a'], inner: [] } } },
  {
    q: {
      node: 'compare',
      op: '!=',
      path: { names: ['https://e.org/b'], inner: [] },
      value: { kind: 'number', value: 1 },
    },
  },
];

test('a query sees what lives at that instant, swept or not', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-overdue-'));
  const state = openState({ path: join(directory, 'state.db') });
  let seq = 0;
  const page = fc.record({ limit: fc.integer({ min: 1, max: 5 }), offset: fc.integer({ min: 0, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...Array.from({ length: 6 }, (_, n) => entity(n))),
      fc.integer({ min: 0, max: 6 }),
      fc.constantFrom(...queries),
      page,
      async (entities, seconds, query, { limit, offset }) => {
        seq++;
        const now = seconds * 1000;
        await state.apply({
          seq,
          at: seq,
          entities: entities.map((made) => entityWrite(0, made.id, seq, made)),
          rows: [],
        });
        const living = entities.flatMap((made) => livingAt(made, now) ?? []);
        const matching = living.filter((made) => matchesQuery(query, made));
        const found = await state.query(0, query, { limit, offset, count: true, now });
        assert.deepEqual(found.entities, matching.slice(offset, offset + limit));
        assert.equal(found.count, matching.length);
        const types = await state.types(0, now);
        const counted = Object.fromEntries(types.map(({ type, count }) => [type, count]));
        for (const type of ['https://e.org/T', 'https://e.org/U'])
          assert.equal(counted[type] ?? 0, living.filter((made) => made.type.includes(type)).length);
        const due = entities.filter((made) => livingAt(made, now) !== made).map(({ id }) => id);
        assert.deepEqual(new Set(state.due(now, 10).map(({ id }) => id)), new Set(due));
      },
    ),
    { numRuns: 300 },
  );
  await state.close();
  await rm(directory, { recursive: true, force: true });
});

test('a state of format 1 learns when its entities end', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-format1-'));
  const path = join(directory, 'state.db');
  const old = new DatabaseSync(path);
  old.exec(`
    CREATE TABLE chorsu_entity (
      key INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, shape INTEGER NOT NULL,
      box TEXT, body TEXT NOT NULL
    ) STRICT;
    PRAGMA user_version = 1;
  `);
  const insert = old.prepare('INSERT INTO chorsu_entity (tenant, id, seq, shape, body) VALUES (0, ?, 1, 1, ?)');
  const body = { id: 'urn:x:1', type: ['T'], createdAt: at(0), modifiedAt: at(0), attrs: {} };
  insert.run('urn:x:1', JSON.stringify({ ...body, expiresAt: at(7) }));
  insert.run('urn:x:2', JSON.stringify(body));
  old.close();
  const db = openForWriting(path);
  const rows = db.prepare('SELECT id, due FROM chorsu_entity ORDER BY id').all();
  assert.deepEqual(
    rows.map(({ id, due }) => [id, due]),
    [
      ['urn:x:1', 7000],
      ['urn:x:2', null],
    ],
  );
  db.close();
  await rm(directory, { recursive: true, force: true });
});
