import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntityDelta } from '../ngsild/entity.ts';
import { scopeIri } from '../ngsild/index.ts';
import { entityMarker, forgottenBy, instancesOf, startHistory } from './history.ts';
import type { Follow } from './history.ts';
import type { HistoryForget, HistoryInstance, JournalRecord } from './ports.ts';

const at = '2026-01-01T00:00:00.000Z';
const record = (seq: number, ...entities: EntityDelta[]): JournalRecord => ({
  seq,
  at: Date.parse(at),
  tenant: 3,
  cause: { by: 'test' },
  entities,
  rows: [],
});
const told = (instances: readonly HistoryInstance[]) =>
  instances.map(({ entity, type, addedType, name, instance, deletedAt }) => [
    entity,
    type.join(),
    addedType?.join(),
    name,
    deletedAt === undefined ? instance.value : `deleted ${instance.datasetId ?? '@none'}`,
  ]);
const property = (value: number, datasetId?: string) =>
  ({ type: 'Property', value, ...(datasetId !== undefined && { datasetId }) }) as const;

test('a put leaves every instance of every attribute, with the types', () => {
  const attrs = { a: [property(1), property(2, 'urn:d')], b: [property(3)] };
  const put = { op: 'put', entity: { id: 'urn:e', type: ['T', 'U'], createdAt: at, modifiedAt: at, attrs } } as const;
  assert.deepEqual(told(instancesOf(record(1, put))), [
    ['urn:e', 'T,U', undefined, 'a', 1],
    ['urn:e', 'T,U', undefined, 'a', 2],
    ['urn:e', 'T,U', undefined, 'b', 3],
  ]);
});

test('a put leaves its scope as observed then, and markers of what it dropped; without any, that it was there', () => {
  const entity = { id: 'urn:e', type: ['T'], createdAt: at, modifiedAt: at, attrs: { a: [property(1)] } };
  const dropped = [{ name: 'b', datasetId: 'urn:d', type: 'Relationship' }] as const;
  const found = instancesOf(record(1, { op: 'put', entity: { ...entity, scope: ['/x'] }, dropped }));
  assert.deepEqual(told(found), [
    ['urn:e', 'T', undefined, 'a', 1],
    ['urn:e', 'T', undefined, scopeIri, '/x'],
    ['urn:e', 'T', undefined, 'b', 'deleted urn:d'],
  ]);
  assert.deepEqual([found[1]?.instance.observedAt, found[2]?.instance.type], [at, 'Relationship']);
  assert.deepEqual(told(instancesOf(record(1, { op: 'put', entity: { ...entity, attrs: {} } }))), [
    ['urn:e', 'T', undefined, entityMarker, null],
  ]);
});

test('a set with a scope leaves it; with an empty one, a marker', () => {
  const set = (scope: readonly string[]) =>
    told(instancesOf(record(1, { op: 'set', id: 'urn:e', at, attrs: {}, scope })));
  assert.deepEqual(set(['/x', '/y']), [['urn:e', '', undefined, scopeIri, ['/x', '/y']]]);
  assert.deepEqual(set([]), [['urn:e', '', undefined, scopeIri, 'deleted @none']]);
});

test('what takes the place of an instance lets that one go first', () => {
  const instead = { seq: 4, place: 2 };
  const past = { op: 'history', id: 'urn:e', type: [], at, attrs: { a: [property(1)] }, instead } as const;
  assert.deepEqual(forgottenBy(record(9, past)), [
    { tenant: 3, entity: 'urn:e', before: 9, past: [instead], stays: true },
  ]);
  assert.deepEqual(instancesOf(record(9, past))[0]?.instead, instead);
});

test('a set leaves markers for what it removes, then its instances; types come as additions', () => {
  const set = {
    op: 'set',
    id: 'urn:e',
    at,
    attrs: { a: [property(1)] },
    remove: [{ name: 'b', datasetId: 'urn:d' }],
    type: ['V'],
  } as const;
  assert.deepEqual(told(instancesOf(record(1, set))), [
    ['urn:e', '', undefined, 'b', 'deleted urn:d'],
    ['urn:e', '', 'V', 'a', 1],
  ]);
});

test('a delete leaves one marker for the entity; history leaves its instances', () => {
  const past = { op: 'history', id: 'urn:e', type: ['T'], at, attrs: { a: [property(1)] } } as const;
  const [first, second] = instancesOf(record(9, past, { op: 'delete', id: 'urn:e', at }));
  assert.deepEqual(told(first && second ? [first, second] : []), [
    ['urn:e', '', 'T', 'a', 1],
    ['urn:e', '', undefined, entityMarker, 'deleted @none'],
  ]);
  assert.deepEqual([second?.tenant, second?.seq, second?.modifiedAt], [3, 9, at]);
});

test('an instance keeps its own modifiedAt, else takes that of the change', () => {
  const own = { ...property(1), modifiedAt: '2025-01-01T00:00:00.000Z' };
  const [first, second] = instancesOf(record(1, { op: 'set', id: 'urn:e', at, attrs: { a: [own, property(2)] } }));
  assert.deepEqual([first?.modifiedAt, second?.modifiedAt], [own.modifiedAt, at]);
});

test('the follower starts after what is applied, splits only between records, and tells of gaps', async () => {
  const appended: [number, number][] = [];
  const gaps: number[] = [];
  let from: number | undefined;
  const many = { a: Array.from({ length: 6000 }, (_, n) => property(n, `urn:${n}`)) };
  const set = { op: 'set', id: 'urn:e', at, attrs: many } as const;
  const records = [4, 5, 6].map((seq) => record(seq, set));
  let handled = Promise.resolve();
  const follow: Follow = (_name, handler, options) => {
    from = options?.from;
    handled = Promise.resolve(handler([...records, record(7)], { from: 1, to: 3, count: 3 }));
    return () => Promise.resolve();
  };
  const history = {
    appliedSeq: () => Promise.resolve(3),
    append: (batch: readonly HistoryInstance[], seq: number) => {
      appended.push([batch.length, seq]);
      return Promise.resolve();
    },
    forget: () => Promise.resolve({ deleted: 0 }),
  };
  await startHistory({ history, follow, onGap: (gap) => gaps.push(gap.count) });
  await handled;
  assert.equal(from, 4);
  assert.deepEqual(appended, [
    [12_000, 5],
    [6000, 7],
  ]);
  assert.deepEqual(gaps, [3]);
});

test('what is forgotten goes in its place of the order, that of many records at once', async () => {
  const told: string[] = [];
  const set = (id: string) => ({ op: 'set', id, at, attrs: { a: [property(1)] } }) as const;
  const forget = (id: string) => ({ op: 'forget', id, at, past: [{ seq: 1 }] }) as const;
  const records = [
    record(1, set('urn:a'), set('urn:b')),
    record(2, forget('urn:a')),
    record(3, forget('urn:b')),
    record(4, set('urn:c')),
    record(5, forget('urn:c'), set('urn:d')),
  ];
  let handled = Promise.resolve();
  const follow: Follow = (_name, handler) => {
    handled = Promise.resolve(handler(records));
    return () => Promise.resolve();
  };
  const history = {
    appliedSeq: () => Promise.resolve(0),
    append: (batch: readonly HistoryInstance[], seq: number) => {
      told.push(`${seq}: ${batch.map(({ entity }) => entity.slice(4)).join()}`);
      return Promise.resolve();
    },
    forget: (list: readonly HistoryForget[]) => {
      told.push(`forget ${list.map(({ entity, before }) => `${entity.slice(4)} before ${before}`).join()}`);
      return Promise.resolve({ deleted: list.length });
    },
  };
  await startHistory({ history, follow });
  await handled;
  assert.deepEqual(told, ['1: a,b', 'forget a before 2,b before 3', '4: c', 'forget c before 5', '5: d']);
});
