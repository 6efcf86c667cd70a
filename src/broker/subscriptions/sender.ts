/** Puts a notification into words and on its way: HTTP(S) or MQTT. CIM 009 v1.9.1, 5.8.6, 6.3.8, 7.2. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Endpoints } from '../../http/index.ts';
import type { Principal } from '../../http/principal.ts';
import type { Entity } from '../../ngsild/entity.ts';
import {
  notificationOptions,
  representNotification,
  type JsonObject,
  type Notice,
  type NotificationParts,
} from '../../ngsild/index.ts';
import type { Tenant } from '../../store/ports.ts';
import type { Contexts } from '../contexts/index.ts';
import { isoInstant } from '../decision.ts';
import { linkedEntities } from '../linked.ts';
import type { View } from '../view.ts';
import { messageOf } from './message.ts';
import { openMqttSender } from './mqtt.ts';
import type { Cursor, Stored } from './rows.ts';

/** The hits that a notification tells of: the same for every attempt. */
export type Part = { readonly first: Cursor; readonly last: Cursor };

export type Sender = {
  /** @throws OutboundFailure; Problem when the @context cannot be had */
  send(stored: Stored, notices: readonly Notice[], part: Part | undefined, signal: AbortSignal): Promise<void>;
  /** The notification as its endpoint would have it. */
  represent(stored: Stored, notices: readonly Notice[], part: Part | undefined): Promise<JsonObject>;
  close(): void;
};

/** What an endpoint has for its answer, unless it says otherwise (5.2.15, "can override this value"). */
const timeoutMs = 10_000;
const timeoutMsMax = 60_000;

/**
 * @param deps tenantName: undefined for the default tenant; fetch: entities as they now are, of those that `who` may read; newId: for notifications that
 * nobody has to recognise
 */
export function notificationSender(deps: {
  contexts: Pick<Contexts, 'of'>;
  endpoints: Endpoints;
  tenantName: (tenant: Tenant) => string | undefined;
  fetch: (who: Principal, tenant: Tenant, ids: readonly string[]) => Promise<readonly Entity[]>;
  view: (who: Principal) => View;
  clock: Clock;
  newId: () => string;
}): Sender {
  const { contexts, endpoints, tenantName, fetch, view, clock, newId } = deps;
  const mqtt = openMqttSender(endpoints);
  /** What the notices link to, where the subscriber wants to see it (4.5.23). */
  const joined = async (
    { tenant, subscription, maker }: Stored,
    notices: readonly Notice[],
  ): Promise<Pick<NotificationParts, 'linked' | 'appended'>> => {
    const { join: kind = '@none', joinLevel: levels = 1 } = subscription.notification;
    if (kind === '@none') return {};
    const roots = notices.map(({ entity }) => entity);
    const join = { kind, levels, containedBy: [] };
    const find = (ids: readonly string[]) => fetch(maker, tenant, ids);
    const { embeddable, appended } = await linkedEntities(find, roots, join, notificationOptions(subscription));
    return kind === 'flat' ? { appended } : { linked: embeddable };
  };
  const represent: Sender['represent'] = async (stored, given, part) => {
    const { subscription, maker } = stored;
    const { entity: seen, attributes } = view(maker);
    const notices = given.map((notice): Notice => ({
      ...notice,
      entity: seen(notice.entity),
      before: attributes(notice.before),
    }));
    const contextUrl = contextUrlOf(stored);
    return representNotification(subscription, notices, await contexts.of(contextUrl), {
      id: `urn:ngsi-ld:Notification:${part ? fingerprint(stored, part) : newId()}`,
      notifiedAt: isoInstant(clock.now()),
      named: contextUrl,
      ...(await joined(stored, notices)),
    });
  };
  return {
    represent,
    async send(stored, notices, part, signal) {
      const { subscription, tenant } = stored;
      const { endpoint } = subscription.notification;
      const url = new URL(endpoint.uri);
      const notification = await represent(stored, notices, part);
      const { headers, body } = messageOf(subscription, notification, contextUrlOf(stored), tenantName(tenant));
      const within = Math.min(endpoint.timeout ?? timeoutMs, timeoutMsMax);
      if (url.protocol.startsWith('mqtt')) await mqtt.publish(url, endpoint.notifierInfo ?? [], body, within);
      else await endpoints.post(url, { headers, body, timeoutMs: within, signal });
    },
    close: () => mqtt.close(),
  };
}

/** The @context in which a subscription's notifications are written (5.8.1.4). */
export const contextUrlOf = ({ subscription, context }: Stored): string => subscription.jsonldContext ?? context;

/** What is sent twice has the same id, so that a receiver knows it again. */
function fingerprint({ tenant, subscription }: Stored, { first, last }: Part): string {
  const text = [tenant, subscription.id, first.seq, first.place, last.seq, last.place].join(' ');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
