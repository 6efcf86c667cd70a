/** Everything that `state.db` holds, in few bytes. */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '../../base/canonical.ts';
import { quoted } from './schema.ts';

/** What the whole store holds: equal digests mean equal entities and rows. */
export type Digest = {
  readonly seq: number;
  readonly entities: number;
  readonly rows: number;
  readonly sha256: string;
};

/** JSON in a text counts as what it says: a replay may write its members in another order. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Over every entity and every module's row, in order of their keys, whatever the order of members. */
export function digest(db: DatabaseSync): Digest {
  const hash = createHash('sha256');
  const applied = db.prepare("SELECT value FROM chorsu_meta WHERE name = 'applied_seq'").get() as
    | { value: number }
    | undefined;
  let entities = 0;
  const all = db.prepare('SELECT tenant, id, seq, body FROM chorsu_entity ORDER BY tenant, id').iterate() as Iterable<{
    tenant: number;
    id: string;
    seq: number;
    body: string;
  }>;
  for (const { tenant, id, seq, body } of all) {
    hash.update(`${tenant} ${id} ${seq} ${canonicalJson(JSON.parse(body))}\n`);
    entities++;
  }
  let rows = 0;
  const tables = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'chorsu_*' AND name NOT GLOB 'sqlite_*' ORDER BY name",
    )
    .all() as { name: string }[];
  for (const { name } of tables) {
    const lines: string[] = [];
    for (const row of db.prepare(`SELECT * FROM ${quoted(name)}`).iterate()) {
      lines.push(canonicalJson(row, comparable));
    }
    rows += lines.length;
    for (const line of lines.sort()) hash.update(`${name} ${line}\n`);
  }
  return { seq: applied?.value ?? 0, entities, rows, sha256: hash.digest('hex') };
}
