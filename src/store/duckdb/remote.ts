/** Calls the engine in its worker thread. */
import { Worker } from 'node:worker_threads';
import type { Engine, EngineOperation, EngineOptions } from './engine.ts';
import type { Answer, Request } from './worker.ts';

type Pending = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void };

export type RemoteEngine = {
  call<O extends EngineOperation>(
    operation: O,
    values: Parameters<Engine[O]>,
    transfer?: ArrayBuffer[],
  ): ReturnType<Engine[O]>;
  /** Resolves when the thread is gone. */
  close(): Promise<void>;
};

/** @throws Error from every call once the thread has died; the message says of what */
export function remoteEngine(options: EngineOptions): RemoteEngine {
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: options,
    name: 'history',
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let dead: Error | undefined;
  const die = (error: Error) => {
    dead ??= error;
    for (const { reject } of pending.values()) reject(dead);
    pending.clear();
  };
  worker.on('message', (answer: Answer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(`history: ${answer.error}`));
    else waiting?.resolve(answer.result);
  });
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      die(new Error('history is closed'));
      resolve();
    });
  });
  const call = (operation: EngineOperation, values: readonly unknown[], transfer: ArrayBuffer[] = []) => {
    if (dead) return Promise.reject(dead);
    return new Promise<unknown>((resolve, reject) => {
      const request: Request = { id: nextId++, operation, values };
      pending.set(request.id, { resolve, reject });
      worker.postMessage(request, transfer);
    });
  };
  return {
    call: call as RemoteEngine['call'],
    async close() {
      if (!dead) await call('close', []);
      await exited;
    },
  };
}
