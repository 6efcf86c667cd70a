/** What every adapter of the HistoryStore port must do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttributeKind, Json } from '../ngsild/entity.ts';
import type { QNode, TemporalQuery } from '../ngsild/query.ts';
import { scopeIri } from '../ngsild/index.ts';
import type { Forgotten, HistoryInstance, HistoryStore, PastQuery } from './ports.ts';

export type HistorySubject = {
  readonly store: HistoryStore;
  /** Closes the store and opens it again, as a new process would. */
  readonly reopen: () => Promise<HistoryStore>;
  /** Another store in the directory of a copy. */
  readonly openCopy: (directory: string) => Promise<HistoryStore>;
  readonly freshDirectory: () => string;
  /** Every file of the store. */
  readonly bytes: () => Uint8Array[];
};

const device = 'urn:ngsi-ld:Device:';
const any: TemporalQuery = { timeproperty: 'observedAt' };
const ms = (text: string) => Date.parse(text);

/** `reading('1', 'temperature', '2026-01-01T00:00:00Z', 20.5, 1)`: observed then, taken a second later. */
export function reading(
  id: string,
  name: string,
  observedAt: string,
  value: Json,
  seq: number,
  more: Partial<HistoryInstance['instance']> = {},
): HistoryInstance {
  return {
    tenant: 0,
    entity: `${device}${id}`,
    type: ['Device'],
    name,
    instance: { type: 'Property', value, observedAt, ...more },
    modifiedAt: new Date(ms(observedAt) + 1000).toISOString(),
    seq,
  };
}

export function historyContract(name: string, subject: () => Promise<HistorySubject>): void {
  const values = async (store: HistoryStore, query: TemporalQuery, ids = ['1'], attr = 0) => {
    const { entities } = await store.instances(
      0,
      ids.map((id) => `${device}${id}`),
      query,
    );
    return entities[0]?.attrs[attr]?.instances.map(({ value }) => value) ?? [];
  };
  const aggregates = async (store: HistoryStore, ...asked: Parameters<HistoryStore['aggregate']>) =>
    (await store.aggregate(...asked)).entities;
  const shortIds = (entities: readonly { id: string }[]) => entities.map(({ id }) => id.slice(device.length)).join('');
  const hours = (count: number, seqFrom = 1, day = '2026-01-01') =>
    Array.from({ length: count }, (_, hour) =>
      reading('1', 'temperature', new Date(ms(`${day}T00:00:00Z`) + hour * 3_600_000).toISOString(), hour, seqFrom),
    );

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

    it('entities are found by id, pattern and type, ordered, counted, per tenant', async () => {
      const { store } = await subject();
      const of = (id: string, type: string[], tenant = 0): HistoryInstance => ({
        ...reading(id, 'x', '2026-01-01T00:00:00Z', 1, 1),
        tenant,
        type,
      });
      await store.append([of('3', ['A', 'B']), of('1', ['A']), of('2', ['B']), of('1', ['A'], 1)], 1);
      const find = async (
        query: Parameters<HistoryStore['entities']>[1],
        page = { limit: 10, offset: 0, count: true },
      ) => {
        const { entities, count } = await store.entities(0, query, page);
        return [shortIds(entities), count];
      };
      assert.deepEqual(await find({}), ['123', 3]);
      assert.deepEqual(await find({}, { limit: 1, offset: 1, count: true }), ['2', 3]);
      assert.deepEqual(await find({ ids: [`${device}1`, 'urn:none'] }), ['1', 1]);
      assert.deepEqual(await find({ idPattern: ':[23]$' }), ['23', 2]);
      const type = (iri: string) => ({ node: 'type', iri }) as const;
      assert.deepEqual(await find({ type: type('B') }), ['23', 2]);
      assert.deepEqual(await find({ type: { node: 'and', of: [type('A'), type('B')] } }), ['3', 1]);
      assert.deepEqual(await find({ type: { node: 'or', of: [type('A'), type('C')] } }), ['13', 2]);
    });

    it('all methods over hours from timeAt; empty buckets are left out', async () => {
      const { store } = await subject();
      const start = ms('2026-01-01T00:00:00Z');
      const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
      await store.append(
        [1, 2, 2, 7].map((value, index) => reading('1', 'x', at([10, 20, 30, 130][index] ?? 0), value, 1)),
        1,
      );
      const methods = ['totalCount', 'distinctCount', 'sum', 'avg', 'min', 'max', 'stddev', 'sumsq'] as const;
      const [found] = await aggregates(
        store,
        0,
        [`${device}1`],
        { timeproperty: 'observedAt', time: { timerel: 'between', timeAt: start, endTimeAt: start + 86_400_000 } },
        { methods, period: { months: 0, ms: 3_600_000 } },
      );
      const first = [start, start + 3_600_000] as const;
      const third = [start + 7_200_000, start + 10_800_000] as const;
      assert.deepEqual(found?.attrs[0]?.methods, {
        totalCount: [
          [3, ...first],
          [1, ...third],
        ],
        distinctCount: [
          [2, ...first],
          [1, ...third],
        ],
        sum: [
          [5, ...first],
          [7, ...third],
        ],
        avg: [
          [5 / 3, ...first],
          [7, ...third],
        ],
        min: [
          [1, ...first],
          [7, ...third],
        ],
        max: [
          [2, ...first],
          [7, ...third],
        ],
        stddev: [
          [Math.sqrt(2 / 9), ...first],
          [0, ...third],
        ],
        sumsq: [
          [9, ...first],
          [49, ...third],
        ],
      });
    });

    it('arrays count by size, booleans as 1 and 0, strings only have counts', async () => {
      const { store } = await subject();
      const rows = (name: string, values: Json[]) =>
        values.map((value, at) => reading('1', name, `2026-01-01T00:00:0${at}Z`, value, 1));
      await store.append(
        [...rows('array', [[1, 2], []]), ...rows('flag', [true, false]), ...rows('word', ['a', 'b', 'a'])],
        1,
      );
      const [found] = await aggregates(store, 0, [`${device}1`], any, { methods: ['avg', 'stddev', 'distinctCount'] });
      const methods = found?.attrs.map(({ name, methods }) => [
        name,
        methods.avg?.[0]?.[0],
        methods.stddev?.[0]?.[0],
        methods.distinctCount?.[0]?.[0],
      ]);
      assert.deepEqual(methods, [
        ['array', 1, undefined, 2],
        ['flag', 0.5, 0.5, 2],
        ['word', undefined, undefined, 2],
      ]);
    });

    it('texts, dates and times have an order, times a mean; what only names can only be counted', async () => {
      const { store } = await subject();
      const typed = (type: string, ...values: string[]): Json[] =>
        values.map((value) => ({ '@type': type, '@value': value }));
      const series: [string, Json[], AttributeKind?][] = [
        ['word', ['b', 'aé', 'a b', 'ab']],
        ['date', typed('Date', '2026-02-01', '2025-12-31')],
        ['clock', typed('Time', '08:00:00Z', '10:00:01Z')],
        ['map', [{ a: 1 }, { b: 2 }]],
        ['road', ['urn:a', ['urn:b', 'urn:a']], 'Relationship'],
        ['term', ['https://e.org/x', 'https://e.org/y'], 'VocabProperty'],
      ];
      await store.append(
        series.flatMap(([name, values, type = 'Property']) =>
          values.map((value, at) => reading('1', name, `2026-01-01T00:00:0${at}Z`, value, 1, { type })),
        ),
        1,
      );
      const methods = ['min', 'max', 'avg', 'sum', 'distinctCount'] as const;
      const [found] = await aggregates(store, 0, [`${device}1`], any, { methods });
      const shown = found?.attrs.map(({ name, relationship, methods: of }) => [
        name,
        relationship,
        ...methods.map((method) => of[method]?.[0]?.[0]),
      ]);
      assert.deepEqual(shown, [
        ['clock', undefined, '08:00:00Z', '10:00:01Z', '09:00:00.500Z', undefined, 2],
        ['date', undefined, '2025-12-31', '2026-02-01', undefined, undefined, 2],
        ['map', undefined, undefined, undefined, undefined, undefined, 2],
        ['road', true, undefined, undefined, undefined, undefined, 2],
        ['term', undefined, undefined, undefined, undefined, undefined, 2],
        ['word', undefined, 'a b', 'b', undefined, undefined, 4],
      ]);
    });

    it('buckets are cut in time order over all attributes, at the start of one', async () => {
      const { store } = await subject();
      await store.append([...hours(6), ...hours(6).map((row) => ({ ...row, name: 'wind' }))], 1);
      const aggregation = { methods: ['max' as const], period: { months: 0, ms: 3_600_000 } };
      const page = async (limit: number) => {
        const { entities, truncated } = await store.aggregate(0, [`${device}1`], any, aggregation, { limit });
        return [truncated, ...(entities[0]?.attrs.map(({ methods }) => methods.max?.length) ?? [])];
      };
      assert.deepEqual(await page(7), [true, 3, 3]);
      assert.deepEqual(await page(12), [false, 6, 6]);
    });

    it('q selects the entities of which some instance inside the interval matches', async () => {
      const { store } = await subject();
      const day = '2026-01-01T00:00:0';
      await store.append(
        [
          reading('1', 'x', `${day}1Z`, 5, 1),
          reading('1', 'x', `${day}2Z`, 30, 1),
          reading('2', 'x', `${day}1Z`, 7, 1),
          reading('3', 'x', `${day}1Z`, 'on', 1, { sub: { grade: [{ type: 'Property', value: 'A' }] } }),
          reading('3', 'y', `${day}1Z`, [1, 40], 1),
          reading('4', 'y', `${day}1Z`, true, 1),
        ],
        1,
      );
      const path = (...names: string[]) => ({ names, inner: [] });
      const number = (value: number) => ({ kind: 'number', value }) as const;
      const text = (value: string) => ({ kind: 'string', value }) as const;
      const compare = (
        name: string,
        op: '==' | '!=' | '>' | '<',
        value: ReturnType<typeof number | typeof text>,
      ): QNode => ({
        node: 'compare',
        path: path(...name.split('.')),
        op,
        value,
      });
      const match = async (q: QNode, time?: TemporalQuery['time']) => {
        const within = { ...any, ...(time && { time }) };
        return shortIds((await store.entities(0, { q, within }, { limit: 9, offset: 0 })).entities);
      };
      assert.equal(await match(compare('x', '>', number(20))), '1');
      assert.equal(await match(compare('x', '<', number(8))), '12');
      assert.equal(await match(compare('x', '!=', number(7))), '13');
      assert.equal(await match(compare('y', '==', number(40))), '3');
      assert.equal(await match(compare('x', '==', text('on'))), '3');
      assert.equal(await match(compare('x.grade', '==', text('A'))), '3');
      assert.equal(await match({ node: 'exists', path: path('y') }), '34');
      const both = [compare('x', '==', text('on')), compare('y', '==', number(40))];
      assert.equal(await match({ node: 'and', of: both }), '3');
      assert.equal(await match({ node: 'or', of: [...both, compare('x', '>', number(20))] }), '13');
      const before = { timerel: 'before', timeAt: ms(`${day}2Z`) } as const;
      assert.equal(await match(compare('x', '>', number(20)), before), '');
    });

    it('geo selects by the places inside the interval, scope by those held in it', async () => {
      const { store } = await subject();
      const at = (hour: number) => `2026-01-01T0${hour}:00:00Z`;
      const place = (id: string, hour: number, long: number) =>
        reading(id, 'location', at(hour), { type: 'Point', coordinates: [long, 38] }, 1, { type: 'GeoProperty' });
      const scope = (id: string, hour: number, value: Json) => reading(id, scopeIri, at(hour), value, 1);
      const { instance, ...plain } = scope('4', 0, '/C');
      await store.append(
        [
          place('1', 1, 68),
          place('1', 3, 69),
          place('2', 1, 70),
          scope('1', 0, '/A'),
          scope('2', 2, ['/B', '/A/x']),
          scope('3', 0, '/A'),
          scope('3', 1, '/B'),
          { ...plain, instance: { type: 'Property', value: instance.value } },
          ...['1', '2', '3', '4'].map((id) => reading(id, 'x', at(2), 1, 1)),
        ],
        1,
      );
      const found = async (query: Omit<PastQuery, 'within'>, from: number, to: number) => {
        const time = { timerel: 'between', timeAt: ms(at(from)), endTimeAt: ms(at(to)) } as const;
        const within = { timeproperty: 'observedAt', time } as const;
        return shortIds((await store.entities(0, { ...query, within }, { limit: 9, offset: 0 })).entities);
      };
      const near = (long: number): PastQuery => ({
        geo: {
          relation: 'near',
          maxDistanceM: 1000,
          geometry: { type: 'Point', coordinates: [long, 38] },
          property: 'location',
        },
      });
      assert.equal(await found(near(68), 0, 9), '1');
      assert.equal(await found(near(68), 2, 9), '');
      assert.equal(await found(near(69), 2, 9), '1');
      const below = (...levels: string[]): PastQuery => ({ scope: { node: 'scope', levels, below: true } });
      assert.equal(await found(below('A'), 2, 3), '12', 'set before and still held; set within');
      assert.equal(await found(below('A'), 1, 2), '13', 'still held when the interval began');
      assert.equal(await found(below('B'), 2, 3), '23');
      assert.equal(await found(below('C'), 2, 3), '4', 'a scope without a time holds from the beginning');
    });

    it('a page and its count are of the entities that have something within the interval', async () => {
      const { store } = await subject();
      const days = ['1', '2', '3', '4', '5'].map((id, n) => reading(id, 'x', `2026-01-0${n + 1}T12:00:00Z`, n, 1));
      await store.append([...days, reading('4', 'y', '2026-01-01T12:00:00Z', 1, 1, { datasetId: 'urn:d' })], 1);
      await store.seal(ms('2026-01-04T12:00:00Z'));
      const since = (day: number) =>
        ({ timeproperty: 'observedAt', time: { timerel: 'after', timeAt: ms(`2026-01-0${day}T00:00:00Z`) } }) as const;
      const find = async (query: PastQuery, limit = 9, offset = 0) => {
        const { entities, count } = await store.entities(0, query, { limit, offset, count: true });
        return [shortIds(entities), count];
      };
      assert.deepEqual(await find({ within: since(3) }), ['345', 3]);
      assert.deepEqual(await find({ within: since(3) }, 1, 1), ['4', 3]);
      assert.deepEqual(await find({ attrs: ['y'] }), ['4', 1]);
      assert.deepEqual(await find({ attrs: ['y'], within: since(3) }), ['', 0]);
      assert.deepEqual(await find({ within: { ...since(1), datasetIds: ['urn:d'] } }), ['4', 1]);
      assert.deepEqual(await find({ selectors: [{ ids: [`${device}1`] }, { idPattern: '5$' }] }), ['15', 2]);
    });

    it('lastN reaches back over as many sealed days as it needs, of each series', async () => {
      const { store } = await subject();
      const days = Array.from({ length: 40 }, (_, day) => new Date(ms('2025-01-01T00:00:00Z') + day * 86_400_000));
      const rare = days.filter((_, n) => n % 13 === 0);
      await store.append(
        [
          ...days.map((day, n) => reading('1', 'often', day.toISOString(), n, 1)),
          ...rare.map((day, n) => reading('1', 'rare', day.toISOString(), n, 1)),
          reading('2', 'rare', '2025-01-02T00:00:00Z', 9, 1),
        ],
        1,
      );
      await store.seal(ms('2026-01-01T00:00:00Z'));
      await store.append([reading('1', 'often', '2025-01-20T12:00:00Z', 100, 2)], 2);
      const newest = { ...any, lastN: 3 };
      assert.deepEqual(await values(store, newest), [39, 38, 37]);
      assert.deepEqual(await values(store, newest, ['1'], 1), [3, 2, 1]);
      assert.deepEqual(await values(store, newest, ['2']), [9]);
      const time = { timerel: 'before', timeAt: ms('2025-01-21T00:00:00Z') } as const;
      assert.deepEqual(await values(store, { ...newest, time }), [100, 19, 18]);
      const cut = await store.instances(0, [`${device}1`], newest, { limit: 2 });
      assert.deepEqual(
        [cut.truncated, ...(cut.entities[0]?.attrs.map(({ instances }) => instances.map(({ value }) => value)) ?? [])],
        [true, [39, 38], [3]],
      );
    });

    it('a page ends with a whole instant, and has at least two', async () => {
      const { store } = await subject();
      const rows = Array.from({ length: 12 }, (_, n) =>
        reading('1', `a${n % 4}`, `2026-01-01T0${Math.floor(n / 4)}:00:00Z`, n, 1),
      );
      await store.append(rows, 1);
      const page = async (limit: number) => {
        const { entities, truncated } = await store.instances(0, [`${device}1`], any, { limit });
        return [entities[0]?.attrs.flatMap(({ instances }) => instances).length, truncated];
      };
      assert.deepEqual(await page(1), [8, true]);
      assert.deepEqual(await page(9), [8, true]);
      assert.deepEqual(await page(11), [8, true]);
      assert.deepEqual(await page(12), [12, false]);
    });

    it('calendar months start at timeAt, also before it; the 31st ends shorter months', async () => {
      const { store } = await subject();
      const dates = ['2026-01-30', '2026-01-31', '2026-02-27', '2026-02-28', '2026-03-30', '2026-03-31'];
      await store.append(
        dates.map((date, at) => reading('1', 'x', `${date}T00:00:00Z`, at, 1)),
        1,
      );
      const counts = async (time: TemporalQuery['time']) => {
        const [found] = await aggregates(
          store,
          0,
          [`${device}1`],
          { timeproperty: 'observedAt', ...(time && { time }) },
          { methods: ['totalCount'], period: { months: 1, ms: 0 } },
        );
        return found?.attrs[0]?.methods.totalCount?.map(([count, start, end]) => [
          count,
          ...[start, end].map((at) => new Date(at).toISOString().slice(0, 10)),
        ]);
      };
      assert.deepEqual(await counts({ timerel: 'after', timeAt: ms('2026-01-31T00:00:00Z') }), [
        [2, '2026-01-31', '2026-02-28'],
        [2, '2026-02-28', '2026-03-31'],
        [1, '2026-03-31', '2026-04-30'],
      ]);
      assert.deepEqual(await counts({ timerel: 'before', timeAt: ms('2026-02-01T00:00:00Z') }), [
        [2, '2026-01-01', '2026-02-01'],
      ]);
      assert.deepEqual((await counts(undefined))?.[0], [3, '2026-01-30', '2026-02-28']);
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
  });
}
