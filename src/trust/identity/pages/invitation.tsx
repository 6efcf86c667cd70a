import type { Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import { Empty, ErrorSummary, Form, type PageContent, type Reader } from '../../../ui/index.ts';
import type { Account } from '../accounts.ts';
import { enter, fieldsOf, type Desk } from './desk.ts';
import { identityWords } from './messages/index.ts';
import { errorItems, NewPassword, withNewPassword, type WrongFields } from './passwordFields.tsx';

/** `/invitation/{token}`: whoever has the link chooses a password, and is in. */
export function invitationRoutes(app: Hono, desk: Desk): void {
  const { site, identity } = desk;
  /** Undefined: used, expired, or none. */
  const find = (token: string): Account | undefined => {
    try {
      return identity.invitations.get(token);
    } catch (error) {
      if (error instanceof Problem && error.kind === 'not-found') return undefined;
      throw error;
    }
  };
  site.page(app, '/invitation/:token', (reader) => {
    const account = find(reader.params['token'] ?? '');
    return account ? invitationPage(reader, account, {}) : gone(reader);
  });
  site.form(app, '/invitation/:token', async (c, reader) => {
    const token = c.req.param('token') ?? '';
    const account = find(token);
    if (!account) return gone(reader);
    let to = '';
    const wrong = await withNewPassword(identityWords(reader.language), await fieldsOf(c), async (password) => {
      to = enter(desk, c, await identity.invitations.use(token, password), reader.to('/account'), reader.to);
    });
    return wrong ? invitationPage(reader, account, wrong) : c.redirect(to, 303);
  });
}

const headers = { 'cache-control': 'no-store' };

function invitationPage(reader: Reader, account: Account, wrong: WrongFields): PageContent {
  const t = identityWords(reader.language);
  return {
    title: t('invitation'),
    headers,
    ...(Object.keys(wrong).length > 0 && { status: 400 as const }),
    main: (
      <>
        <h1>{t('invitation')}</h1>
        <p class="lede">{t('invitationLede', { name: account.displayName })}</p>
        <ErrorSummary title={t('wrongTitle')} items={errorItems(wrong)} />
        <Form reader={reader} action={reader.to(reader.path)}>
          <NewPassword t={t} name={account.name} wrong={wrong} />
          <p>
            <button class="btn main" type="submit">
              {t('setPassword')}
            </button>
          </p>
        </Form>
      </>
    ),
  };
}

function gone(reader: Reader): PageContent {
  const t = identityWords(reader.language);
  return {
    title: t('invitation'),
    status: 404,
    headers,
    main: (
      <>
        <h1>{t('invitation')}</h1>
        <Empty title={t('linkGone')} />
      </>
    ),
  };
}
