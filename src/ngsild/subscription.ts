/**
 * Subscriptions as Chorsu keeps them: names are IRIs, query languages are trees, so that no @context is needed to match.
 * CIM 009 v1.9.1, 5.2.12 to 5.2.15, 5.2.22, 5.2.33.
 */
import { parseInstant } from '../base/time.ts';
import type { ProjectionTerm } from './projection.ts';
import type { EntitySelector, GeoNode, QNode, ScopeNode } from './query.ts';

export const notificationTriggers = [
  'entityCreated',
  'entityUpdated',
  'entityDeleted',
  'attributeCreated',
  'attributeUpdated',
  'attributeDeleted',
] as const;
export type NotificationTrigger = (typeof notificationTriggers)[number];

/** What triggers when a subscription does not say (5.2.12). */
export const defaultTriggers: readonly NotificationTrigger[] = ['attributeCreated', 'attributeUpdated'];

/** 5.2.22. */
export type KeyValue = { readonly key: string; readonly value: string };

export const notificationMedia = ['application/json', 'application/ld+json', 'application/geo+json'] as const;
export type NotificationMedia = (typeof notificationMedia)[number];

/** 5.2.15. */
export type Endpoint = {
  readonly uri: string;
  /** Default application/json. */
  readonly accept?: NotificationMedia;
  /** ms; after a failure no attempt is made earlier. */
  readonly cooldown?: number;
  /** ms; without an answer until then the attempt has failed. */
  readonly timeout?: number;
  readonly receiverInfo?: readonly KeyValue[];
  readonly notifierInfo?: readonly KeyValue[];
};

export const notificationFormats = ['normalized', 'concise', 'simplified', 'keyValues'] as const;

/** 5.2.14.1. Names are IRIs; `pick` and `omit` also name `id`, `type`, `scope`. */
export type NotificationParameters = {
  readonly attributes?: readonly string[];
  readonly pick?: readonly ProjectionTerm[];
  readonly omit?: readonly ProjectionTerm[];
  /** As it was spelled; `keyValues` is `simplified`. Default normalized. */
  readonly format?: (typeof notificationFormats)[number];
  readonly showChanges?: boolean;
  readonly sysAttrs?: boolean;
  readonly join?: 'flat' | 'inline' | '@none';
  readonly joinLevel?: number;
  readonly endpoint: Endpoint;
};

/** 5.2.12, without the members that only the system knows. */
export type Subscription = {
  readonly id: string;
  readonly subscriptionName?: string;
  readonly description?: string;
  readonly entities?: readonly EntitySelector[];
  readonly watchedAttributes?: readonly string[];
  readonly notificationTrigger?: readonly NotificationTrigger[];
  /** Seconds. */
  readonly timeInterval?: number;
  /** Seconds. */
  readonly throttling?: number;
  readonly q?: QNode;
  readonly geoQ?: GeoNode;
  readonly scopeQ?: ScopeNode;
  /** Kept for the day when there are context sources. */
  readonly csf?: QNode;
  readonly datasetId?: readonly string[];
  readonly lang?: string;
  readonly expandValues?: readonly string[];
  readonly jsonKeys?: readonly string[];
  readonly localOnly?: boolean;
  readonly splitEntities?: boolean;
  readonly isActive?: boolean;
  /** As it was spelled. */
  readonly expiresAt?: string;
  readonly ngsildConformance?: string;
  /** URL of the @context with which notifications are written. */
  readonly jsonldContext?: string;
  readonly notification: NotificationParameters;
};

export type SubscriptionStatus = 'active' | 'paused' | 'expired';

/** 5.8.1.4, 5.8.2.4. @param now ms */
export function subscriptionStatus(
  { expiresAt, isActive }: Pick<Subscription, 'expiresAt' | 'isActive'>,
  now: number,
): SubscriptionStatus {
  if (expiresAt !== undefined && (parseInstant(expiresAt) ?? 0) <= now) return 'expired';
  return isActive === false ? 'paused' : 'active';
}
