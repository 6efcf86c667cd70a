import {
  Choices,
  Empty,
  formatNumber,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
} from '../../../ui/index.ts';
import { type Notice, stateOf } from '../schema.ts';
import { noticeWords } from './messages/index.ts';
import { NoticeRow, type Shown } from './parts.tsx';

/** Notices that are over, on one page. */
export const pastSize = 20;

/** `/notices`: what is in force, what comes, what is over. @param district all of them when undefined */
export function listPage(
  {
    city,
    current,
    past,
    district,
    paged,
    isEmpty,
  }: Shown & {
    current: readonly Notice[];
    past: readonly Notice[];
    district: string | undefined;
    /** Older ones are looked at. */
    paged: boolean;
    /** There has never been any. */
    isEmpty: boolean;
  },
  reader: Reader,
): PageContent {
  const { language, to, now } = reader;
  const t = noticeWords(language);
  const inForce = current.filter((notice) => stateOf(notice, now) === 'inForce');
  const planned = current.filter((notice) => stateOf(notice, now) === 'planned');
  const query = district === undefined ? '' : `?district=${encodeURIComponent(district)}`;
  const atom = `/notices/atom?lang=${language}${query.replace('?', '&')}`;
  const oldest = past.at(-1)?.issuedAt;
  const rows = (notices: readonly Notice[]) => (
    <Rows
      items={notices.map((notice) => (
        <NoticeRow notice={notice} reader={reader} city={city} href={`/notices/${notice.id}`} />
      ))}
    />
  );
  const title = inForce.length === 0 ? t('none') : t('count', { n: inForce.length });
  return {
    title: t('title'),
    section: '/notices',
    description: t('lede'),
    feeds: [{ href: atom, type: 'application/atom+xml', title: t('title') }],
    main: (
      <>
        <h1>{title}</h1>
        <p class="lede">{t('lede')}</p>
        {city.districts.length > 1 && !isEmpty && (
          <Choices
            label={t('district')}
            items={[
              { href: to('/notices'), text: t('allDistricts'), current: district === undefined },
              ...city.districts.map(({ id, name }) => ({
                href: to(`/notices?district=${encodeURIComponent(id)}`),
                text: inLanguage(name, language).text,
                current: id === district,
              })),
            ]}
          />
        )}
        {isEmpty && <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>}
        {!isEmpty && inForce.length + planned.length === 0 && district !== undefined && <Empty title={t('noneHere')} />}
        {!paged && inForce.length > 0 && (
          <Section id="now" title={`${t('inForce')}: ${formatNumber(inForce.length, language)}`}>
            {rows(inForce)}
          </Section>
        )}
        {!paged && planned.length > 0 && (
          <Section id="planned" title={`${t('planned')}: ${formatNumber(planned.length, language)}`}>
            {rows(planned)}
          </Section>
        )}
        {!isEmpty && (
          <Section id="past" title={t('past')}>
            {past.length === 0 ? <p>{t('pastNone')}</p> : rows(past)}
            {past.length === pastSize && oldest !== undefined && (
              <Links
                items={[{ href: to(`/notices${query === '' ? '?' : `${query}&`}before=${oldest}`), text: t('older') }]}
              />
            )}
          </Section>
        )}
        <Section id="follow" title={t('follow')} note={t('followNote')}>
          <Links
            items={[
              { href: atom, text: t('feed') },
              inForce.length > 0 && { href: '/notices/cap', text: t('capNewest') },
              { href: `/api/operations/notices${query}`, text: 'JSON' },
            ]}
          />
        </Section>
      </>
    ),
  };
}
