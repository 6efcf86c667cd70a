/** The main thread's end of the tile worker, which is started by the first tile that anybody asks for. */
import { setImmediate as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../base/problem.ts';
import type { TileAddress } from './address.ts';
import type { TileWords } from './tileIndex.ts';
import type { LayerKind, LayerPart, TileQuestion, TileReply } from './worker.ts';

export type CutTile = { readonly gzip: Uint8Array<ArrayBuffer>; readonly thinned: number };

export type TileCutter = {
  /** Makes a layer of its parts; tiles are cut of the one before until it is done. */
  build(
    key: string,
    kind: LayerKind,
    parts: Iterable<LayerPart> | AsyncIterable<LayerPart>,
  ): Promise<{ features: number }>;
  /** @returns undefined when the layer has to be built (again) first */
  tile(key: string, address: Omit<TileAddress, 'layer'>, words?: TileWords): Promise<CutTile | undefined>;
  drop(key: string): void;
  close(): Promise<void>;
};

/** A tile that takes longer would not be looked at any more. */
const patienceMs = 30_000;

export function tileCutter(): TileCutter {
  let worker: Worker | undefined;
  let closed = false;
  let nextId = 0;
  const waiting = new Map<number, { resolve: (reply: TileReply) => void; reject: (error: Error) => void }>();
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./worker.ts', import.meta.url), {
      execArgv: [],
      // Garbage of cutting tiles is collected often rather than kept.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    started.unref();
    started.on('message', (reply: TileReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) started.unref();
      asked?.resolve(reply);
    });
    started.on('error', (error) => {
      if (worker !== started) return;
      worker = undefined;
      fail(error instanceof Error ? error : new Error(String(error)));
    });
    started.on('exit', () => {
      if (worker !== started) return;
      worker = undefined;
      fail(new Error('the tile worker ended'));
    });
    return started;
  };
  const send = (question: TileQuestion): void => {
    if (closed) throw new Problem('overloaded', 'the server is stopping');
    worker ??= start();
    worker.postMessage(question);
  };
  const ask = (question: (id: number) => TileQuestion): Promise<TileReply> => {
    const id = ++nextId;
    return new Promise<TileReply>((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(id);
        reject(new Problem('overloaded', `a tile took longer than ${patienceMs / 1000} s; try again`));
      }, patienceMs);
      late.unref();
      waiting.set(id, {
        resolve: (reply) => {
          clearTimeout(late);
          if ('error' in reply) reject(new Error(reply.error));
          else resolve(reply);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
      try {
        send(question(id));
        worker?.ref();
      } catch (error) {
        clearTimeout(late);
        waiting.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  };

  return {
    async build(key, kind, parts) {
      send({ do: 'begin', key, kind });
      try {
        for await (const part of parts) {
          send({ do: 'add', key, part });
          // Handing over copies; whoever else waits for the main thread comes in between.
          await pause();
        }
        const reply = await ask((id) => ({ do: 'finish', key, id }));
        return { features: 'features' in reply ? reply.features : 0 };
      } catch (error) {
        if (!closed) send({ do: 'drop', key });
        throw error;
      }
    },
    async tile(key, address, words) {
      const reply = await ask((id) => ({ do: 'tile', key, id, address, ...(words && { words }) }));
      return 'gzip' in reply ? { gzip: reply.gzip, thinned: reply.thinned } : undefined;
    },
    drop: (key) => {
      if (worker) send({ do: 'drop', key });
    },
    async close() {
      closed = true;
      const open = worker;
      worker = undefined;
      fail(new Problem('overloaded', 'the server is stopping'));
      await open?.terminate();
    },
  };
}
