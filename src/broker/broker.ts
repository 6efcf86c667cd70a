/** What every module is given of the broker. The NGSI-LD operations on entities stand in `entities.ts`. */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import type { Attributes, Entity, EntityDelta, InstancePlace } from '../ngsild/entity.ts';
import { livingAt } from '../ngsild/index.ts';
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
import { demand, refusePersonal, type Policy } from '../trust/index.ts';
import { countedShapes, countedTypes } from './counted.ts';
import { decideAndCommit, isoInstant, type Decision, type Looked } from './decision.ts';
import type { Models } from './models/index.ts';
import { recordReadings, stamped, type RowsOf } from './readings.ts';
import { viewsOf, type View } from './view.ts';

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
   * What is decided knowing how the named entities stand: a correction of what was taken (`forget`, `history`), or what a
   * module makes of them. `decide` answers with deltas and rows, and is asked again when another change came between. One
   * record. @throws Problem
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
  /** What `who` sees of entities, for those who keep or follow them. */
  readonly view: (who: Principal) => View;
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
  const view = viewsOf(policy);
  const readable = (who: Principal, stored: StoredEntity | undefined): StoredEntity | undefined => {
    const living = stored && livingAt(stored.entity, writer.now());
    const seen = view(who);
    if (!living || !seen.shows(living)) return undefined;
    const entity = seen.entity(living);
    return entity === stored.entity ? stored : { ...stored, entity };
  };
  /** Those whose past `who` may read: of what is there, what it may read now; of what is gone, what it could once. */
  const past = async (who: Principal, tenant: Tenant, ids: readonly string[]): Promise<readonly string[]> => {
    await caughtUp(writer.lastSeq());
    const seen = view(who);
    const query = seen.query<PastQuery>({});
    if (!query) return [];
    if (query.also === undefined) return ids;
    const stored = await Promise.all(ids.map(async (id) => writer.get(tenant, id)));
    const gone = ids.filter((_, n) => stored[n] === undefined);
    const page = { limit: gone.length, offset: 0 };
    const { entities } =
      gone.length === 0 ? { entities: [] } : await history.entities(tenant, { ...query, ids: gone }, page);
    const could = new Set(entities.map(({ id }) => id));
    return ids.filter((id, n) => {
      const there = stored[n];
      return there === undefined ? could.has(id) : seen.shows(there.entity);
    });
  };
  /** The attributes asked for that `who` may see; undefined: all of them. */
  const seenAttributes = (who: Principal, query: TemporalQuery): TemporalQuery => {
    const { showsAttribute } = view(who);
    return query.attrs ? { ...query, attrs: query.attrs.filter(showsAttribute) } : query;
  };
  const find: Broker['find'] = async (who, tenant, id) => readable(who, await writer.get(tenant, id));
  const broker: Broker = {
    record(who, tenant, readings, cause, rows) {
      for (const { type } of readings) demand(policy, who, 'writeEntities', type, tenant);
      return recordReadings({ writer, models }, tenant, readings, cause, rows);
    },
    recordHistory(who, tenant, past, cause, rows = []) {
      for (const { type } of past) demand(policy, who, 'writeEntities', type, tenant);
      const at = isoInstant(writer.now());
      const entities = past.map(({ id, type, attrs }): EntityDelta => ({
        op: 'history',
        id,
        type,
        at,
        attrs: stamped(attrs, at),
      }));
      for (const delta of entities) refusePersonal(undefined, delta);
      return writer.commit({ tenant, cause, entities, rows });
    },
    amend: (who, tenant, ids, cause, decide) =>
      decideAndCommit(writer, tenant, cause, ids, (looked, at) => {
        for (const id of ids) demand(policy, who, 'writeEntities', looked.get(id)?.entity.type ?? [], tenant);
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
      const seen = view(who);
      const asked = seen.query(query);
      if (!asked) return { entities: [], ...(page.count === true && { count: 0 }) };
      const found = await state.query(tenant, asked, { ...seen.page(page), now: writer.now() });
      return seen.masks ? { ...found, entities: found.entities.map(seen.entity) } : found;
    },
    async types(who, tenant) {
      await writer.applied();
      const seen = view(who);
      const found = (await state.types(tenant, writer.now())).filter(({ type }) => seen.showsTypes([type]));
      return seen.byTypes ? found : countedTypes(found, seen, (query, page) => broker.query(who, tenant, query, page));
    },
    applied: () => writer.applied(),
    async shapes(who, tenant) {
      await writer.applied();
      const seen = view(who);
      const shapes = await state.shapes(tenant, writer.now());
      const found = shapes.filter(({ types }) => seen.showsTypes(types));
      if (seen.byTypes) return found.map(seen.shape);
      return countedShapes(found, seen, (query, page) => broker.query(who, tenant, query, page));
    },
    async historyEntities(who, tenant, query, page) {
      await caughtUp(writer.lastSeq());
      const seen = view(who);
      const asked = seen.query(query);
      if (!asked) return { entities: [], ...(page.count === true && { count: 0 }) };
      const found = await history.entities(tenant, asked, seen.page(page));
      if (seen.byTypes) return found;
      // What it was may have been for everybody; what it has become need not be.
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
      const [known] = await past(who, tenant, [id]);
      if (known === undefined) return observations.map(() => undefined);
      const { showsAttribute, instances } = view(who);
      const found = await history.observed(tenant, id, observations);
      return found.map((instance, n) =>
        instance && showsAttribute(observations[n]?.name ?? '') ? instances([instance])[0] : undefined,
      );
    },
    async historyInstance(who, tenant, id, name, place) {
      const [known] = await past(who, tenant, [id]);
      const { showsAttribute, instances } = view(who);
      if (known === undefined || !showsAttribute(name)) return undefined;
      const found = await history.instance(tenant, id, name, place);
      return found && instances([found])[0];
    },
    async history(who, tenant, ids, query, options) {
      const known = await past(who, tenant, ids);
      const found = await history.instances(tenant, known, seenAttributes(who, query), options);
      return { ...found, entities: found.entities.map(view(who).past) };
    },
    async aggregate(who, tenant, ids, query, aggregation, options) {
      const known = await past(who, tenant, ids);
      const found = await history.aggregate(tenant, known, seenAttributes(who, query), aggregation, options);
      const { showsAttribute } = view(who);
      const shown = ({ attrs, ...rest }: EntityAggregates): EntityAggregates => ({
        ...rest,
        attrs: attrs.filter(({ name }) => showsAttribute(name)),
      });
      return { ...found, entities: found.entities.map(shown) };
    },
    view,
    follow,
  };
  return broker;
}
