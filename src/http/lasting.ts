import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { demandAction, type Guard } from './guard.ts';
import type { Action, Principal } from './principal.ts';

const againMs = 10_000;

/**
 * Ends what lasts (a stream) when whoever opened it could not open it any more: the session has ended, the key was revoked,
 * the roles, the department, the areas or the tenants are others.
 * @returns call it when the stream is over
 */
export function whileAllowed(
  guard: Guard,
  { headers, who, action }: { headers: IncomingHttpHeaders; who: Principal; action: Action },
  end: () => void,
): () => void {
  const timer = setInterval(() => {
    try {
      const now = guard.authenticate(headers, true);
      demandAction(guard, now, action);
      if (isDeepStrictEqual(now, who)) return;
    } catch {
      // It may not any more.
    }
    clearInterval(timer);
    end();
  }, againMs);
  timer.unref();
  return () => clearInterval(timer);
}
