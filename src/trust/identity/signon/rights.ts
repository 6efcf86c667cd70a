/** Who may change how an account is signed in to: whoever could take it over could keep it. */
import { Problem } from '../../../base/problem.ts';
import type { Principal } from '../../../http/index.ts';
import type { Account } from '../accounts.ts';
import { freshSession, isFresh } from '../fresh.ts';
import type { SignOn } from './signOn.ts';

/**
 * A passkey, an app or codes are added under a fresh session; the first one also under a session that waits for it.
 * @throws Problem unauthorized, forbidden: see `freshSession`
 */
export function mayAdd(signOn: SignOn, who: Principal, now: number): void {
  const isFirst = who.session?.due !== undefined && !signOn.hasSecond(who.id) && isFresh(who, now);
  if (!isFirst) freshSession(who, now);
}

/**
 * @param what the passkey, or the app
 * @throws Problem those of `freshSession`; conflict: it is the last second factor of somebody who has to have one
 */
export function mayRemove(
  signOn: SignOn,
  account: Account,
  what: { readonly passkey: string } | 'app',
  who: Principal,
  now: number,
): void {
  freshSession(who, now);
  const passkeys = signOn.passkeys
    .list(account.id)
    .filter(({ id, doubtedAt }) => doubtedAt === undefined && (what === 'app' || id !== what.passkey));
  const hasApp = what !== 'app' && signOn.codes.of(account.id).appSince !== undefined;
  if (signOn.hasSecond(account.id) && passkeys.length === 0 && !hasApp && signOn.needsSecond(account))
    throw new Problem('conflict', 'your rights ask for a second factor: add another one first');
}
