import type { Hono } from 'hono';
import type { JSX } from 'preact';
import {
  Act,
  type City,
  ErrorSummary,
  Facts,
  Form,
  Links,
  type PageContent,
  type Reader,
  Section,
  StateBanner,
  TextField,
} from '../../../ui/index.ts';
import { senderOf } from '../../../http/index.ts';
import type { Account } from '../accounts.ts';
import { areasText } from './areaFields.tsx';
import { accountOf, fieldsOf, first, type Desk } from './desk.ts';
import { vaultWords } from '../../vault/pages/messages/index.ts';
import { identityWords, roleName } from './messages/index.ts';
import { OwnWays } from '../signon/pages/ownWays.tsx';
import { errorItems, NewPassword, withNewPassword, type WrongFields } from './passwordFields.tsx';

/** `/account`: who one is here, and a new password. */
export function accountRoutes(app: Hono, desk: Desk): void {
  const { site, identity, signIn } = desk;
  const page = (reader: Reader, wrong: WrongFields): PageContent =>
    accountPage(desk, reader, accountOf(desk, reader.who), wrong);
  site.page(app, '/account', (reader) => page(reader, {}));
  site.form(app, '/account/password', async (c, reader) => {
    const t = identityWords(reader.language);
    const account = accountOf(desk, reader.who);
    const fields = await fieldsOf(c);
    const { address } = senderOf(c);
    signIn.demand(account.name, address);
    if (!(await signIn.check(account.name, first(fields, 'old'), address)))
      return page(reader, { old: t('passwordWrong') });
    const wrong = await withNewPassword(t, fields, async (password) => {
      await identity.accounts.setPassword(account.id, password);
      // It is the same person as before, with as many factors.
      const { signOn, entry } = desk.waysIn;
      const visitor = entry.visitor(c);
      const entered = reader.who.session?.due ? signOn.first(account, visitor) : signOn.renew(visitor);
      entry.enter(c, entered, '/', reader.to);
    });
    return wrong ? page(reader, wrong) : '/account?done=password';
  });
}

function accountPage({ site, waysIn }: Desk, reader: Reader, account: Account, wrong: WrongFields): PageContent {
  const t = identityWords(reader.language);
  const { language, to } = reader;
  const isWrong = Object.keys(wrong).length > 0;
  return {
    title: t('account'),
    section: '/account',
    ...(isWrong && { status: 400 as const }),
    main: (
      <>
        <h1>{t('account')}</h1>
        <p class="lede">{t('accountLede')}</p>
        {reader.query.get('done') === 'password' && <StateBanner good>{t('passwordDone')}</StateBanner>}
        <ErrorSummary title={t('wrongTitle')} items={errorItems(wrong)} />
        <Rights account={account} reader={reader} city={site.city} />
        <p class="proof">{t('rightsNote')}</p>
        <Links
          items={[
            { href: to('/account/sessions'), text: t('sessions') },
            { href: to('/account/keys'), text: t('keys') },
            { href: to('/account/contact'), text: vaultWords(language)('contactTitle') },
          ]}
        />
        <Act reader={reader} action={to('/logout')} text={t('signOut')} />
        <OwnWays signOn={waysIn.signOn} reader={reader} account={account} timeZone={site.city.timeZone} />
        <Section id="change" title={t('changePassword')}>
          <Form reader={reader} action={to('/account/password')}>
            <TextField
              id="old"
              name="old"
              label={t('oldPassword')}
              secret
              autoComplete="current-password"
              {...(wrong['old'] !== undefined && { wrong: wrong['old'] })}
            />
            <NewPassword t={t} name={account.name} wrong={wrong} />
            <p>
              <button class="btn" type="submit">
                {t('change')}
              </button>
            </p>
          </Form>
        </Section>
      </>
    ),
  };
}

/** Name, roles, areas, department and tenants of an account. */
export function Rights({
  account,
  reader,
  city,
}: {
  account: Account;
  reader: Reader;
  city: Pick<City, 'districts'>;
}): JSX.Element {
  const t = identityWords(reader.language);
  const { name, displayName, roles, areas, department, tenants } = account;
  return (
    <Facts
      items={[
        { name: t('displayName'), value: displayName },
        { name: t('loginName'), value: <code>{name}</code> },
        { name: t('roles'), value: roles.map((role) => roleName(reader.language, role)).join(', ') || t('noRoles') },
        ...(areas === 'all' ? [] : [{ name: t('areas'), value: areasText(areas, city, reader.language) }]),
        ...(department === undefined ? [] : [{ name: t('department'), value: department }]),
        ...(tenants.length === 0
          ? []
          : [{ name: t('tenants'), value: tenants === 'all' ? t('allTenants') : tenants.join(', ') }]),
      ]}
    />
  );
}
