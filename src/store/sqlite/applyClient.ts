/**
 * The main thread's end of the apply worker. Applying an entity costs 20-30 us of SQLite, its JSON 2 us: only the
 * second is paid here.
 */
import { setImmediate as breath } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { TableDefinition } from '../ports.ts';
import type { EntityWrite, RowWrite, StateBatch } from './apply.ts';

export type ApplyWorkerData = { readonly path: string; readonly tables: readonly TableDefinition[] };

/** Six values per entity in one flat array, the shape as a number: half the cost of copying objects. */
export type ApplyPart = {
  readonly entities: readonly (number | string | null)[];
  /** Texts of the shapes that come after those sent before. */
  readonly newShapes: readonly string[];
  readonly rows: readonly RowWrite[];
};
export type ApplyQuestion = { readonly id: number } & (
  | { readonly name: 'part'; readonly part: ApplyPart }
  | { readonly name: 'commit'; readonly seq: number; readonly at: number }
  | { readonly name: 'checkpoint' | 'close' }
);
export type ApplyAnswer = { readonly id: number; readonly done?: boolean; readonly error?: string };

export type ApplyClient = {
  apply(batch: StateBatch): Promise<void>;
  /** True when everything applied is durable. */
  checkpoint(): Promise<boolean>;
  close(): Promise<void>;
};

const entitiesPerPart = 250;

type Asked = Readonly<{ resolve: (done: boolean) => void; reject: (error: Error) => void }>;
type Without<Q> = Q extends unknown ? Omit<Q, 'id'> : never;

export function openApplier(data: ApplyWorkerData): ApplyClient {
  const worker = new Worker(new URL('./applyWorker.ts', import.meta.url), {
    workerData: data,
    execArgv: [],
    // It holds one batch at a time; a large young generation would only stay resident.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  worker.unref();
  const waiting = new Map<number, Asked>();
  let nextId = 0;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', ({ id, done, error }: ApplyAnswer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) asked?.resolve(done === true);
    else asked?.reject(new Error(error));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error('the apply worker ended')));

  const ask = (question: Without<ApplyQuestion>): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (failure) {
        reject(failure);
        return;
      }
      if (waiting.size === 0) worker.ref();
      const id = ++nextId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id });
    });

  const shapes = new Map<string, number>();
  const pack = (entities: Iterator<EntityWrite>, rows: readonly RowWrite[]): ApplyPart => {
    const packed: (number | string | null)[] = [];
    const newShapes: string[] = [];
    for (let n = 0; n < entitiesPerPart; n++) {
      const next = entities.next();
      if (next.done === true) break;
      const { tenant, id, seq, body, shape: text, box } = next.value;
      let shape = shapes.get(text);
      if (shape === undefined) {
        shape = shapes.size;
        shapes.set(text, shape);
        newShapes.push(text);
      }
      packed.push(tenant, id, seq, body, shape, box);
    }
    return { entities: packed, newShapes, rows };
  };

  return {
    async apply({ seq, at, entities, rows }) {
      const iterator = entities[Symbol.iterator]();
      let part = pack(iterator, rows);
      // Two parts on their way at most: the worker never idles, and the queue never holds a large batch twice.
      let before: Promise<boolean> | undefined;
      while (part.entities.length > 0 || part.rows.length > 0) {
        const sent = ask({ name: 'part', part });
        // A failure is reported by whoever awaits it; until then it is not unhandled.
        sent.catch(() => {});
        await before;
        before = sent;
        await breath();
        part = pack(iterator, []);
      }
      await before;
      await ask({ name: 'commit', seq, at });
    },
    checkpoint: () => ask({ name: 'checkpoint' }),
    async close() {
      if (failure) return;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.ref();
      await ask({ name: 'close' });
      // The answer has let go of the thread; its end is still to come.
      worker.ref();
      await ended;
    },
  };
}
