/** A consistent copy of history into an empty directory. */
import { closeSync, cpSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { quote } from './parquet.ts';
import { syncDirectory } from './seal.ts';

/** Nothing is written meanwhile (call within `write`); readers go on. */
export async function copyTo(database: Database, directory: string): Promise<{ seq: number }> {
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} is not empty`);
  const sealed = join(directory, 'sealed');
  mkdirSync(sealed);
  const [row] = await database.all('SELECT applied::DOUBLE, current_database() FROM meta');
  const path = join(directory, 'history.duckdb');
  await database.writer.run(`ATTACH ${quote(path)} AS backup`);
  try {
    await database.writer.run(`COPY FROM DATABASE "${String(row?.[1])}" TO backup`);
    await database.writer.run('CHECKPOINT backup');
  } finally {
    await database.writer.run('DETACH backup');
  }
  const files = await database.all('SELECT name FROM files');
  for (const [name] of files) {
    const to = join(sealed, String(name));
    cpSync(join(database.sealed, String(name)), to);
    const handle = openSync(to, 'r+');
    fsyncSync(handle);
    closeSync(handle);
  }
  syncDirectory(sealed);
  return { seq: row?.[0] as number };
}
