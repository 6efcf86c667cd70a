/**
 * Sealing: the rows of a closed UTC day and kind leave the tail for one immutable Parquet file, sorted by attribute,
 * entity and time. Late rows for a sealed day stay in the tail, which is merged at every read, until there are enough
 * of them to write the file anew.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeFile } from './database.ts';
import type { Database } from './database.ts';
import { createdWithChange } from './batch.ts';
import { parquet, quote, writeParquet } from './parquet.ts';
import { valuesPerHour, writeRollup } from './rollup.ts';
import { syncDirectory, syncFile } from './sync.ts';

export const dayUs = 86_400_000_000;
/** A day is sealed when it has been over for this long: readings that come a little late need no second writing. */
const graceUs = dayUs;
/** A file is written anew when the tail holds more than this part of its rows. */
const lateShareMax = 0.01;
/** Rows moved in one transaction, so that memory and the write-ahead log stay bounded. */
const rowsPerStepMax = 2_000_000;
/** Files written in one step: a record that comes meanwhile waits for no more of them. */
const filesPerStepMax = 16;
/** A file's rows besides those of the tail; `where` leaves rows out. */
export type Rewrite = {
  readonly kind: number;
  readonly day: number;
  /** The file that it replaces. */
  readonly old: string | undefined;
  /** Condition on rows of the old file that stay. */
  readonly keep?: string;
};

/** Floor of a division by a day, which SQL rounds towards zero. */
const dayOfAt = `((instant - CASE WHEN instant < 0 THEN ${dayUs - 1} ELSE 0 END) // ${dayUs})`;

/**
 * Seals some of the days that are due, oldest first. A century of readings is thousands of days, so whoever seals gives
 * others their turn between two steps.
 * @returns what it sealed, and how many files are still due. Call within `write`
 */
export async function sealStep(database: Database, now: number) {
  const lastDay = Math.floor((now * 1000 - graceUs) / dayUs) - 1;
  const closed = await database.all(
    `SELECT kind, day, rows::DOUBLE, name FROM
       (SELECT kind, ${dayOfAt} AS day, count(*) AS rows FROM tail
        WHERE instant < ${(lastDay + 1) * dayUs}::BIGINT GROUP BY ALL) AS late
     LEFT JOIN files USING (kind, day)
     WHERE name IS NULL OR rows > files.count * ${lateShareMax} ORDER BY day, kind`,
  );
  let rows = 0;
  const step: Rewrite[] = [];
  for (const [kind, day, count, name] of closed) {
    if (step.length > 0 && (rows + Number(count) > rowsPerStepMax || step.length === filesPerStepMax)) break;
    rows += Number(count);
    step.push({ kind: Number(kind), day: Number(day), old: name === null ? undefined : String(name) });
  }
  const bytes = step.length === 0 ? 0 : (await rewrite(database, step)).bytes;
  const due = closed.length - step.length;
  // Gives the tail's blocks back. Beside a running read it may be refused; the next commits do it then.
  if (step.length > 0 && due === 0) await database.writer.run('CHECKPOINT').catch(() => {});
  return { sealedDays: step.length, rows, bytes, due };
}

/** Writes these files anew from the old file and the tail, and lists them in one transaction. Call within `write`. */
export async function rewrite(
  database: Database,
  files: readonly Rewrite[],
  also: () => Promise<void> = () => Promise.resolve(),
): Promise<{ bytes: number }> {
  let bytes = 0;
  const written: { file: Rewrite; name: string; size: number; rollup: string | undefined }[] = [];
  for (const file of files) {
    const name = freshName(database, file);
    const path = join(database.sealed, name);
    const rows = await writeFile(database, file, path);
    if (rows === 0) {
      rmSync(path, { force: true });
      written.push({ file, name: '', size: 0, rollup: undefined });
      continue;
    }
    const rollup = await writeRollupFile(database, path, name);
    const size = statSync(path).size + (rollup === undefined ? 0 : statSync(join(database.sealed, rollup)).size);
    bytes += size;
    written.push({ file, name, size, rollup });
  }
  syncDirectory(database.sealed);
  await database.transaction(async () => {
    for (const { file, name, size, rollup } of written) {
      const { kind, day, old } = file;
      if (old !== undefined) {
        await database.writer.run('DELETE FROM files WHERE name = $1', [old]);
        await database.writer.run('DELETE FROM contents WHERE name = $1', [old]);
      }
      await database.writer.run(
        `DELETE FROM tail WHERE kind = ${kind} AND instant >= ${day * dayUs}::BIGINT AND instant < ${(day + 1) * dayUs}::BIGINT`,
      );
      if (!name) continue;
      await database.writer.run(listFile(database, { name, rollup, kind, day, size }));
      await database.writer.run(describeFile(name, parquet([join(database.sealed, name)])));
    }
    await also();
  });
  const gone = files.flatMap(({ old }) => (old === undefined ? [] : [old]));
  if (gone.length > 0) {
    await database.readsEnded();
    for (const name of gone.flatMap((name) => [name, rollupName(name)])) {
      rmSync(join(database.sealed, name), { force: true });
    }
  }
  return { bytes };
}

async function writeFile(database: Database, { kind, day, old, keep }: Rewrite, path: string): Promise<number> {
  const sources = [
    `SELECT * FROM tail WHERE kind = ${kind} AND instant >= ${day * dayUs}::BIGINT AND instant < ${(day + 1) * dayUs}::BIGINT`,
    ...(old === undefined ? [] : [`SELECT * FROM ${parquet([join(database.sealed, old)])}`]),
  ].join(' UNION ALL ');
  const temporary = `${path}.tmp`;
  const kept = `SELECT * FROM (${sources}) AS r ${keep === undefined ? '' : `WHERE ${keep}`}`;
  const result = await database.writer.run(writeParquet(kept, temporary));
  syncFile(temporary);
  renameSync(temporary, path);
  const [row] = await result.getRows();
  return Number(row?.[0] ?? 0);
}

type Listed = { name: string; rollup: string | undefined; kind: number; day: number; size: number };

const listFile = (database: Database, { name, rollup, kind, day, size }: Listed): string => `
  INSERT INTO files
  SELECT ${quote(name)}, ${kind}, ${day}, count(*), ${size}, ${rollup === undefined ? 'NULL' : quote(rollup)},
    min(instant), max(instant), min(instant + lag), max(instant + lag),
    min(CASE WHEN created = ${createdWithChange} THEN instant + lag ELSE created END),
    max(CASE WHEN created = ${createdWithChange} THEN instant + lag ELSE created END), min(seq), max(seq)
  FROM ${parquet([join(database.sealed, name)])}`;

const rollupName = (name: string): string => name.replace(/\.parquet$/, '.rollup.parquet');

/** @returns the rollup's name, undefined where rollups do not pay */
async function writeRollupFile(database: Database, path: string, name: string): Promise<string | undefined> {
  const rows = parquet([path]);
  const [density] = await database.all(valuesPerHour(rows));
  if (Number(density?.[0] ?? 0) < database.rollupFrom) return undefined;
  const rollup = rollupName(name);
  const to = join(database.sealed, rollup);
  await database.writer.run(writeRollup(rows, `${to}.tmp`));
  syncFile(`${to}.tmp`);
  renameSync(`${to}.tmp`, to);
  return rollup;
}

/** `2026-11-22-k3-1.parquet`: names are never used twice while a read may have the older file open. */
function freshName(database: Database, { kind, day, old }: Rewrite): string {
  const date = new Date(day * 86_400_000).toISOString().replace(/T.*/, '');
  const version = old === undefined ? 1 : Number(/-(\d+)\.parquet$/.exec(old)?.[1] ?? 0) + 1;
  const taken = new Set(readdirSync(database.sealed));
  for (let n = version; ; n++) {
    const name = `${date}-k${kind}-${n}.parquet`;
    if (!taken.has(name)) return name;
  }
}

/** Deletes what no manifest lists: left by a process that died between the file and its transaction. */
export async function sweep(database: Database): Promise<void> {
  const files = await database.all('SELECT name, rollup FROM files');
  const listed = new Set(files.flat().map(String));
  for (const name of readdirSync(database.sealed)) {
    if (!listed.has(name)) rmSync(join(database.sealed, name), { force: true });
  }
}
