/** Copies `state.db` as of one moment and answers with the applied seq that the copy holds. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const { from, to } = workerData as { from: string; to: string };
const source = new DatabaseSync(from, { readOnly: true });
source.prepare('VACUUM INTO ?').run(to);
source.close();
const copy = new DatabaseSync(to, { readOnly: true });
const applied = copy.prepare("SELECT value FROM chorsu_meta WHERE name = 'applied_seq'").get() as
  | { value: number }
  | undefined;
copy.close();
const file = openSync(to, 'r+');
fsyncSync(file);
closeSync(file);
parentPort?.postMessage(applied?.value ?? 0);
