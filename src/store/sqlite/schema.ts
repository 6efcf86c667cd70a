/**
 * `state.db`: the projection that holds current state. Our own tables begin with `chorsu_`; a module's tables have the
 * names that the module gave them.
 *
 * An entity's types and attribute names are its *shape*. Thousands of entities share a few shapes, so an update that
 * changes values touches one row and no index, and `attrs=`, types and their counts are answered from the shapes: how
 * many entities have each is kept, so that a million of them are counted in no time.
 */
import { DatabaseSync } from 'node:sqlite';
import { dueAt, type Entity } from '../../ngsild/index.ts';
import { reshapeAll } from './reshape.ts';

/** 1 had no `chorsu_count`, 2 no kinds of attributes in its shapes, 3 did not know when something of an entity ends. */
export const stateFormat = 4;

const tables = `
  CREATE TABLE IF NOT EXISTS chorsu_meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chorsu_shape (key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS chorsu_shape_type (
    type TEXT NOT NULL, shape INTEGER NOT NULL, PRIMARY KEY (type, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chorsu_shape_attr (
    attr TEXT NOT NULL, shape INTEGER NOT NULL, PRIMARY KEY (attr, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chorsu_entity (
    key INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    box TEXT,
    body TEXT NOT NULL,
    due INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS chorsu_entity_id ON chorsu_entity (tenant, id);
  CREATE INDEX IF NOT EXISTS chorsu_entity_shape ON chorsu_entity (tenant, shape, id);
  CREATE INDEX IF NOT EXISTS chorsu_entity_due ON chorsu_entity (due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS chorsu_count (
    tenant INTEGER NOT NULL, shape INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tenant, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE IF NOT EXISTS chorsu_box USING rtree (entity, west, east, south, north);
`;

const countAll = `
  DELETE FROM chorsu_count;
  INSERT INTO chorsu_count SELECT tenant, shape, count(*) FROM chorsu_entity GROUP BY tenant, shape;
`;

/**
 * Opens the database for the one who applies. `synchronous` is NORMAL on purpose: the journal is the record, and
 * `applied_seq` stands in the same transaction (docs/decisions/0006-sqlite-normal.md).
 */
export function openForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 20000;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
  `);
  const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (format > stateFormat) {
    db.close();
    throw new Error(`state.db has format ${format}; this program knows ${stateFormat}`);
  }
  db.exec('BEGIN');
  if (format > 0 && format < 4) addDue(db);
  db.exec(tables);
  if (format > 0 && format < 3) {
    reshapeAll(db);
    db.exec(countAll);
  }
  db.exec(`PRAGMA user_version = ${stateFormat}; COMMIT`);
  return db;
}

/** From an older format to 4. */
function addDue(db: DatabaseSync): void {
  if (!db.prepare("SELECT 1 FROM pragma_table_info('chorsu_entity') WHERE name = 'due'").get()) {
    db.exec('ALTER TABLE chorsu_entity ADD COLUMN due INTEGER');
  }
  const set = db.prepare('UPDATE chorsu_entity SET due = ? WHERE key = ?');
  const transient = `SELECT key, body FROM chorsu_entity WHERE body LIKE '%"expiresAt":"%'`;
  for (const { key, body } of db.prepare(transient).all() as { key: number; body: string }[]) set.run(dueOf(body), key);
}

/** When something of the entity ends (ms), null when nothing does; by its JSON, which seldom has to be read for it. */
export function dueOf(body: string): number | null {
  if (!body.includes('"expiresAt":"')) return null;
  const due = dueAt(JSON.parse(body) as Entity);
  return Number.isFinite(due) ? due : null;
}

/** Opens it for whoever only moves the write-ahead log into the file. */
export function openForCheckpoints(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -1024');
  return db;
}

/** Opens it for reading beside the one who applies. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec(
    'PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; PRAGMA query_only = 1',
  );
  return db;
}

/** A name in SQL text. The one thing that cannot be a parameter, so it is checked before. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
