import { isDeepStrictEqual } from 'node:util';
import { isSimulated, type Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { instancePlaceOf } from '../../ngsild/entity.ts';
import type { Attributes, Instance } from '../../ngsild/entity.ts';
import type { StoredEntity } from '../../store/ports.ts';
import type { Taken } from '../mapping/index.ts';
import { isOwn, type Own } from './manifest.ts';

/** What is to be done with a reading of a file. */
export type Verdict =
  | { readonly fresh: Taken; readonly born: boolean }
  | { readonly known: 'in-file' | 'before' }
  | { readonly mixed: 'simulated' | 'measured' };

/**
 * Tells readings that are new from those that were taken before: an observation by what history holds of its instant, a
 * reading without a time by the values that the entity has. So an import that was killed goes on where it stopped, and a
 * second import of the same file adds nothing. A value that differs from the one stored for the same instant counts as
 * taken: a correction is not an import.
 */
export type Known = { judge(batch: readonly Taken[]): Promise<readonly Verdict[]> };

/** Instances asked for at once. */
const instancesMax = 50_000;
/** Entities of which it is remembered how far their history reaches; others are looked up again. */
const reachesMax = 200_000;
/** About 30 MB; of a longer register that is imported again, a repeated row far below is taken as a change. */
const confirmedMax = 300_000;

const nothing: Own = { seqs: new Set(), ats: new Set() };

/** Up to which instant history holds something of an entity, and the change as of which that is known. */
type Reach = { seq: number; newest: number };

/** @param own records of the import that asks; what they gave and the file gives again stands in the file twice */
export function knownReadings(
  broker: Pick<Broker, 'find' | 'history'>,
  own: Own = nothing,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Known {
  const reaches = new Map<string, Reach>();
  /**
   * Values without a time that the file has given as they stood there: given again they stand in the file twice, and the
   * first row goes before the second, as in the import that took them.
   */
  const confirmed = new Set<string>();
  /** By this batch; of a dry run, which leaves nothing in the stores, by all before. */
  const born = new Set<string>();

  const look = async (ids: Iterable<string>): Promise<Map<string, StoredEntity | undefined>> => {
    const found = new Map<string, StoredEntity | undefined>();
    for (const id of ids) found.set(id, await broker.find(systemPrincipal, 0, id));
    return found;
  };

  /** Asks history once per entity; again when somebody else has changed it meanwhile. */
  const reach = async (stored: ReadonlyMap<string, StoredEntity | undefined>): Promise<void> => {
    const asked: string[] = [];
    for (const [id, entity] of stored) {
      const known = reaches.get(id);
      if (!entity) {
        if (!known) reaches.set(id, { seq: 0, newest: -Infinity });
      } else if (!known || (entity.seq !== known.seq && !own.seqs.has(entity.seq))) asked.push(id);
      else known.seq = entity.seq;
    }
    if (asked.length === 0) return;
    const { entities, truncated } = await broker.history(
      systemPrincipal,
      0,
      asked,
      { timeproperty: 'observedAt', lastN: 1 },
      { limit: instancesMax },
    );
    for (const id of asked)
      reaches.set(id, { seq: stored.get(id)?.seq ?? 0, newest: truncated ? Infinity : -Infinity });
    for (const { id, attrs } of entities) {
      const known = reaches.get(id);
      for (const { instances } of attrs) {
        for (const { observedAt } of instances) {
          if (known && observedAt) known.newest = Math.max(known.newest, Date.parse(observedAt));
        }
      }
    }
  };

  /** @returns which (entity, attribute, instant) history holds, and whether this import gave it */
  const inHistory = async (asked: readonly Taken[]): Promise<ReadonlyMap<string, boolean>> => {
    const found = new Map<string, boolean>();
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
          for (const { observedAt, instanceId } of instances) {
            if (observedAt)
              found.set(keyOf(id, name, Date.parse(observedAt)), own.seqs.has(instancePlaceOf(instanceId)?.seq ?? 0));
          }
        }
      }
    };
    const instants = asked.map(({ observedMs }) => observedMs);
    const from = instants.reduce((a, b) => Math.min(a, b), Infinity);
    const to = instants.reduce((a, b) => Math.max(a, b), -Infinity);
    await ask([...new Set(asked.map(({ reading }) => reading.id))], from, to + 1);
    return found;
  };

  return {
    async judge(batch) {
      const stored = await look(new Set(batch.map(({ reading }) => reading.id)));
      const timed = new Set(batch.flatMap(({ timeless, reading }) => (timeless ? [] : [reading.id])));
      await reach(timed.size === stored.size ? stored : new Map([...stored].filter(([id]) => timed.has(id))));
      const newest = new Map<string, number>();
      const doubtful: Taken[] = [];
      for (const taken of batch) {
        if (taken.timeless) continue;
        const { id } = taken.reading;
        if (taken.observedMs > (newest.get(id) ?? reaches.get(id)?.newest ?? Infinity))
          newest.set(id, taken.observedMs);
        else doubtful.push(taken);
      }
      const past = doubtful.length > 0 ? await inHistory(doubtful) : new Map<string, boolean>();
      const here = new Set<string>();
      // Each newer than all that is known of its entity: nothing can be there, and nothing stands twice.
      const allNew = doubtful.length === 0 && batch.every(({ timeless }) => !timeless);
      const verdicts = batch.map((taken): Verdict => {
        const { reading, observedMs, timeless } = taken;
        const entity = stored.get(reading.id)?.entity;
        if (entity && isSimulated(entity) !== (reading.simulated === true)) {
          return { mixed: isSimulated(entity) ? 'simulated' : 'measured' };
        }
        const fresh = (given: Taken): Verdict => {
          if (!timeless) note(reading.id, observedMs);
          const isBirth = !entity && !born.has(reading.id);
          if (!entity) born.add(reading.id);
          return { fresh: given, born: isBirth };
        };
        if (allNew) return fresh(taken);
        const attrs: Record<string, Attributes[string]> = {};
        let left = 0;
        let repeated = false;
        for (const name in reading.attrs) {
          const instances = reading.attrs[name] ?? [];
          const key = keyOf(reading.id, name, timeless ? Number.NaN : observedMs);
          const before = timeless ? standsThere(entity?.attrs[name], instances, own) : past.get(key);
          if (here.has(key) || confirmed.has(key) || before === true) repeated = true;
          else if (before === false) {
            if (timeless && confirmed.size < confirmedMax) confirmed.add(key);
          } else {
            attrs[name] = instances;
            left++;
            here.add(key);
          }
        }
        if (left === 0) return { known: repeated ? 'in-file' : 'before' };
        return fresh({ ...taken, reading: { ...reading, attrs } });
      });
      if (reaches.size > reachesMax) reaches.clear();
      if (!dryRun) born.clear();
      return verdicts;
    },
  };

  function note(id: string, observedMs: number): void {
    const known = reaches.get(id);
    if (known && observedMs > known.newest) known.newest = observedMs;
  }
}

const keyOf = (id: string, name: string, ms: number): string => `${id}\n${name}\n${ms}`;

/** @returns undefined when the entity lacks these values; true when they stand there and this import gave them */
function standsThere(
  known: readonly Instance[] | undefined,
  instances: readonly Instance[],
  own: Own,
): boolean | undefined {
  if (!known) return undefined;
  const of = (datasetId: string | undefined) => known.find((other) => other.datasetId === datasetId);
  if (
    instances.some(({ datasetId }) => {
      const there = of(datasetId);
      return there !== undefined && isOwn(there, own);
    })
  )
    return true;
  return instances.every((instance) => isSame(of(instance.datasetId), instance)) ? false : undefined;
}

function isSame(known: Instance | undefined, instance: Instance): boolean {
  if (!known) return false;
  const { createdAt: _c, modifiedAt: _m, ...there } = known;
  return isDeepStrictEqual(there, instance);
}
