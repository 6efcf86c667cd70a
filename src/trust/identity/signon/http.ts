/** The second step, confirming that one is still there, and a provider's login: what stands between a first factor and a session. */
import type { Hono } from 'hono';
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { openRates, whoOf, type Access } from '../../../http/index.ts';
import { localPath, type PageContent, type Reader, type Site } from '../../../ui/index.ts';
import type { Accounts } from '../accounts.ts';
import { isFresh } from '../fresh.ts';
import { againPage, mustPage } from './pages/again.tsx';
import { secondPage } from './pages/second.tsx';
import type { Entry } from './entry.ts';
import { textsIn } from './fields.ts';
import type { Entered, SignOn } from './signOn.ts';

export const signOnAccess: Access = {
  'GET /login/second': 'viewPublic',
  'POST /login/second': 'viewPublic',
  'GET /login/again': 'useAccount',
  'POST /login/again': 'useAccount',
};

/** What the routes of every way in work with. */
export type SignOnHttp = {
  readonly site: Site;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly signOn: SignOn;
  readonly entry: Entry;
};

/** Passwords tried under a session: whoever has found one open must not find the password too. */
const triesMax = 5;
const triesPerSecond = 1 / 180;
const triedMax = 10_000;

export function signOnRoutes(app: Hono, { site, clock, accounts, signOn, entry }: SignOnHttp): void {
  const tries = openRates({
    capacity: triesMax,
    perSecond: triesPerSecond,
    now: () => clock.now(),
    keysMax: triedMax,
  });
  const backOf = (query: URLSearchParams): string => localPath(query.get('back') ?? undefined);

  site.page(app, '/login/second', (reader) => secondPage(signOn, reader, backOf(reader.query)));
  site.form(app, '/login/second', async (c, reader) => {
    const back = backOf(reader.query);
    const { code = '' } = await textsIn(c);
    try {
      return c.redirect(entry.enter(c, signOn.second(code, entry.visitor(c)), back, reader.to), 303);
    } catch (error) {
      const wrong = wrongCode(error);
      if (wrong) return secondPage(signOn, reader, back, wrong);
      if (error instanceof Problem && error.kind === 'unauthorized')
        return c.redirect(entry.refuse(c, 'stale', back, reader.to), 303);
      throw error;
    }
  });

  const must = (reader: Reader): boolean => {
    const { id, session } = reader.who;
    return session?.due !== undefined && !signOn.hasSecond(id) && isFresh(reader.who, clock.now());
  };
  site.page(app, '/login/again', (reader) =>
    must(reader) ? mustPage(reader) : againPage(signOn, accounts.get(reader.who.id), reader, backOf(reader.query)),
  );
  site.form(app, '/login/again', async (c, reader): Promise<PageContent | Response> => {
    const back = backOf(reader.query);
    const account = accounts.get(whoOf(c).id);
    const { password = '', code = '' } = await textsIn(c);
    const again = (wrong: 'againWrong' | 'codeRest'): PageContent => againPage(signOn, account, reader, back, wrong);
    if (tries.take(account.id) > 0) return again('codeRest');
    if (!(await accounts.withPassword(account.name, password))) return again('againWrong');
    const visitor = entry.visitor(c);
    const enter = (entered: Entered): Response => c.redirect(entry.enter(c, entered, back, reader.to), 303);
    if (!signOn.hasSecond(account.id)) return enter(signOn.first(account, visitor));
    try {
      signOn.codes.prove(account.id, code);
    } catch (error) {
      const wrong = wrongCode(error);
      if (wrong) return again(wrong === 'codeWrong' ? 'againWrong' : wrong);
      throw error;
    }
    return enter(signOn.renew(visitor));
  });
}

function wrongCode(error: unknown): 'codeWrong' | 'codeRest' | undefined {
  if (!(error instanceof Problem) || error.field !== 'code') return undefined;
  if (error.kind === 'too-many-requests') return 'codeRest';
  return error.kind === 'bad-data' ? 'codeWrong' : undefined;
}
