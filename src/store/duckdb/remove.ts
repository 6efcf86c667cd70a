/** What takes rows away: retention, erasure, and what was taken by mistake. */
import { join } from 'node:path';
import type { Database } from './database.ts';
import { rewrite } from './seal.ts';
import type { Rewrite } from './seal.ts';
import { parquet, parquetNamed } from './parquet.ts';
import { wordClasses } from './words.ts';

/** Rows of these kinds whose `instant` is before the instant (microseconds) go. */
export type Expiry = { readonly kinds: readonly number[]; readonly before: number };

/** A file of which nothing stays goes as a whole; that of the day on which the limit falls is written anew. */
export async function retain(database: Database, expiries: readonly Expiry[]): Promise<{ deleted: number }> {
  let deleted = 0;
  for (const { kinds, before } of expiries) {
    if (kinds.length === 0) continue;
    const where = `kind IN (${kinds.join(', ')}) AND instant < ${before}::BIGINT`;
    const files = await database.all(
      `SELECT name, kind, day FROM files
       WHERE kind IN (${kinds.join(', ')}) AND at_min < ${before}`,
    );
    const rewrites: Rewrite[] = files.map(([name, kind, day]) => ({
      kind: Number(kind),
      day: Number(day),
      old: String(name),
      keep: `instant >= ${before}::BIGINT`,
    }));
    deleted += await countRows(database, where, rewrites);
    await remove(database, rewrites, where);
  }
  return { deleted };
}

/** Words that only an erased entity used: they may tell of it. */
export type Erased = {
  readonly deleted: number;
  readonly shapes: readonly number[];
  readonly datasets: readonly number[];
};

/** Everything of one entity: its rows, its name, and the words that nobody else uses. */
export async function erase(database: Database, entity: number): Promise<Erased> {
  const where = `entity = ${entity}`;
  const listed = await database.all('SELECT name, kind, day FROM files ORDER BY day');
  const rewrites: Rewrite[] = [];
  for (const [name, kind, day] of listed) {
    const path = join(database.sealed, String(name));
    const [hit] = await database.all(`SELECT 1 FROM ${parquet([path])} WHERE ${where} LIMIT 1`);
    if (hit) rewrites.push({ kind: Number(kind), day: Number(day), old: String(name), keep: `entity <> ${entity}` });
  }
  const deleted = await countRows(database, where, rewrites);
  const every = rowsOf(listed.map(([name]) => join(database.sealed, String(name))));
  const shapes = await ownWords(database, every, 'shape', entity);
  const datasets = (await ownWords(database, every, 'dataset', entity)).filter((id) => id !== 0);
  await remove(database, rewrites, where, async () => {
    await database.writer.run(`DELETE FROM entities WHERE id = ${entity}`);
    await database.writer.run(`DELETE FROM former WHERE id = ${entity}`);
    for (const [of, ids] of [
      [wordClasses.shape, shapes],
      [wordClasses.dataset, datasets],
    ] as const) {
      if (ids.length > 0)
        await database.writer.run(`DELETE FROM words WHERE class = ${of} AND id IN (${ids.join(', ')})`);
    }
  });
  await database.compact();
  return { deleted, shapes, datasets };
}

/** What to forget. */
export type Forgets = {
  /** Single rows, in columns: `place` -1 stands for all of the entity that the change `seq` brought. */
  readonly entity: Int32Array<ArrayBuffer>;
  readonly seq: Float64Array<ArrayBuffer>;
  readonly place: Int32Array<ArrayBuffer>;
  /** Of these all goes that was taken before the change; null: every attribute, every dataset. */
  readonly series: readonly (readonly [entity: number, attr: number | null, dataset: number | null, before: number])[];
  /** Entities whose names stay known, whatever is left of them. */
  readonly staying: readonly number[];
  /** Under which their rows may be. */
  readonly kinds: readonly number[];
};

/** The row is among those to forget, which stand in temporary tables meanwhile. */
const forgotten = `(
  EXISTS (SELECT 1 FROM forgets AS f
    WHERE f.entity = r.entity AND f.seq = r.seq AND (f.place < 0 OR f.place = r.pos))
  OR EXISTS (SELECT 1 FROM forgets_series AS s WHERE s.entity = r.entity AND r.seq < s.before
    AND (s.attr IS NULL OR s.attr = r.attr) AND (s.dataset IS NULL OR s.dataset = r.dataset)))`;

/** The manifest does not rule out that the file holds some of them. */
const holdsForgotten = `(
  EXISTS (SELECT 1 FROM forgets AS f
    WHERE f.seq BETWEEN files.seq_min AND files.seq_max AND f.entity BETWEEN entity_min AND entity_max)
  OR EXISTS (SELECT 1 FROM forgets_series AS s WHERE files.seq_min < s.before
    AND s.entity BETWEEN entity_min AND entity_max AND (s.attr IS NULL OR s.attr = contents.attr)))`;

/** @returns how many rows went, and the entities of which nothing is left */
export async function forget(
  database: Database,
  forgets: Forgets,
): Promise<{ readonly deleted: number; readonly gone: readonly number[] }> {
  const { writer } = database;
  await writer.run('CREATE OR REPLACE TEMP TABLE forgets (entity INTEGER, seq BIGINT, place INTEGER)');
  await writer.run(
    'CREATE OR REPLACE TEMP TABLE forgets_series (entity INTEGER, attr INTEGER, dataset INTEGER, before BIGINT)',
  );
  try {
    await fillForgets(database, forgets);
    const listed = await database.all(
      `SELECT DISTINCT files.name, kind, day FROM files JOIN contents USING (name)
       WHERE kind IN (${forgets.kinds.join(', ')}) AND ${holdsForgotten} ORDER BY day`,
    );
    const path = (name: unknown): string => join(database.sealed, String(name));
    const hit = new Map<string, number>();
    let deleted = 0;
    if (listed.length > 0) {
      const found = await database.all(
        `SELECT filename, count(*)::DOUBLE FROM ${parquetNamed(listed.map(([name]) => path(name)))} AS r
         WHERE ${forgotten} GROUP BY filename`,
      );
      for (const [name, count] of found) hit.set(String(name), Number(count));
    }
    for (const count of hit.values()) deleted += count;
    const [row] = await database.all(`SELECT count(*)::DOUBLE FROM tail AS r WHERE ${forgotten}`);
    deleted += Number(row?.[0] ?? 0);
    if (deleted === 0) return { deleted, gone: [] };
    const rewrites = listed
      .filter(([name]) => hit.has(path(name)))
      .map(([name, kind, day]): Rewrite => ({
        kind: Number(kind),
        day: Number(day),
        old: String(name),
        keep: `NOT ${forgotten}`,
      }));
    await rewrite(database, rewrites, async () => {
      await writer.run(`DELETE FROM tail AS r WHERE ${forgotten}`);
    });
    return { deleted, gone: await dropEmpty(database, forgets) };
  } finally {
    await writer.run('DROP TABLE forgets');
    await writer.run('DROP TABLE forgets_series');
  }
}

/** Takes entities off the list that stand among those to forget and have no row any more. */
async function dropEmpty(database: Database, { kinds, staying }: Forgets): Promise<number[]> {
  const asked = `(SELECT DISTINCT entity FROM forgets UNION SELECT entity FROM forgets_series)`;
  const files = await database.all(
    `SELECT DISTINCT files.name FROM files JOIN contents USING (name)
     WHERE kind IN (${kinds.join(', ')})
       AND EXISTS (SELECT 1 FROM ${asked} WHERE entity BETWEEN entity_min AND entity_max)`,
  );
  const rows = rowsOf(files.map(([name]) => join(database.sealed, String(name))));
  const left = await database.all(
    `SELECT entity FROM ${asked} WHERE entity NOT IN (SELECT entity FROM (${rows}) SEMI JOIN ${asked} USING (entity))`,
  );
  const gone = left.map(([entity]) => Number(entity)).filter((entity) => !staying.includes(entity));
  if (gone.length === 0) return gone;
  await database.transaction(async () => {
    await database.writer.run(`DELETE FROM entities WHERE id IN (${gone.join(', ')})`);
    await database.writer.run(`DELETE FROM former WHERE id IN (${gone.join(', ')})`);
  });
  return gone;
}

async function fillForgets({ writer }: Database, { entity, seq, place, series }: Forgets): Promise<void> {
  const rows = await writer.createAppender('forgets');
  for (let at = 0; at < entity.length; at++) {
    rows.appendInteger(entity[at] ?? 0);
    rows.appendBigInt(BigInt(seq[at] ?? 0));
    rows.appendInteger(place[at] ?? -1);
    rows.endRow();
  }
  rows.closeSync();
  const all = await writer.createAppender('forgets_series');
  for (const [id, attr, dataset, before] of series) {
    all.appendInteger(id);
    for (const number of [attr, dataset]) {
      if (number === null) all.appendNull();
      else all.appendInteger(number);
    }
    all.appendBigInt(BigInt(before));
    all.endRow();
  }
  all.closeSync();
}

const rowsOf = (paths: readonly string[]): string =>
  ['tail', ...(paths.length > 0 ? [parquet(paths)] : [])]
    .map((source) => `SELECT * FROM ${source}`)
    .join(' UNION ALL ');

/** Words of a class that this entity uses and no other. */
async function ownWords(
  database: Database,
  rows: string,
  column: 'shape' | 'dataset',
  entity: number,
): Promise<number[]> {
  const used = await database.all(`SELECT DISTINCT ${column} FROM (${rows}) WHERE entity = ${entity}`);
  const own: number[] = [];
  for (const [id] of used) {
    const others = `SELECT 1 FROM (${rows}) WHERE ${column} = ${Number(id)} AND entity <> ${entity} LIMIT 1`;
    if ((await database.all(others)).length === 0) own.push(Number(id));
  }
  return own;
}

async function countRows(database: Database, where: string, files: readonly Rewrite[]): Promise<number> {
  const paths = files.flatMap(({ old }) => (old === undefined ? [] : [join(database.sealed, old)]));
  const sources = ['tail', ...(paths.length > 0 ? [parquet(paths)] : [])];
  const [row] = await database.all(
    `SELECT count(*)::DOUBLE FROM (${sources.map((source) => `SELECT 1 FROM ${source} WHERE ${where}`).join(' UNION ALL ')})`,
  );
  return Number(row?.[0] ?? 0);
}

async function remove(
  database: Database,
  files: readonly Rewrite[],
  where: string,
  also: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await rewrite(database, files, async () => {
    await database.writer.run(`DELETE FROM tail WHERE ${where}`);
    await also();
  });
}
