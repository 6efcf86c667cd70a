/** A consistent copy of history into an empty directory. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyDatabase } from './database.ts';
import type { Database } from './database.ts';
import { syncDirectory, syncFile } from './sync.ts';

/** Nothing is written meanwhile (call within `write`); readers go on. */
export async function copyTo(database: Database, directory: string): Promise<{ seq: number }> {
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} is not empty`);
  const sealed = join(directory, 'sealed');
  mkdirSync(sealed);
  const [row] = await database.all('SELECT applied::DOUBLE FROM meta');
  await copyDatabase(database.writer, join(directory, 'history.duckdb'));
  const files = await database.all('SELECT name, rollup FROM files');
  for (const name of files.flat()) {
    if (name === null) continue;
    const to = join(sealed, String(name));
    cpSync(join(database.sealed, String(name)), to);
    syncFile(to);
  }
  for (const path of [sealed, directory]) syncDirectory(path);
  return { seq: row?.[0] as number };
}
