import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from 'hono';
import { anonymousPrincipal, type Principal } from './principal.ts';

/**
 * Tells who sends a request, by its headers (key, session cookie). Synchronous: every request asks it.
 * @throws Problem unauthorized: it names somebody (`Authorization`), and proves it badly; a session that has ended is nobody
 */
export type Authenticate = (
  headers: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>,
  /** Without counting as use: nobody has asked for anything. */
  quietly?: boolean,
) => Principal;

/** Under `--auth off`. */
export const authenticateNobody: Authenticate = () => anonymousPrincipal;

const variable = 'who';

export const setWho = (c: Context, who: Principal): void => c.set(variable, who);

/** Who sends the request that this handler answers. */
export const whoOf = (c: Context): Principal => (c.get(variable) as Principal | undefined) ?? anonymousPrincipal;
