/** What every module is given of the broker. The NGSI-LD operations on entities stand in `entities.ts`. */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import type { Attributes, Entity, EntityDelta, InstancePlace } from '../ngsild/entity.ts';
import { evaluateSight, livingAt, showsTypes } from '../ngsild/index.ts';
import type { Aggregation, EntityQuery, TemporalQuery } from '../ngsild/query.ts';
import type {
  Cause,
  EntityAggregates,
  EntityHistory,
  EntityPage,
  EntityShape,
  EntityStore,
  Gap,
  HistoryStore,
  JournalRecord,
  Observation,
  PageRequest,
  PastEntities,
  PastInstance,
  PastQuery,
  RowDelta,
  StoredEntity,
  Tenant,
} from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import { demand, mayRead, type Policy } from '../trust/index.ts';
import { decideAndCommit, isoInstant, type Decision, type Looked } from './decision.ts';
import type { Models } from './models/index.ts';
import { recordReadings, stamped, type RowsOf } from './readings.ts';

/** Readings of one entity: makes it when it is not there, else sets these attributes. Late ones enter history only. */
export type Reading = {
  readonly id: string;
  /** IRIs. */
  readonly type: readonly string[];
  readonly attrs: Attributes;
  /** Attributes given once, when the entity is made (name, location, owner). */
  readonly atBirth?: Attributes;
  /**
   * True for values of a simulator. An entity is simulated or it is not, from birth on: a reading of the other sort is
   * refused, so that the two never share a series.
   */
  readonly simulated?: boolean;
};

export type Broker = {
  /** Durable when resolved. One record for all readings: all or none. @throws Problem */
  record(
    who: Principal,
    tenant: Tenant,
    readings: readonly Reading[],
    cause: Cause,
    /** Rows of the module that belong to the same record, such as the progress of an import. */
    rows?: RowsOf,
  ): Promise<{ seq: number }>;
  /** Past instances that leave the current state alone. */
  recordHistory(
    who: Principal,
    tenant: Tenant,
    past: readonly Reading[],
    cause: Cause,
    rows?: readonly RowDelta[],
  ): Promise<{ seq: number }>;
  /**
   * Corrects what was taken: `decide` is given the named entities as they stand, and answers with deltas (`forget`,
   * `history`) and rows. One record. @throws Problem
   */
  amend(
    who: Principal,
    tenant: Tenant,
    ids: readonly string[],
    cause: Cause,
    decide: (looked: Looked, at: string) => Decision,
  ): Promise<{ seq: number }>;
  get(who: Principal, tenant: Tenant, id: string): Promise<StoredEntity>;
  find(who: Principal, tenant: Tenant, id: string): Promise<StoredEntity | undefined>;
  query(who: Principal, tenant: Tenant, query: EntityQuery, page: PageRequest): Promise<EntityPage>;
  types(who: Principal, tenant: Tenant): Promise<readonly { type: string; count: number }[]>;
  /** What the entities are made of. */
  shapes(who: Principal, tenant: Tenant): Promise<readonly EntityShape[]>;
  /**
   * Resolves when queries can see all that is durable now. They wait for it themselves; whoever brings much waits for it
   * too, so that what they wait for stays little.
   */
  applied(): Promise<void>;
  /** Entities that history knows, gone ones too, by what they were; ordered by id. */
  historyEntities(who: Principal, tenant: Tenant, query: PastQuery, page: PageRequest): Promise<PastEntities>;
  /** What stands at observations, undefined where nothing does. */
  historyObserved(
    who: Principal,
    tenant: Tenant,
    id: string,
    observations: readonly Observation[],
  ): Promise<readonly (PastInstance | undefined)[]>;
  /** One past instance of an attribute (IRI). */
  historyInstance(
    who: Principal,
    tenant: Tenant,
    id: string,
    name: string,
    place: InstancePlace,
  ): Promise<PastInstance | undefined>;
  history(
    who: Principal,
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    options?: { limit?: number },
  ): Promise<{ entities: readonly EntityHistory[]; truncated: boolean }>;
  aggregate(
    who: Principal,
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    aggregation: Aggregation,
    options?: { limit?: number },
  ): Promise<{ entities: readonly EntityAggregates[]; truncated: boolean }>;
  /**
   * Follows the journal from `from` (default: from now on), in order, one batch at a time; a slow handler delays only
   * itself. The follower keeps its place with its own data; `gap` tells what was no longer kept.
   * @returns stop, which resolves when the handler is idle
   */
  follow(
    name: string,
    handler: (records: readonly JournalRecord[], gap?: Gap) => Promise<void> | void,
    /** `restMs`: records may gather that long; whoever waits for the follower ends the rest. */
    options?: { from?: number; batch?: number; restMs?: number },
  ): () => Promise<void>;
};

export type { Attributes, Entity };

/** `follow` as the store gives it: in order, one batch at a time, retried when the handler throws. */
export type Follow = Broker['follow'];

/**
 * The broker over the stores.
 * @param history   where the past is read
 * @param caughtUp  resolves when history holds everything up to the given sequence number
 */
export function createBroker(deps: {
  writer: Writer;
  state: EntityStore;
  history: Pick<HistoryStore, 'instances' | 'instance' | 'observed' | 'aggregate' | 'entities'>;
  caughtUp: (seq: number) => Promise<void>;
  follow: Follow;
  policy: Policy;
  models: Pick<Models, 'check'>;
}): Broker {
  const { writer, state, history, caughtUp, follow, policy, models } = deps;
  const readable = (who: Principal, stored: StoredEntity | undefined): StoredEntity | undefined => {
    const living = stored && livingAt(stored.entity, writer.now());
    if (!living || !mayRead(policy, who, living)) return undefined;
    return living === stored.entity ? stored : { ...stored, entity: living };
  };
  const sees = (who: Principal): ((types: readonly string[]) => boolean) => {
    const filter = policy.filter(who);
    return (types) => filter === 'everything' || (filter !== 'nothing' && showsTypes(filter, types));
  };
  /** The query within what `who` may see; undefined when that is nothing. */
  const seenBy = <Q extends EntityQuery>(who: Principal, query: Q): Q | undefined => {
    const filter = policy.filter(who);
    if (filter === 'everything') return query;
    return filter === 'nothing' ? undefined : { ...query, also: [...(query.also ?? []), filter] };
  };
  /** Those whose past `who` may read: of what is there, what it may read now; of what is gone, what it could once. */
  const past = async (who: Principal, tenant: Tenant, ids: readonly string[]): Promise<readonly string[]> => {
    await caughtUp(writer.lastSeq());
    const filter = policy.filter(who);
    if (filter === 'everything') return ids;
    if (filter === 'nothing') return [];
    const stored = await Promise.all(ids.map(async (id) => writer.get(tenant, id)));
    const gone = ids.filter((_, n) => stored[n] === undefined);
    const page = { limit: gone.length, offset: 0 };
    const { entities } =
      gone.length === 0 ? { entities: [] } : await history.entities(tenant, { ids: gone, also: [filter] }, page);
    const could = new Set(entities.map(({ id }) => id));
    return ids.filter((id, n) => {
      const there = stored[n];
      return there === undefined ? could.has(id) : evaluateSight(filter, there.entity);
    });
  };
  const find: Broker['find'] = async (who, tenant, id) => readable(who, await writer.get(tenant, id));
  return {
    record(who, tenant, readings, cause, rows) {
      for (const { type } of readings) demand(policy, who, 'writeEntities', type);
      return recordReadings({ writer, models }, tenant, readings, cause, rows);
    },
    recordHistory(who, tenant, past, cause, rows = []) {
      for (const { type } of past) demand(policy, who, 'writeEntities', type);
      const at = isoInstant(writer.now());
      const entities = past.map(({ id, type, attrs }): EntityDelta => ({
        op: 'history',
        id,
        type,
        at,
        attrs: stamped(attrs, at),
      }));
      return writer.commit({ tenant, cause, entities, rows });
    },
    amend: (who, tenant, ids, cause, decide) =>
      decideAndCommit(writer, tenant, cause, ids, (looked, at) => {
        for (const id of ids) demand(policy, who, 'writeEntities', looked.get(id)?.entity.type ?? []);
        return decide(looked, at);
      }),
    find,
    async get(who, tenant, id) {
      const stored = await find(who, tenant, id);
      if (!stored) throw new Problem('not-found', `there is no entity ${id}`);
      return stored;
    },
    async query(who, tenant, query, page) {
      await writer.applied();
      const shown = seenBy(who, query);
      if (!shown) return { entities: [], ...(page.count === true && { count: 0 }) };
      return state.query(tenant, shown, { ...page, now: writer.now() });
    },
    async types(who, tenant) {
      await writer.applied();
      return (await state.types(tenant, writer.now())).filter(({ type }) => sees(who)([type]));
    },
    applied: () => writer.applied(),
    async shapes(who, tenant) {
      await writer.applied();
      const shapes = await state.shapes(tenant, writer.now());
      return shapes.filter(({ types }) => sees(who)(types));
    },
    async historyEntities(who, tenant, query, page) {
      await caughtUp(writer.lastSeq());
      const shown = seenBy(who, query);
      if (!shown) return { entities: [], ...(page.count === true && { count: 0 }) };
      const found = await history.entities(tenant, shown, page);
      if (shown === query) return found;
      const ids = new Set(
        await past(
          who,
          tenant,
          found.entities.map(({ id }) => id),
        ),
      );
      return { ...found, entities: found.entities.filter(({ id }) => ids.has(id)) };
    },
    async historyObserved(who, tenant, id, observations) {
      const [seen] = await past(who, tenant, [id]);
      return seen === undefined ? observations.map(() => undefined) : history.observed(tenant, id, observations);
    },
    async historyInstance(who, tenant, id, name, place) {
      const [seen] = await past(who, tenant, [id]);
      return seen === undefined ? undefined : history.instance(tenant, id, name, place);
    },
    async history(who, tenant, ids, query, options) {
      return history.instances(tenant, await past(who, tenant, ids), query, options);
    },
    async aggregate(who, tenant, ids, query, aggregation, options) {
      return history.aggregate(tenant, await past(who, tenant, ids), query, aggregation, options);
    },
    follow,
  };
}
