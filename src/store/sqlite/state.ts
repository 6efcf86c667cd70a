/** The state store on SQLite: point reads here, batches and scans in threads of their own. */
import type { DatabaseSync } from 'node:sqlite';
import type { Entity } from '../../ngsild/entity.ts';
import type { EntityStore, Rows, SqlValue, StoredEntity, TableDefinition, Tenant } from '../ports.ts';
import type { StateBatch } from './apply.ts';
import { openApplier } from './applyClient.ts';
import { openCheckpoints } from './checkpoints.ts';
import { openQueries } from './queryClient.ts';
import type { Digest } from './digest.ts';
import { makeChanges } from './changes.ts';
import { openForReading, openForWriting, quoted } from './schema.ts';
import { makeTables } from './tables.ts';

export type StateStore = EntityStore & {
  readonly tables: ReadonlyMap<string, TableDefinition>;
  /** ms of the last applied record; 0 when there is none. */
  appliedAt(): number;
  /** Point read, at once. */
  read(tenant: Tenant, id: string): StoredEntity | undefined;
  /** Entities of which something has ended by `at` (ms), as applied; those first that ended first. At once. */
  due(at: number, limit: number): readonly { tenant: Tenant; id: string }[];
  /** The seq of a row's last change; undefined when it is not there. */
  rowSeq(table: string, key: Readonly<Record<string, SqlValue>>): number | undefined;
  /** One transaction; visible and final when resolved, durable at the next checkpoint. One at a time. */
  apply(batch: StateBatch): Promise<void>;
  /** Moves the write-ahead log into the file and syncs it. @returns the applied seq that is then durable */
  checkpoint(): Promise<number>;
  /** The applied seq that survives power loss. */
  durableSeq(): number;
  readonly rows: Rows;
  /** Over all entities and rows as applied; equal digests mean equal content. */
  digest(): Promise<Digest>;
  close(): Promise<void>;
};

export type StateOptions = {
  readonly path: string;
  readonly tables?: readonly TableDefinition[];
};

/** @throws Error when the file is of a newer format */
export function openState(options: StateOptions): StateStore {
  const { path, tables = [] } = options;
  // Closing the only connection moves the write-ahead log into the file and syncs it: what is there now is durable.
  const db = openForWriting(path);
  makeTables(db, tables);
  db.close();
  const definitions = new Map(tables.map((table) => [table.name, table]));
  const changes = makeChanges();
  const applier = openApplier({ path, tables, changes });
  const checkpoints = openCheckpoints(path);
  const reader = openForReading(path);
  let appliedSeq = meta(reader, 'applied_seq');
  let appliedAt = meta(reader, 'applied_at');
  let durableSeq = appliedSeq;
  const select = reader.prepare('SELECT seq, body FROM chorsu_entity WHERE tenant = ? AND id = ?');
  const selectDue = reader.prepare('SELECT tenant, id FROM chorsu_entity WHERE due <= ? ORDER BY due LIMIT ?');
  const rowSeqs = new Map(
    tables.map(({ name, key }) => [
      name,
      {
        key,
        statement: reader.prepare(
          `SELECT _seq AS seq FROM ${quoted(name)} WHERE ${key.map((column) => `${quoted(column)} = ?`).join(' AND ')}`,
        ),
      },
    ]),
  );
  const queries = openQueries({ path, changes });

  const read = (tenant: Tenant, id: string): StoredEntity | undefined => {
    const found = select.get(tenant, id) as { seq: number; body: string } | undefined;
    return found && { entity: JSON.parse(found.body) as Entity, seq: found.seq };
  };

  return {
    tables: definitions,
    appliedSeq: () => appliedSeq,
    appliedAt: () => appliedAt,
    read,
    get: (tenant, id) => Promise.resolve(read(tenant, id)),
    due: (at, limit) => selectDue.all(at, limit) as { tenant: number; id: string }[],
    rowSeq(table, key) {
      const known = rowSeqs.get(table);
      if (!known) return undefined;
      const found = known.statement.get(...known.key.map((column) => key[column] ?? null));
      return (found as { seq: number } | undefined)?.seq;
    },
    async apply(batch) {
      await applier.apply(batch);
      appliedSeq = batch.seq;
      appliedAt = batch.at;
      checkpoints.applied();
    },
    async checkpoint() {
      const seq = appliedSeq;
      if (await checkpoints.checkpoint()) durableSeq = Math.max(durableSeq, seq);
      return durableSeq;
    },
    durableSeq: () => durableSeq,
    query: (tenant, query, page) => queries.query(tenant, query, page),
    types: (tenant, now) => queries.types(tenant, now),
    shapes: (tenant, now) => queries.shapes(tenant, now),
    rows: queries.rows,
    digest: () => queries.digest(),
    async close() {
      await queries.close();
      reader.close();
      await checkpoints.close();
      await applier.close();
    },
  };
}

function meta(db: DatabaseSync, name: string): number {
  const found = db.prepare('SELECT value FROM chorsu_meta WHERE name = ?').get(name) as { value: number } | undefined;
  return found?.value ?? 0;
}
