/**
 * Hourly rollups of sealed days: per series and hour how many, their sum, smallest, largest and sum of squares. Written
 * only where they pay: a series with a value an hour would double its bytes and gain nothing.
 */
import { flag } from './batch.ts';
import { quote } from './parquet.ts';

export const hourUs = 3_600_000_000;

/** What a value counts as: itself, 1 or 0. */
export const scalar = `CASE WHEN value IS NOT NULL THEN value WHEN text = 'true' THEN 1 WHEN text = 'false' THEN 0 END`;
/** The same, or the size of an array (not of one of names). */
export const number = `CASE WHEN value IS NOT NULL THEN value WHEN text = 'true' THEN 1 WHEN text = 'false' THEN 0
  WHEN text[1] = '[' AND (flags & ${flag.named}) = 0 THEN json_array_length(text) END`;

/** A row as a part of an aggregate; a rollup is the same for a whole hour. */
export const rowParts = `1 AS part_count, (${number})::DOUBLE AS part_sum, (${number})::DOUBLE AS part_min,
  (${number})::DOUBLE AS part_max, CASE WHEN (${number}) IS NULL THEN 0 ELSE 1 END AS part_numbers,
  ((${scalar}) * (${scalar}))::DOUBLE AS part_squares`;

const hour = `(instant - ((instant % ${hourUs}) + ${hourUs}) % ${hourUs})`;

/** Rows that rollups speak of: observed values, no markers. */
const observedValues = `(flags & ${flag.observed}) <> 0 AND (flags & ${flag.deleted}) = 0`;

/** SQL that writes the rollups of a sealed file. */
export const writeRollup = (rows: string, path: string): string => `
  COPY (
    SELECT attr, entity, dataset, hour, count(*) AS part_count, sum(part_sum) AS part_sum, min(part_min) AS part_min,
      max(part_max) AS part_max, sum(part_numbers) AS part_numbers, sum(part_squares) AS part_squares
    FROM (SELECT attr, entity, dataset, ${hour} AS hour, ${rowParts} FROM ${rows} WHERE ${observedValues})
    GROUP BY ALL ORDER BY attr, entity, dataset, hour)
  TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)`;

/** Values per series and hour, on average. */
export const valuesPerHour = (rows: string): string => `
  SELECT count(*)::DOUBLE / nullif(count(DISTINCT (attr, entity, dataset, ${hour})), 0)
  FROM ${rows} WHERE ${observedValues}`;

/** @param files absolute paths */
export const rollups = (files: readonly string[]): string => `read_parquet([${files.map(quote).join(', ')}])`;
