import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { coreContext, type Entity, type EntityQuery, parseQ } from '../../ngsild/index.ts';
import type { PageRequest } from '../ports.ts';
import { makeChanges } from './changes.ts';
import { createQueries } from './queries.ts';
import { openForReading } from './schema.ts';
import { entityWrite } from './shape.ts';
import { openState } from './state.ts';

const at = '2026-03-01T10:00:00.000Z';
const type = { node: 'type', iri: 'https://e.org/T' } as const;
const location = coreContext.expand('location');
const questions: readonly EntityQuery[] = [
  {},
  { type },
  { attrs: [location] },
  { type, attrs: [location] },
  { ids: ['urn:x:1'] },
  { ids: ['urn:x:1'], type, q: parseQ('a>1', coreContext) },
  { type, q: parseQ('a>1', coreContext) },
  {
    type,
    geo: {
      relation: 'near',
      property: location,
      geometry: { type: 'Point', coordinates: [1, 1] },
      maxDistanceM: 10,
    },
  },
];
const pages: readonly PageRequest[] = [
  { limit: 5, offset: 0, now: 0 },
  { limit: 5, offset: 0, now: Date.parse(at) + 1, count: true },
  { limit: 5, offset: 0, now: 0, after: 'urn:x:0' },
];

test('no question goes through all that a tenant has', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-plans-'));
  const path = join(directory, 'state.db');
  const state = openState({ path });
  t.after(async () => {
    await state.close();
    await rm(directory, { recursive: true });
  });
  const attrs = {
    [coreContext.expand('a')]: [{ type: 'Property' as const, value: 2 }],
    [location]: [{ type: 'GeoProperty' as const, value: { type: 'Point', coordinates: [1, 1] } }],
  };
  const entities: readonly Entity[] = [
    { id: 'urn:x:1', type: [type.iri], createdAt: at, modifiedAt: at, attrs },
    { id: 'urn:x:2', type: [type.iri], createdAt: at, modifiedAt: at, expiresAt: at, attrs },
  ];
  await state.apply({ seq: 1, at: 1, rows: [], entities: entities.map((one) => entityWrite(0, one.id, 1, one)) });
  const db = openForReading(path);
  t.after(() => db.close());
  const asked = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = (text: string) => {
    asked.add(text);
    return prepare(text);
  };
  const queries = createQueries(db, makeChanges());
  for (const page of pages) {
    for (const question of questions) queries.query(0, question, page);
    queries.types(0, page.now);
    queries.shapes(0, page.now);
  }
  for (const text of [...asked].filter((one) => one.includes('chorsu_entity'))) {
    const plan = prepare(`EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[];
    for (const { detail } of plan) {
      assert.doesNotMatch(detail, /^SCAN (chorsu_entity|e)\b/, text);
      assert.doesNotMatch(detail, /^SEARCH (chorsu_entity|e) USING INDEX \w+ \(tenant=\?\)$/, text);
      assert.doesNotMatch(
        detail,
        /^SEARCH (chorsu_entity|e) USING COVERING INDEX chorsu_entity_shape \(tenant=\?\)$/,
        text,
      );
    }
  }
  assert.ok(asked.size > questions.length);
});
