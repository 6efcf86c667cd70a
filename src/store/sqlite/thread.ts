/** A thread beside the main one that does what it is asked, in order, and says whether it is done. */
import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads';

export type Asked<Q> = Q & { readonly id: number };
type Answer = { readonly id: number; readonly done?: boolean; readonly error?: string };

export type Thread<Q> = {
  ask(question: Q): Promise<boolean>;
  /** Asks the last question and waits for the end of the thread. */
  close(last: Q): Promise<void>;
};

/** The main thread's end. The thread keeps the process alive only while somebody waits for it. */
export function startThread<Q extends object>(url: URL, options: Omit<WorkerOptions, 'execArgv'>): Thread<Q> {
  const worker = new Worker(url, { ...options, execArgv: [] });
  worker.unref();
  const waiting = new Map<number, { resolve: (done: boolean) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', ({ id, done, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) asked?.resolve(done === true);
    else asked?.reject(new Error(error));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error(`the thread ${options.name} ended`)));
  const ask = (question: Q): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (failure) {
        reject(failure);
        return;
      }
      if (waiting.size === 0) worker.ref();
      const id = ++nextId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id } satisfies Asked<Q>);
    });
  return {
    ask,
    async close(last) {
      if (failure) return;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      await ask(last);
      // The answer has let go of the thread; its end is still to come.
      worker.ref();
      await ended;
    },
  };
}

/** The thread's end. @param perform its answer; what it throws is told to whoever asked */
export function answer<Q extends object>(perform: (question: Q) => boolean, isLast: (question: Q) => boolean): void {
  parentPort?.on('message', (question: Asked<Q>) => {
    const { id } = question;
    let told: Answer;
    try {
      told = { id, done: perform(question) };
    } catch (error) {
      told = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort?.postMessage(told);
    if (isLast(question)) parentPort?.close();
  });
}
