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
  readonly entities: readonly number[];
  /** Kinds under which these entities may have rows: other files are not opened. */
  readonly kinds: readonly number[];
  readonly attrs?: readonly number[];
  /** All but this one. */
  readonly notAttr?: number;
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

/**
 * The selected rows as SQL, with `t` as their time.
 * @param sealed directory of the sealed files
 */
export async function selectRows(read: Read, sealed: string, selection: Selection): Promise<string> {
  const conditions = await conditionsOf(read, selection);
  const where = [...conditions.series, ...conditions.rows].join(' AND ');
  const files = (await filesFor(read, sealed, selection)).map(({ file }) => file);
  const sources = ['tail', ...(files.length > 0 ? [parquet(files)] : [])];
  const rows = sources
    .map((source) => `SELECT * EXCLUDE (kind), ${timeOf[selection.by]} AS t FROM ${source} WHERE ${where}`)
    .join(' UNION ALL ');
  if (selection.lastN === undefined) return rows;
  return `SELECT * FROM (${rows})
    QUALIFY row_number() OVER (PARTITION BY entity, attr ORDER BY t DESC, seq DESC, pos DESC) <= ${selection.lastN}`;
}

/** Conditions on the series, and those on its rows. */
async function conditionsOf(read: Read, selection: Selection): Promise<{ series: string[]; rows: string[] }> {
  const { attrs, notAttr, datasets, by, timed, from, to, textOnly } = selection;
  const time = timeOf[by];
  return {
    series: [
      await entitiesCondition(read, selection.entities),
      ...(attrs ? [isIn('attr', attrs)] : []),
      ...(notAttr === undefined ? [] : [`attr <> ${notAttr}`]),
      ...(datasets ? [isIn('dataset', datasets)] : []),
    ],
    rows: [
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

/** Sealed files that may hold selected rows, and their rollups. */
async function filesFor(
  read: Pick<Read, 'all'>,
  sealed: string,
  selection: Pick<Selection, 'kinds' | 'by' | 'from' | 'to'>,
): Promise<{ file: string; rollup: string | undefined }[]> {
  const { kinds, by, from, to } = selection;
  const bounds = boundsOf[by];
  const where = [
    isIn('kind', kinds),
    ...(from === undefined ? [] : [`${bounds}_max >= ${from}`]),
    ...(to === undefined ? [] : [`${bounds}_min < ${to}`]),
  ].join(' AND ');
  const rows = await read.all(`SELECT name, rollup FROM files WHERE ${where} ORDER BY day`);
  return rows.map(([name, rollup]) => ({
    file: join(sealed, String(name)),
    rollup: rollup === null ? undefined : join(sealed, String(rollup)),
  }));
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
