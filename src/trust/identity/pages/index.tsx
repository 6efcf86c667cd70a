/** `/login`, `/account` and what belongs to it, `/invitation`, `/people`, `/keys`. Everything works without JavaScript. */
import type { Metrics } from '../../../base/metrics.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import type { Access, Action, Module, Outbound, Principal } from '../../../http/index.ts';
import type { NavigationEntry, Site } from '../../../ui/index.ts';
import type { Identity } from '../identity.ts';
import type { OidcSettings } from '../oidc/settings.ts';
import { openSignIn } from '../signIn.ts';
import { openWaysIn } from '../signon/index.ts';
import { accountRoutes } from './account.tsx';
import type { Desk } from './desk.ts';
import { invitationRoutes } from './invitation.tsx';
import { keyRoutes } from './keys.tsx';
import { loginRoutes } from './login.tsx';
import { identityWords } from './messages/index.ts';
import { ownKeyRoutes } from './ownKeys.tsx';
import { peopleRoutes } from './people.tsx';
import { sessionRoutes } from './sessions.tsx';

const access: Access = {
  'GET /login': 'viewPublic',
  'POST /login': 'viewPublic',
  'POST /logout': 'viewPublic',
  'GET /invitation/:token': 'viewPublic',
  'POST /invitation/:token': 'viewPublic',
  'GET /account': 'useAccount',
  'POST /account/password': 'useAccount',
  'GET /account/sessions': 'useAccount',
  'POST /account/sessions/others': 'useAccount',
  'POST /account/sessions/:id/end': 'useAccount',
  'GET /account/keys': 'useAccount',
  'POST /account/keys': 'useAccount',
  'POST /account/keys/:id/revoke': 'useAccount',
  'GET /people': 'managePeople',
  'POST /people': 'managePeople',
  'GET /people/:id': 'managePeople',
  'POST /people/:id': 'managePeople',
  'POST /people/:id/disable': 'managePeople',
  'POST /people/:id/enable': 'managePeople',
  'POST /people/:id/factors': 'managePeople',
  'POST /people/:id/link': 'managePeople',
  'GET /keys': 'manageKeys',
  'POST /keys/services': 'manageKeys',
  'POST /keys/services/:id': 'manageKeys',
  'POST /keys/:id/revoke': 'manageKeys',
  'POST /keys/devices': 'manageKeys',
  'POST /keys/devices/:id/revoke': 'manageKeys',
};

/** @param publicUrl where people reach this city, without a path */
export function identityPages(deps: {
  readonly identity: Identity;
  readonly site: Site;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly publicUrl: () => string;
  readonly log: Log;
  readonly outbound: Outbound;
  /** What the policy says of a right without its object. */
  readonly permits: (who: Principal, action: Action) => boolean;
  /** Of `--oidc`; absent: nobody signs in with a provider. */
  readonly oidc?: OidcSettings;
}): Module {
  const { identity, site, clock, metrics, publicUrl, permits } = deps;
  const waysIn = openWaysIn({ ...deps, cookies: identity.cookies });
  const desk: Desk = {
    waysIn,
    identity,
    site,
    publicUrl,
    permits,
    cookies: identity.cookies,
    signIn: openSignIn({ accounts: identity.accounts, clock, metrics }),
  };
  return {
    name: 'identity',
    access: { ...access, ...waysIn.access },
    routes: (app) => {
      waysIn.routes(app);
      loginRoutes(app, desk);
      invitationRoutes(app, desk);
      accountRoutes(app, desk);
      sessionRoutes(app, desk);
      ownKeyRoutes(app, desk);
      peopleRoutes(app, desk);
      keyRoutes(app, desk);
    },
    navigation: (language) => {
      const t = identityWords(language);
      return [
        { href: '/people', text: t('people') },
        { href: '/keys', text: t('keys') },
      ];
    },
  };
}

/** For the head of every page: where one signs in, or whose session it is. */
export const accountEntry =
  ({ accounts }: Pick<Identity, 'accounts'>) =>
  (language: string, who: Principal): NavigationEntry =>
    who.session
      ? { href: '/account', text: accounts.get(who.id).displayName }
      : { href: '/login', text: identityWords(language)('signIn') };
