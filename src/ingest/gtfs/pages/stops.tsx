/** `/stops`: find a stop by its name, or by where it is. */
import type { JSX } from 'preact';
import { Empty, Links, type PageContent, type Reader, Rows, Section, type Site, Status } from '../../../ui/index.ts';
import { dayAt, toServiceDate } from '../calendar.ts';
import { stopsNamed, stopsNear, type FoundStop } from '../search.ts';
import type { Held, HeldTimetables } from '../timetables.ts';
import { transitWords } from './messages/index.ts';
import { dateText, SearchForm, StopRows } from './parts.tsx';

const shown = 20;
const nearM = 20_000;

export function stopsPage(
  { site, timetables }: { site: Site; timetables: HeldTimetables },
  reader: Reader,
): PageContent {
  const { language, to, query } = reader;
  const t = transitWords(language);
  const held = timetables.held();
  const among = timetables.list();
  const text = (query.get('name') ?? '').slice(0, 100);
  const searched = text.trim() !== '';
  const found = searched
    ? stopsNamed(among, text, shown)
    : stopsNear(among, site.city.center, { maxM: nearM, limit: shown });
  return {
    title: t('stops'),
    section: '/stops',
    description: t('stopsLede'),
    main: (
      <>
        <h1>{searched ? (found.length === 0 ? t('noneFound') : t('found', { n: found.length })) : t('stops')}</h1>
        <p class="lede">{searched && found.length === 0 ? t('noneFoundText') : t('stopsLede')}</p>
        {held.length === 0 ? (
          <Empty title={t('noTimetable')}>{t('noTimetableText')}</Empty>
        ) : (
          <>
            <SearchForm action={to('/stops')} language={language} text={text} />
            {among.length < held.length && <Empty title={t('reading')}>{t('readingText')}</Empty>}
            <Found found={found} searched={searched} reader={reader} />
            <Section id="timetables" title={t('timetables')}>
              <Rows
                items={held.map((one) => (
                  <OneTimetable held={one} reader={reader} />
                ))}
              />
            </Section>
          </>
        )}
        <Links items={[{ href: '/api/transit/timetables', text: 'JSON' }]} />
      </>
    ),
  };
}

function Found({
  found,
  searched,
  reader: { language, to },
}: {
  found: readonly FoundStop[];
  searched: boolean;
  reader: Reader;
}): JSX.Element | null {
  if (found.length === 0) return null;
  const rows = <StopRows found={found} language={language} to={to} />;
  if (searched) return rows;
  return (
    <Section id="near" title={transitWords(language)('nearCentre')}>
      {rows}
    </Section>
  );
}

/** Whose timetable, how much of it, and whether it still holds. */
function OneTimetable({
  held: { source, feed, timetable, fault },
  reader,
}: {
  held: Held;
  reader: Reader;
}): JSX.Element {
  const { language, now, to } = reader;
  const t = transitWords(language);
  const today = toServiceDate(dayAt(now, timetable?.timeZone ?? 'UTC'));
  const ended = feed.lastDate !== undefined && feed.lastDate < today;
  return (
    <>
      <a href={to(`/sources#${source}`)}>{source}</a>{' '}
      {fault !== undefined ? (
        <Status state="trouble">
          <span lang="en">{fault}</span>
        </Status>
      ) : ended ? (
        <Status state="warn">{t('endedState')}</Status>
      ) : (
        timetable === undefined && <Status state="quiet">{t('reading')}</Status>
      )}
      <p class="proof">
        {[
          feed.version,
          feed.firstDate !== undefined &&
            t('validity', { from: dateText(feed.firstDate, language), to: dateText(feed.lastDate, language) }),
          t('holds', { routes: feed.routes, stops: feed.stops }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </>
  );
}
