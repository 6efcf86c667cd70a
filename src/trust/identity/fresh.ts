/** What weighs something asks again who is there: changing people, keys, the vault, and how one signs in. */
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';

/** Since somebody has shown who they are. */
export const freshMs = 15 * 60_000;

/** Whether somebody in front of a page has shown lately who they are. */
export const isFresh = ({ session }: Principal, now: number): boolean =>
  session !== undefined && now - session.since < freshMs;

/**
 * Call it where the page is shown, so that nobody fills in a form in vain, and where the form is taken.
 * @param now ms
 * @throws Problem unauthorized: it was too long ago, or a second factor is due (a page then leads to where one shows it);
 *   forbidden: a key or a device, which nobody stands behind
 */
export function freshSession(who: Principal, now: number): void {
  if (who.kind === 'system') return;
  if (who.kind === 'anonymous') throw new Problem('unauthorized', 'this needs an account');
  if (!who.session) throw new Problem('forbidden', 'this is done by a person in front of a page, not with a key');
  if (who.session.due !== undefined) throw new Problem('unauthorized', 'this needs a second factor', 'session');
  if (!isFresh(who, now)) throw new Problem('unauthorized', 'this needs that you show again who you are', 'session');
}

/** The same, for what is there too where nobody signs in, and decides itself what nobody may do. */
export function freshWhereSignedIn({ who, now }: { readonly who: Principal; readonly now: number }): void {
  if (who.session) freshSession(who, now);
}
