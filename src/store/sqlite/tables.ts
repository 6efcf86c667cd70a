/** The modules' own tables: made at start, new columns added, each row with the seq of its last change in `_seq`. */
import type { DatabaseSync } from 'node:sqlite';
import { assert, Problem } from '../../base/problem.ts';
import type { RowDelta, SqlValue, TableDefinition } from '../ports.ts';
import { quoted } from './schema.ts';

const name = /^[a-z][a-z0-9_]{0,62}$/;

/** Makes missing tables, columns and indexes. A column that is no longer defined stays, with its values. */
export function makeTables(db: DatabaseSync, tables: readonly TableDefinition[]): void {
  for (const table of tables) {
    const { columns, key, indexes = [] } = table;
    const columnNames = Object.keys(columns);
    for (const part of [table.name, ...columnNames]) assert(name.test(part), `${part} is a name of a table or column`);
    assert(!table.name.startsWith('chorsu_') && !table.name.startsWith('sqlite_'), `${table.name} is not reserved`);
    assert(key.length > 0 && key.every((column) => column in columns), `the key of ${table.name} names its columns`);
    const definitions = columnNames.map((column) => `${quoted(column)} ${columns[column]}`);
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${quoted(table.name)} (${definitions.join(', ')}, "_seq" INTEGER NOT NULL, PRIMARY KEY (${key.map(quoted).join(', ')}))`,
    );
    const present = new Set(
      (db.prepare('SELECT name FROM pragma_table_info(?)').all(table.name) as { name: string }[]).map(
        (row) => row.name,
      ),
    );
    for (const column of columnNames) {
      if (!present.has(column))
        db.exec(`ALTER TABLE ${quoted(table.name)} ADD COLUMN ${quoted(column)} ${columns[column]}`);
    }
    for (const index of indexes) {
      const indexName = `${table.name}_${index.join('_')}`;
      db.exec(
        `CREATE INDEX IF NOT EXISTS ${quoted(indexName)} ON ${quoted(table.name)} (${index.map(quoted).join(', ')})`,
      );
    }
  }
}

/** @throws Problem bad-data when the delta does not fit its table */
export function checkRow(tables: ReadonlyMap<string, TableDefinition>, { table, key, row }: RowDelta): void {
  const definition = tables.get(table);
  if (!definition) throw new Problem('bad-data', `there is no table ${table}`);
  const keys = Object.keys(key);
  if (keys.length !== definition.key.length || !definition.key.every((column) => column in key)) {
    throw new Problem('bad-data', `the key of ${table} is (${definition.key.join(', ')}), not (${keys.join(', ')})`);
  }
  for (const [column, value] of Object.entries({ ...key, ...row })) {
    // SQLite would keep it as an integer that JavaScript cannot read again, and neither the row nor its table any more.
    if (definition.columns[column] === 'INTEGER' && Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Problem('bad-data', `${table} holds whole numbers up to 2^53`, column);
  }
  for (const column of Object.keys(row ?? {})) {
    if (!(column in definition.columns) || definition.key.includes(column)) {
      throw new Problem('bad-data', `the table ${table} has no column ${column} outside its key`, column);
    }
  }
}

/** One text per row, for maps: the table and its key values in the table's order. */
export function rowName(
  { name: table, key: columns }: TableDefinition,
  key: Readonly<Record<string, SqlValue>>,
): string {
  return JSON.stringify([table, ...columns.map((column) => plain(key[column] ?? null))]);
}

const plain = (value: SqlValue): Exclude<SqlValue, Uint8Array> | { hex: string } =>
  value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
