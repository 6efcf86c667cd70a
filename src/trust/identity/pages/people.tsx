import type { Hono } from 'hono';
import type { Problem } from '../../../base/problem.ts';
import {
  Act,
  Breadcrumb,
  Empty,
  foldForSearch,
  Form,
  PageLinks,
  pageAsked,
  pageOf,
  type City,
  type PageContent,
  type Reader,
  Section,
  Status,
  Table,
  TextField,
} from '../../../ui/index.ts';
import type { Account } from '../accounts.ts';
import { freshSession } from '../fresh.ts';
import { Rights } from './account.tsx';
import { areasText } from './areaFields.tsx';
import { fieldsOf, first, type Desk } from './desk.ts';
import { identityWords, roleName } from './messages/index.ts';
import { shownOnce } from './once.tsx';
import { formPage, refusedInput } from './refusal.tsx';
import { RightsFields, rightsOf } from './rightsFields.tsx';

/** `/people`: who may sign in, and what each may do. */
export function peopleRoutes(app: Hono, desk: Desk): void {
  const { site, identity } = desk;
  const { accounts, invitations } = identity;
  const people = (): readonly Account[] => accounts.list().filter(({ kind }) => kind === 'person');
  const link = (reader: Reader, account: Account): PageContent => {
    const t = identityWords(reader.language);
    return shownOnce(reader, {
      title: t('linkFor', { name: account.displayName }),
      text: t('linkText'),
      lines: [`${desk.publicUrl()}/invitation/${invitations.make(account.id)}`],
      back: '/people',
    });
  };

  site.page(app, '/people', (reader) => {
    freshSession(reader.who, reader.now);
    return peoplePage(reader, site.city, people());
  });
  site.form(app, '/people', async (c, reader) => {
    freshSession(reader.who, reader.now);
    const fields = await fieldsOf(c);
    const name = first(fields, 'name');
    const shown = first(fields, 'displayName').trim();
    try {
      const given = { name, displayName: shown === '' ? name : shown, ...rightsOf(fields) };
      return link(reader, accounts.add(given, reader.who));
    } catch (error) {
      return peoplePage(reader, site.city, people(), refusedInput(error), { name, displayName: shown });
    }
  });

  const page = (reader: Reader, account: Account, problem?: Problem): PageContent =>
    personPage(reader, site.city, account, desk.waysIn.signOn.hasSecond(account.id), problem);
  site.page(app, '/people/:id', (reader) => {
    freshSession(reader.who, reader.now);
    return page(reader, accounts.get(reader.params['id'] ?? ''));
  });
  /** Adds a form of one person; what is refused is said on the person's page. */
  const form = (
    name: string,
    act: (account: Account, reader: Reader, c: Parameters<typeof fieldsOf>[0]) => Promise<string | PageContent>,
  ): void =>
    site.form(app, `/people/:id${name}`, async (c, reader) => {
      freshSession(reader.who, reader.now);
      const account = accounts.get(c.req.param('id') ?? '');
      try {
        return await act(account, reader, c);
      } catch (error) {
        return page(reader, account, refusedInput(error));
      }
    });
  form('', async ({ id }, reader, c) => {
    const fields = await fieldsOf(c);
    accounts.change(id, { displayName: first(fields, 'displayName'), ...rightsOf(fields) }, reader.who);
    return `/people/${id}`;
  });
  form('/disable', ({ id }, reader) => {
    accounts.change(id, { disabled: true }, reader.who);
    return Promise.resolve(`/people/${id}`);
  });
  form('/enable', ({ id }, reader) => {
    accounts.change(id, { disabled: false }, reader.who);
    return Promise.resolve(`/people/${id}`);
  });
  form('/factors', ({ id }, reader) => {
    identity.factors.remove(id, reader.who);
    return Promise.resolve(`/people/${id}`);
  });
  form('/link', (account, reader) => {
    accounts.clearPassword(account.id);
    return Promise.resolve(link(reader, account));
  });
}

/** People on one page. */
const pageSize = 20;

/** All words stand somewhere in the names, the department or the roles as the reader reads them. */
function peopleNamed(people: readonly Account[], find: string, language: string): readonly Account[] {
  const words = foldForSearch(find.slice(0, 200)).split(/\s+/);
  return people.filter(({ name, displayName, department = '', roles }) => {
    const said = foldForSearch(
      [name, displayName, department, ...roles.map((role) => roleName(language, role))].join(' '),
    );
    return words.every((word) => said.includes(word));
  });
}

function peoplePage(
  reader: Reader,
  city: City,
  people: readonly Account[],
  problem?: Problem,
  given = { name: '', displayName: '' },
): PageContent {
  const { language, to, query } = reader;
  const t = identityWords(language);
  const find = (query.get('find') ?? '').trim();
  const { rows, page, pages } = pageOf(peopleNamed(people, find, language), pageAsked(query), pageSize);
  const href = (number: number): string =>
    to(`/people?${new URLSearchParams({ ...(find !== '' && { find }), page: String(number) })}`);
  return formPage(reader, {
    title: t('people'),
    section: '/people',
    lede: t('peopleLede'),
    problem,
    main: (
      <>
        {people.length > pageSize && (
          <form class="filter noprint" method="get" action={to('/people')} role="search">
            <TextField id="find" name="find" label={t('findPerson')} value={find} inputMode="search" />
            <button class="btn">{t('find')}</button>
          </form>
        )}
        {rows.length === 0 ? (
          <Empty title={t('foundNobody')} />
        ) : (
          <Table
            label={t('people')}
            columns={[
              {
                head: t('person'),
                cell: ({ id, name, displayName }: Account) => (
                  <>
                    <a href={to(`/people/${id}`)}>{displayName}</a>
                    <br />
                    <small>{name}</small>
                  </>
                ),
              },
              {
                head: t('roles'),
                cell: ({ roles, areas }) => (
                  <>
                    {roles.map((role) => roleName(language, role)).join(', ') || t('noRoles')}
                    {areas !== 'all' && (
                      <>
                        <br />
                        <small>{areasText(areas, city, language)}</small>
                      </>
                    )}
                  </>
                ),
              },
              { head: t('state'), cell: (account) => <AccountState account={account} reader={reader} /> },
            ]}
            rows={rows}
          />
        )}
        <PageLinks language={language} page={page} pages={pages} href={href} />
        <Section id="add" title={t('addPerson')}>
          <Form reader={reader} action={to('/people')}>
            <TextField
              id="name"
              name="name"
              label={t('loginName')}
              help={t('loginNameHelp')}
              value={given.name}
              autoComplete="off"
            />
            <TextField id="displayName" name="displayName" label={t('displayName')} value={given.displayName} />
            <RightsFields reader={reader} city={city} />
            <p>
              <button class="btn main" type="submit">
                {t('add')}
              </button>
            </p>
          </Form>
        </Section>
      </>
    ),
  });
}

function AccountState({ account, reader }: { account: Account; reader: Reader }) {
  const t = identityWords(reader.language);
  if (account.disabled) return <Status state="trouble">{t('disabled')}</Status>;
  if (account.kind === 'person' && !account.hasPassword) return <Status state="none">{t('waiting')}</Status>;
  return <Status state="good">{t('active')}</Status>;
}

/** One person, or one service account. */
function personPage(reader: Reader, city: City, account: Account, hasSecond: boolean, problem?: Problem): PageContent {
  const { to } = reader;
  const t = identityWords(reader.language);
  const list = account.kind === 'person' ? 'people' : 'keys';
  const own = account.id === reader.who.id;
  return formPage(reader, {
    title: account.displayName,
    section: `/${list}`,
    above: (
      <Breadcrumb label={t(list)} items={[{ text: t(list), href: to(`/${list}`) }, { text: account.displayName }]} />
    ),
    problem,
    main: (
      <>
        <p>
          <AccountState account={account} reader={reader} />
        </p>
        {own ? (
          <>
            <Rights account={account} reader={reader} city={city} />
            <p class="note">{t('ownRights')}</p>
          </>
        ) : (
          <>
            <Form reader={reader} action={to(`/people/${account.id}`)}>
              <TextField id="displayName" name="displayName" label={t('displayName')} value={account.displayName} />
              <RightsFields reader={reader} city={city} rights={account} />
              <p>
                <button class="btn main" type="submit">
                  {t('save')}
                </button>
              </p>
            </Form>
            {account.kind === 'person' && !account.disabled && (
              <Section id="link" title={t('newLink')} note={t('newLinkText')}>
                <Act reader={reader} action={to(`/people/${account.id}/link`)} text={t('newLink')} />
              </Section>
            )}
            {hasSecond && (
              <Section id="factors" title={t('factors')} note={t('factorsText')}>
                <Act reader={reader} action={to(`/people/${account.id}/factors`)} text={t('factorsRemove')} />
              </Section>
            )}
            <Act
              reader={reader}
              action={to(`/people/${account.id}/${account.disabled ? 'enable' : 'disable'}`)}
              text={t(account.disabled ? 'enable' : 'disable')}
            />
          </>
        )}
      </>
    ),
  });
}
