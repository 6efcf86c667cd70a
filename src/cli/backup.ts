/** `chorsu backup`: a copy of the city, also while it is served and written to. */
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { silentLog } from '../base/log.ts';
import { Problem } from '../base/problem.ts';
import type { DataDigest, Store } from '../store/index.ts';
import type { HistoryStore } from '../store/ports.ts';
import { command, type Command } from './command.ts';
import type { Deed } from './control.ts';
import { directory, withDefault } from './kinds.ts';
import { closedSettings, reach, type ReachDependencies } from './reach.ts';
import type { Served, ServeDependencies } from './serve.ts';

const options = {
  data: withDefault(
    directory('The data directory. When a server runs on it, the server makes the backup.'),
    './data/city',
  ),
};

/** The part of a running platform that holds data. */
export type Holding = { readonly store: Store; readonly history: HistoryStore };

/** Stands beside the data in a backup: what it held when it was made. */
export const certificateFile = 'backup.json';
export type Certificate = { readonly at: string; readonly seq: number; readonly digest: DataDigest };

/** @throws Problem already-exists when somebody's files are there */
export async function requireEmpty(path: string): Promise<void> {
  if (existsSync(path) && (await readdir(path)).length > 0) {
    throw new Problem('already-exists', `${path} is not empty; choose another directory`);
  }
}

export const backupDeed =
  <P extends Served & Holding>(platform: P, open: ServeDependencies<P>['open'], now: () => number): Deed =>
  async (wish, tell, signal) => {
    const { copyStore, digestStore, moveDurably } = await import('../store/index.ts');
    const to = String(wish['to']);
    await requireEmpty(to);
    const part = `${to}.part`;
    await rm(part, { recursive: true, force: true });
    try {
      const { seq } = await copyStore(platform, part, tell, signal);
      // Opened once: state and history catch up with the journal, and what cannot be opened is no backup.
      const copy = await open(closedSettings(part), silentLog);
      try {
        await caughtUp(copy.history, seq);
        const digest = await digestStore(copy, {}, tell);
        const certificate: Certificate = { at: new Date(now()).toISOString(), seq, digest };
        await writeFile(join(part, certificateFile), `${JSON.stringify(certificate, null, 2)}\n`);
      } finally {
        await copy.stop();
      }
      await moveDurably(part, to);
      return { seq };
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      throw error;
    }
  };

/** Waits until the history follower has come to the record. */
export async function caughtUp(history: HistoryStore, seq: number): Promise<void> {
  while ((await history.appliedSeq()) < seq) await new Promise((wait) => setTimeout(wait, 20));
}

export function backupCommand<P extends Served & Holding>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'backup',
    about: 'copies the city into a new directory, also while it is served',
    details:
      'The copy holds everything that was acknowledged when its journal was copied, and the command tells up to which ' +
      'sequence number. It is opened once before it counts, so that it is known to open. It is as sensitive as the city ' +
      'itself. Nothing is left behind when it fails.',
    words: { called: 'TO', about: 'The directory to make; it must be empty or not there.', min: 1, max: 1 },
    options,
    examples: [
      { line: 'chorsu backup ./backups/monday --data ./data/khujand', does: 'A copy, without stopping the server.' },
      { line: 'chorsu verify data --data ./data/khujand --against ./backups/monday', does: 'Is it equal?' },
    ],
    act: async ({ data }, [to = ''], terminal) => {
      if (!existsSync(join(data, 'format.json'))) throw new Problem('not-found', `there is no city in ${data}`);
      const wish = { do: 'backup', to: resolve(to) };
      const result = await reach({ data, wish, title: 'Copying', unit: 'records' }, needs, terminal);
      terminal.out(`${to} holds everything up to sequence number ${(result as { seq: number }).seq}\n`);
      return 0;
    },
  });
}
