/**
 * The DuckDB file, inside the worker: settings, tables, one connection that writes and a few that read.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { parquet, quote } from './parquet.ts';
import { syncDirectory, syncFile } from './sync.ts';

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

/** The table format; a history of a newer one is refused. 2: the manifest tells what the files hold. */
const format = 2;

const tables = `
  CREATE TABLE IF NOT EXISTS meta (format INTEGER, applied BIGINT);
  CREATE TABLE IF NOT EXISTS words (class INTEGER, id INTEGER, text VARCHAR);
  CREATE TABLE IF NOT EXISTS entities (id INTEGER, tenant INTEGER, name VARCHAR, kind INTEGER);
  CREATE TABLE IF NOT EXISTS former (id INTEGER, kind INTEGER);
  CREATE TABLE IF NOT EXISTS tail (${rowColumns.map((column) => column.join(' ')).join(', ')});
  CREATE TABLE IF NOT EXISTS files (
    name VARCHAR, kind INTEGER, day INTEGER, count BIGINT, bytes BIGINT, rollup VARCHAR,
    at_min BIGINT, at_max BIGINT, changed_min BIGINT, changed_max BIGINT, created_min BIGINT, created_max BIGINT,
    seq_min BIGINT, seq_max BIGINT);
  CREATE TABLE IF NOT EXISTS contents (name VARCHAR, attr INTEGER, entity_min INTEGER, entity_max INTEGER);
`;

export type Row = readonly DuckDBValue[];
export type Read = {
  all(sql: string, values?: DuckDBValue[]): Promise<Row[]>;
  connection: DuckDBConnection;
};

export type Database = Awaited<ReturnType<typeof openDatabase>>;

export type DatabaseOptions = {
  readonly directory: string;
  readonly memoryMb: number;
  readonly tempDirectory: string;
  /** Values per series and hour from which a sealed day gets hourly rollups. */
  readonly rollupFrom: number;
};

export async function openDatabase(options: DatabaseOptions) {
  const { directory, memoryMb, tempDirectory, rollupFrom } = options;
  const sealed = join(directory, 'sealed');
  const path = join(directory, 'history.duckdb');
  const fresh = `${path}.new`;
  mkdirSync(sealed, { recursive: true });
  mkdirSync(tempDirectory, { recursive: true });
  // Left by a process that died while it compacted; the file in place is whole.
  for (const left of [fresh, `${fresh}.wal`]) rmSync(left, { force: true });

  const open = async () => {
    const instance = await DuckDBInstance.create(path, {
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
    return { instance, writer: await connect(), readers: [await connect(), await connect()] };
  };
  const shut = ({ instance, writer, readers }: typeof link) => {
    for (const connection of [...readers, writer]) connection.closeSync();
    instance.closeSync();
  };
  let link = await open();
  await link.writer.run(tables);
  const [meta] = await (await link.writer.run('SELECT format FROM meta')).getRows();
  if (!meta) await link.writer.run(`INSERT INTO meta VALUES (${format}, 0)`);
  else if (meta[0] === 1) await describeFiles(link.writer, sealed);
  else if (meta[0] !== format) throw new Error(`history has format ${String(meta[0])}, this program reads ${format}`);

  let idle = [...link.readers];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  const active = new Set<Promise<unknown>>();
  let writes: Promise<unknown> = Promise.resolve();
  let paused: Promise<void> | undefined;

  return {
    sealed,
    rollupFrom,
    get writer(): DuckDBConnection {
      return link.writer;
    },
    /** Runs `work` after everything that writes before it, alone. */
    write<T>(work: () => Promise<T>): Promise<T> {
      const result = writes.then(work);
      writes = result.catch(() => {});
      return result;
    },
    /** One transaction of the writing connection; rolled back when `work` throws. Call within `write`. */
    async transaction<T>(work: () => Promise<T>): Promise<T> {
      await link.writer.run('BEGIN');
      try {
        const result = await work();
        await link.writer.run('COMMIT');
        return result;
      } catch (error) {
        await link.writer.run('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    /** Reads from one snapshot: the manifest of files and the tail agree. */
    async read<T>(work: (read: Read) => Promise<T>): Promise<T> {
      while (paused) await paused;
      const run = (async () => {
        const connection = idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)));
        try {
          await connection.run('BEGIN');
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
      return (await link.writer.run(sql, values)).getRows();
    },
    /**
     * Writes the whole database into a new file and puts it in the place of the old one: freed blocks keep their bytes,
     * a new file has none of what was deleted. Readers wait. Call within `write`.
     */
    async compact(): Promise<void> {
      let resume = () => {};
      paused = new Promise((resolve) => {
        resume = resolve;
      });
      try {
        await Promise.all(active);
        // Empties the write-ahead log, so that none is left beside the new file.
        await link.writer.run('CHECKPOINT');
        await copyDatabase(link.writer, fresh);
        shut(link);
        syncFile(fresh);
        renameSync(fresh, path);
        syncDirectory(directory);
        link = await open();
        idle = [...link.readers];
      } finally {
        paused = undefined;
        resume();
      }
    },
    async close(): Promise<void> {
      await writes;
      await Promise.all(active);
      await link.writer.run('CHECKPOINT');
      shut(link);
    },
  };
}

/** From format 1 to 2: what each sealed file holds enters the manifest. Reads three columns of every file. */
async function describeFiles(writer: DuckDBConnection, sealed: string): Promise<void> {
  await writer.run('BEGIN');
  await writer.run('ALTER TABLE files ADD COLUMN IF NOT EXISTS seq_min BIGINT');
  await writer.run('ALTER TABLE files ADD COLUMN IF NOT EXISTS seq_max BIGINT');
  for (const [name] of await (await writer.run('SELECT name FROM files')).getRows()) {
    const rows = parquet([join(sealed, String(name))]);
    await writer.run(
      `UPDATE files SET seq_min = held.low, seq_max = held.high
       FROM (SELECT min(seq) AS low, max(seq) AS high FROM ${rows}) AS held WHERE name = ${quote(String(name))}`,
    );
    await writer.run(describeFile(String(name), rows));
  }
  await writer.run('UPDATE meta SET format = 2');
  await writer.run('COMMIT');
}

/** SQL that notes which attributes stand in a sealed file, and of which entities. @param rows its rows as SQL */
export const describeFile = (name: string, rows: string): string => `
  INSERT INTO contents SELECT ${quote(name)}, attr, min(entity), max(entity) FROM ${rows} GROUP BY attr`;

/** Everything that is committed, into a new file. */
export async function copyDatabase(connection: DuckDBConnection, path: string): Promise<void> {
  const [row] = await (await connection.run('SELECT current_database()')).getRows();
  await connection.run(`ATTACH ${quote(path)} AS fresh`);
  try {
    await connection.run(`COPY FROM DATABASE "${String(row?.[0])}" TO fresh`);
    await connection.run('CHECKPOINT fresh');
  } finally {
    await connection.run('DETACH fresh');
  }
}
