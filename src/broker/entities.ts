/**
 * The NGSI-LD operations on entities, CIM 009 v1.9.1, 5.6. They take parsed input and know neither HTTP nor @context.
 * An operation on many entities is one journal record; what is wrong with one entity does not touch the others.
 */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import type { Attributes, Entity, EntityDelta, Instance } from '../ngsild/entity.ts';
import type { Cause, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import type { Action, Policy } from '../trust/index.ts';
import { decideAndCommit, type Looked } from './decision.ts';

/** Part of an entity, as the attribute operations take it. */
export type Fragment = {
  readonly attrs: Attributes;
  /** Attributes to remove: those given as `urn:ngsi-ld:null`. */
  readonly remove?: readonly { readonly name: string; readonly datasetId?: string }[];
  readonly type?: readonly string[];
  readonly scope?: readonly string[];
};

/** What a batch operation did, 5.2.16. `problem` by id for those that failed. */
export type BatchResult = {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly failed: readonly { readonly id: string; readonly problem: Problem }[];
};

/** 5.2.18; names are IRIs. */
export type UpdateResult = {
  readonly updated: readonly string[];
  readonly notUpdated: readonly { readonly name: string; readonly reason: string }[];
};

export type EntityService = ReturnType<typeof entityService>;

export function entityService(deps: { writer: Writer; policy: Policy }) {
  const { writer, policy } = deps;

  const mayChange = (who: Principal, action: Action, types: readonly string[]): void => {
    for (const type of types) {
      if (!policy.allows(who, action, type))
        throw new Problem('forbidden', `you may not ${action} entities of type ${type}`);
    }
  };
  const existing = (looked: Looked, id: string): Entity => {
    const stored = looked.get(id);
    if (!stored) throw new Problem('not-found', `there is no entity ${id}`);
    return stored.entity;
  };

  /** Decides each entity of a batch by itself: what fails is told, what holds goes into the one record. */
  const batch = async <T>(
    tenant: Tenant,
    cause: Cause,
    items: readonly T[],
    idOf: (item: T) => string,
    rule: (item: T, known: Entity | undefined, at: string) => EntityDelta,
  ): Promise<BatchResult> => {
    let result: { created: string[]; changed: string[]; failed: { id: string; problem: Problem }[] } | undefined;
    await decideAndCommit(writer, tenant, cause, items.map(idOf), (looked, at) => {
      const outcome = {
        created: [] as string[],
        changed: [] as string[],
        failed: [] as { id: string; problem: Problem }[],
      };
      const entities: EntityDelta[] = [];
      // A batch may name an entity twice: the second sees what the first made.
      const made = new Map<string, Entity | undefined>();
      for (const item of items) {
        const id = idOf(item);
        const known = made.has(id) ? made.get(id) : looked.get(id)?.entity;
        try {
          const delta = rule(item, known, at);
          entities.push(delta);
          (known ? outcome.changed : outcome.created).push(id);
          made.set(id, delta.op === 'put' ? delta.entity : delta.op === 'delete' ? undefined : known);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          outcome.failed.push({ id, problem: error });
        }
      }
      result = outcome;
      return { entities };
    });
    return result ?? { created: [], changed: [], failed: [] };
  };

  return {
    /** 5.6.1 Create Entity. @throws Problem already-exists */
    create: (who: Principal, tenant: Tenant, entity: Entity, cause: Cause): Promise<{ seq: number }> => {
      mayChange(who, 'write', entity.type);
      return decideAndCommit(writer, tenant, cause, [entity.id], (looked) => {
        if (looked.get(entity.id)) throw new Problem('already-exists', `the entity ${entity.id} is there already`);
        return { entities: [{ op: 'put', entity }] };
      });
    },

    /** 5.6.7 Batch Entity Creation. */
    createMany: (who: Principal, tenant: Tenant, entities: readonly Entity[], cause: Cause): Promise<BatchResult> =>
      batch(
        tenant,
        cause,
        entities,
        (entity) => entity.id,
        (entity, known) => {
          mayChange(who, 'write', entity.type);
          if (known) throw new Problem('already-exists', `the entity ${entity.id} is there already`);
          return { op: 'put', entity };
        },
      ),

    /** 5.6.8 Batch Entity Upsert. `replace`: the entity is then exactly as given; `update`: given attributes are set. */
    upsertMany: (
      who: Principal,
      tenant: Tenant,
      entities: readonly Entity[],
      mode: 'replace' | 'update',
      cause: Cause,
    ): Promise<BatchResult> =>
      batch(
        tenant,
        cause,
        entities,
        (entity) => entity.id,
        (entity, known, at) => {
          mayChange(who, 'write', entity.type);
          if (!known) return { op: 'put', entity };
          if (mode === 'replace') return { op: 'put', entity: { ...entity, createdAt: known.createdAt } };
          return {
            op: 'set',
            id: entity.id,
            at,
            attrs: entity.attrs,
            type: entity.type,
            ...(entity.scope && { scope: entity.scope }),
          };
        },
      ),

    /** 5.6.2 Update Attributes and 5.6.3 Append Attributes: given instances are set, missing attributes appended. */
    setAttributes: async (
      who: Principal,
      tenant: Tenant,
      id: string,
      fragment: Fragment,
      options: { noOverwrite?: boolean },
      cause: Cause,
    ): Promise<UpdateResult> => {
      let result: UpdateResult = { updated: [], notUpdated: [] };
      await decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
        const entity = existing(looked, id);
        mayChange(who, 'write', entity.type);
        const notUpdated: { name: string; reason: string }[] = [];
        let { attrs } = fragment;
        if (options.noOverwrite === true) {
          const fresh: Record<string, readonly Instance[]> = {};
          for (const name in attrs) {
            const left = (attrs[name] ?? []).filter(
              (instance) => !entity.attrs[name]?.some((other) => other.datasetId === instance.datasetId),
            );
            if (left.length > 0) fresh[name] = left;
            else notUpdated.push({ name, reason: 'the attribute is there already' });
          }
          attrs = fresh;
        }
        const remove = (fragment.remove ?? []).filter(({ name, datasetId }) => {
          const there = entity.attrs[name]?.some((instance) => instance.datasetId === datasetId) === true;
          if (!there) notUpdated.push({ name, reason: 'there is no such attribute to remove' });
          return there;
        });
        result = { updated: [...Object.keys(attrs), ...remove.map(({ name }) => name)], notUpdated };
        const unchanged = result.updated.length === 0 && !fragment.type && !fragment.scope;
        return {
          entities: unchanged
            ? []
            : [
                {
                  op: 'set',
                  id,
                  at,
                  attrs,
                  ...(remove.length > 0 && { remove }),
                  ...(fragment.type && { type: fragment.type }),
                  ...(fragment.scope && { scope: fragment.scope }),
                },
              ],
        };
      });
      return result;
    },

    /**
     * 5.6.4 Partial Attribute Update: the given members replace those of one instance, the others stay.
     * @param merge makes the new instance of the stored one, undefined when it goes; may throw bad-data
     */
    mergeAttribute: (
      who: Principal,
      tenant: Tenant,
      id: string,
      name: string,
      datasetId: string | undefined,
      merge: (stored: Instance, at: string) => Instance | undefined,
      cause: Cause,
    ): Promise<{ seq: number }> =>
      decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
        const entity = existing(looked, id);
        mayChange(who, 'write', entity.type);
        const stored = entity.attrs[name]?.find((instance) => instance.datasetId === datasetId);
        if (!stored) throw new Problem('not-found', `the entity ${id} has no such attribute`, name);
        const merged = merge(stored, at);
        if (merged) return { entities: [{ op: 'set', id, at, attrs: { [name]: [merged] } }] };
        const remove = [{ name, ...(datasetId !== undefined && { datasetId }) }];
        return { entities: [{ op: 'set', id, at, attrs: {}, remove }] };
      }),

    /** 5.6.5 Delete Attribute. `all`: every instance, else the one with the datasetId (none: the default one). */
    deleteAttribute: (
      who: Principal,
      tenant: Tenant,
      id: string,
      name: string,
      which: { datasetId?: string; all?: boolean },
      cause: Cause,
    ): Promise<{ seq: number }> =>
      decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
        const entity = existing(looked, id);
        mayChange(who, 'write', entity.type);
        const gone = (entity.attrs[name] ?? []).filter(
          (instance) => which.all === true || instance.datasetId === which.datasetId,
        );
        if (gone.length === 0) throw new Problem('not-found', `the entity ${id} has no such attribute`, name);
        const remove = gone.map(({ datasetId }) => ({ name, ...(datasetId !== undefined && { datasetId }) }));
        return { entities: [{ op: 'set', id, at, attrs: {}, remove }] };
      }),

    /** 5.6.6 Delete Entity. */
    delete: (who: Principal, tenant: Tenant, id: string, cause: Cause): Promise<{ seq: number }> =>
      decideAndCommit(writer, tenant, cause, [id], (looked, at) => {
        mayChange(who, 'delete', existing(looked, id).type);
        return { entities: [{ op: 'delete', id, at }] };
      }),

    /** 5.6.10 Batch Entity Delete. */
    deleteMany: (who: Principal, tenant: Tenant, ids: readonly string[], cause: Cause): Promise<BatchResult> =>
      batch(
        tenant,
        cause,
        ids,
        (id) => id,
        (id, known, at) => {
          if (!known) throw new Problem('not-found', `there is no entity ${id}`);
          mayChange(who, 'delete', known.type);
          return { op: 'delete', id, at };
        },
      ),
  };
}
