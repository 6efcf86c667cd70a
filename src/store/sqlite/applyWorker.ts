/** The apply worker: the one connection that writes `state.db`, beside the main thread. */
import { workerData } from 'node:worker_threads';
import { batchApplier, type EntityWrite } from './apply.ts';
import { changeWriter } from './changes.ts';
import type { ApplyPart, ApplyQuestion, ApplyWorkerData } from './applyClient.ts';
import { openForWriting } from './schema.ts';
import { answer } from './thread.ts';

const { path, tables, changes } = workerData as ApplyWorkerData;
const db = openForWriting(path);
const applier = batchApplier(db, tables, changeWriter(changes));
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

function perform(question: ApplyQuestion): boolean {
  switch (question.name) {
    case 'part':
      applier.part(unpacked(question.part), question.part.rows, question.part.derived);
      return true;
    case 'commit':
      applier.commit(question.seq, question.at);
      return true;
    case 'close':
      // The last connection: what is in the write-ahead log goes into the file, and it is synced.
      db.close();
      return true;
  }
}

answer<ApplyQuestion>(perform, ({ name }) => name === 'close');
