/**
 * History against a naive evaluation: random series, random questions; an adapter must answer the same, before and
 * after sealing, with late values in between.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../ngsild/entity.ts';
import { aggregateMethods } from '../ngsild/query.ts';
import type { AggregateMethod, TemporalQuery } from '../ngsild/query.ts';
import type { EntityAggregates, EntityHistory, HistoryInstance, HistoryStore } from './ports.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-03-30T00:00:00Z');
const days = 4;
const ids = ['urn:e:0', 'urn:e:1', 'urn:e:2'];
const names = ['a', 'b'];
const additive = ['totalCount', 'sum', 'avg', 'min', 'max', 'sumsq'] as const;
const datasets = [undefined, 'urn:d:1'];

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -500, max: 500 }).map((n) => n / 10) },
  { weight: 2, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => (n === 0 ? 0 : n)) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(fc.integer(), { maxLength: 3 }) },
);

type Row = {
  readonly entity: string;
  readonly name: string;
  readonly datasetId: string | undefined;
  readonly value: Json;
  /** Milliseconds; undefined: no observedAt. */
  readonly observed: number | undefined;
  readonly modified: number;
};

const row: fc.Arbitrary<Row> = fc
  .record({
    entity: fc.constantFrom(...ids),
    name: fc.constantFrom(...names),
    datasetId: fc.constantFrom(...datasets),
    value,
    second: fc.oneof(
      fc.integer({ min: 0, max: (days * dayMs) / 1000 - 1 }),
      // Many values in few hours, so that there is something to add up.
      fc.tuple(fc.constantFrom(1, 26), fc.integer({ min: 0, max: 3599 })).map(([hour, at]) => hour * 3600 + at),
    ),
    lag: fc.integer({ min: 0, max: 100_000 }),
    observes: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  })
  .map(({ second, lag, observes, ...rest }) => ({
    ...rest,
    observed: observes ? start + second * 1000 : undefined,
    modified: start + (second + lag) * 1000,
  }));

const instant = fc.integer({ min: -1, max: days * 24 + 1 }).map((hour) => start + hour * 3_600_000);
const time = fc.oneof(
  fc.record({ timerel: fc.constantFrom('before' as const, 'after' as const), timeAt: instant }),
  fc
    .tuple(instant, instant)
    .map(([a, b]) => ({ timerel: 'between' as const, timeAt: Math.min(a, b), endTimeAt: Math.max(a, b) })),
);
const query: fc.Arbitrary<TemporalQuery> = fc.oneof(
  fc.record(
    {
      timeproperty: fc.constantFrom('observedAt' as const, 'modifiedAt' as const),
      time,
      lastN: fc.integer({ min: 1, max: 5 }),
      attrs: fc.subarray(names, { minLength: 1 }),
      datasetIds: fc.subarray(['@none', 'urn:d:1'], { minLength: 1 }),
    },
    { requiredKeys: ['timeproperty'] },
  ),
  // What dashboards ask.
  fc.record({ timeproperty: fc.constant('observedAt' as const), time }),
);
const period = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(3_600_000, 5_400_000, dayMs, 3 * dayMs).map((ms) => ({ months: 0, ms })),
  fc.constantFrom(1, 2).map((months) => ({ months, ms: 0 })),
);

type Numbered = Row & { readonly seq: number; readonly pos: number };

const timeOf = (row: Row, { timeproperty }: TemporalQuery) =>
  timeproperty === 'modifiedAt' ? row.modified : (row.observed ?? row.modified);

/** The rows a query means, in order of time; lastN newest first. */
function naive(rows: readonly Numbered[], query: TemporalQuery): Numbered[] {
  const { time, timeproperty, attrs, datasetIds, lastN } = query;
  const order = (a: Numbered, b: Numbered) => timeOf(a, query) - timeOf(b, query) || a.seq - b.seq || a.pos - b.pos;
  const found = rows
    .filter((row) => {
      if (attrs && !attrs.includes(row.name)) return false;
      if (datasetIds && !datasetIds.includes(row.datasetId ?? '@none')) return false;
      if (!time) return true;
      if (timeproperty === 'observedAt' && row.observed === undefined) return false;
      const at = timeOf(row, query);
      if (time.timerel === 'before') return at < time.timeAt;
      return at >= time.timeAt && (time.endTimeAt === undefined || at < time.endTimeAt);
    })
    .sort(order);
  if (lastN === undefined) return found;
  return ids
    .flatMap((entity) =>
      names.flatMap((name) => found.filter((row) => row.entity === entity && row.name === name).slice(-lastN)),
    )
    .sort((a, b) => order(b, a));
}

const shown = (entities: readonly EntityHistory[]) =>
  entities.flatMap(({ id, attrs }) =>
    attrs.map(({ name, instances }) => [
      id,
      name,
      instances.map(({ value, instanceId, observedAt, modifiedAt, datasetId }) => [
        value,
        instanceId,
        observedAt && Date.parse(observedAt),
        Date.parse(modifiedAt ?? ''),
        datasetId,
      ]),
    ]),
  );

const shownNaive = (rows: readonly Numbered[]) =>
  ids.flatMap((id) =>
    names.flatMap((name) => {
      const own = rows.filter((row) => row.entity === id && row.name === name);
      if (own.length === 0) return [];
      return [
        [
          id,
          name,
          own.map((row) => [
            row.value,
            `urn:ngsi-ld:instance:${row.seq}-${row.pos}`,
            row.observed,
            row.modified,
            row.datasetId,
          ]),
        ],
      ];
    }),
  );

const numberOf = (value: Json, sizes: boolean): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return sizes && Array.isArray(value) ? value.length : undefined;
};

function naiveMethod(method: AggregateMethod, rows: readonly Row[]): number | undefined {
  if (method === 'totalCount') return rows.length;
  if (method === 'distinctCount') return new Set(rows.map((row) => JSON.stringify(row.value))).size;
  const sizes = method !== 'stddev' && method !== 'sumsq';
  const numbers = rows.flatMap((row) => numberOf(row.value, sizes) ?? []);
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((a, b) => a + b, 0);
  const mean = sum / numbers.length;
  switch (method) {
    case 'sum':
      return sum;
    case 'avg':
      return mean;
    case 'min':
      return Math.min(...numbers);
    case 'max':
      return Math.max(...numbers);
    case 'sumsq':
      return numbers.reduce((a, b) => a + b * b, 0);
    case 'stddev':
      return Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length);
  }
}

const monthsAfter = (at: number, months: number): number => {
  const date = new Date(at);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const length = new Date(
    Date.UTC(new Date(first).getUTCFullYear(), new Date(first).getUTCMonth() + 1, 0),
  ).getUTCDate();
  return first + (Math.min(date.getUTCDate(), length) - 1) * dayMs + (at % dayMs);
};

/** `entity attribute dataset method start end` -> value. */
function naiveAggregates(
  rows: readonly Numbered[],
  query: TemporalQuery,
  period: { months: number; ms: number } | undefined,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const entity of ids) {
    for (const name of names) {
      const ofAttribute = rows.filter((row) => row.entity === entity && row.name === name);
      const origin = query.time?.timeAt ?? Math.min(...ofAttribute.map((row) => timeOf(row, query)));
      for (const datasetId of datasets) {
        const buckets = new Map<string, Numbered[]>();
        const own = ofAttribute.filter((row) => row.datasetId === datasetId);
        const times = own.map((row) => timeOf(row, query));
        for (const row of own) {
          const at = timeOf(row, query);
          let bounds: [number, number];
          if (!period) {
            const { time } = query;
            bounds = [
              time && time.timerel !== 'before' ? time.timeAt : Math.min(...times),
              time?.timerel === 'before' ? time.timeAt : (time?.endTimeAt ?? Math.max(...times)),
            ];
          } else if (period.months > 0) {
            let k = 0;
            while (monthsAfter(origin, k * period.months) > at) k--;
            while (monthsAfter(origin, (k + 1) * period.months) <= at) k++;
            bounds = [monthsAfter(origin, k * period.months), monthsAfter(origin, (k + 1) * period.months)];
          } else {
            const k = Math.floor((at - origin) / period.ms);
            bounds = [origin + k * period.ms, origin + (k + 1) * period.ms];
          }
          const key = bounds.join(' ');
          const bucket = buckets.get(key);
          if (bucket) bucket.push(row);
          else buckets.set(key, [row]);
        }
        for (const [bounds, bucket] of buckets) {
          for (const method of aggregateMethods) {
            const result = naiveMethod(method, bucket);
            if (result !== undefined) found.set(`${entity} ${name} ${datasetId} ${method} ${bounds}`, result);
          }
        }
      }
    }
  }
  return found;
}

const flat = (entities: readonly EntityAggregates[]): Map<string, number> =>
  new Map(
    entities.flatMap(({ id, attrs }) =>
      attrs.flatMap(({ name, datasetId, methods }) =>
        aggregateMethods.flatMap((method) =>
          (methods[method] ?? []).map(
            ([value, from, to]) => [`${id} ${name} ${datasetId} ${method} ${from} ${to}`, value] as const,
          ),
        ),
      ),
    ),
  );

/** Sums of doubles depend on the order a little; the error is bounded by the largest of the values. */
function assertClose(actual: Map<string, number>, expected: Map<string, number>, largest: number, count: number): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [key, value] of expected) {
    const magnitude = key.includes(' sumsq ') ? largest ** 2 : largest;
    const difference = Math.abs((actual.get(key) ?? Number.NaN) - value);
    assert.ok(difference <= 1e-14 * magnitude * count, `${key}: ${actual.get(key)} instead of ${value}`);
  }
}

/** @param open a fresh, empty store */
export function historyProperties(name: string, open: () => Promise<HistoryStore>, runs: number): void {
  void it(`${name}: random questions to random series are answered as the naive evaluation answers, sealed or not`, async () => {
    const question = fc.record({ query, period, asked: fc.subarray(ids, { minLength: 1 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 90 }),
        fc.array(row, { maxLength: 6 }),
        fc.array(question, { minLength: 3, maxLength: 6 }),
        async (rows, late, questions) => {
          const store = await open();
          const numbered: Numbered[] = [];
          const append = async (batch: readonly Row[], seq: number) => {
            const from = numbered.length;
            for (const [pos, row] of batch.entries()) numbered.push({ ...row, seq, pos });
            await store.append(numbered.slice(from).map(toInstance), seq);
          };
          const check = async () => {
            for (const { query, period, asked } of questions) {
              const expected = naive(
                numbered.filter((row) => asked.includes(row.entity)),
                query,
              );
              const { entities } = await store.instances(0, asked, query);
              assert.deepEqual(shown(entities), shownNaive(expected));
              const largest = Math.max(1, ...numbered.map(({ value }) => Math.abs(numberOf(value, true) ?? 0)));
              const all = naiveAggregates(expected, query, period);
              // All of them need every value; some may be answered from what was added up before.
              for (const methods of [aggregateMethods, additive]) {
                const aggregates = await store.aggregate(0, asked, query, { methods, ...(period && { period }) });
                const wanted = [...all].filter(([key]) => methods.some((method) => key.split(' ')[3] === method));
                assertClose(flat(aggregates), new Map(wanted), largest, numbered.length);
              }
            }
          };
          try {
            await append(rows, 1);
            await check();
            const before = await store.digest();
            await store.seal(start + 3.5 * dayMs);
            assert.equal((await store.digest()).hash, before.hash);
            await check();
            await append(late, 2);
            await check();
            await store.seal(start + 10 * dayMs);
            await check();
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: runs },
    );
  });
}

function toInstance({ entity, name, datasetId, value, observed, modified, seq }: Numbered): HistoryInstance {
  return {
    tenant: 0,
    entity,
    type: ['T'],
    name,
    instance: {
      type: 'Property',
      value,
      ...(datasetId !== undefined && { datasetId }),
      ...(observed !== undefined && { observedAt: new Date(observed).toISOString() }),
    },
    modifiedAt: new Date(modified).toISOString(),
    seq,
  };
}
