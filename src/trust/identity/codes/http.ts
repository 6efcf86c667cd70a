/** Codes of an app and on paper: the pages of an account. */
import type { Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import { whoOf, type Access, type Principal } from '../../../http/index.ts';
import { inLanguage, type Reader } from '../../../ui/index.ts';
import { ceremonies } from '../ceremonies.ts';
import { textsIn } from '../signon/fields.ts';
import { mayAdd, mayRemove } from '../signon/rights.ts';
import type { SignOnHttp } from '../signon/http.ts';
import { appPage, codesPage, printedPage, type AppContent } from './pages/codes.tsx';
import { totpUri } from './totp.ts';

export const codeAccess: Access = {
  'GET /account/codes': 'useAccount',
  'GET /account/codes/app': 'useAccount',
  'POST /account/codes/app': 'useAccount',
  'POST /account/codes/app/remove': 'useAccount',
  'POST /account/codes/printed': 'useAccount',
};

/** From the secret to the first code. */
const setUpMs = 30 * 60_000;

export function codeRoutes(app: Hono, { site, clock, accounts, signOn, entry }: SignOnHttp): void {
  const { codes } = signOn;
  const begun = ceremonies<Uint8Array>(clock, setUpMs);
  /** One for each session: a page that is loaded again shows the secret that the app may have already. */
  const secretOf = ({ session }: Principal, make = true): Uint8Array | undefined => {
    const holder = session?.id ?? '';
    const secret = begun.take(holder, `app ${holder}`) ?? (make ? codes.newSecret() : undefined);
    if (secret) begun.begin(holder, `app ${holder}`, secret);
    return secret;
  };
  const appContent = (secret: Uint8Array, { who, language }: Reader, isWrong: boolean): AppContent => {
    const city = inLanguage(site.city.name, language).text;
    return { secret, uri: totpUri(secret, city, accounts.get(who.id).name), isWrong };
  };

  site.page(app, '/account/codes', (reader) => {
    const { id } = reader.who;
    return codesPage({ state: codes.of(id), hasSecond: signOn.hasSecond(id), timeZone: site.city.timeZone }, reader);
  });
  site.page(app, '/account/codes/app', (reader) => {
    mayAdd(signOn, reader.who, clock.now());
    return appPage(appContent(secretOf(reader.who) ?? codes.newSecret(), reader, false), reader);
  });
  site.form(app, '/account/codes/app', async (c, reader) => {
    const { who } = reader;
    mayAdd(signOn, who, clock.now());
    const { code = '' } = await textsIn(c);
    const secret = secretOf(who, false);
    if (!secret) return '/account/codes/app';
    try {
      codes.setApp(who.id, secret, code);
    } catch (error) {
      if (error instanceof Problem && error.field === 'code') return appPage(appContent(secret, reader, true), reader);
      throw error;
    }
    begun.take(who.session?.id ?? '', `app ${who.session?.id ?? ''}`);
    // The code has shown the second factor.
    if (who.session?.due) entry.enter(c, signOn.renew(entry.visitor(c)), '/', reader.to);
    return '/account/codes';
  });
  site.form(app, '/account/codes/app/remove', async (c) => {
    const who = whoOf(c);
    mayRemove(signOn, accounts.get(who.id), 'app', who, clock.now());
    codes.removeApp(who.id);
    return '/account/codes';
  });
  site.form(app, '/account/codes/printed', async (_, reader) => {
    mayAdd(signOn, reader.who, clock.now());
    if (!signOn.hasSecond(reader.who.id)) throw new Problem('conflict', 'first add a passkey or an app');
    return printedPage(codes.print(reader.who.id), inLanguage(site.city.name, reader.language).text, reader);
  });
}
