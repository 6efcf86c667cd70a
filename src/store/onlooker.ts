/**
 * A data directory, or a copy of one, as somebody reads it from outside, whether it is served or not: nothing is locked,
 * replayed or mended. For whoever checks what the city shows without asking the city.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Problem } from '../base/problem.ts';
import { recordsIn } from './journal/looking.ts';
import type { JournalRecord } from './ports.ts';

/** Whole numbers are bigints: whoever changed them may have written any. */
export type SeenValue = null | bigint | number | string | Uint8Array;
export type SeenRow = Readonly<Record<string, SeenValue>>;

export type Onlooker = {
  /** Whether the directory holds this database, whose tables are called `trust.account`. */
  has(name: Beside): boolean;
  /** The record up to which the rows hold what the journal says. */
  readonly appliedSeq: number;
  /** Rows as of the moment of opening, one after the other. `sql` is a constant of the program. */
  each(sql: string, ...values: readonly SQLInputValue[]): Iterable<SeenRow>;
  get(sql: string, ...values: readonly SQLInputValue[]): SeenRow | undefined;
  /** Writes tables of `temp`, which go with the onlooker. */
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  /** Every record of the journal that is kept. @throws Error when it is damaged */
  records(): AsyncIterable<readonly JournalRecord[]>;
  close(): void;
};

const besides = { trust: 'trust.db', vault: 'vault.db' } as const;
type Beside = keyof typeof besides;

/** @throws Problem not-found, bad-data */
export function openOnlooker(directory: string): Onlooker {
  const path = join(directory, 'state.db');
  if (!existsSync(path)) throw new Problem('not-found', `there are no rows of a city in ${directory}`);
  const database = openToRead(path);
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    known.setReadBigInts(true);
    prepared.set(sql, known);
    return known;
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new Problem(
        'bad-data',
        `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  function* rows(found: Iterator<SeenRow>): Generator<SeenRow> {
    try {
      for (let next = guarded(() => found.next()); !next.done; next = guarded(() => found.next())) yield next.value;
    } finally {
      found.return?.();
    }
  }
  const get: Onlooker['get'] = (sql, ...values) => guarded(() => statement(sql).get(...values) as SeenRow | undefined);
  try {
    const there = (Object.keys(besides) as Beside[]).filter((name) => existsSync(join(directory, besides[name])));
    guarded(() => {
      for (const name of there) database.prepare(`ATTACH ? AS ${name}`).run(join(directory, besides[name]));
      database.exec('PRAGMA temp_store = FILE; BEGIN');
      // Before the rows: what `trust.db` says by then they were told, or are to be told.
      if (there.includes('trust')) database.prepare('SELECT 1 FROM trust.sqlite_schema').get();
    });
    const applied = get("SELECT value FROM chorsu_meta WHERE name = 'applied_seq'");
    return {
      has: (name) => there.includes(name),
      appliedSeq: Number(applied?.['value'] ?? 0),
      each: (sql, ...values) => rows(guarded(() => statement(sql).iterate(...values) as Iterator<SeenRow>)),
      get,
      run: (sql, ...values) => void guarded(() => statement(sql).run(...values)),
      records: () => recordsIn(join(directory, 'journal')),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A copy on a medium that cannot be written has no place for what SQLite lays beside a database: it is read as it lies. */
function openToRead(path: string): DatabaseSync {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch {
    const address = pathToFileURL(resolve(path));
    address.searchParams.set('immutable', '1');
    return new DatabaseSync(address, { readOnly: true });
  }
  return new DatabaseSync(path, { readOnly: true });
}
