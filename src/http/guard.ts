/**
 * The door of every route: who asks, and whether the policy lets it do what the route does. Deny by default: a route whose
 * action nobody has named is no route.
 */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Problem } from '../base/problem.ts';
import { authenticateNobody, setWho, type Authenticate } from './authenticate.ts';
import type { Access, Module } from './module.ts';
import type { Action, Principal, Resource } from './principal.ts';

/** Who may do what, as far as a server has to know. */
export type Guard = {
  readonly authenticate: Authenticate;
  readonly permits: (who: Principal, action: Action, resource?: Resource) => boolean;
};

/** `--auth off`. */
export const openGuard: Guard = { authenticate: authenticateNobody, permits: () => true };

/** What the server itself answers. */
const own: Access = {
  'GET /healthz': 'viewPublic',
  'GET /readyz': 'viewPublic',
  'GET /metrics': 'readMetrics',
};

/** What the routes of all modules do. @throws Error when two modules name one route */
export function accessOf(modules: readonly Module[]): Map<string, Action> {
  const known = new Map(Object.entries(own));
  for (const { name, access = {} } of modules) {
    for (const [route, action] of Object.entries(access)) {
      if (known.has(route)) throw new Error(`${name} names the access of ${route}, which is named already`);
      known.set(route, action);
    }
  }
  return known;
}

/** Asks for every request that a route answers. */
export function guardRoutes(access: ReadonlyMap<string, Action>, guard: Guard): MiddlewareHandler {
  return async (c, next) => {
    const who = guard.authenticate({ authorization: c.req.header('authorization'), cookie: c.req.header('cookie') });
    setWho(c, who);
    const action = actionOf(c, access);
    if (action !== undefined) demandAction(guard, who, action);
    await next();
  };
}

/** @throws Problem unauthorized (nobody), forbidden (somebody) */
export function demandAction(guard: Pick<Guard, 'permits'>, who: Principal, action: Action): void {
  if (guard.permits(who, action)) return;
  if (who.kind === 'anonymous') throw new Problem('unauthorized', `this needs an account: ${action}`);
  throw new Problem('forbidden', `you may not do this: ${action}`);
}

function actionOf(c: Context, access: ReadonlyMap<string, Action>): Action | undefined {
  for (const { method, path } of matchedRoutes(c)) {
    const action = access.get(routeName(method, path));
    if (action !== undefined) return action;
  }
  return undefined;
}

/** @throws Error for the routes that nobody has named: they would be open to all */
export function checkAccess(app: Hono, access: ReadonlyMap<string, Action>): void {
  const missing = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => routeName(method, path))
    .filter((name) => !access.has(name));
  if (missing.length > 0) throw new Error(`nobody says what these routes do: ${[...new Set(missing)].join(', ')}`);
}

/** `GET /sources`, whatever the language before it. */
const routeName = (method: string, path: string): string =>
  `${method} ${path.replace(/^\/:language\{[^}]*\}/, '') || '/'}`;
