/** Subscriptions to wire JSON. CIM 009 v1.9.1, 5.2.12 to 5.2.15, 5.8.3. */
import type { Context } from './context.ts';
import type { Json } from './entity.ts';
import { printGeo } from './geoQuery.ts';
import { printProjection, projectionFrom, type ProjectionTerm } from './projection.ts';
import { printQ } from './q.ts';
import type { EntitySelector } from './query.ts';
import type { JsonObject } from './represent.ts';
import { printScopeQ } from './scope.ts';
import {
  defaultTriggers,
  type NotificationParameters,
  type Subscription,
  type SubscriptionStatus,
} from './subscription.ts';
import { printTypeSelection } from './types.ts';

/** What only the system knows: 5.2.12, table 2; 5.2.14.2. Instants are ISO 8601. */
export type SubscriptionState = {
  readonly status: SubscriptionStatus;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly notification: {
    readonly status?: 'ok' | 'failed';
    readonly timesSent?: number;
    readonly timesFailed?: number;
    readonly lastNotification?: string;
    readonly lastSuccess?: string;
    readonly lastFailure?: string;
  };
};

/** @param options sysAttrs: createdAt and modifiedAt too */
export function representSubscription(
  subscription: Subscription,
  state: SubscriptionState,
  context: Context,
  options: { readonly sysAttrs?: boolean } = {},
): JsonObject {
  const { id, entities, watchedAttributes, q, geoQ, scopeQ, csf, expandValues, jsonKeys, notification, ...plain } =
    subscription;
  const { subscriptionName, description, notificationTrigger = defaultTriggers, datasetId, ...rest } = plain;
  const compact = (iri: string): string => context.compact(iri);
  return {
    id,
    type: 'Subscription',
    ...defined({ subscriptionName, description }),
    ...(entities && { entities: entities.map((selector) => representSelector(selector, context)) }),
    ...(watchedAttributes && { watchedAttributes: watchedAttributes.map(compact) }),
    notificationTrigger: [...notificationTrigger],
    ...(q && { q: printQ(q, context) }),
    ...(geoQ && { geoQ: representGeo(geoQ, context) }),
    ...(scopeQ && { scopeQ: printScopeQ(scopeQ) }),
    ...(csf && { csf: printQ(csf, context) }),
    ...(datasetId && { datasetId: [...datasetId] }),
    ...(expandValues && { expandValues: expandValues.map(compact).join(',') }),
    ...(jsonKeys && { jsonKeys: jsonKeys.map(compact).join(',') }),
    ...defined(rest),
    notification: { ...representParameters(notification, context), ...state.notification },
    status: state.status,
    ...(options.sysAttrs === true && { createdAt: state.createdAt, modifiedAt: state.modifiedAt }),
  };
}

function defined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const json: JsonObject = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) json[name] = value;
  }
  return json;
}

function representSelector({ ids, idPattern, type }: EntitySelector, context: Context): Json {
  const [first = ''] = ids ?? [];
  return {
    ...(ids && { id: ids.length === 1 ? first : [...ids] }),
    ...(idPattern !== undefined && { idPattern }),
    type: type ? printTypeSelection(type, context) : '*',
  };
}

function representGeo(node: NonNullable<Subscription['geoQ']>, context: Context): Json {
  const { georel, geometry, geoproperty } = printGeo(node, context);
  return { georel, geometry, coordinates: node.geometry.coordinates as Json, geoproperty };
}

const printTerms = (terms: readonly ProjectionTerm[], context: Context): Json =>
  terms.map((term) => printProjection(projectionFrom([term]), context));

function representParameters(parameters: NotificationParameters, context: Context): JsonObject {
  const { attributes, pick, omit, endpoint, ...plain } = parameters;
  const { accept = 'application/json', receiverInfo, notifierInfo, uri, ...limits } = endpoint;
  const compact = (name: string): string => context.compact(name);
  return {
    ...(attributes && { attributes: attributes.map(compact) }),
    ...(pick && { pick: printTerms(pick, context) }),
    ...(omit && { omit: printTerms(omit, context) }),
    ...defined(plain),
    endpoint: {
      uri,
      accept,
      ...defined(limits),
      ...(receiverInfo && { receiverInfo: receiverInfo.map((pair) => ({ ...pair })) }),
      ...(notifierInfo && { notifierInfo: notifierInfo.map((pair) => ({ ...pair })) }),
    },
  };
}
