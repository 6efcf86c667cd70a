import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Attributes } from '../../ngsild/entity.ts';
import type { Taken } from '../mapping/index.ts';

/** What is to be done with a reading of a file. */
export type Verdict = { readonly fresh: Taken } | { readonly known: 'in-file' | 'in-history' };

/**
 * Tells readings that are new from those that were already taken, by what history holds: so an import that was killed
 * goes on where it stopped, and a second import of the same file adds nothing. A value that differs from the one stored
 * for the same instant counts as already taken: a correction is not an import.
 */
export type Known = { judge(batch: readonly Taken[]): Promise<readonly Verdict[]> };

/** Instances asked for at once. */
const instancesMax = 50_000;

export function knownReadings(broker: Pick<Broker, 'find' | 'history'>): Known {
  /**
   * Of each entity that did not exist when the file began: its newest instant so far. Rows mostly come in the order of
   * time, and a newer instant of an entity made by this very import cannot be in history.
   */
  const madeHere = new Map<string, number>();
  const looked = new Set<string>();
  const atThe = (id: string, name: string, ms: number): string => `${id}\n${name}\n${ms}`;

  const inHistory = async (asked: readonly Taken[]): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    const ids = [...new Set(asked.map(({ reading }) => reading.id))];
    const names = [...new Set(asked.flatMap(({ reading }) => Object.keys(reading.attrs)))];
    const ask = async (some: readonly string[], from: number, to: number): Promise<void> => {
      const { entities, truncated } = await broker.history(
        systemPrincipal,
        0,
        some,
        { time: { timerel: 'between', timeAt: from, endTimeAt: to }, timeproperty: 'observedAt', attrs: names },
        { limit: instancesMax },
      );
      if (truncated && some.length > 1) {
        const half = some.length >> 1;
        await ask(some.slice(0, half), from, to);
        return ask(some.slice(half), from, to);
      }
      if (truncated && to - from > 1) {
        const middle = from + Math.floor((to - from) / 2);
        await ask(some, from, middle);
        return ask(some, middle, to);
      }
      for (const { id, attrs } of entities) {
        for (const { name, instances } of attrs) {
          for (const { observedAt } of instances) if (observedAt) found.add(atThe(id, name, Date.parse(observedAt)));
        }
      }
    };
    const instants = asked.map(({ observedMs }) => observedMs);
    const from = instants.reduce((a, b) => Math.min(a, b), Infinity);
    const to = instants.reduce((a, b) => Math.max(a, b), -Infinity);
    await ask(ids, from, to + 1);
    return found;
  };

  return {
    async judge(batch) {
      for (const { reading } of batch) {
        if (looked.has(reading.id)) continue;
        looked.add(reading.id);
        const stored = await broker.find(systemPrincipal, 0, reading.id);
        if (!stored) madeHere.set(reading.id, -Infinity);
      }
      const newest = new Map(madeHere);
      const doubtful = batch.filter(({ reading, observedMs }) => {
        const last = newest.get(reading.id);
        if (last === undefined || observedMs <= last) return true;
        newest.set(reading.id, observedMs);
        return false;
      });
      const stored = doubtful.length > 0 ? await inHistory(doubtful) : new Set<string>();
      const here = new Set<string>();
      return batch.map((taken) => {
        const { reading, observedMs } = taken;
        const attrs: Record<string, Attributes[string]> = {};
        let repeated = false;
        for (const name in reading.attrs) {
          const key = atThe(reading.id, name, observedMs);
          if (here.has(key)) repeated = true;
          else if (!stored.has(key)) {
            attrs[name] = reading.attrs[name] ?? [];
            here.add(key);
          }
        }
        const last = madeHere.get(reading.id);
        if (Object.keys(attrs).length === 0) {
          return { known: repeated || last !== undefined ? 'in-file' : 'in-history' };
        }
        if (last !== undefined && observedMs > last) madeHere.set(reading.id, observedMs);
        return { fresh: { ...taken, reading: { ...reading, attrs } } };
      });
    },
  };
}
