import type { Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import { Breadcrumb, type PageContent, type Reader, Section } from '../../../ui/index.ts';
import type { Account } from '../accounts.ts';
import { freshSession } from '../fresh.ts';
import { accountOf, fieldsOf, type Desk } from './desk.ts';
import { KeyTable, newKeyOf, NewKeyForm } from './keyParts.tsx';
import { identityWords } from './messages/index.ts';
import { shownOnce } from './once.tsx';
import { formPage, refusedInput } from './refusal.tsx';

/** `/account/keys`: keys with which a person's own programs do what the person may. */
export function ownKeyRoutes(app: Hono, desk: Desk): void {
  const { site, identity } = desk;
  const { keys } = identity;
  site.page(app, '/account/keys', (reader) => ownKeysPage(desk, reader, accountOf(desk, reader.who)));
  site.form(app, '/account/keys', async (c, reader) => {
    freshSession(reader.who, reader.now);
    const t = identityWords(reader.language);
    const account = accountOf(desk, reader.who);
    try {
      const { secret } = keys.add(newKeyOf(account.id, await fieldsOf(c)), reader.who);
      return shownOnce(reader, { title: t('made'), lines: [secret], back: '/account/keys' });
    } catch (error) {
      return ownKeysPage(desk, reader, account, refusedInput(error));
    }
  });
  site.form(app, '/account/keys/:id/revoke', (c, reader) => {
    const { id } = accountOf(desk, reader.who);
    const key = keys.get(c.req.param('id') ?? '');
    if (key.account !== id) throw new Problem('not-found', 'there is no such key', 'id');
    keys.revoke(key.id, reader.who);
    return Promise.resolve('/account/keys');
  });
}

function ownKeysPage(desk: Desk, reader: Reader, account: Account, problem?: Problem): PageContent {
  const { language, to } = reader;
  const t = identityWords(language);
  return formPage(reader, {
    title: t('keys'),
    section: '/account',
    lede: t('ownKeysLede'),
    above: (
      <Breadcrumb label={t('account')} items={[{ text: t('account'), href: to('/account') }, { text: t('keys') }]} />
    ),
    problem,
    main: (
      <>
        <KeyTable
          keys={desk.identity.keys.list(account.id)}
          reader={reader}
          city={desk.site.city}
          path="/account/keys"
        />
        <Section id="make" title={t('makeKey')}>
          <NewKeyForm reader={reader} action={to('/account/keys')} desk={desk} account={account} id="" />
        </Section>
      </>
    ),
  });
}
