/** What somebody may do now who did something earlier: whose subscription it is, and what has become of that account since. */
import type { Principal } from '../../http/principal.ts';
import type { Accounts } from './accounts.ts';
import { limitOf, sharedAreas } from './areas.ts';
import { principalOf } from './sessions.ts';

/** @returns the principal with its present rights, within what its key was limited to; undefined: it may do nothing any more */
export type Present = (earlier: Principal) => Principal | undefined;

export function presentOf(accounts: Accounts): Present {
  const known = new Map<string, Principal | undefined>();
  accounts.onChange(({ id }) => known.delete(id));
  const accountNow = (id: string): Principal | undefined => {
    const account = accounts.list().find((one) => one.id === id);
    return account && !account.disabled ? principalOf(account) : undefined;
  };
  return (earlier) => {
    const { id, kind, scope, tenants, areas } = earlier;
    if (kind !== 'person' && kind !== 'service') return earlier;
    if (!known.has(id)) known.set(id, accountNow(id));
    const now = known.get(id);
    if (!now || (scope === undefined && tenants === undefined && areas === undefined)) return now;
    return {
      ...now,
      ...(scope && { scope }),
      ...(tenants && { tenants: both(now.tenants, tenants) }),
      ...limitOf(sharedAreas(now.areas ?? 'all', areas)),
    };
  };
}

type Tenants = NonNullable<Principal['tenants']>;
function both(now: Tenants | undefined, earlier: Tenants): Tenants {
  if (earlier === 'all') return now ?? [];
  return now === 'all' ? earlier : earlier.filter((name) => now?.includes(name));
}
