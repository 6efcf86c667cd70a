/**
 * The DuckDB file, inside the worker: settings, tables, one connection that writes and a few that read.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';

/** Columns of a row of history, in the order of the tail and of sealed files. */
export const rowColumns = [
  ['attr', 'INTEGER'],
  ['entity', 'INTEGER'],
  ['dataset', 'INTEGER'],
  ['kind', 'INTEGER'],
  ['shape', 'INTEGER'],
  ['flags', 'INTEGER'],
  ['instant', 'BIGINT'],
  ['lag', 'BIGINT'],
  ['created', 'BIGINT'],
  ['seq', 'BIGINT'],
  ['pos', 'INTEGER'],
  ['value', 'DOUBLE'],
  ['text', 'VARCHAR'],
  ['rest', 'VARCHAR'],
] as const;

/** The table format; a history of another format is refused. */
const format = 1;

const tables = `
  CREATE TABLE IF NOT EXISTS meta (format INTEGER, applied BIGINT);
  CREATE TABLE IF NOT EXISTS words (class INTEGER, id INTEGER, text VARCHAR);
  CREATE TABLE IF NOT EXISTS entities (id INTEGER, tenant INTEGER, name VARCHAR, kind INTEGER);
  CREATE TABLE IF NOT EXISTS former (id INTEGER, kind INTEGER);
  CREATE TABLE IF NOT EXISTS tail (${rowColumns.map((column) => column.join(' ')).join(', ')});
  CREATE TABLE IF NOT EXISTS files (
    name VARCHAR, kind INTEGER, day INTEGER, count BIGINT, bytes BIGINT, rollup VARCHAR,
    at_min BIGINT, at_max BIGINT, changed_min BIGINT, changed_max BIGINT, created_min BIGINT, created_max BIGINT);
`;

export type Row = readonly DuckDBValue[];
export type Read = {
  all(sql: string, values?: DuckDBValue[]): Promise<Row[]>;
  connection: DuckDBConnection;
};

export type Database = Awaited<ReturnType<typeof openDatabase>>;

export async function openDatabase(options: { directory: string; memoryMb: number; tempDirectory: string }) {
  const { directory, memoryMb, tempDirectory } = options;
  const sealed = join(directory, 'sealed');
  mkdirSync(sealed, { recursive: true });
  mkdirSync(tempDirectory, { recursive: true });
  const instance = await DuckDBInstance.create(join(directory, 'history.duckdb'), {
    memory_limit: `${memoryMb}MB`,
    threads: '2',
    temp_directory: tempDirectory,
    // Nothing is ever fetched: what is needed comes with the binary.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
    checkpoint_threshold: '64MB',
  });
  const connect = async (): Promise<DuckDBConnection> => {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  };
  const writer = await connect();
  await writer.run(tables);
  const [meta] = await (await writer.run('SELECT format FROM meta')).getRows();
  if (!meta) await writer.run(`INSERT INTO meta VALUES (${format}, 0)`);
  else if (meta[0] !== format) throw new Error(`history has format ${String(meta[0])}, this program reads ${format}`);

  const idle: DuckDBConnection[] = [];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  for (let n = 0; n < 2; n++) idle.push(await connect());
  const active = new Set<Promise<unknown>>();
  let tail: Promise<unknown> = Promise.resolve();

  return {
    sealed,
    instance,
    writer,
    /** Runs `work` after everything that writes before it, alone. */
    write<T>(work: () => Promise<T>): Promise<T> {
      const result = tail.then(work);
      tail = result.catch(() => {});
      return result;
    },
    /** One transaction of the writing connection; rolled back when `work` throws. Call within `write`. */
    async transaction<T>(work: () => Promise<T>): Promise<T> {
      await writer.run('BEGIN');
      try {
        const result = await work();
        await writer.run('COMMIT');
        return result;
      } catch (error) {
        await writer.run('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    /** Reads from one snapshot: the manifest of files and the tail agree. */
    async read<T>(work: (read: Read) => Promise<T>): Promise<T> {
      const connection = idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)));
      const run = (async () => {
        await connection.run('BEGIN');
        try {
          return await work({ connection, all: async (sql, values) => (await connection.run(sql, values)).getRows() });
        } finally {
          await connection.run('ROLLBACK').catch(() => {});
          const next = waiting.shift();
          if (next) next(connection);
          else idle.push(connection);
        }
      })();
      const done = run.catch(() => {}).finally(() => active.delete(done));
      active.add(done);
      return run;
    },
    /** Resolves when every read that runs now has ended: files it may have open can go. */
    async readsEnded(): Promise<void> {
      await Promise.all(active);
    },
    async all(sql: string, values?: DuckDBValue[]): Promise<Row[]> {
      return (await writer.run(sql, values)).getRows();
    },
    async close(): Promise<void> {
      await tail;
      await Promise.all(active);
      await writer.run('CHECKPOINT');
      for (const connection of [...idle, writer]) connection.closeSync();
      instance.closeSync();
    },
  };
}
