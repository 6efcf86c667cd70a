/** How subscriptions fare: what operators see. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import { subscriptionStatus, type SubscriptionStatus } from '../../ngsild/index.ts';
import type { Tenant } from '../../store/ports.ts';
import type { Delivery } from './delivery.ts';
import type { Ownership } from './ownership.ts';
import type { Progress, Stored } from './rows.ts';
import type { Kept, SubscriptionStore } from './store.ts';

export type Overview = {
  readonly stored: Stored;
  readonly status: SubscriptionStatus;
  readonly progress: Progress;
  /** Hits that are not delivered, and when the oldest came (ms). */
  readonly waiting: number;
  readonly oldestAt: number | null;
  /** Hits that are kept, delivered ones among them. */
  readonly kept: number;
  readonly letters: number;
};

export type Overviews = {
  /** Those of `who`, in the order in which they were made. @param tenant absent: of all */
  list(who: Principal, tenant?: Tenant): Promise<readonly Overview[]>;
  /** @throws Problem not-found */
  get(who: Principal, tenant: Tenant, id: string): Promise<Overview>;
};

/** Where it goes, without the password that may stand there. */
export const shownEndpoint = ({ subscription }: Stored): string =>
  subscription.notification.endpoint.uri.replace(/\/\/[^/@]*@/, '//');

export function overviews(deps: {
  store: SubscriptionStore;
  ownership: Ownership;
  delivery: Pick<Delivery, 'progress'>;
  clock: Clock;
}): Overviews {
  const { store, ownership, delivery, clock } = deps;
  const overview = async (all: readonly Stored[], kept: readonly Kept[]): Promise<readonly Overview[]> => {
    const [waiting, letters] = await Promise.all([store.waiting(), store.letterCounts()]);
    return all
      .toSorted((a, b) => a.createdAt - b.createdAt)
      .map((stored) => {
        const { tenant, subscription } = stored;
        const { id } = subscription;
        const mine = (one: { tenant: Tenant; id: string }): boolean => one.tenant === tenant && one.id === id;
        const now = delivery.progress(tenant, id);
        return {
          stored,
          status: subscriptionStatus(subscription, clock.now()),
          progress: now.progress,
          waiting: now.waiting,
          oldestAt: now.waiting === 0 ? null : (waiting.find(mine)?.oldestAt ?? null),
          kept: kept.find(mine)?.count ?? 0,
          letters: letters.find(mine)?.count ?? 0,
        };
      });
  };
  return {
    async list(who, wanted) {
      const all = (await store.all()).filter(
        (stored) => (wanted === undefined || stored.tenant === wanted) && ownership.owns(who, stored),
      );
      return overview(all, await store.kept());
    },
    async get(who, tenant, id) {
      const stored = await ownership.find(who, tenant, id);
      const kept = await store.keptOf(tenant, id);
      const [found] = await overview([stored], kept ? [kept] : []);
      if (!found) throw new Problem('not-found', `there is no subscription ${id}`);
      return found;
    },
  };
}
