/** What every adapter of the HistoryStore port must do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../ngsild/entity.ts';
import type { TemporalQuery } from '../ngsild/query.ts';
import { aggregatesContract } from './history.aggregates.contract.ts';
import { forgettingContract } from './history.forgetting.contract.ts';
import { selectionContract } from './history.selection.contract.ts';
import { aggregates, any, device, hours, ms, reading, values, type HistorySubject } from './history.subject.ts';

export function historyContract(name: string, subject: () => Promise<HistorySubject>): void {
  describe(`history: ${name}`, () => {
    it('an instance comes back as it was given, with its times and an id', async () => {
      const { store } = await subject();
      const instance = {
        type: 'Property',
        value: 21.5,
        observedAt: '2016-11-30T07:00:00Z',
        unitCode: 'CEL',
        datasetId: 'urn:ngsi-ld:Dataset:a',
        createdAt: '2016-11-30T06:00:00.000Z',
        sub: { accuracy: [{ type: 'Property', value: 0.5 }] },
      } as const;
      await store.append(
        [
          {
            tenant: 0,
            entity: 'urn:a',
            type: ['A', 'B'],
            name: 'temperature',
            instance,
            modifiedAt: '2016-11-30T07:00:01.250Z',
            seq: 7,
          },
        ],
        7,
      );
      assert.deepEqual(await store.instances(0, ['urn:a'], any), {
        entities: [
          {
            id: 'urn:a',
            type: ['A', 'B'],
            attrs: [
              {
                name: 'temperature',
                instances: [
                  { ...instance, modifiedAt: '2016-11-30T07:00:01.250Z', instanceId: 'urn:ngsi-ld:instance:7-0' },
                ],
              },
            ],
          },
        ],
        truncated: false,
      });
    });

    it('an instant of any year comes back as it was told, and stands in its place', async () => {
      const { store } = await subject();
      const told = [
        '0050-03-01T00:00:00.5Z',
        '1066-10-14T09:00:00Z',
        '2026-01-01T00:00:00.123456Z',
        '9999-12-31T23:59:59Z',
      ];
      const modifiedAt = '2026-01-02T00:00:00.250Z';
      await store.append(
        told.toReversed().map((at, n) => ({ ...reading('1', 'x', at, n, 1), modifiedAt })),
        1,
      );
      await store.seal(ms('2026-02-01T00:00:00Z'));
      const { entities } = await store.instances(0, [`${device}1`], any);
      const there = entities[0]?.attrs[0]?.instances ?? [];
      assert.deepEqual(
        there.map(({ observedAt }) => observedAt),
        told,
      );
      // A sealed file keeps it to the second.
      for (const { modifiedAt: kept = '' } of there) assert.ok(Math.abs(ms(kept) - ms(modifiedAt)) < 1000, kept);
      const time = { timerel: 'before', timeAt: ms('0100-01-01T00:00:00Z') } as const;
      assert.deepEqual(await values(store, { ...any, time }), [3]);
    });

    it('every kind of JSON value comes back equal', async () => {
      const { store } = await subject();
      const all: Json[] = [0, -0.1, 1e300, 'text', '"', '', true, false, [], [1, 2], { a: [{ b: null }] }, 'null'];
      await store.append(
        all.map((value, at) => reading('1', 'x', `2026-01-01T00:00:${String(at + 10)}Z`, value, 1)),
        1,
      );
      assert.deepEqual(await values(store, any), all);
    });

    it('before excludes, after includes, between is half open', async () => {
      const { store } = await subject();
      await store.append(hours(5), 1);
      const at = (hour: number) => ms('2026-01-01T00:00:00Z') + hour * 3_600_000;
      const by = (time: TemporalQuery['time']) => values(store, { timeproperty: 'observedAt', ...(time && { time }) });
      assert.deepEqual(await by({ timerel: 'before', timeAt: at(2) }), [0, 1]);
      assert.deepEqual(await by({ timerel: 'after', timeAt: at(2) }), [2, 3, 4]);
      assert.deepEqual(await by({ timerel: 'between', timeAt: at(1), endTimeAt: at(3) }), [1, 2]);
    });

    it('modifiedAt and createdAt are times of their own', async () => {
      const { store } = await subject();
      await store.append(
        [reading('1', 'x', '2026-01-01T00:00:00Z', 1, 1, { createdAt: '2025-01-01T00:00:00.000Z' })],
        1,
      );
      const after = (timeproperty: TemporalQuery['timeproperty'], at: string) =>
        values(store, { timeproperty, time: { timerel: 'after', timeAt: ms(at) } });
      assert.deepEqual(await after('modifiedAt', '2026-01-01T00:00:01Z'), [1]);
      assert.deepEqual(await after('modifiedAt', '2026-01-01T00:00:02Z'), []);
      assert.deepEqual(await after('createdAt', '2025-01-01T00:00:00Z'), [1]);
      assert.deepEqual(await after('createdAt', '2025-01-01T00:00:01Z'), []);
    });

    it('an instance without observedAt matches no timerel on it, but appears without one', async () => {
      const { store } = await subject();
      const { instance, ...rest } = reading('1', 'x', '2026-01-01T00:00:00Z', 'plain', 1);
      await store.append([{ ...rest, instance: { type: instance.type, value: instance.value } }], 1);
      assert.deepEqual(await values(store, any), ['plain']);
      assert.deepEqual(await values(store, { timeproperty: 'observedAt', time: { timerel: 'after', timeAt: 0 } }), []);
    });

    it('lastN gives the newest of each attribute of each entity, newest first', async () => {
      const { store } = await subject();
      await store.append([...hours(5), reading('1', 'wind', '2026-01-01T00:00:00Z', 9, 1)], 1);
      assert.deepEqual(await values(store, { ...any, lastN: 2 }), [4, 3]);
      assert.deepEqual(await values(store, { ...any, lastN: 2 }, ['1'], 1), [9]);
    });

    it('attrs and datasetIds choose; @none is the default instance', async () => {
      const { store } = await subject();
      await store.append(
        [
          reading('1', 'a', '2026-01-01T00:00:00Z', 1, 1),
          reading('1', 'a', '2026-01-01T00:00:00Z', 2, 1, { datasetId: 'urn:d' }),
          reading('1', 'b', '2026-01-01T00:00:00Z', 3, 1),
        ],
        1,
      );
      assert.deepEqual(await values(store, { ...any, attrs: ['b'] }), [3]);
      assert.deepEqual(await values(store, { ...any, datasetIds: ['urn:d'] }), [2]);
      assert.deepEqual(await values(store, { ...any, attrs: ['a'], datasetIds: ['@none'] }), [1]);
      assert.deepEqual(await values(store, { ...any, attrs: ['unknown'] }), []);
    });

    it('a limit cuts in time order over all attributes and says so; what is cut away whole is an empty list', async () => {
      const { store } = await subject();
      await store.append([...hours(3), reading('1', 'wind', '2026-01-02T00:00:00Z', 9, 1)], 1);
      const { entities, truncated } = await store.instances(0, [`${device}1`], any, { limit: 2 });
      assert.equal(truncated, true);
      assert.deepEqual(
        entities[0]?.attrs.map(({ name, instances }) => [name, instances.map(({ value }) => value)]),
        [
          ['temperature', [0, 1]],
          ['wind', []],
        ],
      );
    });

    it('a batch that was applied is not applied again, and seqs survive a new start', async () => {
      const { store, reopen } = await subject();
      await store.append(hours(2, 5), 5);
      await store.append(hours(2, 5), 5);
      // Cut otherwise after a crash: the applied part is left out.
      await store.append([...hours(2, 5), ...hours(1, 6, '2026-01-02')], 6);
      assert.equal(await store.appliedSeq(), 6);
      const again = await reopen();
      assert.equal(await again.appliedSeq(), 6);
      await again.append(hours(2, 5), 6);
      assert.deepEqual(await values(again, any), [0, 1, 0]);
      const { instances, records } = await again.digest({ fromSeq: 5, toSeq: 6 });
      assert.deepEqual({ instances, records }, { instances: 3, records: 2 });
    });

    it('markers of deletion carry deletedAt and are no values', async () => {
      const { store } = await subject();
      const deletedAt = '2026-01-02T00:00:00.000Z';
      const gone = {
        ...reading('1', 'temperature', '2026-01-01T00:00:00Z', null, 2),
        type: [],
        modifiedAt: deletedAt,
        deletedAt,
      };
      const instance = { type: 'Property', value: null } as const;
      await store.append([...hours(2), { ...gone, instance }, { ...gone, name: '', instance }], 2);
      const { entities } = await store.instances(0, [`${device}1`], { ...any, attrs: ['temperature'] });
      assert.equal(entities[0]?.deletedAt, deletedAt);
      assert.deepEqual(entities[0]?.type, ['Device']);
      assert.equal(entities[0]?.attrs[0]?.instances[2]?.deletedAt, deletedAt);
      const [aggregate] = await aggregates(store, 0, [`${device}1`], any, { methods: ['totalCount'] });
      assert.equal(aggregate?.attrs[0]?.methods.totalCount?.[0]?.[0], 2);
    });

    it('sealing changes no answer; late values join sealed days; enough of them write the file anew', async () => {
      const { store, reopen } = await subject();
      await store.append(hours(48), 1);
      const before = await values(store, any);
      const now = ms('2026-01-20T00:00:00Z');
      const sealed = await store.seal(now);
      assert.deepEqual([sealed.sealedDays, sealed.rows], [2, 48]);
      assert.ok(sealed.bytes > 0);
      assert.deepEqual(await values(store, any), before);
      assert.deepEqual(await store.seal(now), { sealedDays: 0, rows: 0, bytes: 0 });
      await store.append([reading('1', 'temperature', '2026-01-01T00:30:00Z', 0.5, 2)], 2);
      const merged = [0, 0.5, ...before.slice(1)];
      assert.deepEqual(await values(store, any), merged);
      assert.equal((await store.seal(now)).sealedDays, 1);
      const again = await reopen();
      assert.deepEqual(await values(again, any), merged);
      assert.equal((await again.stats()).rows, 49);
    });

    it('years of days are sealed in steps, between which records and questions have their turn', async () => {
      const { store } = await subject();
      const days = Array.from({ length: 100 }, (_, day) => new Date(ms('2020-01-01T00:00:00Z') + day * 86_400_000));
      await store.append(
        days.map((day, n) => reading('1', 'temperature', day.toISOString(), n, 1)),
        1,
      );
      const now = ms('2026-01-20T00:00:00Z');
      let isOver = false;
      const sealing = store.seal(now).finally(() => {
        isOver = true;
      });
      await store.append([reading('1', 'temperature', '2026-01-19T23:00:00Z', 100, 2)], 2);
      assert.equal((await values(store, any)).length, 101);
      assert.equal(isOver, false);
      assert.equal((await sealing).sealedDays, 100);
      assert.equal((await store.seal(now, AbortSignal.abort())).sealedDays, 0);
    });

    it('an entity without attributes is known; nothing of it is counted', async () => {
      const { store } = await subject();
      const [first] = hours(1);
      assert.ok(first);
      await store.append([{ ...first, name: '', instance: { type: 'Property', value: null } }], 1);
      assert.deepEqual((await store.instances(0, [`${device}1`], any)).entities, [
        { id: `${device}1`, type: ['Device'], attrs: [] },
      ]);
      assert.deepEqual(await aggregates(store, 0, [`${device}1`], any, { methods: ['totalCount'] }), []);
    });

    it('a copy holds what the original held, sealed and not', async () => {
      const { store, openCopy, freshDirectory } = await subject();
      await store.append(hours(72), 3);
      await store.seal(ms('2026-01-04T00:00:00Z'));
      const directory = freshDirectory();
      assert.deepEqual(await store.copyTo(directory), { seq: 3 });
      const digest = await store.digest();
      await store.append(hours(1, 4), 4);
      const copy = await openCopy(directory);
      assert.deepEqual(await copy.digest(), digest);
      assert.equal(digest.instances, 72);
      assert.notEqual((await store.digest()).hash, digest.hash);
    });

    selectionContract(subject);
    aggregatesContract(subject);
    forgettingContract(subject);
  });
}
