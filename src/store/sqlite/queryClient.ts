/** The main thread's end of the query workers: asks, waits, and replaces a worker that takes too long or dies. */
import { Worker } from 'node:worker_threads';
import { Problem, type ProblemKind } from '../../base/problem.ts';
import type { Entity } from '../../ngsild/entity.ts';
import { livingAt } from '../../ngsild/index.ts';
import type { EntityStore, Rows } from '../ports.ts';
import type { Changes } from './changes.ts';
import type { Digest } from './digest.ts';
import type { Queries } from './queries.ts';
import { isByShape } from './sql.ts';

export type QueryWorkerData = { readonly path: string; readonly changes: Changes };

type Call = { [N in keyof Queries]: { readonly name: N; readonly with: Parameters<Queries[N]> } }[keyof Queries];
export type Question = { readonly id: number; readonly call: Call };
export type Answer =
  | { readonly id: number; readonly value: ReturnType<Queries[keyof Queries]> }
  | {
      readonly id: number;
      readonly problem: { readonly kind: ProblemKind; readonly detail: string; readonly field: string | undefined };
    }
  | { readonly id: number; readonly error: string };

export type QueryClient = Pick<EntityStore, 'query' | 'types' | 'shapes'> & {
  readonly rows: Rows;
  digest(): Promise<Digest>;
  close(): Promise<void>;
};

type Waiting = {
  resolve: (value: ReturnType<Queries[keyof Queries]>) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
};

/**
 * Two threads: whoever asks what the indexes know does not wait for somebody's search through a million bodies.
 * @param options timeoutMs: a query that takes longer is stopped with Problem too-complex; default 30 s
 */
export function openQueries(data: QueryWorkerData, options: { timeoutMs?: number } = {}): QueryClient {
  const quick = openThread(data, options);
  const searching = openThread(data, options);
  quick.start();
  return {
    async query(tenant, query, page) {
      const thread = isByShape(query, page) || query.ids !== undefined ? quick : searching;
      const asked = thread.ask<ReturnType<Queries['query']>>({ name: 'query', with: [tenant, query, page] });
      const { bodies, count } = await asked;
      const { now = Number.NEGATIVE_INFINITY } = page;
      // Those that have ended are not among them; of the others, attributes may have.
      const entities = bodies.flatMap((body) => livingAt(JSON.parse(body) as Entity, now) ?? []);
      return count === undefined ? { entities } : { entities, count };
    },
    types: (tenant, now) => quick.ask<ReturnType<Queries['types']>>({ name: 'types', with: [tenant, now] }),
    shapes: (tenant, now) => quick.ask<ReturnType<Queries['shapes']>>({ name: 'shapes', with: [tenant, now] }),
    rows: {
      all: (text, parameters = []) =>
        quick.ask<ReturnType<Queries['rows']>>({ name: 'rows', with: [text, parameters] }),
      async get(text, parameters = []) {
        const [row] = await quick.ask<ReturnType<Queries['rows']>>({ name: 'rows', with: [text, parameters] });
        return row;
      },
    },
    digest: () => searching.ask<Digest>({ name: 'digest', with: [] }),
    async close() {
      await Promise.all([quick.close(), searching.close()]);
    },
  };
}

type QueryThread = {
  /** Otherwise it starts when it is first asked. */
  start(): void;
  ask<T extends ReturnType<Queries[keyof Queries]>>(call: Call): Promise<T>;
  close(): Promise<void>;
};

function openThread(data: QueryWorkerData, { timeoutMs = 30_000 }: { timeoutMs?: number }): QueryThread {
  let worker: Worker | undefined;
  let closed = false;
  let nextId = 0;
  const waiting = new Map<number, Waiting>();

  const failAll = (error: Error): void => {
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    waiting.clear();
  };
  const drop = (error: Error): void => {
    const gone = worker;
    worker = undefined;
    failAll(error);
    void gone?.terminate();
  };
  const started = (): Worker => {
    const thread = new Worker(new URL('./queryWorker.ts', import.meta.url), {
      name: 'query',
      workerData: data,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    thread.unref();
    thread.on('message', (answer: Answer) => {
      const asked = waiting.get(answer.id);
      if (!asked) return;
      waiting.delete(answer.id);
      clearTimeout(asked.timer);
      if (waiting.size === 0) thread.unref();
      if ('value' in answer) asked.resolve(answer.value);
      else if ('problem' in answer) {
        const { kind, detail, field } = answer.problem;
        asked.reject(new Problem(kind, detail, field));
      } else asked.reject(new Error(answer.error));
    });
    thread.on('error', (error) => {
      if (worker === thread) drop(error instanceof Error ? error : new Error(String(error)));
    });
    thread.on('exit', () => {
      if (worker === thread) drop(new Error('the query worker ended'));
    });
    return thread;
  };
  const ask = <T extends ReturnType<Queries[keyof Queries]>>(call: Call): Promise<T> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new Problem('overloaded', 'the store is closed'));
        return;
      }
      worker ??= started();
      // Referenced only while somebody waits, so that an idle store never keeps the process alive.
      if (waiting.size === 0) worker.ref();
      const id = ++nextId;
      const timer = setTimeout(() => {
        drop(new Problem('too-complex', `the query took longer than ${timeoutMs / 1000} s`));
      }, timeoutMs);
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, timer });
      worker.postMessage({ id, call } satisfies Question);
    });

  return {
    start: () => void (worker ??= started()),
    ask,
    async close() {
      closed = true;
      const open = worker;
      worker = undefined;
      failAll(new Problem('overloaded', 'the store is closed'));
      if (!open) return;
      const ended = new Promise((resolve) => open.once('exit', resolve));
      open.ref();
      open.postMessage('close');
      await ended;
    },
  };
}
