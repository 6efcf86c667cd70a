/** Signing in with a name and a password, as often as a person errs and no more. */
import type { Clock } from '../../base/clock.ts';
import type { Metrics } from '../../base/metrics.ts';
import { networkOf, openRates, TooOften } from '../../http/index.ts';
import { normalName, type Account, type Accounts } from './accounts.ts';
import { hashOf } from './secret.ts';

export type SignIn = {
  /**
   * Counts a try, whether the name is known or not.
   * @throws Problem too-many-requests
   */
  demand(name: string, address: string): void;
  /** @returns undefined: name or password is wrong. @throws Problem overloaded */
  check(name: string, password: string, address: string): Promise<Account | undefined>;
};

/** From one address, or network of IPv6, whatever the names: an office behind one, in the morning. */
const ofAddress = { capacity: 15, perSecond: 0.5, keysMax: 20_000 };
/** Of a name from one address: a person who errs. */
const ofBoth = { capacity: 8, perSecond: 1 / 30, keysMax: 20_000 };
/**
 * Of a name from all addresses: far above what a person needs, since whoever uses it up keeps the owner out. An address that the
 * account was signed in from goes by its own bucket alone.
 */
const ofName = { capacity: 100, perSecond: 0.1, keysMax: 20_000 };
const knownMax = 10_000;

export function openSignIn(deps: { accounts: Accounts; clock: Clock; metrics: Metrics }): SignIn {
  const { accounts, clock, metrics } = deps;
  const outcomes = metrics.counter('chorsu_sign_ins_total', 'Tries to sign in, by outcome');
  const now = (): number => clock.now();
  const [addresses, both, names] = [ofAddress, ofBoth, ofName].map((limit) => openRates({ ...limit, now }));
  /** Addresses that an account was signed in from, hashed, until the process ends. */
  const known = new Set<string>();
  // Hashed: whoever tries may send names of any length.
  const pairOf = (name: string, address: string): string => hashOf(`${normalName(name)}\0${networkOf(address)}`);
  return {
    demand(name, address) {
      const pair = pairOf(name, address);
      const waits = [addresses?.take(networkOf(address)) ?? 0, both?.take(pair) ?? 0];
      if (!known.has(pair)) waits.push(names?.take(hashOf(normalName(name))) ?? 0);
      const wait = Math.max(...waits);
      if (wait === 0) return;
      outcomes.add(1, { outcome: 'limited' });
      throw new TooOften('too many tries to sign in', wait);
    },
    async check(name, password, address) {
      const account = await accounts.withPassword(name, password);
      outcomes.add(1, { outcome: account ? 'done' : 'refused' });
      if (account) {
        if (known.size >= knownMax) known.clear();
        known.add(pairOf(name, address));
      }
      return account;
    },
  };
}
