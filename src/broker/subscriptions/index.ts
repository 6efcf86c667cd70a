/** Subscriptions and notifications, CIM 009 v1.9.1, 5.8. */
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { Problem } from '../../base/problem.ts';
import type { Endpoints } from '../../http/index.ts';
import type { Notice, Subscription } from '../../ngsild/index.ts';
import { anonymousPrincipal, type Principal } from '../../http/principal.ts';
import type { EntityQuery } from '../../ngsild/query.ts';
import type { Rows, Tenant } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import type { Policy } from '../../trust/index.ts';
import type { Broker } from '../broker.ts';
import type { Contexts } from '../contexts/index.ts';
import type { Tenants } from '../tenants.ts';
import { openDelivery, type Delivery } from './delivery.ts';
import { deadLetters, type Letters } from './letters.ts';
import { ownership, type Ownership } from './ownership.ts';
import { overviews, type Overviews } from './overview.ts';
import { notificationSender } from './sender.ts';
import { subscriptionService, type SubscriptionService } from './service.ts';
import type { Stored } from './rows.ts';
import { streamReaders, type StreamReaders } from './readers.ts';
import { openStreams } from './streams.ts';
import { subscriptionStore } from './store.ts';

export type Subscriptions = {
  readonly service: SubscriptionService;
  readonly overview: Overviews;
  /** How many there are. */
  count(): number;
  readonly letters: Letters;
  readonly readers: StreamReaders;
  readonly ownership: Ownership;
  /** Delivers everything kept from this change on again. @returns how many hits @throws Problem not-found */
  rewind(who: Principal, tenant: Tenant, id: string, from: number): Promise<number>;
  /** Begins to deliver; until then hits gather. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Entities that a periodic notification tells of; more are told in several. */
const perPeriodicNotification = 1_000;

export function openSubscriptions(deps: {
  rows: Rows;
  writer: Writer;
  broker: Pick<Broker, 'query' | 'view'>;
  contexts: Contexts;
  tenants: Pick<Tenants, 'get' | 'nameOf'>;
  endpoints: Endpoints;
  policy: Policy;
  /** What a maker may do now; undefined: nothing any more. */
  present: (maker: Principal) => Principal | undefined;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Subscriptions {
  const { rows, writer, broker, contexts, tenants, endpoints, policy, present, clock, log, metrics } = deps;
  const store = subscriptionStore(rows);
  const sender = notificationSender({
    contexts,
    endpoints,
    clock,
    newId: randomId,
    view: (maker) => broker.view(present(maker) ?? anonymousPrincipal),
    tenantName: (tenant) => tenants.nameOf(tenant),
    fetch: async (maker, tenant, ids) =>
      (await broker.query(present(maker) ?? anonymousPrincipal, tenant, { ids }, { limit: ids.length, offset: 0 }))
        .entities,
  });
  const owned = ownership(store, policy);
  /** The maker with its present rights, while it may be told of this tenant. What was made before there were accounts tells what everybody may read. */
  const readerOf = ({ maker, tenant }: Stored): Principal | undefined => {
    const who = present(maker);
    if (!who || (who.kind !== 'anonymous' && !policy.permits(who, 'subscribe'))) return undefined;
    if (tenant === 0) return who;
    const id = tenants.nameOf(tenant);
    return id !== undefined && policy.permits(who, 'enterTenant', { type: 'Tenant', id }) ? who : undefined;
  };
  // Asked for each notification: what its maker may read can have changed since.
  const mayTell = (stored: Stored, { entity, was }: Notice): boolean => {
    const { subscription } = stored;
    const who = readerOf(stored);
    if (!who) return false;
    const view = broker.view(who);
    return view.shows(was ?? entity) && !view.asksTooMuch(askedBy(subscription));
  };
  const delivery: Delivery = openDelivery({
    store,
    mayTell,
    pruneLetters: () => letters.prune(),
    writer,
    send: (stored, notices, part, signal) => sender.send(stored, notices, part, signal),
    async *look(stored: Stored) {
      const who = readerOf(stored);
      if (!who) return;
      const { tenant, subscription } = stored;
      const { entities, q, geoQ, scopeQ } = subscription;
      const query: EntityQuery = {
        ...(entities && { selectors: entities }),
        ...(q && { q }),
        ...(geoQ && { geo: geoQ }),
        ...(scopeQ && { scope: scopeQ }),
      };
      for (let after = ''; ;) {
        const page = { limit: perPeriodicNotification, offset: 0, after };
        const { entities: found } = await broker.query(who, tenant, query, page);
        if (found.length > 0) yield found.map((entity) => ({ entity, before: {} }));
        if (found.length < perPeriodicNotification) return;
        after = found.at(-1)?.id ?? '';
      }
    },
    clock,
    log,
    metrics,
  });
  const letters = deadLetters({ store, delivery, writer });
  const streams = openStreams({ store, delivery, sender, mayTell, clock });
  metrics.gauge('chorsu_subscription_streams', 'Open streams of subscriptions', () => streams.count());
  const overview = overviews({ store, ownership: owned, delivery, clock });
  const readers = streamReaders({ streams, tenants, ownership: owned, log });
  return {
    readers,
    overview,
    count: () => delivery.count(),
    letters,
    ownership: owned,
    async rewind(who, tenant, id, from) {
      await owned.find(who, tenant, id);
      // Further on, what is still to come would be left out without a word.
      const next = writer.lastSeq() + 1;
      if (from > next) throw new Problem('bad-data', `there is no change ${from}: the next one is ${next}`, 'from');
      return delivery.rewind(tenant, id, from);
    },
    service: subscriptionService({
      store,
      writer,
      delivery,
      contexts,
      endpoints,
      policy,
      ownership: owned,
      newId: randomId,
    }),
    start: () => delivery.start(),
    async stop() {
      readers.stop();
      await delivery.stop();
      sender.close();
      endpoints.close();
    },
  };
}

export { subscriptionRoutes } from './routes.ts';
export { shownEndpoint, type Overview } from './overview.ts';
export type { DeadLetter } from './rows.ts';
export { attemptsMax } from './courier.ts';
export { hitDerivation } from './hits.ts';
export type { Shown, SubscriptionService } from './service.ts';
export { subscriptionTables } from './rows.ts';

/** What decides whether it is told of something. */
const askedBy = ({ q, geoQ, watchedAttributes }: Subscription): Pick<EntityQuery, 'attrs' | 'q' | 'geo'> => ({
  ...(q && { q }),
  ...(geoQ && { geo: geoQ }),
  ...(watchedAttributes && { attrs: watchedAttributes }),
});
