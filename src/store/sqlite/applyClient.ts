/**
 * The main thread's end of the apply worker. Applying an entity costs 20-30 us of SQLite, its JSON 2 us: only the
 * second is paid here.
 */
import { setImmediate as breath } from 'node:timers/promises';
import type { DerivedWrite, TableDefinition } from '../ports.ts';
import type { EntityWrite, RowWrite, StateBatch } from './apply.ts';
import type { Changes } from './changes.ts';
import { startThread } from './thread.ts';

export type ApplyWorkerData = {
  readonly path: string;
  readonly tables: readonly TableDefinition[];
  readonly changes: Changes;
};

/** Six values per entity in one flat array, the shape as a number: half the cost of copying objects. */
export type ApplyPart = {
  readonly entities: readonly (number | string | null)[];
  /** Texts of the shapes that come after those sent before. */
  readonly newShapes: readonly string[];
  readonly rows: readonly RowWrite[];
  readonly derived: readonly DerivedWrite[];
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
const derivedPerPart = 500;

export function openApplier(data: ApplyWorkerData): ApplyClient {
  const thread = startThread<ApplyQuestion>(new URL('./applyWorker.ts', import.meta.url), {
    name: 'apply',
    workerData: data,
    // It holds one batch at a time; a large young generation would only stay resident.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const shapes = new Map<string, number>();
  const pack = (entities: Iterator<EntityWrite>): Pick<ApplyPart, 'entities' | 'newShapes'> => {
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
    return { entities: packed, newShapes };
  };
  function* parts({ entities, rows, derived = [] }: StateBatch): Generator<ApplyPart> {
    const iterator = entities[Symbol.iterator]();
    if (rows.length > 0) yield { entities: [], newShapes: [], rows, derived: [] };
    for (let part = pack(iterator); part.entities.length > 0; part = pack(iterator)) {
      yield { ...part, rows: [], derived: [] };
    }
    for (let from = 0; from < derived.length; from += derivedPerPart) {
      yield { entities: [], newShapes: [], rows: [], derived: derived.slice(from, from + derivedPerPart) };
    }
  }

  return {
    async apply(batch) {
      // Two parts on their way at most: the worker never idles, and the queue never holds a large batch twice.
      let before: Promise<boolean> | undefined;
      for (const part of parts(batch)) {
        const sent = thread.ask({ name: 'part', part });
        // A failure is reported by whoever awaits it; until then it is not unhandled.
        sent.catch(() => {});
        await before;
        before = sent;
        await breath();
      }
      await before;
      await thread.ask({ name: 'commit', seq: batch.seq, at: batch.at });
    },
    close: () => thread.close({ name: 'close' }),
  };
}
