import type { Hono } from 'hono';
import { Act, Breadcrumb, formatDateTime, type PageContent, type Reader, Table } from '../../../ui/index.ts';
import type { Session } from '../sessions.ts';
import { accountOf, type Desk } from './desk.ts';
import { identityWords } from './messages/index.ts';

/** `/account/sessions`: where one is signed in, and the way to end that. */
export function sessionRoutes(app: Hono, desk: Desk): void {
  const { site, identity, cookies } = desk;
  site.page(app, '/account/sessions', (reader) => {
    const { id } = accountOf(desk, reader.who);
    return sessionsPage(reader, identity.sessions.list(id), site.city.timeZone);
  });
  site.form(app, '/account/sessions/others', (_, reader) => {
    const { id } = accountOf(desk, reader.who);
    for (const session of identity.sessions.list(id))
      if (session.id !== reader.who.session?.id) identity.sessions.end(id, session.id);
    return Promise.resolve('/account/sessions');
  });
  site.form(app, '/account/sessions/:id/end', (c, reader) => {
    const { id } = accountOf(desk, reader.who);
    const ended = c.req.param('id') ?? '';
    identity.sessions.end(id, ended);
    if (ended !== reader.who.session?.id) return Promise.resolve('/account/sessions');
    c.header('set-cookie', cookies.noSession);
    return Promise.resolve('/');
  });
}

function sessionsPage(reader: Reader, sessions: readonly Session[], timeZone: string): PageContent {
  const { language, to } = reader;
  const t = identityWords(language);
  const own = reader.who.session?.id;
  return {
    title: t('sessions'),
    section: '/account',
    main: (
      <>
        <Breadcrumb
          label={t('account')}
          items={[{ text: t('account'), href: to('/account') }, { text: t('sessions') }]}
        />
        <h1>{t('sessions')}</h1>
        <p class="lede">{t('sessionsLede')}</p>
        <Table
          kind="vals"
          label={t('sessions')}
          columns={[
            {
              head: t('browser'),
              cell: ({ id, browser }: Session) =>
                `${browser === '' ? t('otherBrowser') : browser}${id === own ? ` (${t('thisOne')})` : ''}`,
            },
            {
              head: t('since'),
              headed: true,
              class: 'line',
              cell: ({ madeAt }) => formatDateTime(madeAt, language, timeZone),
            },
            {
              head: t('seen'),
              headed: true,
              class: 'line',
              cell: ({ seenAt }) => formatDateTime(seenAt, language, timeZone),
            },
            {
              head: t('end'),
              class: 'line',
              cell: ({ id }) => <Act reader={reader} action={to(`/account/sessions/${id}/end`)} text={t('end')} />,
            },
          ]}
          rows={sessions}
        />
        {sessions.length > 1 && <Act reader={reader} action={to('/account/sessions/others')} text={t('endOthers')} />}
      </>
    ),
  };
}
