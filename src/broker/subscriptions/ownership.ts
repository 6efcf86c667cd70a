/** Whose subscriptions are whose: their makers', and those who manage them see and change all (docs/decisions/0025). */
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import type { Tenant } from '../../store/ports.ts';
import type { Policy } from '../../trust/index.ts';
import type { Stored } from './rows.ts';
import type { SubscriptionStore } from './store.ts';

export type Ownership = {
  readonly owns: (who: Principal, stored: Stored) => boolean;
  /** @throws Problem not-found, for those of others too */
  readonly find: (who: Principal, tenant: Tenant, id: string) => Promise<Stored & { readonly seq: number }>;
};

export function ownership(store: Pick<SubscriptionStore, 'find'>, policy: Pick<Policy, 'permits'>): Ownership {
  const owns: Ownership['owns'] = (who, { maker }) => maker.id === who.id || policy.permits(who, 'manageSubscriptions');
  return {
    owns,
    async find(who, tenant, id) {
      const stored = await store.find(tenant, id);
      if (!stored || !owns(who, stored)) throw new Problem('not-found', `there is no subscription ${id}`);
      return stored;
    },
  };
}
