/**
 * The sealed file's own columns, and their way back to rows of history. Three things cost bytes in a reading: its
 * value, when it was taken, and its place in the journal's order. So
 * - a value with up to four decimals is a whole number and a divisor (as doubles, decimals do not compress);
 * - modifiedAt is kept to the second, where there is an observedAt beside it (docs: ARCHITECTURE.md, "History");
 * - seq is the smallest seq of the same instant, which all series share, and the small distance from it.
 */
import { flag } from './batch.ts';

/** Small enough that one series of a day is a small read, large enough to compress. */
const rowGroupRows = 61_440;

/** @param files absolute paths */
export const parquet = (files: readonly string[]): string =>
  `(SELECT attr, entity, dataset, kind, shape, flags, instant, lag, created, seq_base + seq_more AS seq, pos,
      coalesce(scaled / divisor, value) AS value, text, rest FROM read_parquet([${files.map(quote).join(', ')}]))`;

/** As far as it tells which rows are meant, with the file that each is in. */
export const parquetNamed = (files: readonly string[]): string =>
  `(SELECT filename, entity, attr, dataset, seq_base + seq_more AS seq, pos
    FROM read_parquet([${files.map(quote).join(', ')}], filename = true))`;

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The lag as a sealed row has it: whole seconds, rounded down. */
export const sealedLag = `CASE WHEN (flags & ${flag.observed}) = 0 THEN lag
  ELSE lag - lag % 1000000 - CASE WHEN lag % 1000000 < 0 THEN 1000000 ELSE 0 END END`;

const decimals = (places: number) =>
  `WHEN abs(value) < 2e9 / 1e${places} AND round(value * 1e${places}) / 1e${places} = value THEN ${places}`;

/** SQL that writes rows to a file, sorted. */
export const writeParquet = (rows: string, path: string): string => `
  COPY (
    WITH decimal_rows AS (
      SELECT *, CASE ${[0, 1, 2, 3, 4].map(decimals).join(' ')} END AS places,
        min(seq) OVER (PARTITION BY instant) AS seq_base
      FROM (${rows})),
    divided AS (SELECT *, power(10, max(places) OVER (PARTITION BY attr)) AS divisor FROM decimal_rows),
    whole AS (
      SELECT *, CASE WHEN abs(value * divisor) < 2e9 AND round(value * divisor) / divisor = value
        THEN round(value * divisor)::INTEGER END AS scaled
      FROM divided)
    SELECT attr, entity, dataset, kind, shape, flags, instant, ${sealedLag} AS lag, created,
      seq_base, seq - seq_base AS seq_more, pos,
      scaled, divisor, CASE WHEN scaled IS NULL THEN value END AS value, text, rest
    FROM whole ORDER BY attr, entity, instant, seq, pos)
  TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows})`;
