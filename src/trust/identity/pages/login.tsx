import type { Context, Hono } from 'hono';
import type { JSX } from 'preact';
import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { problemResponse, senderOf, TooOften, whoOf } from '../../../http/index.ts';
import { silentLog } from '../../../base/log.ts';
import {
  ErrorSummary,
  Form,
  localPath,
  type PageContent,
  type Reader,
  StateBanner,
  TextField,
} from '../../../ui/index.ts';
import { SignOnChoices, whyText } from '../signon/pages/choices.tsx';
import type { Entered } from '../signon/signOn.ts';
import { demandBefore, fieldsOf, first, type Desk } from './desk.ts';
import { identityWords, type IdentityKey } from './messages/index.ts';

/** A link for somebody who has to choose a new password now. */
const mustChangeMs = 15 * 60_000;

type Wrong = { readonly key: IdentityKey; readonly values?: Record<string, number>; readonly status: 400 | 401 | 429 };
type Given = { readonly username: string; readonly password: string; readonly back: string };

/** `/login` and `/logout`. */
export function loginRoutes(app: Hono, desk: Desk): void {
  const { site, identity, signIn, cookies, waysIn } = desk;
  const { signOn, entry } = waysIn;
  site.page(app, '/login', (reader, c) =>
    loginPage(desk, c, reader, { username: '', back: reader.query.get('back') ?? '' }),
  );

  /** @throws TooOften, Problem */
  const signedIn = async (c: Context, { username, password }: Given, before: () => void): Promise<string | Entered> => {
    const { address } = senderOf(c);
    signIn.demand(username, address);
    before();
    const account = await signIn.check(username, password, address);
    if (!account) throw new Problem('unauthorized', 'name and password do not belong together', 'password');
    if (account.mustChange) return `/invitation/${identity.invitations.make(account.id, mustChangeMs)}`;
    return signOn.first(account, entry.visitor(c));
  };

  site.form(app, '/login', async (c, reader) => {
    if (/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return loginByProgram(c, desk, signedIn);
    const fields = await fieldsOf(c);
    const given = {
      username: first(fields, 'username'),
      password: first(fields, 'password'),
      back: first(fields, 'back'),
    };
    try {
      const entered = await signedIn(c, given, () => demandBefore(desk, c, first(fields, 'before')));
      if (typeof entered === 'string') return entered;
      return c.redirect(entry.enter(c, entered, backOf(given, reader), reader.to), 303);
    } catch (error) {
      return loginPage(desk, c, reader, { ...given, wrong: wrongOf(error), headers: waitOf(error) });
    }
  });

  site.form(app, '/logout', (c) => {
    const who = whoOf(c);
    if (who.session) identity.sessions.end(who.id, who.session.id);
    c.header('set-cookie', cookies.noSession);
    // What a crew's phone has kept goes with the session (0038).
    c.header('clear-site-data', '"storage"');
    return Promise.resolve('/');
  });
}

/** A program that signs in as a person says so in JSON, which no page of another site can send without being asked. */
async function loginByProgram(
  c: Context,
  { waysIn: { signOn, entry } }: Desk,
  signedIn: (c: Context, given: Given, before: () => void) => Promise<string | Entered>,
): Promise<Response> {
  try {
    const json = parseJson(new Uint8Array(await c.req.arrayBuffer()));
    const { username, password, code } = isObject(json) ? json : {};
    if (typeof username !== 'string' || typeof password !== 'string')
      throw new Problem('bad-data', 'expected { "username": "...", "password": "...", "code": "..." }');
    let entered = await signedIn(c, { username, password, back: '' }, () => {});
    if (typeof entered === 'string')
      throw new Problem('forbidden', 'this account needs a new password: sign in on the page');
    if (entered.next === 'second') {
      if (typeof code !== 'string') throw new Problem('unauthorized', 'this account needs a code, too', 'code');
      entered = signOn.second(code, entry.visitor(c));
    }
    entry.enter(c, entered, '/', (path) => path);
    return c.body(null, 204);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return problemResponse(error, silentLog);
  }
}

/** @throws what is not about what was filled in */
function wrongOf(error: unknown): Wrong {
  if (error instanceof TooOften) return { key: 'tooOften', values: { n: error.seconds }, status: 429 };
  if (error instanceof Problem && error.kind === 'unauthorized') return { key: 'wrong', status: 401 };
  if (error instanceof Problem && error.field === 'before') return { key: 'stale', status: 400 };
  throw error;
}

const backOf = ({ back }: Pick<Given, 'back'>, { to }: Reader): string => localPath(back === '' ? to('/') : back);

const waitOf = (error: unknown): Record<string, string> =>
  error instanceof TooOften ? { 'retry-after': String(error.seconds) } : {};

function loginPage(
  { cookies, waysIn: { signOn } }: Desk,
  c: Context,
  reader: Reader,
  given: { username: string; back: string; wrong?: Wrong; headers?: Record<string, string> },
): PageContent {
  const t = identityWords(reader.language);
  const { token, setCookie } = cookies.before(c.req.header('cookie'));
  const { wrong } = given;
  const text = wrong && t(wrong.key, wrong.values);
  const why = whyText(signOn, reader);
  return {
    title: t('signIn'),
    section: '/login',
    islands: ['passkeys'],
    ...(wrong && { status: wrong.status }),
    headers: {
      'cache-control': 'no-store',
      ...given.headers,
      ...(setCookie !== undefined && { 'set-cookie': setCookie }),
    },
    main: (
      <>
        <h1>{t('signIn')}</h1>
        <p class="lede">{t('signInLede')}</p>
        {why !== undefined && <StateBanner>{why}</StateBanner>}
        {text !== undefined && <ErrorSummary title={t('wrongTitle')} items={[{ id: 'username', text }]} />}
        <Form reader={reader} action={reader.to('/login')}>
          <Hidden name="before" value={token} />
          <Hidden name="back" value={given.back} />
          <TextField
            id="username"
            name="username"
            label={t('name')}
            value={given.username}
            autoComplete="username"
            {...(text !== undefined && { wrong: text })}
          />
          <TextField id="password" name="password" label={t('password')} secret autoComplete="current-password" />
          <p>
            <button class="btn main" type="submit">
              {t('signIn')}
            </button>
          </p>
        </Form>
        <SignOnChoices signOn={signOn} reader={reader} back={backOf(given, reader)} />
      </>
    ),
  };
}

const Hidden = ({ name, value }: { name: string; value: string }): JSX.Element => (
  <input type="hidden" name={name} value={value} />
);
