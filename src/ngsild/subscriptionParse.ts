/** Subscriptions from the wire, whole or in part. CIM 009 v1.9.1, 5.2.12 to 5.2.15, 5.5.8, 5.8.1.4, 5.8.2.4. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { parseInstant } from '../base/time.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import { parseGeo } from './geoQuery.ts';
import { parseLanguages } from './language.ts';
import { parseDateTime } from './members.ts';
import { parseNotification } from './notificationParse.ts';
import { parseQ } from './q.ts';
import { parseSelector } from './entitySelector.ts';
import { parseScopeQ } from './scope.ts';
import { notificationTriggers, type Subscription } from './subscription.ts';
import { attributeName, flagOf, listOf, numberAboveZero, textOf } from './subscriptionMembers.ts';

type Member = Exclude<keyof Subscription, 'id'>;
type Parsed = { -readonly [M in keyof Subscription]?: Subscription[M] };

/** Given by clients, ignored (5.2.12, table 2). */
const readOnly = new Set(['status', 'createdAt', 'modifiedAt', 'deletedAt']);

/** How each member is read. `whole`: the document, for what two members say together. */
const members: {
  readonly [M in Member]: (
    raw: unknown,
    field: string,
    context: Context,
    whole: Record<string, unknown>,
  ) => Subscription[M];
} = {
  subscriptionName: textOf,
  description: textOf,
  entities: (raw, field, context) =>
    listOf(raw, field).map((item, i) => parseSelector(item, `${field}[${i}]`, context)),
  watchedAttributes: (raw, field, context) => [
    ...new Set(listOf(raw, field).map((item, i) => attributeName(item, `${field}[${i}]`, context))),
  ],
  notificationTrigger: (raw, field) =>
    listOf(raw, field).map((item, i) => {
      const trigger = notificationTriggers.find((known) => known === item);
      if (!trigger) throw new Problem('bad-data', `one of ${notificationTriggers.join(', ')}`, `${field}[${i}]`);
      return trigger;
    }),
  timeInterval: numberAboveZero,
  throttling: numberAboveZero,
  q: (raw, field, context, whole) => parseQ(textOf(raw, field), context, { expandValues: namesOf(whole) }),
  geoQ: (raw, field, context) => {
    if (!isObject(raw)) throw new Problem('bad-data', 'an object is expected', field);
    for (const name in raw) {
      if (!['type', 'georel', 'geometry', 'coordinates', 'geoproperty'].includes(name)) {
        throw new Problem('bad-data', `there is no "${name.slice(0, 50)}" here`, `${field}.${name}`);
      }
    }
    const { georel, geometry, coordinates, geoproperty } = raw;
    const text = (value: unknown, name: string): string | undefined =>
      value === undefined ? undefined : textOf(value, `${field}.${name}`);
    const node = parseGeo(
      {
        georel: text(georel, 'georel') ?? '',
        geometry: text(geometry, 'geometry'),
        coordinates,
        geoproperty: text(geoproperty, 'geoproperty'),
      },
      context,
    );
    if (!node) throw new Problem('bad-data', 'a geoquery needs georel (4.10)', field);
    return node;
  },
  scopeQ: (raw, field) => parseScopeQ(textOf(raw, field)),
  // A filter of registrations (5.2.12): what is stored here has none, and is told of whatever it says.
  csf: (raw, field, context) => parseQ(textOf(raw, field), context, { parameter: field }),
  datasetId: (raw, field) =>
    listOf(raw, field).map((item, i) => {
      if (typeof item === 'string' && (item === '@none' || isUri(item))) return item;
      throw new Problem('bad-data', 'a datasetId is a URI or @none', `${field}[${i}]`);
    }),
  lang: (raw, field) => {
    const text = textOf(raw, field);
    languages(text, field);
    return text;
  },
  expandValues: (raw, field, context) => names(raw, field).map((name) => attributeName(name, field, context)),
  jsonKeys: (raw, field, context) => names(raw, field).map((name) => attributeName(name, field, context)),
  localOnly: flagOf,
  splitEntities: flagOf,
  isActive: flagOf,
  expiresAt: parseDateTime,
  ngsildConformance: (raw, field) => {
    const text = textOf(raw, field);
    if (!/^\d{1,3}\.\d{1,3}(?:\.\d{1,3})?$/.test(text)) {
      throw new Problem('bad-data', 'a version like 1.6 is expected', field);
    }
    return text;
  },
  jsonldContext: uriOf,
  notification: parseNotification,
};

function isMember(name: string): name is Member {
  return Object.hasOwn(members, name);
}

/** Comma separated names, as in the parameters of a query. */
function names(raw: unknown, field: string): readonly string[] {
  const items = textOf(raw, field).split(',');
  if (items.includes('')) throw new Problem('bad-data', 'the list has an empty item', field);
  return items;
}

const namesOf = (whole: Record<string, unknown>): readonly string[] =>
  whole['expandValues'] === undefined ? [] : names(whole['expandValues'], 'expandValues');

function languages(text: string, field: string): void {
  try {
    parseLanguages(text);
  } catch (error) {
    throw new Problem('bad-data', error instanceof Error ? error.message : String(error), field);
  }
}

function uriOf(raw: unknown, field: string): string {
  if (typeof raw === 'string' && isUri(raw)) return raw;
  throw new Problem('bad-data', 'a URI is expected', field);
}

/** Reads the members that are there; `id` only where it may be given. */
function parseMembers(json: unknown, context: Context): { given: Parsed; removed: readonly string[] } {
  if (!isObject(json)) throw new Problem('bad-data', 'a subscription is an object');
  const given: Parsed = {};
  const removed: string[] = [];
  for (const name in json) {
    const raw = json[name];
    if (name === 'type' || name === '@type') {
      if (raw !== 'Subscription') throw new Problem('bad-data', 'the type must be Subscription', name);
    } else if (name === 'id' || name === '@id') {
      given.id = uriOf(raw, name);
    } else if (name === 'temporalQ') {
      throw new Problem('bad-data', 'temporalQ belongs to subscriptions to context sources (5.2.12)', name);
    } else if (readOnly.has(name)) continue;
    else if (!isMember(name)) {
      throw new Problem('bad-data', `a subscription has no member "${name.slice(0, 50)}" (5.2.12)`, name);
    } else if (raw === nullMarker) removed.push(name);
    else if (raw === null) throw new Problem('bad-data', 'null is no value (4.5.0)', name);
    else Object.assign(given, { [name]: members[name](raw, name, context, json) });
  }
  return { given, removed };
}

/**
 * A whole subscription, for its creation (5.8.1).
 * @param options id: taken when the document has none; now: ms, before which nothing may expire
 * @throws Problem bad-data
 */
export function parseSubscription(
  json: unknown,
  context: Context,
  options: { readonly newId: () => string; readonly now: number },
): Subscription {
  const { given, removed } = parseMembers(json, context);
  const [first] = removed;
  if (first !== undefined) {
    throw new Problem('bad-data', `"${nullMarker}" is only allowed where something is updated (5.5.4)`, first);
  }
  if (!isObject(json) || (json['type'] ?? json['@type']) === undefined) {
    throw new Problem('bad-data', 'the type must be Subscription', 'type');
  }
  checkExpiry(given, options.now);
  return checked({ ...given, id: given.id ?? options.newId() });
}

/**
 * The subscription after an update (5.8.2): members of the fragment replace those of the subscription, an NGSI-LD Null
 * removes one (5.5.8).
 * @throws Problem bad-data
 */
export function updateSubscription(
  subscription: Subscription,
  fragment: unknown,
  context: Context,
  now: number,
): Subscription {
  const { given, removed } = parseMembers(fragment, context);
  if (given.id !== undefined && given.id !== subscription.id) {
    throw new Problem('bad-data', 'the id cannot be changed', 'id');
  }
  checkExpiry(given, now);
  const updated: Parsed = { ...subscription, ...given };
  for (const name of removed) delete updated[name as Member];
  return checked(updated);
}

function checkExpiry({ expiresAt }: Parsed, now: number): void {
  if (expiresAt !== undefined && (parseInstant(expiresAt) ?? 0) <= now) {
    throw new Problem('bad-data', 'expiresAt must be in the future', 'expiresAt');
  }
}

/** What several members say together (5.2.12). */
function checked(subscription: Parsed): Subscription {
  const { id, notification, entities, watchedAttributes, timeInterval, throttling, localOnly } = subscription;
  if (id === undefined) throw new Problem('bad-data', 'a subscription has an id', 'id');
  if (!notification) throw new Problem('bad-data', 'a subscription needs notification', 'notification');
  if (localOnly !== true && !entities && !watchedAttributes) {
    throw new Problem('bad-data', 'entities or watchedAttributes is needed (5.2.12)', 'entities');
  }
  if (timeInterval !== undefined) {
    if (watchedAttributes) {
      throw new Problem('bad-data', 'timeInterval and watchedAttributes exclude each other', 'watchedAttributes');
    }
    if (throttling !== undefined) {
      throw new Problem('bad-data', 'timeInterval and throttling exclude each other', 'throttling');
    }
    if (localOnly !== true && !entities) throw new Problem('bad-data', 'timeInterval needs entities', 'entities');
  }
  if (localOnly === false && entities?.some(({ type }) => !type)) {
    throw new Problem('bad-data', 'the type * is always local', 'localOnly');
  }
  return { ...subscription, id, notification };
}
