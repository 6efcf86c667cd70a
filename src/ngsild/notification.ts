/** What a subscriber is sent. CIM 009 v1.9.1, 5.3.1, 5.8.6, 4.5.0. */
import { isObject } from '../base/json.ts';
import type { Context } from './context.ts';
import { nullMarker } from './datatypes.ts';
import { valueMembers, type Attributes, type Entity, type Instance, type Json } from './entity.ts';
import { representFeature } from './geojson.ts';
import { parseLanguages } from './language.ts';
import type { LinkedEntities } from './linked.ts';
import {
  representAttribute,
  representEntity,
  representInstance,
  simplifiedValue,
  type JsonObject,
  type RepresentOptions,
} from './represent.ts';
import { isShown, projectionFrom } from './projection.ts';
import type { Subscription } from './subscription.ts';
import { sameInstance, type Notice } from './subscriptionMatch.ts';
import { asOfVersion, currentVersion } from './version.ts';

/** What goes with the notices: their message, and the entities that they link to (4.5.23). */
export type NotificationParts = {
  /** URI. */
  readonly id: string;
  /** ISO 8601. */
  readonly notifiedAt: string;
  /** The @context as it is to stand in the body, where it does. */
  readonly named: Json;
  /** join inline. */
  readonly linked?: LinkedEntities;
  /** join flat. */
  readonly appended?: readonly { readonly entity: Entity; readonly options: RepresentOptions }[];
};

/** A notification: one entity per notice, in their order, in the formats, names and media type that were asked for. */
export function representNotification(
  subscription: Subscription,
  notices: readonly Notice[],
  context: Context,
  message: NotificationParts,
): JsonObject {
  const { accept = 'application/json', receiverInfo = [] } = subscription.notification.endpoint;
  const minor = Number(subscription.ngsildConformance?.split('.')[1] ?? currentVersion);
  const aged = (entity: Entity): Entity => (minor < currentVersion ? asOfVersion(entity, minor, context) : entity);
  const { linked, appended = [] } = message;
  const options = {
    ...notificationOptions(subscription),
    ...(linked && {
      linked: { ...linked, entities: new Map([...linked.entities].map(([id, entity]) => [id, aged(entity)])) },
    }),
  };
  const told = notices.map((notice): Notice => {
    const { attrs: before } = aged({ ...notice.entity, attrs: notice.before });
    return { ...notice, entity: aged(notice.entity), before };
  });
  const head = {
    id: message.id,
    type: 'Notification',
    subscriptionId: subscription.id,
    notifiedAt: message.notifiedAt,
  };
  if (accept === 'application/geo+json') {
    const features = [
      ...told.map((notice) => representNoticeFeature(notice, context, options)),
      ...appended.map((one) => representFeature(aged(one.entity), context, one.options)),
    ];
    const bare = receiverInfo.some(({ key, value }) => key.toLowerCase() === 'prefer' && value === 'body=json');
    const data = { type: 'FeatureCollection', features, ...(!bare && { '@context': message.named }) };
    return { ...head, data };
  }
  const data = [
    ...told.map((notice) => representNotice(notice, context, options)),
    ...appended.map((one) => representEntity(aged(one.entity), context, one.options)),
  ];
  if (accept === 'application/json') return { ...head, data };
  // Each entity can be taken out of the notification and still be read.
  const own = data.map((entity) => ({ ...entity, '@context': message.named }));
  return { ...head, data: own, '@context': message.named };
}

type NoticeOptions = RepresentOptions & { readonly showChanges: boolean };

/** How a subscription wants entities to be shown. */
export function notificationOptions({ notification, datasetId, lang }: Subscription): NoticeOptions {
  const { attributes, pick, omit, format = 'normalized', sysAttrs = false, showChanges = false } = notification;
  return {
    format: format === 'keyValues' ? 'simplified' : format,
    sysAttrs,
    showChanges,
    ...(attributes && { attrs: new Set(attributes) }),
    ...(pick && { pick: projectionFrom(pick) }),
    ...(omit && { omit: projectionFrom(omit) }),
    ...(datasetId && { datasetIds: new Set(datasetId) }),
    ...(lang !== undefined && { lang: parseLanguages(lang) }),
  };
}

/** One entity: as it now is, deleted attributes as NGSI-LD Null, with showChanges what was before. */
function representNotice(notice: Notice, context: Context, options: NoticeOptions): JsonObject {
  const { entity, before, deletedAt } = notice;
  const json = representEntity(entity, context, options);
  if (deletedAt !== undefined) json['deletedAt'] = deletedAt;
  for (const name in before) {
    if (options.attrs?.has(name) === false || !isShown(name, options.pick, options.omit)) continue;
    const already = json[context.compact(name)];
    const shown = representChanged(entity.attrs[name] ?? [], before[name] ?? [], context, options, notice, already);
    if (shown !== undefined) json[context.compact(name)] = shown;
  }
  return json;
}

function representNoticeFeature(notice: Notice, context: Context, options: NoticeOptions): JsonObject {
  const { properties: _, ...feature } = representFeature(notice.entity, context, options);
  const { id: __, ...properties } = representNotice(notice, context, options);
  return { ...feature, properties };
}

/** An attribute of which instances went, or whose earlier values are to be shown. */
function representChanged(
  now: readonly Instance[],
  before: readonly Instance[],
  context: Context,
  options: NoticeOptions,
  { entity, deletedAt = entity.modifiedAt }: Notice,
  already: Json | undefined,
): Json | undefined {
  const wanted = ({ datasetId = '@none' }: Instance): boolean => options.datasetIds?.has(datasetId) ?? true;
  const earlierOf = (instance: Instance): Instance | undefined =>
    before.find((other) => other.datasetId === instance.datasetId && !sameInstance(other, instance));
  const gone = before.filter(
    (instance) => wanted(instance) && !now.some(({ datasetId }) => datasetId === instance.datasetId),
  );
  const left = now.filter(wanted);
  // All instances at once: the attribute itself was deleted, and no dataset need be told.
  const whole = now.length === 0 && gone.length > 1 && !options.showChanges && options.sysAttrs !== true;
  if (whole) return representGone(gone[0] as Instance, context, options);
  if (!options.showChanges && gone.length === 0) return representAttribute(left, context, options);
  if (options.format === 'simplified') return simplifiedWithout(left, gone, context, options);
  // What it links to is inside already.
  const embedded = options.linked ? [already ?? []].flat().filter(isObject) : [];
  const shown: { json: JsonObject; plain: boolean }[] = [
    ...left.map((instance, i) => {
      const json = embedded.length === left.length ? embedded[i] : undefined;
      const now = (json as JsonObject | undefined) ?? representInstance(instance, context, options);
      return { json: withPrevious(now, earlierOf(instance), context, options), plain: false };
    }),
    ...gone.map((instance) => deletedInstance(instance, deletedAt, context, options)),
  ];
  const [only] = shown;
  if (!only) return undefined;
  if (shown.length > 1) return shown.map(({ json }) => json);
  return only.plain ? nullMarker : only.json;
}

/** An attribute of which nothing is left. */
function representGone({ type }: Instance, context: Context, options: NoticeOptions): Json {
  if (options.format === 'simplified') return nullMarker;
  const { json, plain } = deletedInstance({ type, value: nullMarker }, '', context, options);
  return plain ? nullMarker : json;
}

function simplifiedWithout(
  left: readonly Instance[],
  gone: readonly Instance[],
  context: Context,
  options: NoticeOptions,
): Json | undefined {
  const [first] = gone;
  if (!first) return representAttribute(left, context, options);
  if (left.length === 0 && gone.length === 1 && first.datasetId === undefined) return nullMarker;
  const dataset: JsonObject = {};
  for (const instance of left) dataset[instance.datasetId ?? '@none'] = simplifiedValue(instance, context, options);
  for (const { datasetId = '@none' } of gone) dataset[datasetId] = nullMarker;
  return { dataset };
}

/** `plain`: in concise representation its name and the NGSI-LD Null say all (5.8.6). */
function deletedInstance(
  instance: Instance,
  deletedAt: string,
  context: Context,
  options: NoticeOptions,
): { json: JsonObject; plain: boolean } {
  const { type, datasetId, createdAt, modifiedAt } = instance;
  const concise = options.format === 'concise';
  const inOneLanguage = type === 'LanguageProperty' && options.lang !== undefined;
  const json: JsonObject = {
    ...(!concise && { type: inOneLanguage ? 'Property' : type }),
    [inOneLanguage ? 'value' : valueMembers[type]]: inOneLanguage ? nullMarker : nullOf(type),
    ...(datasetId !== undefined && { datasetId }),
    ...(options.sysAttrs === true && {
      ...(createdAt !== undefined && { createdAt }),
      ...(modifiedAt !== undefined && { modifiedAt }),
      deletedAt,
    }),
  };
  const plain = concise && datasetId === undefined && options.sysAttrs !== true && !options.showChanges;
  return { json: withPrevious(json, instance, context, options), plain };
}

/** The NGSI-LD Null of each kind, 4.5.0. */
function nullOf(type: Instance['type']): Json {
  switch (type) {
    case 'LanguageProperty':
      return { '@none': nullMarker };
    case 'ListProperty':
      return [nullMarker];
    case 'ListRelationship':
      return [{ object: nullMarker }];
    default:
      return nullMarker;
  }
}

/** Adds `previousValue`, `previousObject`, ... (5.2.5 to 5.2.7 and their like). */
function withPrevious(
  json: JsonObject,
  earlier: Instance | undefined,
  context: Context,
  { showChanges }: NoticeOptions,
): JsonObject {
  if (!showChanges || !earlier) return json;
  const member = valueMembers[earlier.type];
  const { [member]: value } = representInstance(earlier, context);
  return { ...json, [`previous${member[0]?.toUpperCase()}${member.slice(1)}`]: value ?? null };
}

/**
 * Several notices of one subscription as fewer: of each entity the newest state, beside what was before the first of
 * them. For throttling: what happened meanwhile is told at once.
 */
export function coalesce<T extends { readonly notice: Notice }>(told: readonly T[], showChanges = false): readonly T[] {
  const newest = new Map<string, T>();
  for (const one of told) {
    const { notice } = one;
    const earlier = newest.get(notice.entity.id)?.notice;
    // The newest stands at its own place in the order.
    newest.delete(notice.entity.id);
    const before = earlier ? firstOf(earlier.before, notice.before, showChanges) : notice.before;
    newest.set(notice.entity.id, { ...one, notice: { ...notice, before } });
  }
  return [...newest.values()];
}

function firstOf(earlier: Attributes, later: Attributes, showChanges: boolean): Attributes {
  const before: Record<string, readonly Instance[]> = { ...later, ...earlier };
  // With showChanges the earlier of the two is the whole attribute; else both name what was deleted.
  if (showChanges) return before;
  for (const name in earlier) {
    const first = earlier[name] ?? [];
    const since = (later[name] ?? []).filter(
      ({ datasetId }) => !first.some((instance) => instance.datasetId === datasetId),
    );
    if (since.length > 0) before[name] = [...first, ...since];
  }
  return before;
}
