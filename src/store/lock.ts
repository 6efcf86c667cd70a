/**
 * One process per data directory. The lock is a write lock that SQLite holds on the file `lock`: the operating system
 * takes it back when the process dies, however it dies, so there are no stale locks.
 */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Problem } from '../base/problem.ts';

export type Lock = { readonly release: () => void };

/** @throws Problem conflict when another process has the directory */
export function lockDirectory(directory: string): Lock {
  const db = new DatabaseSync(join(directory, 'lock'));
  try {
    db.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL); DELETE FROM holder');
    db.prepare('INSERT INTO holder VALUES (?)').run(process.pid);
    db.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const pid = holder(db);
    db.close();
    if ((error as { errcode?: number }).errcode !== busy) throw error;
    throw new Problem(
      'conflict',
      `the data directory ${directory} is in use by another process${pid === undefined ? '' : ` (pid ${pid})`}`,
    );
  }
  return { release: () => db.close() };
}

/** SQLITE_BUSY */
const busy = 5;

function holder(db: DatabaseSync): number | undefined {
  try {
    return (db.prepare('SELECT pid FROM holder').get() as { pid: number } | undefined)?.pid;
  } catch {
    return undefined;
  }
}
