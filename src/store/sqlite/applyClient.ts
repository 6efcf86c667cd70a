/**
 * The main thread's end of the apply worker. Applying an entity costs 20-30 us of SQLite, its JSON 2 us: only the
 * second is paid here.
 */
import { setImmediate as breath } from 'node:timers/promises';
import type { TableDefinition } from '../ports.ts';
import type { EntityWrite, RowWrite, StateBatch } from './apply.ts';
import { startThread } from './thread.ts';

export type ApplyWorkerData = { readonly path: string; readonly tables: readonly TableDefinition[] };

/** Six values per entity in one flat array, the shape as a number: half the cost of copying objects. */
export type ApplyPart = {
  readonly entities: readonly (number | string | null)[];
  /** Texts of the shapes that come after those sent before. */
  readonly newShapes: readonly string[];
  readonly rows: readonly RowWrite[];
};
export type ApplyQuestion =
  | { readonly name: 'part'; readonly part: ApplyPart }
  | { readonly name: 'commit'; readonly seq: number; readonly at: number }
  | { readonly name: 'close' };

export type ApplyClient = {
  apply(batch: StateBatch): Promise<void>;
  close(): Promise<void>;
};

const entitiesPerPart = 250;

export function openApplier(data: ApplyWorkerData): ApplyClient {
  const thread = startThread<ApplyQuestion>(new URL('./applyWorker.ts', import.meta.url), {
    name: 'apply',
    workerData: data,
    // It holds one batch at a time; a large young generation would only stay resident.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
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
        const sent = thread.ask({ name: 'part', part });
        // A failure is reported by whoever awaits it; until then it is not unhandled.
        sent.catch(() => {});
        await before;
        before = sent;
        await breath();
        part = pack(iterator, []);
      }
      await before;
      await thread.ask({ name: 'commit', seq, at });
    },
    close: () => thread.close({ name: 'close' }),
  };
}
