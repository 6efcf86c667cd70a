/** The checkpoint worker: moves the write-ahead log into `state.db`, so that whoever applies need not wait for the disk. */
import { workerData } from 'node:worker_threads';
import type { CheckpointQuestion } from './checkpoints.ts';
import { openForCheckpoints } from './schema.ts';
import { answer } from './thread.ts';

const db = openForCheckpoints((workerData as { path: string }).path);

type Frames = { readonly busy: number; readonly log: number; readonly checkpointed: number };

const checkpoint = (mode: 'NOOP' | 'PASSIVE'): Frames => db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() as Frames;

answer<CheckpointQuestion>(
  ({ least, close }) => {
    if (close === true) {
      db.close();
      return true;
    }
    if (least !== undefined) {
      const { log, checkpointed } = checkpoint('NOOP');
      if (log - checkpointed < least) return false;
    }
    const { busy, log, checkpointed } = checkpoint('PASSIVE');
    return busy === 0 && log === checkpointed;
  },
  ({ close }) => close === true,
);
