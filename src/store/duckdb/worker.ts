/** The one history thread: answers requests, each with its number. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEngine } from './engine.ts';
import type { Engine, EngineOperation, EngineOptions } from './engine.ts';

export type Request = { readonly id: number; readonly operation: EngineOperation; readonly values: readonly unknown[] };
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

const port = parentPort;
if (!port) throw new Error('the history worker runs in a worker thread');
const engine: Engine = await openEngine(workerData as EngineOptions);

const answer = async ({ id, operation, values }: Request): Promise<void> => {
  try {
    const result = await (engine[operation] as (...values: readonly unknown[]) => unknown)(...values);
    port.postMessage({ id, result } satisfies Answer);
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
  if (operation === 'close') port.close();
};
port.on('message', (request: Request) => void answer(request));
