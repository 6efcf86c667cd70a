/** Aggregates over buckets of time. Follows CIM 009 v1.9.1, 4.5.19. */
import type { Aggregation, AggregateMethod, Period } from '../../ngsild/query.ts';
import type { AggregateSeries, AggregateValue, EntityAggregates } from '../ports.ts';
import { flag } from './batch.ts';
import type { Database, Read } from './database.ts';
import { endOfPage } from './page.ts';
import { quote } from './parquet.ts';
import { hourUs, number, scalar } from './rollup.ts';
import { selectParts, selectRows } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Words } from './words.ts';

/** Types of values that are more than their text (4.6.3), by name and by IRI. */
const timeTypes = ['DateTime', 'Date', 'Time'].flatMap((name) => [name, `https://uri.etsi.org/ngsi-ld/${name}`]);
const named = `(flags & ${flag.named}) <> 0`;
const isTyped = (types: readonly string[]): string =>
  `value IS NULL AND text[1] = '{' AND json_extract_string(text, '$."@type"') IN (${types.map(quote).join(', ')})`;
/** What orders as text does: strings, and the values of dates and times. */
const orderedText = `CASE WHEN value IS NULL AND NOT ${named} AND text[1] = '"' THEN json_extract_string(text, '$')
  WHEN ${isTyped(timeTypes)} THEN json_extract_string(text, '$."@value"') END`;
/** Seconds since midnight, of a Time. */
const timeOfDay = `CASE WHEN ${isTyped(timeTypes.slice(-2))} THEN
  epoch(try_cast('1970-01-01 ' || replace(rtrim(json_extract_string(text, '$."@value"'), 'Z'), ',', '.') AS TIMESTAMP)) END`;
/** The targets of relationships, each counted once, however they were grouped. */
const distinctNames = `len(list_distinct(flatten(list(CASE WHEN text[1] = '[' THEN from_json(text, '["VARCHAR"]')
  ELSE [json_extract_string(text, '$')] END) FILTER (WHERE ${named} AND text IS NOT NULL))))`;

/** Columns of each method; the first that is not null is its value. */
const methodSql: Readonly<Record<AggregateMethod, readonly string[]>> = {
  totalCount: ['count(*)::DOUBLE'],
  distinctCount: [
    `(CASE WHEN bool_or(${named}) THEN ${distinctNames} ELSE count(DISTINCT coalesce(text, value::VARCHAR)) END)::DOUBLE`,
  ],
  sum: [`sum(${number})`],
  avg: [`avg(${number})`, `avg(${timeOfDay})`],
  min: [`min(${number})`, `min(${orderedText})`],
  max: [`max(${number})`, `max(${orderedText})`],
  stddev: [`stddev_pop(${scalar})`],
  sumsq: [`sum((${scalar}) * (${scalar}))`],
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

/** `origin`: microseconds at which a bucket starts; absent: each attribute's first instant. */
type Bucketing = Aggregation & { readonly origin?: number };

/** Start and end in milliseconds, how many of the values are numbers, then the columns of each method. */
export type AggregateRow = readonly [
  entity: number,
  attr: number,
  dataset: number,
  shape: number | null,
  start: number,
  end: number,
  numbers: number,
  ...values: (number | string | null)[],
];

export type AggregateRows = { readonly rows: readonly AggregateRow[]; readonly truncated: boolean };

/** Rows are buckets in order of their start; about `limit` of them, cut as a page of instances is. */
export function readAggregates(
  database: Database,
  selection: Selection,
  bucketing: Bucketing,
  limit: number,
): Promise<AggregateRows> {
  return database.read(async (read) => {
    for (let size = limit; ; size *= 4) {
      const rows =
        (fitsHours(selection, bucketing) && (await fromParts(read, database.sealed, selection, bucketing, size))) ||
        (await fromRows(read, database.sealed, selection, bucketing, size));
      if (rows.length <= limit) return { rows, truncated: false };
      const complete = rows.length <= size;
      const end = endOfPage((at) => rows[at]?.[4], rows.length, limit, complete);
      if (end !== undefined) return { rows: rows.slice(0, end), truncated: end < rows.length || !complete };
    }
  });
}

/** From hourly rollups; undefined when some bucket has no number: then other values may count, of which they know nothing. */
async function fromParts(
  read: Read,
  sealed: string,
  selection: Selection,
  bucketing: Bucketing,
  limit: number,
): Promise<AggregateRow[] | undefined> {
  const parts = await selectParts(read, sealed, selection);
  const columns = bucketing.methods.flatMap((method) => {
    const others = methodSql[method].slice(1).map(() => 'NULL');
    return [partSql[method] ?? 'NULL', ...others];
  });
  const fixed = ['NULL', 'sum(part_numbers)::DOUBLE'] as const;
  const rows = await readBuckets(read, parts, selection, bucketing, fixed, columns, limit);
  return rows.every(([, , , , , , numbers]) => numbers > 0) ? rows : undefined;
}

async function fromRows(
  read: Read,
  sealed: string,
  selection: Selection,
  bucketing: Bucketing,
  limit: number,
): Promise<AggregateRow[]> {
  // A marker of deletion is no value.
  const rows = `SELECT * FROM (${await selectRows(read, sealed, selection)}) WHERE (flags & ${flag.deleted}) = 0`;
  const columns = bucketing.methods.flatMap((method) => methodSql[method]);
  return readBuckets(read, rows, selection, bucketing, ['any_value(shape)', '0::DOUBLE'], columns, limit);
}

async function readBuckets(
  read: Read,
  rows: string,
  { from, to }: Selection,
  { period, origin }: Bucketing,
  [shape, numbers]: readonly [shape: string, numbers: string],
  columns: readonly string[],
  limit: number,
): Promise<AggregateRow[]> {
  const values = [numbers, ...columns].join(', ');
  const found = (sql: string) => read.all(sql) as Promise<unknown> as Promise<AggregateRow[]>;
  if (!period || (period.months === 0 && period.ms === 0)) {
    return found(
      `SELECT entity, attr, dataset, ${shape}, floor(${from ?? 'min(t)'} / 1000)::DOUBLE AS begins,
         floor(${to ?? 'max(t)'} / 1000)::DOUBLE, ${values}
       FROM (${rows}) GROUP BY entity, attr, dataset ORDER BY begins, entity, attr, dataset LIMIT ${limit + 1}`,
    );
  }
  const withOrigin =
    origin === undefined
      ? `WITH chosen_rows AS (${rows}), firsts AS (SELECT entity, attr, min(t) AS o FROM chosen_rows GROUP BY ALL)
         SELECT chosen_rows.*, o FROM chosen_rows JOIN firsts USING (entity, attr)`
      : `SELECT *, ${origin}::BIGINT AS o FROM (${rows})`;
  const { bucket, start } = period.months > 0 ? calendarBuckets(period) : evenBuckets(period.ms);
  return found(
    `WITH bucketed AS (SELECT *, ${bucket} AS k FROM (${withOrigin}))
     SELECT entity, attr, dataset, ${shape}, floor((${start('k')}) / 1000)::DOUBLE AS begins,
       floor((${start('(k + 1)')}) / 1000)::DOUBLE, ${values}
     FROM bucketed GROUP BY entity, attr, dataset, o, k
     ORDER BY begins, entity, attr, dataset LIMIT ${limit + 1}`,
  );
}

/** SQL for the number of the bucket that `t` is in, and for where bucket `k` starts, in microseconds. */
type Buckets = { readonly bucket: string; readonly start: (k: string) => string };

/** Division rounds towards zero in SQL and down here, since buckets also lie before the origin. */
function evenBuckets(ms: number): Buckets {
  const us = `${Math.round(ms * 1000)}::BIGINT`;
  return {
    bucket: `(t - o) // ${us} - CASE WHEN (t - o) % ${us} < 0 THEN 1 ELSE 0 END`,
    start: (k) => `o + ${k} * ${us}`,
  };
}

/**
 * Months are added to the origin's date in UTC, where the 31st becomes the last day of a shorter month, then what is less
 * than a month. Counting in months of mean length is never more than one bucket wrong.
 */
function calendarBuckets({ months, ms }: Period): Buckets {
  const meanUs = (months * 30.436875 * 86_400_000 + ms) * 1000;
  const near = `floor((t - o) / ${meanUs})::BIGINT`;
  const start = (k: string) =>
    `epoch_us(make_timestamp(o) + to_months((${k} * ${months})::INTEGER)) + ${k} * ${Math.round(ms * 1000)}::BIGINT`;
  return {
    bucket: `CASE WHEN ${start(`(${near} + 1)`)} <= t THEN ${near} + 1 WHEN ${start(near)} > t THEN ${near} - 1 ELSE ${near} END`,
    start,
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
  for (const [entity, attr, dataset, shape, start, end, , ...values] of rows) {
    let attrs = found.get(entity);
    if (!attrs) found.set(entity, (attrs = new Map()));
    const key = `${attr} ${dataset}`;
    let series = attrs.get(key);
    if (!series) {
      const kind = shape === null ? undefined : words.shape(shape).type;
      series = {
        name: words.attrs.text(attr),
        ...(dataset !== 0 && { datasetId: words.datasets.text(dataset) }),
        ...((kind === 'Relationship' || kind === 'ListRelationship') && { relationship: true }),
        methods: {},
      };
      attrs.set(key, series);
    }
    const into = series.methods as Partial<Record<AggregateMethod, AggregateValue[]>>;
    let at = 0;
    for (const method of methods) {
      const [value, other] = values.slice(at, (at += methodSql[method].length));
      const shown = value ?? (method === 'avg' && typeof other === 'number' ? timeText(other) : other) ?? undefined;
      if (shown !== undefined) (into[method] ??= []).push([shown, start, end]);
    }
  }
  return ids.flatMap((id) => {
    const attrs = found.get(id);
    if (!attrs) return [];
    const { name, kind } = words.entity(id);
    const inOrder = [...attrs.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return [{ id: name, type: words.kind(kind).types, attrs: inOrder }];
  });
}

/** `hh:mm:ss[.fff]Z` (4.6.3). */
const timeText = (seconds: number): string =>
  new Date(Math.round(seconds * 1000)).toISOString().slice(11).replace('.000Z', 'Z');
