/** The apply worker: the one connection that writes `state.db`, beside the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { batchApplier, type EntityWrite } from './apply.ts';
import type { ApplyAnswer, ApplyPart, ApplyQuestion, ApplyWorkerData } from './applyClient.ts';
import { openForWriting } from './schema.ts';

const { path, tables } = workerData as ApplyWorkerData;
const db = openForWriting(path);
const applier = batchApplier(db, tables);
const shapes: string[] = [];

function* unpacked({ entities, newShapes }: ApplyPart): Generator<EntityWrite> {
  shapes.push(...newShapes);
  for (let i = 0; i < entities.length; i += 6) {
    yield {
      tenant: entities[i] as number,
      id: entities[i + 1] as string,
      seq: entities[i + 2] as number,
      body: entities[i + 3] as string | null,
      shape: shapes[entities[i + 4] as number] ?? '',
      box: entities[i + 5] as string | null,
    };
  }
}

/** True when the write-ahead log is in the file and both are synced. */
function checkpoint(): boolean {
  const { busy, log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() as Record<string, number>;
  return busy === 0 && log === checkpointed;
}

function perform(question: ApplyQuestion): boolean {
  switch (question.name) {
    case 'part':
      applier.part(unpacked(question.part), question.part.rows);
      return true;
    case 'commit':
      applier.commit(question.seq, question.at);
      return true;
    case 'checkpoint':
      return checkpoint();
    case 'close':
      checkpoint();
      db.close();
      return true;
  }
}

parentPort?.on('message', (question: ApplyQuestion) => {
  let answer: ApplyAnswer;
  try {
    answer = { id: question.id, done: perform(question) };
  } catch (error) {
    answer = { id: question.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
  if (question.name === 'close') parentPort?.close();
});
