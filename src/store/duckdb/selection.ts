/** Which rows, in numbers, and the SQL that finds them in the tail and in the sealed files. */
import { join } from 'node:path';
import { DuckDBDataChunk, DuckDBIntegerVector, INTEGER } from '@duckdb/node-api';
import { assert } from '../../base/problem.ts';
import type { TimeProperty } from '../../ngsild/query.ts';
import { createdWithChange, flag } from './batch.ts';
import type { Read } from './database.ts';
import { parquet } from './parquet.ts';
import { rollups, rowParts } from './rollup.ts';

export type Selection = {
  /** In ascending order. */
  readonly entities: readonly number[];
  /** Kinds under which these entities may have rows: other files are not opened. */
  readonly kinds: readonly number[];
  readonly attrs?: readonly number[];
  /** Attribute number of what is said of the entity itself: rows that only say that it was there do not match. */
  readonly marker?: number;
  readonly datasets?: readonly number[];
  readonly by: TimeProperty;
  /** A timerel was given: rows without this time do not match. */
  readonly timed: boolean;
  /** Microseconds, included. */
  readonly from?: number;
  /** Microseconds, excluded. */
  readonly to?: number;
  /** Newest of each attribute of each entity. */
  readonly lastN?: number;
  /** Only rows whose value is no number. */
  readonly textOnly?: true;
};

const changed = 'instant + lag';

/** The row's time that a time property means, in microseconds. */
export const timeOf: Readonly<Record<TimeProperty, string>> = {
  observedAt: 'instant',
  modifiedAt: changed,
  createdAt: `CASE WHEN created = ${createdWithChange} THEN ${changed} ELSE created END`,
  deletedAt: changed,
};

/** The manifest's columns that bound it. */
const boundsOf: Readonly<Record<TimeProperty, string>> = {
  observedAt: 'at',
  modifiedAt: 'changed',
  createdAt: 'created',
  deletedAt: 'changed',
};

const isIn = (column: string, ids: readonly number[]): string =>
  ids.length === 1 ? `${column} = ${ids[0]}` : ids.length === 0 ? 'false' : `${column} IN (${ids.join(', ')})`;

/** More entities than this stand in a temporary table instead of in the text of the query. */
const inlineEntitiesMax = 200;

/** The condition that rows must meet, ready to be asked of the tail and of files. */
export async function conditionOf(read: Read, selection: Selection): Promise<string> {
  const { series, rows } = await conditionsOf(read, selection);
  return [...series, ...rows].join(' AND ');
}

/** Rows of the tail and of these files that meet the condition, as SQL, with `t` as their time. */
export const rowsWhere = (condition: string, by: TimeProperty, sources: readonly string[]): string =>
  sources
    .map((source) => `SELECT * EXCLUDE (kind), ${timeOf[by]} AS t FROM ${source} WHERE ${condition}`)
    .join(' UNION ALL ');

/** Newest rows of each series first, as a clause. */
export const newestOfSeries = (n: number): string =>
  `QUALIFY row_number() OVER (PARTITION BY entity, attr ORDER BY t DESC, seq DESC, pos DESC) <= ${n}`;

/**
 * All selected rows as SQL, with `t` as their time.
 * @param sealed directory of the sealed files
 */
export async function selectRows(read: Read, sealed: string, selection: Selection): Promise<string> {
  const files = (await filesFor(read, sealed, selection)).map(({ file }) => file);
  const sources = ['tail', ...(files.length > 0 ? [parquet(files)] : [])];
  const rows = rowsWhere(await conditionOf(read, selection), selection.by, sources);
  return selection.lastN === undefined ? rows : `SELECT * FROM (${rows}) ${newestOfSeries(selection.lastN)}`;
}

/** Conditions on the series, and those on its rows. */
async function conditionsOf(read: Read, selection: Selection): Promise<{ series: string[]; rows: string[] }> {
  const { attrs, marker, datasets, by, timed, from, to, textOnly } = selection;
  const time = timeOf[by];
  return {
    series: [
      await entitiesCondition(read, selection.entities),
      ...(attrs ? [isIn('attr', attrs)] : []),
      ...(datasets ? [isIn('dataset', datasets)] : []),
    ],
    rows: [
      ...(marker === undefined ? [] : [`(attr <> ${marker} OR (flags & ${flag.deleted}) <> 0)`]),
      ...(textOnly ? ['value IS NULL'] : []),
      ...(by === 'deletedAt' ? [`(flags & ${flag.deleted}) <> 0`] : []),
      ...(by === 'observedAt' && timed ? [`(flags & ${flag.observed}) <> 0`] : []),
      // Typed as the column is: a comparison with another type would not prune.
      ...(from === undefined ? [] : [`${time} >= ${from}::BIGINT`]),
      ...(to === undefined ? [] : [`${time} < ${to}::BIGINT`]),
    ],
  };
}

async function entitiesCondition(read: Read, entities: readonly number[]): Promise<string> {
  if (entities.length <= inlineEntitiesMax) return isIn('entity', entities);
  await read.connection.run('CREATE OR REPLACE TEMP TABLE chosen (id INTEGER)');
  const appender = await read.connection.createAppender('chosen', null, 'temp');
  for (let at = 0; at < entities.length; at += 2048) {
    const part = entities.slice(at, at + 2048);
    const chunk = DuckDBDataChunk.create([INTEGER], part.length);
    const vector = chunk.getColumnVector(0);
    assert(vector instanceof DuckDBIntegerVector, 'chosen');
    for (const [row, id] of part.entries()) vector.setItem(row, id);
    vector.flush();
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return 'entity IN (SELECT id FROM chosen)';
}

/** A sealed file that may hold selected rows. */
export type SealedFile = {
  readonly file: string;
  readonly rollup: string | undefined;
  /** Bounds of the time that the selection goes by, in microseconds. */
  readonly low: number;
  readonly high: number;
  /** First and last change of which it has rows. */
  readonly seqs: readonly [number, number];
  /** Of the attributes asked for: each stands there for entities from `first` to `last`. */
  readonly holds: readonly { readonly attr: number; readonly first: number; readonly last: number }[];
};

/** The files that the manifest does not rule out, oldest first. */
export async function filesFor(
  read: Pick<Read, 'all'>,
  sealed: string,
  selection: Pick<Selection, 'entities' | 'kinds' | 'attrs' | 'by' | 'from' | 'to'>,
): Promise<SealedFile[]> {
  const { entities, kinds, attrs, by, from, to } = selection;
  const bounds = boundsOf[by];
  const where = [
    isIn('kind', kinds),
    `entity_max >= ${entities[0] ?? 0} AND entity_min <= ${entities.at(-1) ?? 0}`,
    ...(attrs ? [isIn('attr', attrs)] : []),
    ...(from === undefined ? [] : [`${bounds}_max >= ${from}`]),
    ...(to === undefined ? [] : [`${bounds}_min < ${to}`]),
  ].join(' AND ');
  const rows = await read.all(
    `SELECT name, rollup, ${bounds}_min::DOUBLE, ${bounds}_max::DOUBLE, attr, entity_min, entity_max,
       seq_min::DOUBLE, seq_max::DOUBLE
     FROM files JOIN contents USING (name) WHERE ${where} ORDER BY ${bounds}_min, name`,
  );
  const files: (SealedFile & { holds: SealedFile['holds'][number][] })[] = [];
  for (const [name, rollup, low, high, attr, first, last, ...seqs] of rows as unknown as ManifestRow[]) {
    if (!entitiesWithin(entities, first, last)) continue;
    const file = join(sealed, name);
    let known = files.at(-1);
    if (known?.file !== file) {
      known = { file, rollup: rollup === null ? undefined : join(sealed, rollup), low, high, seqs, holds: [] };
      files.push(known);
    }
    known.holds.push({ attr, first, last });
  }
  return files;
}

type ManifestRow = readonly [string, string | null, number, number, number, number, number, number, number];

/** Whether one of the entities is among `first` to `last`. */
function entitiesWithin(entities: readonly number[], first: number, last: number): boolean {
  const at = lowerBound(entities, first);
  return at < entities.length && (entities[at] ?? 0) <= last;
}

/** Place of the first of the ascending numbers that is not below `least`. */
export function lowerBound(numbers: readonly number[], least: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Rollups in the place of rows where there are some, as SQL with parts of aggregates and the time `t`. The selection's
 * ends must be whole hours of observedAt.
 */
export async function selectParts(read: Read, sealed: string, selection: Selection): Promise<string> {
  const conditions = await conditionsOf(read, selection);
  const files = await filesFor(read, sealed, selection);
  const raw = files.flatMap(({ file, rollup }) => (rollup === undefined ? [file] : []));
  const rolled = files.flatMap(({ rollup }) => rollup ?? []);
  const values = [...conditions.series, ...conditions.rows, `(flags & ${flag.deleted}) = 0`].join(' AND ');
  const sources = ['tail', ...(raw.length > 0 ? [parquet(raw)] : [])].map(
    (source) => `SELECT entity, attr, dataset, instant AS t, ${rowParts} FROM ${source} WHERE ${values}`,
  );
  if (rolled.length > 0) {
    const { from, to } = selection;
    const hours = [
      ...conditions.series,
      ...(from === undefined ? [] : [`hour >= ${from}::BIGINT`]),
      ...(to === undefined ? [] : [`hour < ${to}::BIGINT`]),
    ].join(' AND ');
    sources.push(
      `SELECT entity, attr, dataset, hour AS t, part_count, part_sum, part_min, part_max, part_numbers, part_squares
       FROM ${rollups(rolled)} WHERE ${hours}`,
    );
  }
  return sources.join(' UNION ALL ');
}
