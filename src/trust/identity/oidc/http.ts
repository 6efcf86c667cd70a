/** `/login/oidc`: to the provider and back. */
import type { Context, Hono } from 'hono';
import type { Log } from '../../../base/log.ts';
import { Problem } from '../../../base/problem.ts';
import { csrfField, sameText, whoOf, type Access } from '../../../http/index.ts';
import { languages, localPath } from '../../../ui/index.ts';
import { ceremonies } from '../ceremonies.ts';
import { freshSession, isFresh } from '../fresh.ts';
import type { Why } from '../signon/pages/choices.tsx';
import type { SignOnHttp } from '../signon/http.ts';
import { callbackPath, type Begun, type OidcProvider } from './provider.ts';

export const oidcAccess: Access = {
  'GET /login/oidc': 'viewPublic',
  [`GET ${callbackPath}`]: 'viewPublic',
  'GET /account/provider/link': 'useAccount',
  'POST /account/provider/remove': 'useAccount',
};

type Waiting = {
  readonly begun: Begun;
  readonly back: string;
  readonly language: string;
  /** Of the account that is to be linked, or that shows again who it is. */
  readonly account?: string;
  readonly links?: boolean;
};

/** At the provider somebody may have to find a phone. */
const ceremonyMs = 10 * 60_000;

export function oidcRoutes(app: Hono, deps: SignOnHttp & { readonly provider: OidcProvider; readonly log: Log }): void {
  const { site, accounts, signOn, provider, entry, clock, log } = deps;
  const waiting = ceremonies<Waiting>(clock, ceremonyMs);

  const begin = async (c: Context, links: boolean): Promise<Response> => {
    const back = localPath(c.req.query('back'));
    const asked = c.req.query('language');
    const language = languages.find((one) => one === asked) ?? '';
    const { session, id } = whoOf(c);
    const { holder } = entry.visitor(c);
    try {
      const { url, begun } = await provider.begin({ again: session !== undefined });
      waiting.begin(holder, begun.state, {
        begun,
        back,
        language,
        ...(session && { account: id }),
        ...(links && { links }),
      });
      return c.redirect(url, 303);
    } catch (error) {
      return failed(c, error, back, language);
    }
  };
  const failed = (c: Context, error: unknown, back: string, language: string): Response => {
    if (!(error instanceof Problem)) throw error;
    // What it says is of our own making or a code of the protocol: no person is in it.
    log.warn('sign-in with the provider failed', { why: error.message });
    return c.redirect(entry.refuse(c, error.kind === 'unreachable' ? 'away' : 'refused', back, toOf(language)), 303);
  };

  // Linking changes an account, so that the link carries the token that forms carry.
  app.get('/account/provider/link', async (c) => {
    const who = whoOf(c);
    // Its token ends with the session that is confirmed: the page of the account makes another.
    if (who.session && !isFresh(who, clock.now()))
      return c.redirect(`/login/again?${new URLSearchParams({ back: '/account' })}`, 303);
    freshSession(who, clock.now());
    if (!who.session || !sameText(c.req.query(csrfField) ?? '', who.session.csrf))
      throw new Problem('forbidden', 'nothing shows that a page of this city sent this', csrfField);
    return begin(c, true);
  });
  site.form(app, '/account/provider/remove', async (_, { who }) => {
    freshSession(who, clock.now());
    const { hasPassword } = accounts.get(who.id);
    if (!hasPassword && signOn.passkeys.list(who.id).length === 0)
      throw new Problem('conflict', 'this is the only way into your account: add a passkey first');
    signOn.links.remove(who.id, provider.settings.issuer.href);
    return '/account';
  });
  // By a link: the policy for forms ends at our own site, and would stop a form that is led on to the provider.
  app.get('/login/oidc', (c) => begin(c, false));
  app.get(callbackPath, async (c) => {
    const state = c.req.query('state') ?? '';
    const visitor = entry.visitor(c);
    const waited = waiting.take(visitor.holder, state);
    if (!waited) return c.redirect(entry.refuse(c, 'stale', '/', toOf('')), 303);
    const { begun, back, language, account, links } = waited;
    const to = toOf(language);
    const refuse = (why: Why): Response => c.redirect(entry.refuse(c, why, back, to), 303);
    try {
      const query = new URL(c.req.url).search.slice(1);
      const vouched = await provider.finish(query, begun, { again: account !== undefined });
      if (links === true) {
        if (account !== visitor.who.id) return refuse('other');
        freshSession(visitor.who, clock.now());
        signOn.links.add(vouched, visitor.who.id, false);
        return c.redirect(back, 303);
      }
      const found = signOn.accountOf(vouched);
      if (typeof found === 'string') return refuse(found);
      if (account !== undefined && account !== found.id) return refuse('other');
      const entered = signOn.first(found, visitor, provider.settings.secondFactor === 'provider');
      return c.redirect(entry.enter(c, entered, back, to), 303);
    } catch (error) {
      return failed(c, error, back, language);
    }
  });
}

const toOf =
  (language: string) =>
  (path: string): string =>
    language === '' ? path : `/${language}${path}`;
