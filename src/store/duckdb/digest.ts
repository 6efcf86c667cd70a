/** Figures about the whole: for the operator, for comparing a backup with what it was made from, for crash tests. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database, Read } from './database.ts';
import { parquet, sealedLag } from './parquet.ts';

export type Stats = { rows: number; bytes: number; oldest?: number; newest?: number };

/** Instants in milliseconds. */
export function readStats(database: Database): Promise<Stats> {
  return database.read(async (read) => {
    const [tail] = await read.all('SELECT count(*)::DOUBLE, min(instant)::DOUBLE, max(instant)::DOUBLE FROM tail');
    const [files] = await read.all(
      'SELECT coalesce(sum(count), 0)::DOUBLE, coalesce(sum(bytes), 0)::DOUBLE, min(at_min)::DOUBLE, max(at_max)::DOUBLE FROM files',
    );
    const number = (row: typeof tail, at: number) => row?.[at] as number | null;
    const instants = [number(tail, 1), number(tail, 2), number(files, 2), number(files, 3)].filter((us) => us !== null);
    const size = (name: string) => statSync(join(dirname(database.sealed), name), { throwIfNoEntry: false })?.size ?? 0;
    return {
      rows: (number(tail, 0) ?? 0) + (number(files, 0) ?? 0),
      bytes: size('history.duckdb') + size('history.duckdb.wal') + (number(files, 1) ?? 0),
      ...(instants.length > 0 && {
        oldest: Math.floor(Math.min(...instants) / 1000),
        newest: Math.floor(Math.max(...instants) / 1000),
      }),
    };
  });
}

export type Digest = { seq: number; instances: number; records: number; hash: string };

/** The hash is a sum over rows, so neither order nor sealing changes it; it holds for one DuckDB version. */
export function readDigest(
  database: Database,
  { fromSeq, toSeq }: { fromSeq?: number; toSeq?: number },
): Promise<Digest> {
  return database.read(async (read) => {
    const where = [
      ...(fromSeq === undefined ? [] : [`seq >= ${fromSeq}::BIGINT`]),
      ...(toSeq === undefined ? [] : [`seq <= ${toSeq}::BIGINT`]),
    ].join(' AND ');
    const files = await everyFile(read, database.sealed);
    const rows = ['tail', ...(files.length > 0 ? [parquet(files)] : [])]
      .map((source) => `SELECT * FROM ${source}${where && ` WHERE ${where}`}`)
      .join(' UNION ALL ');
    const [row] = await read.all(
      `SELECT count(*)::DOUBLE, count(DISTINCT seq)::DOUBLE,
         coalesce(sum(hash(seq, pos, entity, attr, dataset, instant, ${sealedLag}, created, flags, value, text, rest)), 0)::VARCHAR
       FROM (${rows})`,
    );
    const [meta] = await read.all('SELECT applied::DOUBLE FROM meta');
    return {
      seq: meta?.[0] as number,
      instances: row?.[0] as number,
      records: row?.[1] as number,
      hash: String(row?.[2]),
    };
  });
}

export async function everyFile(read: Pick<Read, 'all'>, sealed: string): Promise<string[]> {
  const rows = await read.all('SELECT name FROM files ORDER BY day, kind');
  return rows.map(([name]) => join(sealed, String(name)));
}
