/**
 * The operations of CIM 009 v1.9.1, 5.6 on one entity, as rules: what is stored goes in, what changes comes out. Pure;
 * a single operation and a batch use the same rule. What registrations would add comes with distributed operations.
 */
import { Problem } from '../base/problem.ts';
import type { Attributes, Entity, EntityDelta, Instance } from '../ngsild/entity.ts';
import {
  evaluateTypes,
  mergeEntity,
  type Context,
  type Fragment,
  type InstanceName,
  type MergeFragment,
  type PurgeRequest,
} from '../ngsild/index.ts';
import type { TypeNode } from '../ngsild/query.ts';

/** What an operation does to one entity. Names are IRIs, besides `scope` and `expiresAt`. */
export type Outcome = {
  /** Absent: nothing changes. */
  readonly delta?: EntityDelta;
  readonly updated?: readonly string[];
  readonly notUpdated?: readonly { readonly name: string; readonly reason: string }[];
};

/**
 * One operation on one entity.
 * @throws in `rule`: Problem not-found, already-exists, bad-data
 */
export type Command = {
  readonly id: string;
  /** @param at the instant of the change, ISO 8601 */
  readonly rule: (known: Entity | undefined, at: string) => Outcome;
};

/** Which entity is meant: where `type` is given it must be of such a type, or it counts as not there (5.6.2.4). */
export type Target = { readonly id: string; readonly type?: TypeNode | undefined };

function existing(known: Entity | undefined, { id, type }: Target): Entity {
  if (!known) throw new Problem('not-found', `there is no entity ${id}`);
  if (type && !evaluateTypes(type, known.type)) throw new Problem('not-found', `there is no entity ${id} of this type`);
  return known;
}

const named = ({ name, datasetId }: { name: string; datasetId?: string | undefined }): InstanceName =>
  datasetId === undefined ? { name } : { name, datasetId };

const instanceOf = ({ attrs }: Entity, { name, datasetId }: InstanceName): Instance | undefined =>
  attrs[name]?.find((instance) => instance.datasetId === datasetId);

/** 5.6.1 Create Entity. */
export const create = (entity: Entity): Command => ({
  id: entity.id,
  rule: (known) => {
    if (known) throw new Problem('already-exists', `the entity ${entity.id} is there already`);
    return { delta: { op: 'put', entity } };
  },
});

/** 5.6.18 Replace Entity. */
export const replace = (target: Target, entity: Entity): Command => ({
  id: target.id,
  rule: (known) => ({ delta: replaced(existing(known, target), entity) }),
});

const replaced = (known: Entity, entity: Entity): EntityDelta => ({
  op: 'put',
  entity: { ...entity, createdAt: known.createdAt },
});

/** 5.6.8, one entity of Batch Entity Creation or Update. `update`: what is given is set as by 5.6.2, the rest stays. */
export const upsert = (entity: Entity, mode: 'replace' | 'update'): Command => ({
  id: entity.id,
  rule: (known, at) => {
    if (!known) return { delta: { op: 'put', entity } };
    if (mode === 'replace') return { delta: replaced(known, entity) };
    return updated(known, { ...entity, remove: [] }, at);
  },
});

/** 5.6.2 Update Attributes: given instances are set, missing ones appended, those with the NGSI-LD Null removed. */
export const update = (target: Target, fragment: Fragment): Command => ({
  id: target.id,
  rule: (known, at) => updated(existing(known, target), fragment, at),
});

function updated(known: Entity, fragment: Fragment, at: string): Outcome {
  const { attrs, type, expiresAt } = fragment;
  const notUpdated: { name: string; reason: string }[] = [];
  const remove = fragment.remove.filter((name) => {
    if (instanceOf(known, name)) return true;
    notUpdated.push({ name: name.name, reason: 'there is no such attribute to remove' });
    return false;
  });
  const scope = known.scope ? fragment.scope : undefined;
  if (fragment.scope && !scope)
    notUpdated.push({ name: 'scope', reason: 'the entity has no scope to update (5.6.2.4)' });
  return set(known, { attrs, remove, type, scope, expiresAt }, at, notUpdated);
}

/** 5.6.3 Append Attributes. With `noOverwrite` what is there stays, and scopes are added. */
export const append = (target: Target, fragment: Fragment, options: { noOverwrite?: boolean } = {}): Command => ({
  id: target.id,
  rule: (stored, at) => {
    const known = existing(stored, target);
    if (options.noOverwrite !== true) return set(known, fragment, at, []);
    const notUpdated: { name: string; reason: string }[] = [];
    const attrs: Record<string, readonly Instance[]> = {};
    for (const name in fragment.attrs) {
      const instances = fragment.attrs[name] ?? [];
      const fresh = instances.filter(({ datasetId }) => !instanceOf(known, named({ name, datasetId })));
      if (fresh.length > 0) attrs[name] = fresh;
      if (fresh.length < instances.length) notUpdated.push({ name, reason: 'the attribute is there already' });
    }
    const { scope: had = [] } = known;
    const added = fragment.scope?.filter((scope) => !had.includes(scope)) ?? [];
    const scope = added.length > 0 ? [...had, ...added] : undefined;
    const expiresAt = known.expiresAt === undefined ? fragment.expiresAt : undefined;
    if (fragment.expiresAt !== expiresAt) notUpdated.push({ name: 'expiresAt', reason: 'it is there already' });
    return set(known, { attrs, remove: [], type: fragment.type, scope, expiresAt }, at, notUpdated);
  },
});

/**
 * 5.6.17 Merge Entity.
 * @param options `lang`: of texts for languages that are stored; `observedAt`: for merged attributes that had one
 */
export const merge = (
  target: Target,
  fragment: MergeFragment,
  options: { context: Context; lang?: string | undefined; observedAt?: string | undefined },
): Command => ({
  id: target.id,
  rule: (stored, at) => {
    const known = existing(stored, target);
    const { context, lang, observedAt } = options;
    const settings = {
      context,
      at,
      ...(lang !== undefined && { lang }),
      ...(observedAt !== undefined && { observedAt }),
    };
    return set(known, mergeEntity(known, fragment, settings), at, []);
  },
});

type LeftOut = NonNullable<Outcome['notUpdated']>;

type Setting = {
  readonly attrs: Attributes;
  readonly remove: readonly InstanceName[];
  readonly type?: readonly string[] | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly expiresAt?: string | null | undefined;
};

/** The delta of a fragment, none when all of it is there already or was left out. */
function set(known: Entity, setting: Setting, at: string, notUpdated: LeftOut): Outcome {
  const { attrs, remove, scope, expiresAt } = setting;
  const type = setting.type?.filter((name) => !known.type.includes(name)) ?? [];
  const names = Object.keys(attrs);
  const updated = [...names, ...remove.map(({ name }) => name)];
  if (scope) updated.push('scope');
  if (expiresAt !== undefined) updated.push('expiresAt');
  if (updated.length === 0 && type.length === 0) return { updated, notUpdated };
  return {
    delta: {
      op: 'set',
      id: known.id,
      at,
      attrs,
      ...(remove.length > 0 && { remove }),
      ...(type.length > 0 && { type }),
      ...(scope && { scope }),
      ...(expiresAt !== undefined && { expiresAt }),
    },
    updated,
    notUpdated,
  };
}

/**
 * 5.6.4 Partial Attribute Update: given members replace those of one instance, the others stay.
 * @param patch makes the new instance of the stored one, undefined when it goes
 */
export const patchAttribute = (
  target: Target,
  attribute: InstanceName,
  patch: (stored: Instance, at: string) => Instance | undefined,
): Command => ({
  id: target.id,
  rule: (known, at) => {
    const entity = existing(known, target);
    const instance = patch(existingInstance(entity, attribute), at);
    const attrs: Attributes = instance ? { [attribute.name]: [instance] } : {};
    return set(entity, { attrs, remove: instance ? [] : [attribute] }, at, []);
  },
});

/** 5.6.19 Replace Attribute: one instance, of the same datasetId. It may become of another kind. */
export const replaceAttribute = (target: Target, name: string, instance: Instance): Command => ({
  id: target.id,
  rule: (known, at) => {
    const entity = existing(known, target);
    existingInstance(entity, named({ name, datasetId: instance.datasetId }));
    return set(entity, { attrs: { [name]: [instance] }, remove: [] }, at, []);
  },
});

function existingInstance(entity: Entity, name: InstanceName): Instance {
  const instance = instanceOf(entity, name);
  if (!instance) throw new Problem('not-found', `the entity ${entity.id} has no such attribute`, name.name);
  return instance;
}

/** 5.6.5 Delete Attribute. `all`: every instance, else the one with the datasetId (none: the default one). */
export const deleteAttribute = (
  target: Target,
  name: string,
  which: { readonly datasetId?: string | undefined; readonly all?: boolean },
): Command => ({
  id: target.id,
  rule: (known, at) => {
    const entity = existing(known, target);
    const remove = (entity.attrs[name] ?? [])
      .filter(({ datasetId }) => which.all === true || datasetId === which.datasetId)
      .map(({ datasetId }) => named({ name, datasetId }));
    if (remove.length === 0) throw new Problem('not-found', `the entity ${entity.id} has no such attribute`, name);
    return set(entity, { attrs: {}, remove }, at, []);
  },
});

/** 5.6.5 for the scope, which is deleted as an attribute is. */
export const deleteScope = (target: Target): Command => ({
  id: target.id,
  rule: (known, at) => {
    const entity = existing(known, target);
    if (!entity.scope) throw new Problem('not-found', `the entity ${entity.id} has no scope`, 'scope');
    return set(entity, { attrs: {}, remove: [], scope: [] }, at, []);
  },
});

/** 5.6.6 Delete Entity. */
export const remove = (target: Target): Command => ({
  id: target.id,
  rule: (known, at) => ({ delta: { op: 'delete', id: existing(known, target).id, at } }),
});

/** What a purge leaves of an entity, 5.6.21: without the named members, or with no attribute but the named ones. */
export function strip(known: Entity, members: NonNullable<PurgeRequest['members']>, at: string): Outcome {
  const goes = (name: string): boolean => ('drop' in members ? members.drop.has(name) : !members.keep.has(name));
  const remove = Object.keys(known.attrs)
    .filter(goes)
    .flatMap((name) => (known.attrs[name] ?? []).map(({ datasetId }) => named({ name, datasetId })));
  const scope = known.scope && 'drop' in members && members.drop.has('scope') ? [] : undefined;
  return set(known, { attrs: {}, remove, scope }, at, []);
}
