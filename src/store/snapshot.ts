/**
 * A consistent copy of a running store. First the state (one read transaction), then the journal up to what is durable
 * by then, then the files: each part holds at least what the one before it names, and opening the copy replays the
 * difference. History is copied by its own store.
 */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../base/problem.ts';
import { linkOrCopy, syncDirectory, syncFile } from './durably.ts';
import type { Store } from './index.ts';

export type Snapshot = {
  /** Last change that the copy holds. */
  readonly seq: number;
  /** Last change that its state.db holds; the rest is replayed when the copy is opened. */
  readonly appliedSeq: number;
  readonly segments: number;
  readonly files: number;
};

/**
 * @param into an empty or missing directory; after this it opens like the original
 * @param progress told before each part
 * @throws Problem bad-data when `into` is not empty
 */
export async function snapshot(
  store: Store,
  into: string,
  progress: (part: 'state' | 'journal' | 'files') => void = () => {},
): Promise<Snapshot> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  if ((await readdir(into)).length > 0) throw new Problem('bad-data', `${into} is not empty`);
  progress('state');
  await store.writer.applied();
  const appliedSeq = await copyState(store.directory.state, join(into, 'state.db'));
  progress('journal');
  const { seq, segments } = await store.journal.copyTo(join(into, 'journal'));
  progress('files');
  const files = await copyFiles(store.directory.files, join(into, 'files'));
  // The format file comes last: without it the copy is not taken for a data directory.
  await copyFile(join(store.directory.path, 'format.json'), join(into, 'format.json'));
  await syncFile(join(into, 'format.json'));
  await syncDirectory(into);
  return { seq, appliedSeq, segments, files };
}

/** In a thread of its own, so that neither queries nor changes wait. */
function copyState(from: string, to: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./sqlite/copyWorker.ts', import.meta.url), {
      workerData: { from, to },
      execArgv: [],
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('copying state.db ended early')));
  });
}

/** Content-addressed files never change: a link is a copy where the file system can. */
async function copyFiles(from: string, to: string): Promise<number> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  let count = 0;
  for (const folder of await readdir(from)) {
    await mkdir(join(to, folder), { mode: 0o700 });
    for (const name of await readdir(join(from, folder))) {
      await linkOrCopy(join(from, folder, name), join(to, folder, name));
      count++;
    }
    await syncDirectory(join(to, folder));
  }
  await syncDirectory(to);
  return count;
}
