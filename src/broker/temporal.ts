/**
 * What is told of the past of entities, CIM 009 v1.9.1, 5.6.11 to 5.6.16. None of it touches the current state. Decided and
 * journaled like everything; history has it when it has read the record.
 */
import { isDeepStrictEqual } from 'node:util';
import { assert, Problem } from '../base/problem.ts';
import { systemPrincipal, type Principal } from '../http/principal.ts';
import type {
  Attributes,
  EntityDelta,
  Forgotten,
  ForgottenAttribute,
  Instance,
  InstancePlace,
} from '../ngsild/entity.ts';
import { instancePlaceOf, sortableInstant } from '../ngsild/index.ts';
import type { TemporalEntity } from '../ngsild/index.ts';
import type { Cause, Observation, PastInstance, PastQuery, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import { demandSeen } from './view.ts';
import { demand, type Policy } from '../trust/index.ts';
import type { Broker } from './broker.ts';
import { decideAndCommit } from './decision.ts';
import type { Models } from './models/index.ts';
import { simulatedAttribute, staysWhatItIs } from './readings.ts';

/** An instance of an attribute (IRI) of an entity. */
export type InstanceOf = { readonly id: string; readonly name: string; readonly instanceId: string };

export type TemporalService = ReturnType<typeof temporalService>;

export function temporalService(deps: {
  writer: Writer;
  broker: Pick<Broker, 'historyEntities' | 'historyInstance' | 'historyObserved' | 'view'>;
  policy: Policy;
  models: Pick<Models, 'checkPast'>;
}) {
  const { writer, broker, policy, models } = deps;
  const turns = new Map<string, Promise<unknown>>();

  /** One after the other for each entity: what is decided rests on what history holds of it. */
  const inTurn = <T>(tenant: Tenant, id: string, work: () => Promise<T>): Promise<T> => {
    const key = `${tenant} ${id}`;
    const done = (turns.get(key) ?? Promise.resolve()).then(work);
    const turn = done
      .catch(() => {})
      .then(() => {
        if (turns.get(key) === turn) turns.delete(key);
      });
    turns.set(key, turn);
    return done;
  };

  /** Its types, as history knows them, if it has something that matches. */
  const find = async (who: Principal, tenant: Tenant, id: string, query: Omit<PastQuery, 'ids'> = {}) => {
    const { entities } = await broker.historyEntities(who, tenant, { ...query, ids: [id] }, { limit: 1, offset: 0 });
    return entities[0]?.type;
  };
  const known = async (who: Principal, tenant: Tenant, id: string): Promise<readonly string[]> => {
    const types = await find(who, tenant, id);
    if (!types) throw new Problem('not-found', `there is no history of ${id}`);
    return types;
  };

  /** An entity that is there now keeps its name in history, whatever is forgotten of it; one that is not may go. */
  const forget = (tenant: Tenant, id: string, past: Forgotten, cause: Cause) =>
    decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
      const entities: EntityDelta[] = [{ op: 'forget', id, at, past, ...(looked.get(id) && { stays: true }) }];
      // That the entity was there stays known when its last value is forgotten.
      if (past !== 'all') entities.push({ op: 'history', id, type: [], at, attrs: {} });
      return { entities };
    });

  /**
   * An observation that stands there already is not a second one; with another value it corrects what stands there
   * (docs/decisions/0010).
   */
  const add = async (
    who: Principal,
    tenant: Tenant,
    id: string,
    past: TemporalEntity,
    types: readonly string[] | undefined,
    cause: Cause,
  ) => {
    demand(policy, who, 'writeEntities', past.type, tenant);
    demandSeen(broker.view(who), Object.keys(past.attrs));
    models.checkPast(id, [...(types ?? []), ...past.type], past.attrs);
    const told = observationsOf(past.attrs);
    const observations = told.filter(hasTime);
    const standing =
      types && observations.length > 0 ? await broker.historyObserved(who, tenant, id, observations) : [];
    const before = new Map(observations.map((observation, n) => [observation, standing[n]]));
    await decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
      const stored = looked.get(id)?.entity;
      if (stored) demand(policy, who, 'writeEntities', stored.type, tenant);
      if (stored && !broker.view(who).shows(stored)) throw new Problem('forbidden', `you may not change ${id}`);
      if (stored) for (const { value } of past.attrs[simulatedAttribute] ?? []) staysWhatItIs(stored, value);
      const fresh: Record<string, Instance[]> = {};
      const entities: EntityDelta[] = [];
      for (const observation of told) {
        const { name, instance } = observation;
        const there = before.get(observation as Observed);
        if (!there) (fresh[name] ??= []).push({ ...instance, createdAt: at, modifiedAt: at });
        else if (!isSame(instance, there)) entities.push(replacement(id, name, instance, there, at));
      }
      const attrs = Object.keys(fresh).length > 0 || !types || past.type.length > 0;
      if (attrs) entities.unshift({ op: 'history', id, type: past.type, at, attrs: fresh });
      return { entities };
    });
  };

  return {
    /** 5.6.11 Create or Update (Upsert). Durable when resolved. @returns whether history did not know the entity before */
    upsert: (who: Principal, tenant: Tenant, past: TemporalEntity & { id: string }, cause: Cause) =>
      inTurn(tenant, past.id, async (): Promise<{ created: boolean }> => {
        // Also one that it may not see: what is hidden is not made a second time.
        const types = await find(systemPrincipal, tenant, past.id);
        demand(policy, who, 'writeEntities', types ?? [], tenant);
        await add(who, tenant, past.id, past, types, cause);
        return { created: !types };
      }),

    /** 5.6.12 Add Attributes. @throws Problem not-found */
    add: (who: Principal, tenant: Tenant, id: string, past: TemporalEntity, cause: Cause): Promise<void> =>
      inTurn(tenant, id, async () => {
        const types = await known(who, tenant, id);
        demand(policy, who, 'writeEntities', types, tenant);
        await add(who, tenant, id, past, types, cause);
      }),

    /** 5.6.13 Delete Attribute. @throws Problem not-found */
    deleteAttribute: (
      who: Principal,
      tenant: Tenant,
      id: string,
      which: ForgottenAttribute,
      cause: Cause,
    ): Promise<void> =>
      inTurn(tenant, id, async () => {
        demand(policy, who, 'deleteEntities', await known(who, tenant, id), tenant);
        const { name, all, datasetId = '@none' } = which;
        demandSeen(broker.view(who), [name]);
        const within = { timeproperty: 'modifiedAt' as const, ...(!all && { datasetIds: [datasetId] }) };
        if (!(await find(who, tenant, id, { attrs: [name], within }))) {
          throw new Problem('not-found', `history has no such attribute of ${id}`, name);
        }
        await forget(tenant, id, which, cause);
      }),

    /** 5.6.14 Modify Attribute instance. @throws Problem not-found */
    replaceInstance: (
      who: Principal,
      tenant: Tenant,
      { id, name, instanceId }: InstanceOf,
      instance: Instance,
      cause: Cause,
    ): Promise<void> =>
      inTurn(tenant, id, async () => {
        const types = await known(who, tenant, id);
        demand(policy, who, 'writeEntities', types, tenant);
        models.checkPast(id, types, { [name]: [instance] });
        const there = await existing(who, tenant, { id, name, instanceId });
        await decideAndCommit(writer, tenant, cause, [id], (_, at) => ({
          entities: [replacement(id, name, instance, there, at)],
        }));
      }),

    /** 5.6.15 Delete Attribute instance. @throws Problem not-found */
    deleteInstance: (
      who: Principal,
      tenant: Tenant,
      { id, name, instanceId }: InstanceOf,
      cause: Cause,
    ): Promise<void> =>
      inTurn(tenant, id, async () => {
        demand(policy, who, 'deleteEntities', await known(who, tenant, id), tenant);
        const { instanceId: there } = await existing(who, tenant, { id, name, instanceId });
        await forget(tenant, id, [placeOf(there)], cause);
      }),

    /** 5.6.16 Delete Temporal Evolution of an Entity. @throws Problem not-found */
    delete: (who: Principal, tenant: Tenant, id: string, cause: Cause): Promise<void> =>
      inTurn(tenant, id, async () => {
        demand(policy, who, 'deleteEntities', await known(who, tenant, id), tenant);
        await forget(tenant, id, 'all', cause);
      }),
  };

  async function existing(who: Principal, tenant: Tenant, { id, name, instanceId }: InstanceOf): Promise<PastInstance> {
    const place = instancePlaceOf(instanceId);
    const instance = place && (await broker.historyInstance(who, tenant, id, name, place));
    if (!instance) throw new Problem('not-found', 'history has no such instance of the attribute', instanceId);
    return instance;
  }
}

type Told = { readonly name: string; readonly instance: Instance };
type Observed = Told & Observation;

/** Of one body; what it says of an instant last holds. */
function observationsOf(attrs: Attributes): readonly Told[] {
  const told = new Map<string, Told>();
  for (const name in attrs) {
    for (const [n, instance] of (attrs[name] ?? []).entries()) {
      const { datasetId, observedAt } = instance;
      const at = observedAt === undefined ? `${n}` : sortableInstant(observedAt);
      told.set(JSON.stringify([name, datasetId, at, observedAt === undefined]), {
        name,
        instance,
        ...(observedAt !== undefined && { observedAt }),
        ...(datasetId !== undefined && { datasetId }),
      } as Told);
    }
  }
  return [...told.values()];
}

const hasTime = (told: Told): told is Observed => told.instance.observedAt !== undefined;

const placeOf = (instanceId: string): InstancePlace => {
  const place = instancePlaceOf(instanceId);
  assert(place, instanceId);
  return place;
};

/** In the place of an instance, with its instanceId; createdAt stays (5.6.14.4). */
function replacement(id: string, name: string, instance: Instance, there: PastInstance, at: string): EntityDelta {
  const { createdAt } = there;
  const better = { ...instance, modifiedAt: at, ...(createdAt !== undefined && { createdAt }) };
  return { op: 'history', id, type: [], at, attrs: { [name]: [better] }, instead: placeOf(there.instanceId) };
}

/** Apart from when it was taken. */
function isSame(told: Instance, there: PastInstance): boolean {
  const taken = { createdAt: '', modifiedAt: '', instanceId: '', observedAt: '' };
  return isDeepStrictEqual({ ...told, ...taken }, { ...there, ...taken });
}
