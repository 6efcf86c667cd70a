import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixedClock } from '../base/clock.ts';
import { Problem } from '../base/problem.ts';
import type { Entity } from '../ngsild/entity.ts';
import { scopeIri } from '../ngsild/index.ts';
import { openStore, type Store } from './index.ts';
import type { Change, TableDefinition } from './ports.ts';

const at = '2026-03-01T10:00:00.000Z';
const power = 'https://example.org/power';
const lamp = (n: number, value = 1): Entity => ({
  id: `urn:ngsi-ld:Streetlight:${n}`,
  type: ['https://example.org/Streetlight'],
  createdAt: at,
  modifiedAt: at,
  attrs: { [power]: [{ type: 'Property', value, createdAt: at, modifiedAt: at }] },
});
const put = (entity: Entity): Change => ({
  tenant: 0,
  cause: { by: 'test' },
  entities: [{ op: 'put', entity }],
  rows: [],
});
const set = (n: number, value: number): Change => ({
  tenant: 0,
  cause: { by: 'test' },
  entities: [{ op: 'set', id: lamp(n).id, at, attrs: { [power]: [{ type: 'Property', value, modifiedAt: at }] } }],
  rows: [],
});
const reports: TableDefinition = { name: 'report', columns: { id: 'TEXT', state: 'TEXT' }, key: ['id'] };

async function withStore(run: (open: () => Promise<Store>) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-store-'));
  const opened: Store[] = [];
  try {
    await run(async () => {
      const store = await openStore({
        directory,
        clock: fixedClock(at),
        tables: [reports],
        segmentBytes: 1024 * 1024,
      });
      opened.push(store);
      return store;
    });
  } finally {
    for (const store of opened) await store.close().catch(() => {});
    await rm(directory, { recursive: true });
  }
}

test('an acknowledged change is read back, queried, and there after a restart', () =>
  withStore(async (open) => {
    const store = await open();
    await store.writer.commit(put(lamp(1)));
    const { seq } = await store.writer.commit(set(1, 7));
    assert.equal(seq, 2);
    const got = await store.writer.get(0, lamp(1).id);
    assert.equal(got?.entity.attrs[power]?.[0]?.value, 7);
    assert.equal(got?.seq, 2);
    await store.writer.applied();
    const page = await store.state.query(
      0,
      { type: { node: 'type', iri: 'https://example.org/Streetlight' } },
      { limit: 10, offset: 0, count: true },
    );
    assert.deepStrictEqual(page, { entities: [got?.entity], count: 1 });
    await store.close();
    const again = await open();
    assert.deepStrictEqual(await again.writer.get(0, lamp(1).id), got);
    assert.equal(again.writer.lastSeq(), 2);
  }));

test('a row and its entity are one change, and rows are read after everything acknowledged', () =>
  withStore(async (open) => {
    const store = await open();
    const change = { ...put(lamp(1)), rows: [{ table: 'report', key: { id: 'r1' }, row: { state: 'open' } }] };
    const { seq } = await store.writer.commit(change);
    assert.deepStrictEqual(
      { ...(await store.rows.get('SELECT * FROM report WHERE id = ?', ['r1'])) },
      {
        id: 'r1',
        state: 'open',
        _seq: seq,
      },
    );
    const close = (expected: number): Change => ({
      tenant: 0,
      cause: { by: 'test' },
      expect: [{ row: { table: 'report', key: { id: 'r1' } }, seq: expected }],
      entities: [],
      rows: [{ table: 'report', key: { id: 'r1' }, row: { state: 'closed' } }],
    });
    const results = await Promise.allSettled([store.writer.commit(close(seq)), store.writer.commit(close(seq))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    const [, second] = results;
    assert.ok(second?.status === 'rejected' && second.reason instanceof Problem && second.reason.kind === 'conflict');
  }));

test('a second process, or a second opening, is told that the directory is in use', () =>
  withStore(async (open) => {
    await open();
    await assert.rejects(open(), (error: unknown) => error instanceof Problem && /in use/.test(error.message));
  }));

test('a record tells what a put drops and of what kind the removed was', () =>
  withStore(async (open) => {
    const store = await open();
    const road = 'https://example.org/road';
    const both: Entity = {
      ...lamp(1),
      scope: ['/north'],
      attrs: { ...lamp(1).attrs, [road]: [{ type: 'Relationship', value: 'urn:road', datasetId: 'urn:d' }] },
    };
    const { id } = both;
    const removed = { name: road, datasetId: 'urn:d' };
    await store.writer.commit(put(both));
    await store.writer.commit({ ...set(1, 2), entities: [{ op: 'set', id, at, attrs: {}, remove: [removed] }] });
    await store.writer.commit({ ...put(both), entities: [both, lamp(1)].map((entity) => ({ op: 'put', entity })) });
    const { records } = await store.journal.read(2, 10);
    assert.deepEqual(
      records.map(({ entities }) =>
        entities.map((delta) => (delta.op === 'put' ? delta.dropped : 'remove' in delta && delta.remove)),
      ),
      [
        [[{ ...removed, type: 'Relationship' }]],
        [
          undefined,
          [
            { ...removed, type: 'Relationship' },
            { name: scopeIri, type: 'Property' },
          ],
        ],
      ],
    );
  }));
