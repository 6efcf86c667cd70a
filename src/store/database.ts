/**
 * A database beside the journal, for what must never enter it: accounts, sessions and keys (`trust.db`), the vault
 * (`vault.db`). Synchronous, on the calling thread: for small tables and reads by key. Every transaction is synced.
 */
import { chmodSync, existsSync } from 'node:fs';
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Problem } from '../base/problem.ts';

export type Value = SQLInputValue;
export type Found = Readonly<Record<string, Value>>;

export type Database = {
  /** `sql` is a constant of the program: statements are kept prepared. */
  all(sql: string, ...values: readonly Value[]): readonly Found[];
  get(sql: string, ...values: readonly Value[]): Found | undefined;
  /** @returns rows that changed */
  run(sql: string, ...values: readonly Value[]): number;
  /** All or nothing, durable when it returns. Not nested. */
  transaction<T>(work: () => T): T;
  /**
   * Takes what was deleted or replaced out of the files: freed pages are overwritten with zeros, and the log that held them is cut.
   * When somebody is just copying the database the log stays until the next time.
   */
  scrub(): void;
  /** A copy as of one moment, while it is in use. */
  copyTo(path: string): Promise<void>;
  close(): void;
};

/** What only looks. */
export type DatabaseView = Pick<Database, 'all' | 'get' | 'close'>;

/**
 * Looks into a database as of one moment, also while another process writes it; changes nothing.
 * @throws Problem not-found
 */
export function viewDatabase(path: string): DatabaseView {
  if (!existsSync(path)) throw new Problem('not-found', `there is no ${path}`);
  const database = new DatabaseSync(path, { readOnly: true });
  database.exec('BEGIN');
  return {
    all: (sql, ...values) => database.prepare(sql).all(...values),
    get: (sql, ...values) => database.prepare(sql).get(...values),
    close: () => database.close(),
  };
}

/**
 * @param path made with mode 0600 when it is not there
 * @param versions SQL that makes version 1, 2, ... out of the one before
 * @throws Problem not-supported when a newer program wrote it, bad-data when it is no such database
 */
export function openDatabase(path: string, versions: readonly string[]): Database {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    chmodSync(path, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    migrate(database, path, versions);
  } catch (error) {
    database.close();
    if (error instanceof Problem) throw error;
    throw new Problem('bad-data', `${path} is no database of this program: ${String(error)}`);
  }
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    all: (sql, ...values) => statement(sql).all(...values),
    get: (sql, ...values) => statement(sql).get(...values),
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    // Not prepared: a statement that returns rows and is not read to its end keeps the log in use.
    scrub: () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    async copyTo(to) {
      await backup(database, to);
      chmodSync(to, 0o600);
    },
    close: () => database.close(),
  };
}

function migrate(database: DatabaseSync, path: string, versions: readonly string[]): void {
  const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (version > versions.length) {
    throw new Problem(
      'not-supported',
      `${path} was written by a newer program (version ${version}; this one knows ${versions.length})`,
    );
  }
  for (const [n, sql] of versions.entries()) {
    if (n < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${n + 1}; COMMIT`);
  }
}
