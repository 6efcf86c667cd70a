/** What history must answer, evaluated as plainly as possible over rows in memory. */
import type { Json } from '../ngsild/entity.ts';
import { evaluateQ } from '../ngsild/index.ts';
import { aggregateMethods } from '../ngsild/query.ts';
import type { AggregateMethod, QNode, TemporalQuery } from '../ngsild/query.ts';

const dayMs = 86_400_000;
export const ids = ['urn:e:0', 'urn:e:1', 'urn:e:2'];
export const names = ['a', 'b'];
export const datasets = [undefined, 'urn:d:1'];

export type Row = {
  readonly entity: string;
  readonly name: string;
  readonly datasetId: string | undefined;
  readonly value: Json;
  /** Milliseconds; undefined: no observedAt. */
  readonly observed: number | undefined;
  readonly modified: number;
};

export type Numbered = Row & { readonly seq: number; readonly pos: number };

export const timeOf = (row: Row, { timeproperty }: TemporalQuery) =>
  timeproperty === 'modifiedAt' ? row.modified : (row.observed ?? row.modified);

/** The rows a query means, in order of time; lastN newest first. */
export function naive(rows: readonly Numbered[], query: TemporalQuery): Numbered[] {
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

/** The entities that a question about the past means: each part of it holds for some row inside the interval (5.7.4.4). */
export function naiveEntities(rows: readonly Numbered[], query: TemporalQuery, node: QNode | undefined): string[] {
  const { time, timeproperty } = query;
  const { lastN: _, ...unlimited } = query;
  const selected = naive(rows, unlimited);
  const inside = naive(rows, { timeproperty, ...(time && { time }) });
  const holds = (part: QNode, own: readonly Numbered[]): boolean => {
    if (part.node === 'and') return part.of.every((each) => holds(each, own));
    if (part.node === 'or') return part.of.some((each) => holds(each, own));
    return own.some(({ entity, name, value }) =>
      evaluateQ(part, {
        id: entity,
        type: [],
        createdAt: '',
        modifiedAt: '',
        attrs: { [name]: [{ type: 'Property', value }] },
      }),
    );
  };
  return ids.filter(
    (id) =>
      selected.some(({ entity }) => entity === id) &&
      (!node ||
        holds(
          node,
          inside.filter(({ entity }) => entity === id),
        )),
  );
}

export const shownNaive = (rows: readonly Numbered[]) =>
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

export const numberOf = (value: Json, sizes: boolean): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return sizes && Array.isArray(value) ? value.length : undefined;
};

function naiveMethod(method: AggregateMethod, rows: readonly Row[]): number | string | undefined {
  if (method === 'totalCount') return rows.length;
  if (method === 'distinctCount') return new Set(rows.map((row) => JSON.stringify(row.value))).size;
  const sizes = method !== 'stddev' && method !== 'sumsq';
  const numbers = rows.flatMap((row) => numberOf(row.value, sizes) ?? []);
  if (numbers.length === 0) {
    const texts = rows.flatMap(({ value }) => (typeof value === 'string' ? value : [])).sort();
    return method === 'min' ? texts[0] : method === 'max' ? texts.at(-1) : undefined;
  }
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
export function naiveAggregates(
  rows: readonly Numbered[],
  query: TemporalQuery,
  period: { months: number; ms: number } | undefined,
): Map<string, number | string> {
  const found = new Map<string, number | string>();
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
            const starts = (k: number) => monthsAfter(origin, k * period.months) + k * period.ms;
            let k = 0;
            while (starts(k) > at) k--;
            while (starts(k + 1) <= at) k++;
            bounds = [starts(k), starts(k + 1)];
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
