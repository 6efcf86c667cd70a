/**
 * Checkpoints of `state.db`: the write-ahead log goes into the file and both are synced, in a thread of its own. Whoever
 * applies would wait for the disk, and everybody who queries with it.
 */
import { startThread } from './thread.ts';

/** `least`: only when so many pages of the log (4 KiB each) are not in the file. */
export type CheckpointQuestion = { readonly least?: number; readonly close?: true };

export type Checkpoints = {
  /** True when everything applied at the call is durable. */
  checkpoint(): Promise<boolean>;
  /** Something was applied: begins a checkpoint when much has gathered. */
  applied(): void;
  close(): Promise<void>;
};

/** A quarter of what makes whoever applies do it (`wal_autocheckpoint`), so that little is left to do then. */
const pagesMin = 5_000;

export function openCheckpoints(path: string): Checkpoints {
  const thread = startThread<CheckpointQuestion>(new URL('./checkpointWorker.ts', import.meta.url), {
    name: 'checkpoint',
    workerData: { path },
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  let looking = false;
  return {
    checkpoint: () => thread.ask({}),
    applied() {
      if (looking) return;
      looking = true;
      // One that fails leaves the log as it is; whoever needs it durable asks, and hears why.
      thread
        .ask({ least: pagesMin })
        .catch(() => {})
        .finally(() => (looking = false));
    },
    close: () => thread.close({ close: true }),
  };
}
