import {
  Empty,
  formatDateTime,
  formatNumber,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Table,
} from '../../../ui/index.ts';
import type { Run } from '../retention.ts';
import type { Rule } from '../rules.ts';
import { retentionWords } from './messages/index.ts';
import { daysText, kindText } from './words.ts';

export type ShownRule = Rule;

/** `/retention`: for everybody, how long what is kept, and what went. */
export function retentionPage(
  {
    rules,
    version,
    history,
    runs,
    holds,
    timeZone,
    nameOf,
  }: {
    rules: readonly ShownRule[];
    version: string;
    history: readonly { readonly type: string; readonly days: number | null }[];
    runs: readonly Run[];
    holds: number;
    timeZone: string;
    nameOf: (kind: string, language: string) => string | undefined;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = retentionWords(language);
  const name = (kind: string): string => kindText(kind, t, nameOf(kind, language));
  return {
    title: t('title'),
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <Section id="rules" title={t('rules')} note={t('version', { version })}>
          <Table
            label={t('rules')}
            columns={[
              { head: t('what'), cell: ({ kind }: ShownRule) => name(kind) },
              { head: t('kept'), cell: ({ days }) => daysText(days, t) },
              { head: t('by'), cell: ({ from }) => t(from === 'law' ? 'byLaw' : 'byDefault') },
            ]}
            rows={rules}
          />
        </Section>
        <Section id="values" title={t('history')} note={t('historyNote')}>
          {history.length === 0 ? (
            <Empty title={t('historyNone')} />
          ) : (
            <Table
              label={t('history')}
              columns={[
                {
                  head: t('what'),
                  cell: ({ type }: (typeof history)[number]) => <code>{type.replace(/^.*[/#]/, '')}</code>,
                },
                { head: t('kept'), cell: ({ days }) => daysText(days, t) },
              ]}
              rows={history}
            />
          )}
        </Section>
        <Section id="runs" title={t('runs')} note={t('holdsInForce', { n: holds })}>
          {runs.length === 0 ? (
            <Empty title={t('runsNone')} />
          ) : (
            <Rows
              items={runs.map(({ at, counts }) => {
                const went = Object.entries(counts).filter(([, count]) => count > 0);
                return (
                  <>
                    <b>{formatDateTime(at, language, timeZone)}</b>{' '}
                    {went.length === 0
                      ? t('nothingWent')
                      : went.map(([kind, count]) => `${name(kind)}: ${formatNumber(count, language)}`).join('; ')}
                  </>
                );
              })}
            />
          )}
          <Links
            items={[
              { href: to('/retention/manage'), text: t('manage') },
              { href: '/api/retention', text: 'JSON' },
            ]}
          />
        </Section>
      </>
    ),
  };
}
