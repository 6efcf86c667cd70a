/** What the worker does, one function per request; numbers in, numbers out. */
import { append } from './append.ts';
import { readAggregates } from './aggregate.ts';
import { copyTo } from './copy.ts';
import type { Batch } from './batch.ts';
import { openDatabase } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import { readDigest, readStats } from './digest.ts';
import { readCandidates } from './entities.ts';
import { readInstance, readValues } from './instances.ts';
import { readObserved } from './observed.ts';
import { erase, forget, retain } from './remove.ts';
import type { Expiry, Forgets } from './remove.ts';
import { sealStep, sweep } from './seal.ts';
import { readEntitiesWhere, readInstances } from './walk.ts';
import type { Added, SavedEntity, SavedWords } from './words.ts';

export type EngineOptions = DatabaseOptions;

export type Engine = Awaited<ReturnType<typeof openEngine>>;
export type EngineOperation = keyof Engine;

export async function openEngine(options: EngineOptions) {
  const database = await openDatabase(options);
  await sweep(database);
  return {
    /** The dictionaries, but for the entities, and the applied seq as they were saved. */
    async load(): Promise<SavedWords & { applied: number }> {
      const [meta] = await database.all('SELECT applied::DOUBLE FROM meta');
      const words = await database.all('SELECT class, id, text FROM words ORDER BY class, id');
      const former = await database.all('SELECT id, kind FROM former');
      return {
        applied: meta?.[0] as number,
        words: words.map(([of, id, text]) => ({ of, id, text })) as SavedWords['words'],
        former: former.map(([id, kind]) => ({ id, kind })) as SavedWords['former'],
      };
    },
    /** Those with numbers from `from` on, up to but not `to`; undefined: there are none so high. */
    async entities(from: number, to: number): Promise<readonly SavedEntity[] | undefined> {
      const found = await database.all(
        `SELECT id, tenant, name, kind FROM entities WHERE id >= ${from} AND id < ${to} ORDER BY id`,
      );
      if (found.length === 0) {
        const [highest] = await database.all('SELECT max(id) FROM entities');
        if (((highest?.[0] ?? -1) as number) < from) return undefined;
      }
      return found.map(([id, tenant, name, kind]) => ({ id, tenant, name, kind })) as SavedEntity[];
    },
    append: (batch: Batch, added: Added, seq: number) => database.write(() => append(database, batch, added, seq)),
    instances: (...rest: Tail<typeof readInstances>) => readInstances(database, ...rest),
    observed: (...rest: Tail<typeof readObserved>) => readObserved(database, ...rest),
    instance: (...rest: Tail<typeof readInstance>) => readInstance(database, ...rest),
    values: (...rest: Tail<typeof readValues>) => readValues(database, ...rest),
    entitiesWhere: (...rest: Tail<typeof readEntitiesWhere>) => readEntitiesWhere(database, ...rest),
    aggregate: (...rest: Tail<typeof readAggregates>) => readAggregates(database, ...rest),
    candidates: (...rest: Tail<typeof readCandidates>) => readCandidates(database, ...rest),
    sealStep: (now: number) => database.write(() => sealStep(database, now)),
    retain: (expiries: readonly Expiry[]) => database.write(() => retain(database, expiries)),
    erase: (entity: number) => database.write(() => erase(database, entity)),
    forget: (forgets: Forgets) => database.write(() => forget(database, forgets)),
    copyTo: (directory: string) => database.write(() => copyTo(database, directory)),
    stats: () => readStats(database),
    digest: (...rest: Tail<typeof readDigest>) => readDigest(database, ...rest),
    close: () => database.close(),
  };
}

type Tail<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;
