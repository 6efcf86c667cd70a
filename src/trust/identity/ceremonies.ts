/**
 * What was begun and waits for its second half: a challenge for an authenticator, a redirect to a provider, a password
 * that wants a second factor. Kept in memory: whoever is in the middle when the process ends begins again.
 */
import type { Clock } from '../../base/clock.ts';

export type Ceremonies<T> = {
  /**
   * @param holder the only one who can end it: hash of a cookie, id of a session
   * @param id     unguessable: a challenge, a state
   */
  begin(holder: string, id: string, value: T): void;
  /** Each is taken once; a wrong holder takes nothing, and learns nothing. */
  take(holder: string, id: string): T | undefined;
};

/** Of one holder: a few tabs. */
const ownMax = 5;
/** Of all: the oldest give way. */
const allMax = 10_000;

export function ceremonies<T>(clock: Clock, lifeMs: number): Ceremonies<T> {
  /** In the order in which they began, so that the oldest stand first. */
  const begun = new Map<string, { readonly holder: string; readonly value: T; readonly until: number }>();
  const counts = new Map<string, number>();
  const forget = (id: string, holder: string): void => {
    begun.delete(id);
    const left = (counts.get(holder) ?? 1) - 1;
    if (left > 0) counts.set(holder, left);
    else counts.delete(holder);
  };
  const makeRoom = (holder: string): void => {
    const now = clock.now();
    for (const [id, { holder: of, until }] of begun) {
      if (until > now && begun.size < allMax) break;
      forget(id, of);
    }
    if ((counts.get(holder) ?? 0) < ownMax) return;
    for (const [id, { holder: of }] of begun) if (of === holder) return forget(id, of);
  };
  return {
    begin(holder, id, value) {
      makeRoom(holder);
      begun.set(id, { holder, value, until: clock.now() + lifeMs });
      counts.set(holder, (counts.get(holder) ?? 0) + 1);
    },
    take(holder, id) {
      const found = begun.get(id);
      if (found?.holder !== holder) return undefined;
      forget(id, holder);
      return found.until > clock.now() ? found.value : undefined;
    },
  };
}
