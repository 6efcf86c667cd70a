/** Aggregates over buckets of time. Follows CIM 009 v1.9.1, 4.5.19. */
import type { Aggregation, AggregateMethod } from '../../ngsild/query.ts';
import type { AggregateSeries, EntityAggregates } from '../ports.ts';
import { flag } from './batch.ts';
import type { Database } from './database.ts';
import { hourUs, number, scalar } from './rollup.ts';
import { selectParts, selectRows } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Words } from './words.ts';

const methodSql: Readonly<Record<AggregateMethod, string>> = {
  totalCount: 'count(*)::DOUBLE',
  distinctCount: 'count(DISTINCT coalesce(text, value::VARCHAR))::DOUBLE',
  sum: `sum(${number})`,
  avg: `avg(${number})`,
  min: `min(${number})`,
  max: `max(${number})`,
  stddev: `stddev_pop(${scalar})`,
  sumsq: `sum((${scalar}) * (${scalar}))`,
};

/** The same from parts; what needs every single value has none. */
const partSql: Readonly<Partial<Record<AggregateMethod, string>>> = {
  totalCount: 'sum(part_count)::DOUBLE',
  sum: 'sum(part_sum)',
  avg: 'sum(part_sum) / nullif(sum(part_numbers), 0)',
  min: 'min(part_min)',
  max: 'max(part_max)',
  sumsq: 'sum(part_squares)',
};

/** Whether hourly rollups can answer: every bucket and both ends of the interval begin with an hour. */
function fitsHours(selection: Selection, { methods, period, origin }: Bucketing): boolean {
  const { by, timed, from, to, lastN } = selection;
  const whole = (us: number | undefined) => us === undefined || us % hourUs === 0;
  const oneBucket = !period || (period.months === 0 && period.ms === 0);
  return (
    by === 'observedAt' &&
    timed &&
    lastN === undefined &&
    methods.every((method) => partSql[method] !== undefined) &&
    [from, to, origin].every(whole) &&
    (oneBucket ? from !== undefined && to !== undefined : (period.ms * 1000) % hourUs === 0)
  );
}

type Bucketing = Aggregation & { readonly origin?: number };

/** entity, attr, dataset, start and end in milliseconds, then a value (or null) per method. */
export type AggregateRow = readonly [number, number, number, number, number, ...(number | null)[]];

/**
 * @param origin microseconds at which a bucket starts; absent: each attribute's first instant
 * @param end    microseconds, end of the whole range where it is one bucket; absent: the last instant
 */
export function readAggregates(
  database: Database,
  selection: Selection,
  bucketing: Bucketing,
): Promise<readonly AggregateRow[]> {
  const { methods, period, origin } = bucketing;
  return database.read(async (read) => {
    const inParts = fitsHours(selection, bucketing);
    // A marker of deletion is no value.
    const rows = inParts
      ? await selectParts(read, database.sealed, selection)
      : `SELECT * FROM (${await selectRows(read, database.sealed, selection)}) WHERE (flags & ${flag.deleted}) = 0`;
    const values = methods.map((method) => (inParts ? partSql[method] : methodSql[method])).join(', ');
    if (!period || (period.months === 0 && period.ms === 0)) {
      const start = selection.from ?? 'min(t)';
      const end = selection.to ?? 'max(t)';
      return read.all(
        `SELECT entity, attr, dataset, floor(${start} / 1000)::DOUBLE, floor(${end} / 1000)::DOUBLE, ${values}
         FROM (${rows}) GROUP BY entity, attr, dataset ORDER BY entity, attr, dataset`,
      ) as Promise<unknown> as Promise<AggregateRow[]>;
    }
    const withOrigin =
      origin === undefined
        ? `WITH chosen_rows AS (${rows}), firsts AS (SELECT entity, attr, min(t) AS o FROM chosen_rows GROUP BY ALL)
           SELECT chosen_rows.*, o FROM chosen_rows JOIN firsts USING (entity, attr)`
        : `SELECT *, ${origin}::BIGINT AS o FROM (${rows})`;
    const { bucket, start } = period.months > 0 ? monthBuckets(period.months) : evenBuckets(period.ms);
    return read.all(
      `WITH bucketed AS (SELECT *, ${bucket} AS k FROM (${withOrigin}))
       SELECT entity, attr, dataset, (${start('k')})::DOUBLE, (${start('k + 1')})::DOUBLE, ${values}
       FROM bucketed GROUP BY entity, attr, dataset, o, k ORDER BY entity, attr, dataset, k`,
    ) as Promise<unknown> as Promise<AggregateRow[]>;
  });
}

type Buckets = { readonly bucket: string; readonly start: (k: string) => string };

/** Division rounds towards zero in SQL and down here, since buckets also lie before the origin. */
function evenBuckets(ms: number): Buckets {
  const us = `${Math.round(ms * 1000)}::BIGINT`;
  return {
    bucket: `(t - o) // ${us} - CASE WHEN (t - o) % ${us} < 0 THEN 1 ELSE 0 END`,
    start: (k) => `floor((o + (${k}) * ${us}) / 1000)`,
  };
}

/** A month is added to the origin's date in UTC; the 31st becomes the last day of a shorter month. */
function monthBuckets(months: number): Buckets {
  const origin = 'make_timestamp(o)';
  const plus = (k: string) => `${origin} + to_months(((${k}) * ${months})::INTEGER)`;
  const near = `floor(date_diff('month', ${origin}, make_timestamp(t)) / ${months}.0)::BIGINT`;
  return {
    bucket: `CASE WHEN ${plus(near)} > make_timestamp(t) THEN ${near} - 1 ELSE ${near} END`,
    start: (k) => `floor(epoch_us(${plus(k)}) / 1000)`,
  };
}

/** @param ids the entities asked for, in the order of the answer */
export function toAggregates(
  rows: readonly AggregateRow[],
  methods: readonly AggregateMethod[],
  ids: readonly number[],
  words: Words,
): EntityAggregates[] {
  const found = new Map<number, Map<string, AggregateSeries>>();
  for (const [entity, attr, dataset, start, end, ...values] of rows) {
    let attrs = found.get(entity);
    if (!attrs) found.set(entity, (attrs = new Map()));
    const key = `${attr} ${dataset}`;
    let series = attrs.get(key);
    if (!series) {
      series = {
        name: words.attrs.text(attr),
        ...(dataset !== 0 && { datasetId: words.datasets.text(dataset) }),
        methods: {},
      };
      attrs.set(key, series);
    }
    const into = series.methods as Partial<Record<AggregateMethod, [number, number, number][]>>;
    for (const [at, method] of methods.entries()) {
      const value = values[at];
      if (value !== null && value !== undefined) (into[method] ??= []).push([value, start, end]);
    }
  }
  return ids.flatMap((id) => {
    const attrs = found.get(id);
    if (!attrs) return [];
    const { name, kind } = words.entity(id);
    return [{ id: name, type: words.kind(kind).types, attrs: [...attrs.values()] }];
  });
}
