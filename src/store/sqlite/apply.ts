/** Applies batches to `state.db`: entities, rows and `applied_seq` in one transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DerivedWrite, SqlValue, Sweep, TableDefinition, Tenant } from '../ports.ts';
import type { ChangeWriter } from './changes.ts';
import { dueOf, quoted } from './schema.ts';
import { shapeKeys } from './shapeKeys.ts';

/** The last version of an entity in a batch. `body` null: it is gone. */
export type EntityWrite = {
  readonly tenant: Tenant;
  readonly id: string;
  readonly seq: number;
  readonly body: string | null;
  readonly shape: string;
  /** `west,south,east,north`; null: no place. */
  readonly box: string | null;
};

/** The last version of a row. `row` null: it is gone. */
export type RowWrite = {
  readonly table: string;
  readonly key: Readonly<Record<string, SqlValue>>;
  readonly row: Readonly<Record<string, SqlValue>> | null;
  readonly seq: number;
};

/** Brings the store from its applied seq to `seq`. `at`: ms of the last record, kept so that time never goes back. */
export type StateBatch = {
  readonly seq: number;
  readonly at: number;
  /** Made as they are taken, so that a large batch does not hold up the thread. */
  readonly entities: Iterable<EntityWrite>;
  readonly rows: readonly RowWrite[];
  /** What follows from the changes, in their order; after the rows. */
  readonly derived?: readonly DerivedWrite[];
};

export type BatchApplier = {
  /** Parts of one batch, in any number; visible to nobody before `commit`. */
  part(entities: Iterable<EntityWrite>, rows: readonly RowWrite[], derived?: readonly DerivedWrite[]): void;
  commit(seq: number, at: number): void;
};

type KnownEntity = { key: number; shape: number; box: string | null; due: number | null };

/**
 * @param tables the modules' tables, made already
 * @param changes told what was written
 */
export function batchApplier(
  db: DatabaseSync,
  tables: readonly TableDefinition[],
  changes: ChangeWriter,
): BatchApplier {
  const select = db.prepare('SELECT key, shape, box, due FROM chorsu_entity WHERE tenant = ? AND id = ?');
  const insert = db.prepare(
    'INSERT INTO chorsu_entity (tenant, id, seq, shape, box, body, due) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const update = db.prepare('UPDATE chorsu_entity SET seq = ?, body = ? WHERE key = ?');
  const reshape = db.prepare('UPDATE chorsu_entity SET seq = ?, body = ?, shape = ?, box = ?, due = ? WHERE key = ?');
  const remove = db.prepare('DELETE FROM chorsu_entity WHERE key = ?');
  const place = db.prepare('INSERT OR REPLACE INTO chorsu_box VALUES (?, ?, ?, ?, ?)');
  const unplace = db.prepare('DELETE FROM chorsu_box WHERE entity = ?');
  const setMeta = db.prepare('INSERT OR REPLACE INTO chorsu_meta (name, value) VALUES (?, ?)');
  const shapes = shapeKeys(db);
  const counts = shapeCounts(db);
  const rows = new Map(tables.map((table) => [table.name, rowWriter(db, table)]));
  const sweep = sweeper(db);
  let open = false;

  const changeShape = (tenant: Tenant, shape: number, n: number): void => {
    counts.add(tenant, shape, n);
    changes.shape(shape);
  };
  const writeRow = (write: RowWrite): void => {
    const writer = rows.get(write.table);
    if (!writer) throw new Error(`no module has the table ${write.table}`);
    writer(write);
  };

  const writeEntity = ({ tenant, id, seq, body, shape: shapeText, box }: EntityWrite): void => {
    const known = select.get(tenant, id) as KnownEntity | undefined;
    if (body === null) {
      if (!known) return;
      remove.run(known.key);
      changes.entity(known.key);
      changeShape(tenant, known.shape, -1);
      if (known.box !== null) unplace.run(known.key);
      return;
    }
    const shape = shapes(shapeText);
    const due = dueOf(body);
    if (known?.shape === shape && known.box === box && known.due === due) {
      update.run(seq, body, known.key);
      changes.entity(known.key);
      return;
    }
    if (known?.shape !== shape) {
      if (known) changeShape(tenant, known.shape, -1);
      changeShape(tenant, shape, 1);
    }
    let key: number;
    if (known) {
      ({ key } = known);
      reshape.run(seq, body, shape, box, due, key);
      changes.entity(key);
    } else {
      key = Number(insert.run(tenant, id, seq, shape, box, body, due).lastInsertRowid);
    }
    if ((known?.box ?? null) === box) return;
    if (box === null) unplace.run(key);
    else {
      const [west, south, east, north] = box.split(',').map(Number) as [number, number, number, number];
      place.run(key, west, east, south, north);
    }
  };

  return {
    part(entities, rowWrites, derived = []) {
      if (!open) db.exec('BEGIN IMMEDIATE');
      open = true;
      for (const entity of entities) writeEntity(entity);
      for (const write of rowWrites) writeRow(write);
      for (const write of derived) {
        if ('key' in write) writeRow(write);
        else sweep(write);
      }
    },
    commit(seq, at) {
      if (!open) db.exec('BEGIN IMMEDIATE');
      open = false;
      counts.write();
      setMeta.run('applied_seq', seq);
      setMeta.run('applied_at', at);
      changes.reserve();
      db.exec('COMMIT');
      changes.publish();
    },
  };
}

/** How many entities have each shape; written once per batch. */
function shapeCounts(db: DatabaseSync): { add(tenant: Tenant, shape: number, n: number): void; write(): void } {
  const write = db.prepare(
    'INSERT INTO chorsu_count (tenant, shape, n) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n',
  );
  const changed = new Map<Tenant, Map<number, number>>();
  return {
    add(tenant, shape, n) {
      const known = changed.get(tenant) ?? new Map<number, number>();
      changed.set(tenant, known.set(shape, (known.get(shape) ?? 0) + n));
    },
    write() {
      for (const [tenant, shapes] of changed) for (const [shape, n] of shapes) write.run(tenant, shape, n);
      changed.clear();
    },
  };
}

function rowWriter(db: DatabaseSync, { name, columns, key }: TableDefinition): (write: RowWrite) => void {
  const plain = Object.keys(columns).filter((column) => !key.includes(column));
  const all = [...key, ...plain, '_seq'];
  const put = db.prepare(
    `INSERT OR REPLACE INTO ${quoted(name)} (${all.map(quoted).join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
  );
  const where = key.map((column) => `${quoted(column)} = ?`).join(' AND ');
  const remove: StatementSync = db.prepare(`DELETE FROM ${quoted(name)} WHERE ${where}`);
  return (write) => {
    const keyValues = key.map((column) => write.key[column] ?? null);
    const { row } = write;
    if (row === null) remove.run(...keyValues);
    else put.run(...keyValues, ...plain.map((column) => row[column] ?? null), write.seq);
  };
}

function sweeper(db: DatabaseSync): (sweep: Sweep) => void {
  const statements = new Map<string, StatementSync>();
  return ({ table, seq, equal, below }) => {
    const conditions = Object.keys(equal).map((column) => `${quoted(column)} = ?`);
    if (below) conditions.push(`${quoted(below.column)} < ?`);
    const text = `DELETE FROM ${quoted(table)} WHERE ${[...conditions, '"_seq" <= ?'].join(' AND ')}`;
    let statement = statements.get(text);
    if (!statement) statements.set(text, (statement = db.prepare(text)));
    statement.run(...Object.values(equal), ...(below ? [below.value] : []), seq);
  };
}
