/**
 * Which changes a subscription is told of. Pure: what stood before and what stands after decide, so that a replay of
 * the journal finds the same. CIM 009 v1.9.1, 5.2.12, 5.2.33, 5.8.6.
 */
import { sameJson } from '../base/json.ts';
import type { Attributes, Entity, Instance } from './entity.ts';
import { evaluateGeo } from './geo.ts';
import { matchesSelector } from './matching.ts';
import { evaluateQ, type QEvaluation } from './qEvaluate.ts';
import { evaluateScope } from './scope.ts';
import { defaultTriggers, type NotificationTrigger, type Subscription } from './subscription.ts';

/** What one change made of one entity; undefined: there is no such entity. */
export type EntityChange = { readonly before: Entity | undefined; readonly after: Entity | undefined };

/** Instances of one attribute, by what happened to them. */
export type AttributeChange = {
  readonly name: string;
  readonly created: readonly Instance[];
  /** As they were before. */
  readonly updated: readonly Instance[];
  /** As they were before. */
  readonly deleted: readonly Instance[];
};

/**
 * What a notification about a change is made of.
 * - `entity`: as it then was; of a deleted one id, type and instants.
 * - `before`: earlier instances by attribute, where the notification has to tell of them: deleted ones; with showChanges
 *   all of every attribute that changed (none: it is new).
 */
export type Notice = {
  readonly entity: Entity;
  readonly before: Attributes;
  /** ISO 8601; when the entity is gone. */
  readonly deletedAt?: string;
  /** A deleted entity as it last was. It is not told: whether its deletion may be told depends on it. */
  readonly was?: Entity;
};

/**
 * Attributes that are not as they were. Members of an instance count, with sub-attributes; the system's own instants do
 * not (5.8.6: "updated with a value different than the existing one").
 */
export function attributeChanges({ before, after }: EntityChange): readonly AttributeChange[] {
  const changes: AttributeChange[] = [];
  const old = before?.attrs ?? {};
  const now = after?.attrs ?? {};
  for (const name in now) {
    // An attribute that a change did not name is the same object.
    if (now[name] === old[name]) continue;
    const change = compareInstances(name, old[name] ?? [], now[name] ?? []);
    if (change) changes.push(change);
  }
  for (const name in old) {
    if (!now[name]) changes.push({ name, created: [], updated: [], deleted: old[name] ?? [] });
  }
  return changes;
}

function compareInstances(
  name: string,
  old: readonly Instance[],
  now: readonly Instance[],
): AttributeChange | undefined {
  const created: Instance[] = [];
  const updated: Instance[] = [];
  for (const instance of now) {
    const earlier = old.find(({ datasetId }) => datasetId === instance.datasetId);
    if (!earlier) created.push(instance);
    else if (!sameInstance(earlier, instance)) updated.push(earlier);
  }
  const deleted = old.filter((instance) => !now.some(({ datasetId }) => datasetId === instance.datasetId));
  return created.length + updated.length + deleted.length > 0 ? { name, created, updated, deleted } : undefined;
}

/** Members that only the system gives. */
const ownInstants = new Set<string>(['createdAt', 'modifiedAt']);

/** Whether two instances of one attribute say the same, apart from the system's own instants. */
export function sameInstance(a: Instance, b: Instance): boolean {
  if (a === b) return true;
  for (const member in b) {
    if (ownInstants.has(member)) continue;
    const [one, other] = [a[member as keyof Instance], b[member as keyof Instance]];
    if (one === other) continue;
    if (typeof one !== 'object' || typeof other !== 'object' || !sameMember(member, one, other)) return false;
  }
  for (const member in a) {
    if (!(member in b) && !ownInstants.has(member)) return false;
  }
  return true;
}

function sameMember(member: string, one: unknown, other: unknown): boolean {
  if (member !== 'sub') return sameJson(one, other);
  const [a, b] = [one as Attributes, other as Attributes];
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [old, now] = [a[name] ?? [], b[name]];
    return now !== undefined && compareInstances(name, old, now) === undefined;
  });
}

/**
 * Tells whether a change is one that the subscription asks for, and what is to be said of it. A subscription that is
 * paused, expired or periodic is asked like any other.
 * @param deletedAt ISO 8601, of the change; taken when the entity is gone
 * @param options resolve: entities at the end of relationships, for q; changes: `attributeChanges`, where they are known
 * @returns undefined when the subscription has nothing to be told
 */
export function matchSubscription(
  subscription: Subscription,
  { before, after }: EntityChange,
  deletedAt: string,
  options: QEvaluation & { readonly changes?: readonly AttributeChange[] } = {},
): Notice | undefined {
  const { changes = attributeChanges({ before, after }) } = options;
  const entity = after ?? before;
  if (!entity) return undefined;
  const { entities, watchedAttributes, datasetId, notificationTrigger = defaultTriggers } = subscription;
  const watched = changes.filter(
    (change) =>
      (watchedAttributes === undefined || watchedAttributes.includes(change.name)) &&
      (datasetId === undefined || touches(change, datasetId)),
  );
  if (!triggered(notificationTrigger, { before, after }, watched, watchedAttributes === undefined)) return undefined;
  if (entities && !entities.some((selector) => matchesSelector(selector, entity))) return undefined;
  if (!meetsConditions(subscription, entity, options)) return undefined;
  const { showChanges = false } = subscription.notification;
  if (after) {
    const told = showChanges ? whole(changes, before) : deletedOf(changes);
    return { entity: after, before: told };
  }
  const { id, type, createdAt, modifiedAt } = entity;
  const tells = showChanges || hasAny(notificationTrigger, 'attributeDeleted', 'entityUpdated');
  return {
    entity: { id, type, createdAt, modifiedAt, attrs: {} },
    before: tells ? deletedOf(watched) : {},
    deletedAt,
    was: entity,
  };
}

/** q, geoquery and scope query of the subscription (5.8.6). */
export function meetsConditions(
  { q, geoQ, scopeQ }: Pick<Subscription, 'q' | 'geoQ' | 'scopeQ'>,
  entity: Entity,
  options: QEvaluation = {},
): boolean {
  return (
    (!scopeQ || evaluateScope(scopeQ, entity.scope)) &&
    (!geoQ || evaluateGeo(geoQ, entity)) &&
    (!q || evaluateQ(q, entity, options))
  );
}

function touches({ created, updated, deleted }: AttributeChange, datasetIds: readonly string[]): boolean {
  const wanted = ({ datasetId = '@none' }: Instance): boolean => datasetIds.includes(datasetId);
  return created.some(wanted) || updated.some(wanted) || deleted.some(wanted);
}

const hasAny = (triggers: readonly NotificationTrigger[], ...wanted: NotificationTrigger[]): boolean =>
  triggers.some((trigger) => wanted.includes(trigger));

function triggered(
  triggers: readonly NotificationTrigger[],
  { before, after }: EntityChange,
  watched: readonly AttributeChange[],
  watchesAll: boolean,
): boolean {
  // An entity without any attribute is born and dies too, unless certain attributes are watched.
  if ((watchesAll || watched.length > 0) && !before && triggers.includes('entityCreated')) return true;
  if ((watchesAll || watched.length > 0) && !after && triggers.includes('entityDeleted')) return true;
  return watched.some(
    ({ created, updated, deleted }) =>
      (created.length > 0 && hasAny(triggers, 'attributeCreated', 'entityUpdated')) ||
      (updated.length > 0 && hasAny(triggers, 'attributeUpdated', 'entityUpdated')) ||
      (deleted.length > 0 && hasAny(triggers, 'attributeDeleted', 'entityUpdated')),
  );
}

function deletedOf(changes: readonly AttributeChange[]): Attributes {
  const before: Record<string, readonly Instance[]> = {};
  for (const { name, deleted } of changes) if (deleted.length > 0) before[name] = deleted;
  return before;
}

function whole(changes: readonly AttributeChange[], entity: Entity | undefined): Attributes {
  const before: Record<string, readonly Instance[]> = {};
  for (const { name } of changes) before[name] = entity?.attrs[name] ?? [];
  return before;
}
