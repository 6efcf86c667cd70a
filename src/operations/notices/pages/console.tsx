import {
  Breadcrumb,
  Empty,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
} from '../../../ui/index.ts';
import type { Current } from '../service.ts';
import { type Notice, kinds } from '../schema.ts';
import { templates } from '../templates.ts';
import { noticeWords } from './messages/index.ts';
import { NoticeRow, type Shown } from './parts.tsx';

/** What only those at work are shown. */
export const forWork = { kind: 'console', headers: { 'cache-control': 'no-store' } } as const;

/** `/console/notices`: what waits to be withdrawn, what is said now, and what a new one is written from. */
export function consolePage(
  {
    city,
    watched,
    past,
    nameOf,
    mayWrite,
    mayBegin,
  }: Shown & {
    watched: readonly Current[];
    past: readonly Notice[];
    nameOf: (id: string) => string;
    mayWrite: (notice: Notice) => boolean;
    /** A new one, somewhere. */
    mayBegin: boolean;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = noticeWords(language);
  const due = watched.filter((notice) => notice.due);
  const others = watched.filter((notice) => !notice.due);
  const rows = (notices: readonly Notice[]) => (
    <Rows
      items={notices.map((notice) => (
        <NoticeRow
          notice={notice}
          reader={reader}
          city={city}
          href={mayWrite(notice) ? `/console/notices/${notice.id}` : `/notices/${notice.id}`}
        >
          <p>
            <small>
              {t('writtenBy', { name: notice.version.by === 'system' ? t('platform') : nameOf(notice.version.by) })}
              {notice.version.draft.about !== undefined && (
                <>
                  {' '}
                  · <code>{notice.version.draft.about}</code>
                </>
              )}
            </small>
          </p>
        </NoticeRow>
      ))}
    />
  );
  const about = reader.query.get('about');
  return {
    title: t('consoleTitle'),
    section: '/console/notices',
    ...forWork,
    main: (
      <>
        <h1>{t('consoleTitle')}</h1>
        <p class="lede">{t('consoleLede')}</p>
        {due.length > 0 && (
          <Section id="due" title={t('due')} note={t('dueNote')}>
            {rows(due)}
          </Section>
        )}
        {mayBegin && (
          <Section id="new" title={t('templates')}>
            {kinds.map((kind) => (
              <>
                <h3>{t(`kind_${kind}`)}</h3>
                <Links
                  items={templates
                    .filter((template) => template.kind === kind)
                    .map(({ id, event }) => ({
                      href: to(
                        `/console/notices/new?template=${id}${about === null ? '' : `&about=${encodeURIComponent(about)}`}`,
                      ),
                      text: inLanguage(event, language).text,
                    }))}
                />
              </>
            ))}
          </Section>
        )}
        <Section id="current" title={t('inForce')}>
          {others.length === 0 ? <Empty title={t('currentNone')} /> : rows(others)}
        </Section>
        {past.length > 0 && (
          <Section id="past" title={t('past')}>
            {rows(past)}
          </Section>
        )}
        <Links items={[{ href: to('/notices'), text: t('asResidents') }]} />
      </>
    ),
  };
}

export function Path({ reader, text }: { reader: Reader; text: string }) {
  const t = noticeWords(reader.language);
  return (
    <Breadcrumb
      label={t('consoleTitle')}
      items={[{ text: t('consoleTitle'), href: reader.to('/console/notices') }, { text }]}
    />
  );
}
