/** What takes rows away: retention and erasure. */
import { join } from 'node:path';
import type { Database } from './database.ts';
import { rewrite } from './seal.ts';
import type { Rewrite } from './seal.ts';
import { parquet } from './parquet.ts';
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
