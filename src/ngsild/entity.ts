/**
 * The entity as Chorsu keeps it: names expanded to IRIs, every attribute a list of instances (one per datasetId).
 * Values are immutable: a change makes new objects and shares what did not change. Follows CIM 009 v1.9.1, 4.5.
 */

/** JSON as parsed. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The kinds of attribute, 4.5.2 to 4.5.24. */
export const attributeKinds = [
  'Property',
  'GeoProperty',
  'Relationship',
  'LanguageProperty',
  'VocabProperty',
  'JsonProperty',
  'ListProperty',
  'ListRelationship',
] as const;
export type AttributeKind = (typeof attributeKinds)[number];

/** The member that holds an attribute's value on the wire, by kind. */
export const valueMembers = {
  Property: 'value',
  GeoProperty: 'value',
  Relationship: 'object',
  LanguageProperty: 'languageMap',
  VocabProperty: 'vocab',
  JsonProperty: 'json',
  ListProperty: 'valueList',
  ListRelationship: 'objectList',
} as const satisfies Record<AttributeKind, string>;

/**
 * One instance of an attribute. `value` is what stands in the kind's value member, expanded where the kind asks for it
 * (vocab terms and objectType are IRIs). Instants given by clients keep their spelling; ours are ISO 8601 with
 * milliseconds and Z.
 */
export type Instance = {
  readonly type: AttributeKind;
  readonly value: Json;
  readonly datasetId?: string;
  readonly observedAt?: string;
  readonly unitCode?: string;
  readonly valueType?: string;
  readonly objectType?: string | readonly string[];
  readonly expiresAt?: string;
  readonly ngsildproof?: Json;
  /** Absent only before the writer's clock has stamped it. */
  readonly createdAt?: string;
  readonly modifiedAt?: string;
  /** Sub-attributes by IRI: properties of properties, one level deep or more. */
  readonly sub?: Readonly<Record<string, readonly Instance[]>>;
};

export type Attributes = Readonly<Record<string, readonly Instance[]>>;

export type Entity = {
  readonly id: string;
  /** IRIs, at least one, in the order first given. */
  readonly type: readonly string[];
  readonly scope?: readonly string[];
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly modifiedAt: string;
  /** By IRI. Never an empty list. */
  readonly attrs: Attributes;
};

/**
 * One change of one entity, as the journal keeps it.
 * - `put`: the entity is now exactly this (create, upsert "replace", PUT). `dropped`: what it had before and has no more.
 * - `set`: these instances are now the ones with their name and datasetId; others stay. `remove` goes first. An empty
 *   scope and an `expiresAt` of null take away what was there.
 *   With `keepNewer`, an instance whose observedAt is older than the stored one's enters history only: a late reading
 *   never hides a newer one.
 * - `delete`: the entity is gone; history keeps a marker.
 * - `history`: instances of the past that do not touch the current state (backfill, temporal create). With `instead`, the
 *   one instance takes the place of that one and its instanceId (5.6.14).
 * - `forget`: these instances were never taken: they leave history, and no marker says so. With `becomes` the entity is
 *   now exactly that (null: gone, as if it had never been), without a new instance in history. With `stays` the entity
 *   is known to be there still: should nothing be left of its past, history keeps its name and types for what comes.
 */
export type EntityDelta =
  | { readonly op: 'put'; readonly entity: Entity; readonly dropped?: readonly Removal[] }
  | {
      readonly op: 'set';
      readonly id: string;
      readonly at: string;
      readonly attrs: Attributes;
      readonly remove?: readonly Removal[];
      /** Types to add. */
      readonly type?: readonly string[];
      readonly scope?: readonly string[];
      readonly expiresAt?: string | null;
      readonly keepNewer?: true;
    }
  | { readonly op: 'delete'; readonly id: string; readonly at: string }
  | {
      readonly op: 'history';
      readonly id: string;
      readonly type: readonly string[];
      readonly at: string;
      readonly attrs: Attributes;
      readonly instead?: InstancePlace;
    }
  | {
      readonly op: 'forget';
      readonly id: string;
      readonly at: string;
      readonly past: Forgotten;
      readonly becomes?: Entity | null;
      readonly stays?: true;
    };

/** An attribute instance that goes; history keeps a marker of its kind (4.5.7). */
export type Removal = { readonly name: string; readonly datasetId?: string; readonly type?: AttributeKind };

/** An instance of the past: the `place`-th of those that the change `seq` brought. Its instanceId is made of the two. */
export type InstancePlace = { readonly seq: number; readonly place: number };

const instancePrefix = 'urn:ngsi-ld:instance:';

/** The instanceId (4.5.7) of an instance. */
export const instanceIdOf = ({ seq, place }: InstancePlace): string => `${instancePrefix}${seq}-${place}`;

/** Undefined when no instance here can have this id. */
export function instancePlaceOf(instanceId: string): InstancePlace | undefined {
  if (!instanceId.startsWith(instancePrefix)) return undefined;
  const [, seq, place] = /^(\d{1,15})-(\d{1,9})$/.exec(instanceId.slice(instancePrefix.length)) ?? [];
  return seq === undefined || place === undefined ? undefined : { seq: Number(seq), place: Number(place) };
}

/**
 * Which instances of an entity leave history, of those that were taken before: all; those of an attribute (of one dataset,
 * or `all`); those that these changes brought (by sequence number; with `place` only that one).
 */
export type Forgotten = 'all' | ForgottenAttribute | readonly (Pick<InstancePlace, 'seq'> & Partial<InstancePlace>)[];
export type ForgottenAttribute = { readonly name: string; readonly datasetId?: string; readonly all?: true };

/** The id of the entity that a delta is about. */
export function deltaId(delta: EntityDelta): string {
  return delta.op === 'put' ? delta.entity.id : delta.id;
}

/** False for a delta that bears on history alone. */
export function touchesState(delta: EntityDelta): boolean {
  return delta.op === 'forget' ? delta.becomes !== undefined : delta.op !== 'history';
}

/** IRI under which history keeps the scopes of an entity, as instances of a Property (4.5.6). */
export const scopeIri = 'https://uri.etsi.org/ngsi-ld/scope';

/**
 * The delta, with what history wants to know of the entity before it: what a `put` drops, and the kind of what goes.
 * @param before the entity before the delta, undefined when there is none
 */
export function withRemovals(delta: EntityDelta, before: Entity | undefined): EntityDelta {
  if (!before) return delta;
  if (delta.op === 'put') {
    const dropped = droppedBy(delta.entity, before);
    return dropped.length > 0 ? { ...delta, dropped } : delta;
  }
  if (delta.op !== 'set' || !delta.remove) return delta;
  const remove = delta.remove.map((removal): Removal => {
    const there = before.attrs[removal.name]?.find(({ datasetId }) => datasetId === removal.datasetId);
    return there ? { ...removal, type: there.type } : removal;
  });
  return { ...delta, remove };
}

function droppedBy(after: Entity, before: Entity): Removal[] {
  const dropped: Removal[] = [];
  for (const name in before.attrs) {
    const left = after.attrs[name];
    for (const { datasetId, type } of before.attrs[name] ?? []) {
      if (left?.some((instance) => instance.datasetId === datasetId) === true) continue;
      dropped.push({ name, ...(datasetId !== undefined && { datasetId }), type });
    }
  }
  if (before.scope && before.scope.length > 0 && !after.scope) dropped.push({ name: scopeIri, type: 'Property' });
  return dropped;
}

/** True when `a` is earlier than `b`; both ISO 8601, of any precision. */
function isEarlier(a: string, b: string): boolean {
  // Our own spelling, which nearly all instants have, is in the order of time as text.
  if (a.length === 24 && b.length === 24 && a.charCodeAt(23) === 90 && b.charCodeAt(23) === 90) return a < b;
  return Date.parse(a.replace(',', '.')) < Date.parse(b.replace(',', '.'));
}

/**
 * What the entity is after the delta. Pure: the writer, a replay, a follower and the simulation's model all call it.
 * @param entity the entity before, undefined when there is none
 * @returns the entity after, undefined when there is none; `entity` itself when nothing changed
 */
export function applyDelta(entity: Entity | undefined, delta: EntityDelta): Entity | undefined {
  switch (delta.op) {
    case 'put':
      return delta.entity;
    case 'delete':
      return undefined;
    case 'history':
      return entity;
    case 'forget':
      return delta.becomes === undefined ? entity : (delta.becomes ?? undefined);
    case 'set': {
      if (!entity) return undefined;
      const attrs: Record<string, readonly Instance[]> = { ...entity.attrs };
      for (const { name, datasetId } of delta.remove ?? []) {
        const left = (attrs[name] ?? []).filter((instance) => instance.datasetId !== datasetId);
        if (left.length > 0) attrs[name] = left;
        else delete attrs[name];
      }
      for (const name in delta.attrs) {
        const incoming = delta.attrs[name] ?? [];
        const known = attrs[name];
        attrs[name] = known ? mergeInstances(known, incoming, delta.keepNewer === true) : stamp(incoming, delta.at);
      }
      const added = delta.type?.filter((type) => !entity.type.includes(type)) ?? [];
      const after: { -readonly [key in keyof Entity]: Entity[key] } = { ...entity, modifiedAt: delta.at, attrs };
      if (added.length > 0) after.type = [...entity.type, ...added];
      if (delta.scope) {
        if (delta.scope.length > 0) after.scope = delta.scope;
        else delete after.scope;
      }
      if (delta.expiresAt === null) delete after.expiresAt;
      else if (delta.expiresAt !== undefined) after.expiresAt = delta.expiresAt;
      return after;
    }
  }
}

const stamp = (instances: readonly Instance[], at: string): readonly Instance[] =>
  instances.map((instance) => (instance.createdAt ? instance : { ...instance, createdAt: instance.modifiedAt ?? at }));

function mergeInstances(
  known: readonly Instance[],
  incoming: readonly Instance[],
  keepNewer: boolean,
): readonly Instance[] {
  const merged = [...known];
  for (const instance of incoming) {
    const at = merged.findIndex((other) => other.datasetId === instance.datasetId);
    const other = merged[at];
    if (!other) {
      merged.push(
        instance.createdAt ? instance : { ...instance, ...(instance.modifiedAt && { createdAt: instance.modifiedAt }) },
      );
      continue;
    }
    if (keepNewer && instance.observedAt && other.observedAt && isEarlier(instance.observedAt, other.observedAt))
      continue;
    const createdAt = other.createdAt ?? instance.createdAt;
    merged[at] = createdAt ? { ...instance, createdAt } : instance;
  }
  return merged;
}
