/** What leaves the past, and what stays of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  aggregates,
  any,
  device,
  hours,
  ms,
  reading,
  shortIds,
  values,
  type HistorySubject,
} from './history.subject.ts';
import type { Forgotten, HistoryInstance, HistoryStore } from './ports.ts';

export function forgettingContract(subject: () => Promise<HistorySubject>): void {
  it('what changes brought is forgotten, sealed or not, and nothing beside it', async () => {
    const { store, reopen } = await subject();
    const other = hours(48, 1).map((row) => ({ ...row, entity: `${device}2` }));
    await store.append([...hours(48, 1), ...other], 1);
    const before = await store.digest();
    const sum = async (from: HistoryStore) => {
      const [found] = await aggregates(from, 0, [`${device}1`], any, {
        methods: ['sum', 'totalCount'],
        period: { months: 0, ms: 86_400_000 },
      });
      return found?.attrs[0]?.methods;
    };
    const sums = await sum(store);
    const second = hours(48, 2).map((row) => ({ ...row, instance: { ...row.instance, value: 1000 } }));
    const born = second.map((row) => ({ ...row, entity: `${device}3` }));
    await store.append([...second, ...born], 2);
    await store.seal(ms('2026-01-20T00:00:00Z'));
    await store.append([reading('1', 'temperature', '2026-01-01T00:30:00Z', 1000, 3)], 3);
    const list = ['1', '3'].map((id) => ({
      tenant: 0,
      entity: `${device}${id}`,
      before: 4,
      past: [{ seq: 2 }, { seq: 3 }],
    }));
    assert.deepEqual(await store.forget(list), { deleted: 97 });
    assert.deepEqual(await store.forget(list), { deleted: 0 }, 'a second time there is nothing left');
    for (const open of [() => Promise.resolve(store), reopen]) {
      const now = await open();
      const { instances, hash } = await now.digest();
      assert.deepEqual([instances, hash], [before.instances, before.hash]);
      assert.deepEqual(await sum(now), sums, 'rollups too');
      const { entities } = await now.entities(0, {}, { limit: 10, offset: 0 });
      assert.equal(shortIds(entities), '12', 'of what was born by it not even the name stays');
    }
  });

  it('one instance, or all that was taken before a change, can be forgotten', async () => {
    const { store } = await subject();
    const rows = hours(4, 7);
    await store.append(rows, 7);
    await store.append([reading('1', 'temperature', '2026-01-02T00:00:00Z', 50, 8)], 8);
    const entity = `${device}1`;
    await store.forget([{ tenant: 0, entity, before: 9, past: [{ seq: 7, place: 2 }] }]);
    assert.deepEqual(await values(store, any), [0, 1, 3, 50]);
    await store.forget([{ tenant: 1, entity, before: 9, past: 'all' }]);
    await store.forget([{ tenant: 0, entity: `${device}none`, before: 9, past: 'all' }]);
    assert.deepEqual(await values(store, any), [0, 1, 3, 50]);
    await store.forget([{ tenant: 0, entity, before: 8, past: 'all' }]);
    assert.deepEqual(await values(store, any), [50]);
  });

  it('an attribute can be forgotten: its default instances, those of a dataset, or all', async () => {
    const { store } = await subject();
    const other = { datasetId: 'urn:d' };
    await store.append(
      [
        ...hours(3),
        ...hours(3).map((row) => ({ ...row, instance: { ...row.instance, ...other } })),
        ...hours(3).map((row) => ({ ...row, name: 'wind' })),
      ],
      1,
    );
    await store.seal(ms('2026-01-20T00:00:00Z'));
    await store.append([reading('1', 'temperature', '2026-01-02T00:00:00Z', 50, 2)], 2);
    const entity = `${device}1`;
    const forget = (past: Forgotten, before: number) => store.forget([{ tenant: 0, entity, before, past }]);
    assert.deepEqual(await forget({ name: 'temperature' }, 2), { deleted: 3 });
    assert.deepEqual(await values(store, { ...any, datasetIds: ['@none'] }), [50], 'only what was taken before');
    assert.deepEqual(await values(store, { ...any, datasetIds: ['urn:d'] }), [0, 1, 2]);
    assert.deepEqual(await forget({ name: 'temperature', datasetId: 'urn:d' }, 3), { deleted: 3 });
    assert.deepEqual(await values(store, any), [50]);
    assert.deepEqual(await forget({ name: 'unknown', all: true }, 3), { deleted: 0 });
    assert.deepEqual(await forget({ name: 'temperature', all: true }, 3), { deleted: 1 });
    assert.deepEqual(await values(store, any), [0, 1, 2], 'the wind stays');
  });

  it('an instance that replaces another keeps its id, sealed or not, and the entity its types', async () => {
    const { store, reopen } = await subject();
    const entity = `${device}1`;
    await store.append([reading('1', 'temperature', '2026-01-01T00:00:00Z', 1, 7)], 7);
    await store.seal(ms('2026-01-20T00:00:00Z'));
    const instead = { seq: 7, place: 0 };
    await store.forget([{ tenant: 0, entity, before: 8, past: [instead], stays: true }]);
    const better = { ...reading('1', 'temperature', '2026-01-05T00:00:00Z', 2, 8), type: [], instead };
    await store.append([better], 8);
    for (const open of [() => Promise.resolve(store), reopen]) {
      const now = await open();
      const { entities } = await now.instances(0, [entity], any);
      assert.deepEqual(
        entities.map(({ type, attrs }) => [type, attrs[0]?.instances.map((one) => [one.value, one.instanceId])]),
        [[['Device'], [[2, 'urn:ngsi-ld:instance:7-0']]]],
      );
      await now.seal(ms('2026-01-20T00:00:00Z'));
      assert.equal((await now.stats()).rows, 1);
    }
  });

  it('an entity that stays keeps its types though all its past is forgotten', async () => {
    const { store } = await subject();
    await store.append(hours(2), 1);
    await store.forget([{ tenant: 0, entity: `${device}1`, before: 2, past: 'all', stays: true }]);
    assert.deepEqual((await store.instances(0, [`${device}1`], any)).entities, []);
    await store.append([{ ...reading('1', 'temperature', '2026-01-02T00:00:00Z', 9, 2), type: [] }], 2);
    assert.deepEqual((await store.instances(0, [`${device}1`], any)).entities[0]?.type, ['Device']);
  });

  it('retention deletes what is older than the strictest rule of a type, sealed or not', async () => {
    const { store } = await subject();
    await store.append(
      [...hours(72), ...hours(72, 1).map((row) => ({ ...row, entity: `${device}2`, type: ['Kept'] }))],
      1,
    );
    await store.seal(ms('2026-01-04T00:00:00Z'));
    const rules = [
      { tenant: 0, type: 'Device', days: 1 },
      { tenant: 0, type: 'Kept', days: null },
    ];
    const result = await store.retain(rules, ms('2026-01-03T12:00:00Z'));
    assert.equal(result.deleted, 36);
    assert.equal((await values(store, any)).length, 36);
    assert.equal((await values(store, any, ['2'])).length, 72);
  });

  it('erasing an entity leaves nothing of it and everything of the others', async () => {
    const { store, reopen, bytes } = await subject();
    const secret = (row: HistoryInstance, text: string): HistoryInstance => ({
      ...row,
      name: 'note',
      instance: { type: 'Property', value: text, sub: { by: [{ type: 'Property', value: `${text} sub` }] } },
    });
    const [first] = hours(1);
    assert.ok(first);
    const notes = [
      secret(first, 'old secret'),
      secret({ ...first, modifiedAt: '2026-01-20T00:00:00.000Z' }, 'new secret'),
    ];
    await store.append([...hours(72), ...notes, ...hours(72).map((row) => ({ ...row, entity: `${device}2` }))], 1);
    await store.seal(ms('2026-01-06T00:00:00Z'));
    assert.deepEqual(await store.erase(0, `${device}1`), { deleted: 74 });
    assert.deepEqual(await values(store, any), []);
    assert.equal((await values(store, any, ['2'])).length, 72);
    const again = await reopen();
    const left = Buffer.concat(bytes());
    for (const trace of ['old secret', 'new secret', `${device}1`]) {
      assert.equal(left.includes(trace), false, `"${trace}" is still on disk`);
    }
    assert.ok(left.includes(`${device}2`), 'the search can find something');
    assert.equal(shortIds((await again.entities(0, {}, { limit: 9, offset: 0 })).entities), '2');
    assert.equal((await values(again, any, ['2'])).length, 72);
    await again.append(hours(1, 2), 2);
    assert.deepEqual(await values(again, any), [0]);
  });
}
