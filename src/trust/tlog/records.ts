/**
 * Versions of records on their way into the log. Whoever changes such a record puts `version(...)` into the same change: the
 * row is the journal's, and the log follows it. The key of a record about a person never stands here (privacy.md, 6); these
 * are public records, whose openings are given to everybody.
 */
import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../../base/canonical.ts';
import { parseJson } from '../../base/json.ts';
import type { Json } from '../../ngsild/entity.ts';
import type { JournalRecord, RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';
import { toBase64 } from './encoding.ts';
import { entryOf, type Opening } from './entry.ts';
import { hmac } from './keys.ts';

/** Each version of each record; `at` in ms, `record` as canonical JSON, `key` in base64. */
export const versionTable: TableDefinition = {
  name: 'log_version',
  columns: { type: 'TEXT', id: 'TEXT', version: 'INTEGER', at: 'INTEGER', record: 'TEXT', key: 'TEXT' },
  key: ['type', 'id', 'version'],
};
/** Where a version stands in the log. */
export const leafTable: TableDefinition = {
  name: 'log_leaf',
  columns: { leaf: 'INTEGER', type: 'TEXT', id: 'TEXT', version: 'INTEGER' },
  key: ['leaf'],
  indexes: [['type', 'id', 'version']],
};

/** Of a record, in base64. */
export const newKey = (): string => toBase64(randomBytes(32));

/** For a part of a record that is not public: the log is told this, the part stays with its key. @throws Problem bad-data */
export const commitmentOf = (part: Json, key: string): string =>
  entryOf({ type: '', id: '', version: 1, at: '', record: part, key }, hmac).commitment;

const openingOf = (row: Readonly<Record<string, SqlValue>>): Opening => ({
  type: String(row['type']),
  id: String(row['id']),
  version: Number(row['version']),
  at: new Date(Number(row['at'])).toISOString(),
  record: parseJson(Buffer.from(String(row['record']))) as Json,
  key: String(row['key']),
});

/** The versions that a record of the journal brings. */
export const versionsIn = ({ rows }: JournalRecord): Opening[] =>
  rows
    .filter(({ table, row }) => table === versionTable.name && row !== null)
    .map(({ key, row }) => openingOf({ ...key, ...row }));

export const leafRow = (leaf: number, { type, id, version }: Pick<Opening, 'type' | 'id' | 'version'>): RowDelta => ({
  table: leafTable.name,
  key: { leaf },
  row: { type, id, version },
});

export const noLeaf = (leaf: number): RowDelta => ({ table: leafTable.name, key: { leaf }, row: null });

/** Versions that no entry of the log is known to stand for, oldest first. */
export async function unlogged(rows: Rows, limit: number): Promise<readonly Opening[]> {
  const found = await rows.all(
    `SELECT v.type, v.id, v.version, v.at, v.record, v.key FROM log_version v
     LEFT JOIN log_leaf l ON l.type = v.type AND l.id = v.id AND l.version = v.version
     WHERE l.leaf IS NULL ORDER BY v.at, v.type, v.id, v.version LIMIT ?`,
    [limit],
  );
  return found.map(openingOf);
}

export async function isLogged(rows: Rows, { type, id, version }: Opening): Promise<boolean> {
  const where = 'type = ? AND id = ? AND version = ?';
  return (await rows.get(`SELECT leaf FROM log_leaf WHERE ${where}`, [type, id, version])) !== undefined;
}

/** How many leaves are known. */
export async function leavesKnown(rows: Rows): Promise<number> {
  return Number((await rows.get('SELECT count(*) AS n FROM log_leaf'))?.['n'] ?? 0);
}

/** The row of the next version; undefined when the record says what its newest version says. */
export async function nextVersion(
  rows: Rows,
  { type, id, record }: { readonly type: string; readonly id: string; readonly record: Json },
  at: number,
): Promise<RowDelta | undefined> {
  const last = await rows.get(
    'SELECT version, record FROM log_version WHERE type = ? AND id = ? ORDER BY version DESC LIMIT 1',
    [type, id],
  );
  const text = canonicalJson(record);
  if (last?.['record'] === text) return undefined;
  return {
    table: versionTable.name,
    key: { type, id, version: Number(last?.['version'] ?? 0) + 1 },
    row: { at, record: text, key: newKey() },
  };
}

/** What opens the entry at this place in the log; undefined when its record is not public, or is gone. */
export async function openingAt(rows: Rows, leaf: number): Promise<Opening | undefined> {
  const row = await rows.get(
    'SELECT v.type, v.id, v.version, v.at, v.record, v.key FROM log_leaf l JOIN log_version v ON v.type = l.type AND v.id = l.id AND v.version = l.version WHERE l.leaf = ?',
    [leaf],
  );
  return row && openingOf(row);
}
