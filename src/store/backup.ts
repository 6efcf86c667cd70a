/**
 * Copies a data directory while it is in use, and says what one holds. The copy is a data directory itself: history and
 * state as they were at two moments, and the journal up to a later one, from which both catch up when it is opened.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { Problem } from '../base/problem.ts';
import { canonicalJson } from '../base/canonical.ts';
import { profileIn } from './directory.ts';
import type { Store } from './index.ts';
import { openJournal } from './journal/journal.ts';
import type { HistoryStore, Journal } from './ports.ts';

/** Told after each portion of the journal. */
type Tell = (done: number, total: number, note: string) => void;

const recordsAtOnce = 2_000;
/** One step: a copy in steps would begin anew with every write of another connection. */
const allPages = 2 ** 31 - 1;

/**
 * @param to a directory that is empty or not there
 * @returns the sequence number up to which everything acknowledged is in the copy
 * @throws Problem overloaded when the signal stops it; whatever is in `to` then is of no use
 */
export async function copyStore(
  { store, history }: { store: Store; history: HistoryStore },
  to: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ seq: number }> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const { directory, journal, writer } = store;
  await history.copyTo(join(to, 'history'));
  await writer.applied();
  await copyDatabase(directory.state, join(to, 'state.db'));
  // Before the journal: what it says of rights the log was told, or is still to be told.
  if (existsSync(directory.trust)) await copyDatabase(directory.trust, join(to, 'trust.db'));
  // In one breath: records up to here know every entry of that tree, and call none logged that is not in it.
  const seq = journal.lastSeq();
  const heads = headsOf(directory.log);
  await copyJournal(journal, join(to, 'journal'), seq, tell, signal);
  await cp(directory.files, join(to, 'files'), { recursive: true });
  if (existsSync(directory.profile)) await cp(directory.profile, profileIn(to), { recursive: true });
  // After the journal: what it names lies in the vault. The key of the vault is no part of a backup.
  if (existsSync(directory.vault)) await copyDatabase(directory.vault, join(to, 'vault.db'));
  await copyLog(directory.log, heads, join(to, 'tlog'));
  // Last: without it the directory is no city.
  await cp(join(directory.path, 'format.json'), join(to, 'format.json'));
  return { seq };
}

/** As of one moment, while it is in use; nobody else may read the copy. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(database, to, { rate: allPages });
    await chmod(to, 0o600);
  } finally {
    database.close();
  }
}

/** Where the log stood, as its files say it. */
const headsOf = (log: string): readonly (readonly [name: string, bytes: Buffer])[] =>
  ['checkpoint', 'witnessed']
    .filter((name) => existsSync(join(log, name)))
    .map((name) => [name, readFileSync(join(log, name))]);

/** The tiles that the checkpoint speaks of are there by now, and never change. */
async function copyLog(from: string, heads: ReturnType<typeof headsOf>, to: string): Promise<void> {
  if (heads.length === 0) return;
  await mkdir(to, { mode: 0o700 });
  for (const [name, bytes] of heads) await writeFile(join(to, name), bytes, { mode: 0o600 });
  if (existsSync(join(from, 'tile'))) await cp(join(from, 'tile'), join(to, 'tile'), { recursive: true });
}

async function copyJournal(from: Journal, to: string, last: number, tell: Tell, signal: AbortSignal): Promise<void> {
  const first = from.firstSeq();
  const copy = await openJournal({ directory: to, seal: false, startsAt: first });
  try {
    for (let next = first; next <= last;) {
      if (signal.aborted) throw new Problem('overloaded', 'stopped');
      const { records, gap } = await from.read(next, Math.min(recordsAtOnce, last - next + 1));
      if (gap) throw new Problem('overloaded', 'the journal was shortened while it was copied; try again');
      next += records.length;
      await copy.append(records);
      tell(next - first, last - first + 1, 'records of the journal');
    }
  } finally {
    await copy.close();
  }
}

/** What a data directory holds, in few bytes. Equal digests of the same range mean equal content. */
export type DataDigest = {
  /** Of the records looked at; `to` is the last acknowledged one unless asked for less. */
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly journal: string;
  readonly instances: number;
  readonly history: string;
  /** Of the whole state; only where the range reaches to its present. */
  readonly state?: string;
  readonly entities?: number;
};

/** Reads every record of the range (which checks its checksum) and everything that history and state made of it. */
export async function digestStore(
  { store, history }: { store: Store; history: HistoryStore },
  range: { readonly from?: number; readonly to?: number },
  tell: Tell,
): Promise<DataDigest> {
  const { journal, writer, state } = store;
  await writer.applied();
  const last = journal.lastSeq();
  const from = Math.max(range.from ?? 1, journal.firstSeq());
  const to = Math.min(range.to ?? last, last);
  const whole = await state.digest();
  const hash = createHash('sha256');
  let count = 0;
  for (let next = from; next <= to;) {
    const { records } = await journal.read(next, Math.min(recordsAtOnce, to - next + 1));
    if (records.length === 0) throw new Problem('bad-data', `record ${next} cannot be read`, 'journal');
    for (const record of records) hash.update(`${canonicalJson(record)}\n`);
    count += records.length;
    next += records.length;
    tell(next - from, to - from + 1, 'records read');
  }
  const past = await history.digest({ toSeq: to });
  return {
    from,
    to,
    records: count,
    journal: hash.digest('hex'),
    instances: past.instances,
    history: past.hash,
    ...(whole.seq === to && { state: whole.sha256, entities: whole.entities }),
  };
}
