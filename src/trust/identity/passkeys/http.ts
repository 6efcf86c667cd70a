/** Passkeys over HTTP: the questions and answers of the island, and the pages of an account. */
import type { Context, Hono } from 'hono';
import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { whoOf, type Access } from '../../../http/index.ts';
import { languages, localPath } from '../../../ui/index.ts';
import { mayAdd, mayRemove } from '../signon/rights.ts';
import type { SignOnHttp } from '../signon/http.ts';
import { textsIn } from '../signon/fields.ts';
import { passkeysPage } from './pages/passkeys.tsx';

export const passkeyAccess: Access = {
  'POST /login/passkey/options': 'viewPublic',
  'POST /login/passkey': 'viewPublic',
  'GET /account/passkeys': 'useAccount',
  'POST /account/passkeys': 'useAccount',
  'POST /account/passkeys/options': 'useAccount',
  'POST /account/passkeys/:id/name': 'useAccount',
  'POST /account/passkeys/:id/remove': 'useAccount',
};

export function passkeyRoutes(app: Hono, { site, clock, accounts, signOn, entry }: SignOnHttp): void {
  const { passkeys } = signOn;

  app.post('/login/passkey/options', async (c) => c.json(await passkeys.begin(entry.visitor(c).holder)));
  app.post('/login/passkey', async (c) => {
    const { response, back } = await objectIn(c);
    const path = localPath(typeof back === 'string' ? back : undefined);
    const entered = await signOn.byPasskey(response, entry.visitor(c));
    return c.json({ to: entry.enter(c, entered, path, (to) => languageOf(path) + to) });
  });

  site.page(app, '/account/passkeys', (reader) =>
    passkeysPage({ passkeys, own: passkeys.list(reader.who.id), timeZone: site.city.timeZone }, reader),
  );
  app.post('/account/passkeys/options', async (c) => {
    const who = whoOf(c);
    mayAdd(signOn, who, clock.now());
    return c.json(await passkeys.beginAdding(accounts.get(who.id), who.session?.id ?? ''));
  });
  app.post('/account/passkeys', async (c) => {
    const who = whoOf(c);
    mayAdd(signOn, who, clock.now());
    const { response, label } = await objectIn(c);
    await passkeys.add(who.id, who.session?.id ?? '', response, typeof label === 'string' ? label : '');
    // The passkey that was just made has shown the second factor.
    if (who.session?.due) entry.enter(c, signOn.renew(entry.visitor(c)), '/', (to) => to);
    return c.json({}, 201);
  });
  site.form(app, '/account/passkeys/:id/name', async (c) => {
    const { label = '' } = await textsIn(c);
    passkeys.rename(whoOf(c).id, c.req.param('id') ?? '', label);
    return '/account/passkeys';
  });
  site.form(app, '/account/passkeys/:id/remove', async (c) => {
    const id = c.req.param('id') ?? '';
    mayRemove(signOn, accounts.get(whoOf(c).id), { passkey: id }, whoOf(c), clock.now());
    passkeys.remove(whoOf(c).id, id);
    return '/account/passkeys';
  });
}

async function objectIn(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const body = parseJson(new Uint8Array(await c.req.arrayBuffer()));
  if (!isObject(body)) throw new Problem('bad-data', 'a JSON object is wanted');
  return body;
}

/** `/tg` of `/tg/sources`; nothing of `/sources`. */
function languageOf(path: string): string {
  const [, first = ''] = path.split('/');
  return languages.some((language) => language === first) ? `/${first}` : '';
}
