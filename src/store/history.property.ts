/**
 * History against a naive evaluation: random series, random questions; an adapter must answer the same, before and
 * after sealing, with late values in between.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../ngsild/entity.ts';
import { aggregateMethods } from '../ngsild/query.ts';
import type { QLiteral, QNode, TemporalQuery } from '../ngsild/query.ts';
import {
  datasets,
  ids,
  naive,
  naiveAggregates,
  naiveEntities,
  names,
  numberOf,
  shownNaive,
  timeOf,
} from './history.naive.ts';
import type { Numbered, Row } from './history.naive.ts';
import type { EntityAggregates, EntityHistory, HistoryInstance, HistoryStore } from './ports.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-03-30T00:00:00Z');
const days = 4;
const additive = ['totalCount', 'sum', 'avg', 'min', 'max', 'sumsq'] as const;

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -500, max: 500 }).map((n) => n / 10) },
  { weight: 2, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => (n === 0 ? 0 : n)) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(fc.integer(), { maxLength: 3 }) },
);

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
  fc.constantFrom(36_000_000, 2 * dayMs).map((ms) => ({ months: 1, ms })),
);

const literal: fc.Arbitrary<QLiteral> = fc.oneof(
  fc.integer({ min: -500, max: 500 }).map((n): QLiteral => ({ kind: 'number', value: n / 10 })),
  fc.constantFrom<QLiteral>({ kind: 'boolean', value: true }, { kind: 'string', value: 'a' }),
);
const path = fc.constantFrom(...names).map((name) => ({ names: [name], inner: [] }));
const leaf: fc.Arbitrary<QNode> = fc.oneof(
  fc.record({ node: fc.constant('exists' as const), path }),
  fc.record({
    node: fc.constant('compare' as const),
    path,
    op: fc.constantFrom('==' as const, '!=' as const, '>' as const, '<=' as const),
    value: literal,
  }),
);
const q: fc.Arbitrary<QNode> = fc.oneof(
  leaf,
  fc.record({
    node: fc.constantFrom('and' as const, 'or' as const),
    of: fc.array(leaf, { minLength: 1, maxLength: 3 }),
  }),
);

/** A page is the beginning of the whole answer, ends with a whole instant, and names every series of the whole. */
function assertPage(
  { entities, truncated }: { entities: readonly EntityHistory[]; truncated: boolean },
  all: readonly Numbered[],
  query: TemporalQuery,
  limit: number,
): void {
  const count = entities.flatMap(({ attrs }) => attrs.flatMap(({ instances }) => instances)).length;
  assert.equal(truncated, count < all.length);
  const page = all.slice(0, count);
  const whole = shownNaive(all).map(([id, name]) => {
    const [, , instances = []] = shownNaive(page).find(([a, b]) => a === id && b === name) ?? [];
    return [id, name, instances];
  });
  assert.deepEqual(shown(entities), whole);
  if (!truncated) return;
  const instants = new Set(page.map((row) => timeOf(row, query)));
  const next = all[count];
  assert.ok(next && !instants.has(timeOf(next, query)), 'the last instant is whole');
  assert.ok(
    instants.size >= 2 && (count <= limit || instants.size === 2),
    `${count} rows of ${instants.size} instants`,
  );
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

const flat = (entities: readonly EntityAggregates[]): Map<string, number | string> =>
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
function assertClose(
  actual: Map<string, number | string>,
  expected: Map<string, number | string>,
  largest: number,
  count: number,
): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [key, value] of expected) {
    const found = actual.get(key);
    const magnitude = key.includes(' sumsq ') ? largest ** 2 : largest;
    const isClose =
      typeof value === 'number' && typeof found === 'number'
        ? Math.abs(found - value) <= 1e-14 * magnitude * count
        : found === value;
    assert.ok(isClose, `${key}: ${found} instead of ${value}`);
  }
}

/** @param open a fresh, empty store */
export function historyProperties(name: string, open: () => Promise<HistoryStore>, runs: number): void {
  void it(`${name}: random questions to random series are answered as the naive evaluation answers, sealed or not`, async () => {
    const question = fc.record({
      query,
      period,
      asked: fc.subarray(ids, { minLength: 1 }),
      node: fc.option(q, { nil: undefined }),
      limit: fc.integer({ min: 1, max: 20 }),
    });
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
            for (const { query, period, asked, node, limit } of questions) {
              const expected = naive(
                numbered.filter((row) => asked.includes(row.entity)),
                query,
              );
              const { entities } = await store.instances(0, asked, query);
              assert.deepEqual(shown(entities), shownNaive(expected));
              assertPage(await store.instances(0, asked, query, { limit }), expected, query, limit);
              const { attrs, lastN: _, ...within } = query;
              const past = { within, ...(attrs && { attrs }), ...(node && { q: node }) };
              const found = await store.entities(0, past, { limit: 2, offset: 1, count: true });
              const matching = naiveEntities(numbered, query, node);
              const shownIds = found.entities.map(({ id }) => id);
              assert.deepEqual([shownIds, found.count], [matching.slice(1, 3), matching.length]);
              const largest = Math.max(1, ...numbered.map(({ value }) => Math.abs(numberOf(value, true) ?? 0)));
              const all = naiveAggregates(expected, query, period);
              // All of them need every value; some may be answered from what was added up before.
              for (const methods of [aggregateMethods, additive]) {
                const aggregation = { methods, ...(period && { period }) };
                const { entities: aggregates } = await store.aggregate(0, asked, query, aggregation);
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
