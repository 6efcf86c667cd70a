/** The query worker: scans `state.db` beside the main thread, on a connection that cannot write. */
import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../../base/problem.ts';
import { createQueries } from './queries.ts';
import { openForReading } from './schema.ts';
import type { Answer, Question, QueryWorkerData } from './queryClient.ts';

const { path, changes } = workerData as QueryWorkerData;
const db = openForReading(path);
const queries = createQueries(db, changes);

const answer = ({ id, call }: Question): Answer => {
  try {
    switch (call.name) {
      case 'query':
        return { id, value: queries.query(...call.with) };
      case 'types':
        return { id, value: queries.types(...call.with) };
      case 'shapes':
        return { id, value: queries.shapes(...call.with) };
      case 'rows':
        return { id, value: queries.rows(...call.with) };
      case 'digest':
        return { id, value: queries.digest() };
    }
  } catch (error) {
    if (error instanceof Problem)
      return { id, problem: { kind: error.kind, detail: error.message, field: error.field } };
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

parentPort?.on('message', (question: Question | 'close') => {
  if (question === 'close') {
    db.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(question));
});
