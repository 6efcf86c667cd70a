import {
  Empty,
  formatDateTime,
  formatNumber,
  Links,
  type PageContent,
  type Reader,
  Section,
  StateBanner,
  Status,
  Table,
} from '../../../ui/index.ts';
import type { AccessEntry } from '../accessLog.ts';
import type { YearCounts } from '../openings.ts';
import { purposeOf } from '../purposes.ts';
import { vaultWords } from './messages/index.ts';
import { noStore } from './noStore.ts';
import { OtherDoors, type Door } from './openings.tsx';

/** Entries on one page. */
export const logPageSize = 50;

/** `/vault/log`: every step, and whether it is all still there. @param trouble why it is not */
export function accessLogPage(
  {
    entries,
    count,
    trouble,
    timeZone,
    nameOf,
    doorsOf,
  }: {
    entries: readonly AccessEntry[];
    count: number;
    trouble?: string;
    timeZone: string;
    nameOf: (id: string) => string;
    doorsOf: (language: string, who: Reader['who']) => readonly Door[];
  },
  reader: Reader,
): PageContent {
  const { language, to, who } = reader;
  const t = vaultWords(language);
  const doors = doorsOf(language, who);
  const last = entries.at(-1)?.seq ?? 1;
  return {
    title: t('logTitle'),
    section: doors[0]?.href ?? '',
    headers: noStore,
    main: (
      <>
        <h1>{t('logTitle')}</h1>
        <p class="lede">{t('logLede')}</p>
        {trouble === undefined ? (
          <p>
            <Status state="good">{t('logGood', { n: count })}</Status>
          </p>
        ) : (
          <StateBanner>
            <b>{t('logBroken')}</b> <span lang="en">{trouble}</span>
          </StateBanner>
        )}
        <Section id="entries" title={t('logEntries')}>
          {entries.length === 0 ? (
            <Empty title={t('logNone')} />
          ) : (
            <Table
              kind="vals"
              label={t('logEntries')}
              columns={[
                {
                  head: t('deed'),
                  cell: ({ deed, purpose }: AccessEntry) => {
                    const known = purpose === undefined ? undefined : purposeOf(purpose);
                    return (
                      <>
                        {t(`deed_${deed}`)}
                        {known && <small>{t(`purpose_${known.id}`)}</small>}
                      </>
                    );
                  },
                },
                {
                  head: t('at'),
                  class: 'nw when',
                  cell: ({ at }) => formatDateTime(Date.parse(at), language, timeZone),
                },
                { head: t('by'), headed: true, cell: ({ by }) => (by === 'system' ? t('platform') : nameOf(by)) },
                { head: t('subject'), headed: true, cell: ({ subject }) => subject ?? '–' },
                {
                  head: t('number'),
                  numeric: true,
                  class: 'hidephone',
                  cell: ({ seq }) => formatNumber(seq, language),
                },
              ]}
              rows={entries}
            />
          )}
          <Links
            items={[
              last > 1 && { href: to(`/vault/log?before=${last}`), text: t('older') },
              { href: '/api/vault/log', text: t('export') },
              { href: to('/vault/counts'), text: t('countsTitle') },
            ]}
          />
          <OtherDoors doors={doors} own="/vault/log" to={to} />
        </Section>
      </>
    ),
  };
}

/** `/vault/counts`: for everybody, how often the vault was opened and what for. */
export function countsPage(years: readonly YearCounts[], reader: Reader): PageContent {
  const { language, to } = reader;
  const t = vaultWords(language);
  const number = (n: number): string => formatNumber(n, language);
  return {
    title: t('countsTitle'),
    description: t('countsLede'),
    main: (
      <>
        <h1>{t('countsTitle')}</h1>
        <p class="lede">{t('countsLede')}</p>
        {years.length === 0 && <Empty title={t('countsNone')} />}
        {years.map(({ year, byPurpose, official }) => (
          <Section id={`y${year}`} title={String(year)} note={t('official', { n: official })}>
            <Table
              kind="vals"
              label={String(year)}
              columns={[
                {
                  head: t('purpose'),
                  class: 'line',
                  cell: ({ purpose }: YearCounts['byPurpose'][number]) => t(`purpose_${purpose}`),
                },
                { head: t('asked'), headed: true, numeric: true, cell: ({ asked }) => number(asked) },
                { head: t('refused'), headed: true, numeric: true, cell: ({ refused }) => number(refused) },
                { head: t('opened'), headed: true, numeric: true, cell: ({ opened }) => number(opened) },
              ]}
              rows={byPurpose}
            />
          </Section>
        ))}
        <Links
          items={[
            { href: '/api/vault/counts', text: 'JSON' },
            { href: to('/log'), text: t('transparency') },
          ]}
        />
      </>
    ),
  };
}
