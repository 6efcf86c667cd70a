/**
 * What the transparency log is to be told of accounts and keys. It waits in `trust.db` until the log has it, since both cannot be
 * written at once, and an account may be made while no city is served. Opaque ids only.
 */
import { oneAtATime } from '../../base/queue.ts';
import { parseJson } from '../../base/json.ts';
import type { Json } from '../../ngsild/entity.ts';
import { textOf } from './columns.ts';
import type { Database } from '../../store/index.ts';

export type Notes = {
  /** Within the transaction of the change itself; told right after it. */
  add(type: 'account' | 'api-key' | 'device', id: string, record: Json): void;
  /** From here on notes go to the log, those that wait first; they go again when it was not to be had. */
  tell(note: (type: string, id: string, record: Json) => Promise<unknown>): Promise<void>;
  /** Tells what waits; what cannot be told goes on waiting. */
  flush(): Promise<void>;
};

export function openNotes(database: Database, onFailed: (error: unknown) => void = () => {}): Notes {
  let log: ((type: string, id: string, record: Json) => Promise<unknown>) | undefined;
  const inTurn = oneAtATime();
  const tellAll = (): Promise<void> =>
    inTurn(async () => {
      if (!log) return;
      for (const { seq, type, id, record } of database.all('SELECT seq, type, id, record FROM note ORDER BY seq')) {
        await log(textOf(type), textOf(id), parseJson(Buffer.from(textOf(record))) as Json);
        database.run('DELETE FROM note WHERE seq = ?', seq ?? null);
      }
    });
  const flush = (): Promise<void> => tellAll().catch(onFailed);
  return {
    add(type, id, record) {
      database.run('INSERT INTO note (type, id, record) VALUES (?, ?, ?)', type, id, JSON.stringify(record));
      // The transaction has ended by then.
      if (log) setImmediate(() => void flush());
    },
    tell(note) {
      log = note;
      return tellAll();
    },
    flush,
  };
}
