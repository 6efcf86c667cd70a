/** The ways into an account beside a password, as one thing that the pages of identity are given. */
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { Clock } from '../../../base/clock.ts';
import { randomId } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import type { Access, Action, Outbound, Principal } from '../../../http/index.ts';
import { inLanguage, type Site } from '../../../ui/index.ts';
import { codeAccess, codeRoutes } from '../codes/http.ts';
import type { Cookies } from '../cookies.ts';
import type { Identity } from '../identity.ts';
import { oidcAccess, oidcRoutes } from '../oidc/http.ts';
import type { OidcSettings } from '../oidc/settings.ts';
import { passkeyAccess, passkeyRoutes } from '../passkeys/http.ts';
import { openEntry, type Entry } from './entry.ts';
import { signOnAccess, signOnRoutes } from './http.ts';
import { openSignOn, type SignOn } from './signOn.ts';

export type WaysIn = {
  readonly signOn: SignOn;
  readonly entry: Entry;
  readonly access: Access;
  readonly routes: (app: Hono) => void;
};

export function openWaysIn(deps: {
  readonly identity: Identity;
  readonly site: Site;
  readonly cookies: Cookies;
  readonly clock: Clock;
  readonly log: Log;
  readonly outbound: Outbound;
  readonly publicUrl: () => string;
  readonly permits: (who: Principal, action: Action) => boolean;
  readonly oidc?: OidcSettings;
}): WaysIn {
  const { identity, site, cookies, clock, log, oidc } = deps;
  const { accounts } = identity;
  const cityName = inLanguage(site.city.name, 'en').text;
  const signOn = openSignOn({ ...deps, newId: randomId, cityName });
  const { provider } = signOn;
  const entry = openEntry({ signOn, cookies });
  const common = { site, clock, accounts, signOn, entry };
  return {
    signOn,
    entry,
    access: { ...signOnAccess, ...passkeyAccess, ...codeAccess, ...(oidc && oidcAccess) },
    routes: (app) => {
      signOnRoutes(app, common);
      passkeyRoutes(app, common);
      codeRoutes(app, common);
      if (provider) oidcRoutes(app, { ...common, provider, log });
    },
  };
}

/** For `buildAssets`. */
export const signOnIslands = {
  passkeys: fileURLToPath(new URL('../passkeys/pages/passkeys.island.ts', import.meta.url)),
};
