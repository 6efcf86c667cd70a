/** What every adapter of the HistoryStore port must do with aggregates (4.5.19). */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AttributeKind, Json } from '../ngsild/entity.ts';
import type { TemporalQuery } from '../ngsild/query.ts';
import { aggregates, any, device, hours, ms, reading, type HistorySubject } from './history.subject.ts';

export function aggregatesContract(subject: () => Promise<HistorySubject>): void {
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
}
