/** The operations on subscriptions, CIM 009 v1.9.1, 5.8. They take parsed JSON and know neither HTTP nor SQL. */
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../base/problem.ts';
import { OutboundFailure, type Endpoints } from '../../http/index.ts';
import type { Principal } from '../../http/principal.ts';
import type { Json } from '../../ngsild/entity.ts';
import {
  coreContextUrl,
  isUri,
  parseSubscription,
  subscriptionStatus,
  updateSubscription,
  type Context,
  type Subscription,
  type SubscriptionState,
} from '../../ngsild/index.ts';
import type { Cause, Tenant } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import type { Policy } from '../../trust/index.ts';
import type { Contexts } from '../contexts/index.ts';
import { isoInstant } from '../decision.ts';
import type { Delivery } from './delivery.ts';
import type { Ownership } from './ownership.ts';
import { noProgress, progressRow, removedRows, subscriptionRow, subscriptionTable, type Stored } from './rows.ts';
import { type SubscriptionStore } from './store.ts';

/** A subscription with what only the system knows of it. */
export type Shown = { readonly subscription: Subscription; readonly state: SubscriptionState };

/** An update is decided again when another came between; so often, then it is a conflict. */
const attemptsMax = 8;

export type SubscriptionService = ReturnType<typeof subscriptionService>;

export function subscriptionService(deps: {
  store: SubscriptionStore;
  writer: Pick<Writer, 'commit' | 'now'>;
  delivery: Delivery;
  contexts: Pick<Contexts, 'of' | 'keep'>;
  endpoints: Pick<Endpoints, 'check'>;
  policy: Policy;
  ownership: Ownership;
  newId: () => string;
}) {
  const { store, writer, delivery, contexts, endpoints, policy, ownership, newId } = deps;

  const mayChange = (who: Principal): void => {
    if (!policy.permits(who, 'subscribe')) throw new Problem('forbidden', 'you may not subscribe');
  };
  const get: Ownership['find'] = (who, tenant, id) => {
    if (!isUri(id)) throw new Problem('bad-data', 'the id of a subscription is a URI', 'id');
    return ownership.find(who, tenant, id);
  };
  const checkEndpoint = async ({ notification }: Subscription): Promise<void> => {
    try {
      await endpoints.check(new URL(notification.endpoint.uri));
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      throw new Problem('bad-data', error.message, 'notification.endpoint.uri');
    }
  };
  const show = (stored: Stored): Shown => {
    const { subscription, tenant, createdAt, modifiedAt } = stored;
    const { progress } = delivery.progress(tenant, subscription.id);
    const { timesSent, timesFailed, lastNotification, lastSuccess, lastFailure, failures } = progress;
    return {
      subscription,
      state: {
        status: subscriptionStatus(subscription, writer.now()),
        createdAt: isoInstant(createdAt),
        modifiedAt: isoInstant(modifiedAt),
        notification: {
          ...(timesSent > 0 && { status: failures > 0 ? 'failed' : 'ok', timesSent }),
          ...(timesFailed > 0 && { timesFailed }),
          ...(lastNotification !== null && { lastNotification: isoInstant(lastNotification) }),
          ...(lastSuccess !== null && { lastSuccess: isoInstant(lastSuccess) }),
          ...(lastFailure !== null && { lastFailure: isoInstant(lastFailure) }),
        },
      },
    };
  };

  return {
    /**
     * 5.8.1 Create Subscription.
     * @param named the @context as it stood in the request
     * @returns its id
     * @throws Problem bad-data, already-exists, context-unavailable
     */
    async create(
      who: Principal,
      tenant: Tenant,
      json: unknown,
      { context, named }: { context: Context; named: Json },
      cause: Cause,
    ): Promise<string> {
      mayChange(who);
      const at = writer.now();
      const make = (): string => `urn:ngsi-ld:Subscription:${newId()}`;
      let subscription = parseSubscription(json, context, { newId: make, now: at });
      await checkEndpoint(subscription);
      if (subscription.jsonldContext !== undefined) await contexts.of(subscription.jsonldContext);
      const url = await contexts.keep(named);
      // What stands for several documents is ours, and nobody would know it otherwise.
      const isOurs = ![named].flat().includes(url) && url !== coreContextUrl;
      if (isOurs && subscription.jsonldContext === undefined) subscription = { ...subscription, jsonldContext: url };
      const stored = { tenant, subscription, context: url, maker: makerOf(who), createdAt: at, modifiedAt: at };
      const row = subscriptionRow(stored);
      try {
        const { seq } = await writer.commit({
          tenant,
          cause,
          expect: [{ row: { table: subscriptionTable.name, key: row.key }, seq: null }],
          entities: [],
          rows: [row, progressRow(tenant, subscription.id, noProgress)],
        });
        delivery.set({ ...stored, seq });
      } catch (error) {
        if (!(error instanceof Problem) || error.kind !== 'conflict') throw error;
        throw new Problem('already-exists', `the subscription ${subscription.id} is there already`);
      }
      return subscription.id;
    },

    /** 5.8.2 Update Subscription. @throws Problem not-found, bad-data, context-unavailable */
    async update(
      who: Principal,
      tenant: Tenant,
      id: string,
      json: unknown,
      context: Context,
      cause: Cause,
    ): Promise<void> {
      mayChange(who);
      for (let attempt = 1; ; attempt++) {
        const known = await get(who, tenant, id);
        const at = writer.now();
        const subscription = updateSubscription(known.subscription, json, context, at);
        const isOwn = known.maker.id === who.id;
        // It is told what its maker may read: nobody else says what, and where.
        if (!isOwn && !isDeepStrictEqual(withoutEnd(subscription), withoutEnd(known.subscription)))
          throw new Problem(
            'forbidden',
            'subscriptions of others are paused, ended and deleted, and stay what they are',
          );
        await checkEndpoint(subscription);
        if (subscription.jsonldContext !== known.subscription.jsonldContext) {
          await contexts.of(subscription.jsonldContext ?? known.context);
        }
        // A key that is limited to less than the one before does not get more by it.
        const stored = { ...known, subscription, modifiedAt: at, ...(isOwn && { maker: makerOf(who) }) };
        const row = subscriptionRow(stored);
        const expect = [{ row: { table: subscriptionTable.name, key: row.key }, seq: known.seq }];
        try {
          const { seq } = await writer.commit({ tenant, cause, expect, entities: [], rows: [row] });
          delivery.set({ ...stored, seq });
          return;
        } catch (error) {
          if (!(error instanceof Problem) || error.kind !== 'conflict' || attempt >= attemptsMax) throw error;
        }
      }
    },

    /** 5.8.3 Retrieve Subscription. @throws Problem not-found, bad-data (no URI) */
    retrieve: async (who: Principal, tenant: Tenant, id: string): Promise<Shown> => show(await get(who, tenant, id)),

    /** 5.8.4 Query Subscriptions, in the order in which they were made. */
    async query(
      who: Principal,
      tenant: Tenant,
      { limit, offset }: { limit: number; offset: number },
    ): Promise<{ shown: readonly Shown[]; count: number }> {
      const own = (await store.ofTenant(tenant)).filter((stored) => ownership.owns(who, stored));
      return { shown: own.slice(offset, offset + limit).map(show), count: own.length };
    },

    /** 5.8.5 Delete Subscription. @throws Problem not-found, bad-data (no URI) */
    async delete(who: Principal, tenant: Tenant, id: string, cause: Cause): Promise<void> {
      mayChange(who);
      const { seq } = await get(who, tenant, id);
      const key = { tenant, id };
      const expect = [{ row: { table: subscriptionTable.name, key }, seq }];
      await writer.commit({ tenant, cause, expect, entities: [], rows: removedRows(tenant, id) });
      delivery.remove(tenant, id);
    },
  };
}

/** What proved who it is does not belong into a row. */
function makerOf(who: Principal): Principal {
  const { session: _, ...maker } = who;
  return maker;
}

/** What managers of the subscriptions of others do not change. */
function withoutEnd(subscription: Subscription): Partial<Subscription> {
  const { isActive: _, expiresAt: __, ...rest } = subscription;
  return rest;
}
