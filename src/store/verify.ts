/** Checks everything that a store promises about its bytes. Reads all of it; changes nothing. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from './index.ts';
import { replay } from './replay.ts';
import type { Digest } from './sqlite/digest.ts';
import { openState } from './sqlite/state.ts';

export type Verification = {
  /** What is wrong, in words; empty: all is well. */
  readonly problems: readonly string[];
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly records: number;
  readonly files: number;
  readonly digest: Digest;
  /** Whether the state was compared with a replay; only where the journal is kept from its first record. */
  readonly replayed: boolean;
};

/**
 * Reads every record (checksums, no hole), checks SQLite, hashes every file, and compares the state with a replay.
 * Freshly opened it reads all from the disk; under load the replay is not compared.
 */
export async function verify(
  store: Store,
  progress: (part: 'journal' | 'state' | 'files' | 'replay', done: number, of: number) => void = () => {},
): Promise<Verification> {
  const problems: string[] = [];
  const { journal, state, directory } = store;
  await store.writer.applied();
  const firstSeq = journal.firstSeq();
  const lastSeq = journal.lastSeq();
  let records = 0;
  try {
    let next = firstSeq;
    while (next <= lastSeq) {
      const { records: batch, gap } = await journal.read(next, 2000);
      if (gap || batch.length === 0) throw new Error(`records from ${next} on are missing`);
      for (const { seq } of batch) {
        if (seq !== next) throw new Error(`record ${next} is missing, ${seq} follows`);
        next++;
      }
      records += batch.length;
      progress('journal', next - firstSeq, lastSeq - firstSeq + 1);
    }
  } catch (error) {
    problems.push(`journal: ${error instanceof Error ? error.message : String(error)}`);
  }
  progress('state', 0, 1);
  for (const row of await state.rows.all('PRAGMA integrity_check')) {
    const [found] = Object.values(row);
    if (found !== 'ok') problems.push(`state.db: ${String(found)}`);
  }
  const digest = await state.digest();
  const files = await verifyFiles(directory.files, problems, (done) => progress('files', done, done));
  const replayed = firstSeq === 1 && problems.length === 0;
  if (replayed) await compareWithReplay(store, digest, problems, (seq, last) => progress('replay', seq, last));
  return { problems, firstSeq, lastSeq, records, files, digest, replayed };
}

async function verifyFiles(directory: string, problems: string[], progress: (done: number) => void): Promise<number> {
  let count = 0;
  for (const folder of await readdir(directory)) {
    for (const name of await readdir(join(directory, folder))) {
      const bytes = await readFile(join(directory, folder, name));
      if (createHash('sha256').update(bytes).digest('hex') !== name) problems.push(`file ${name} is damaged`);
      progress(++count);
    }
  }
  return count;
}

async function compareWithReplay(
  { journal, state, directory, derivation: derive }: Store,
  digest: Digest,
  problems: string[],
  progress: (seq: number, last: number) => void,
): Promise<void> {
  const path = join(directory.tmp, 'verify.db');
  const again = openState({ path, tables: [...state.tables.values()] });
  try {
    const derivation = derive?.();
    await derivation?.load(again.rows);
    await replay(journal, again, derivation, progress);
    const other = await again.digest();
    // Something was written meanwhile: there is nothing to compare.
    if (other.seq !== digest.seq) return;
    if (other.sha256 !== digest.sha256) {
      problems.push(
        `state.db differs from a replay of the journal at change ${digest.seq}: ${digest.entities} entities and ${digest.rows} rows, replayed ${other.entities} and ${other.rows}`,
      );
    }
  } finally {
    await again.close();
    for (const suffix of ['', '-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
  }
}
