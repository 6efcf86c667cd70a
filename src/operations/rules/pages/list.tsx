import {
  Empty,
  formatDay,
  formatNumber,
  Links,
  type PageContent,
  type Reader,
  Section,
  StateBanner,
  Status,
  Table,
} from '../../../ui/index.ts';
import { ruleKinds, type Rule } from '../schema.ts';
import type { RuleStats } from '../watched.ts';
import { rulesWords } from './messages/index.ts';
import { SelectsText, titleText, whenText } from './words.tsx';

export type RuleSummary = {
  readonly rule: Rule;
  /** Raised in the last seven days of the place. */
  readonly week: number;
  readonly lastAt?: number;
  readonly lastEntity?: string;
  /** Of a rule that is on. */
  readonly stats?: RuleStats;
};

/** What somebody may do with rules. */
export type RuleRights = {
  readonly mayTry: boolean;
  /** Make, change, switch. */
  readonly mayManage: boolean;
};

/** `/console/rules`: every rule with what it does. */
export function listPage(
  {
    rules,
    missed,
    timeZone,
    mayTry,
    mayManage,
  }: RuleRights & { rules: readonly RuleSummary[]; missed: number; timeZone: string },
  reader: Reader,
): PageContent {
  const { language, to, now } = reader;
  const t = rulesWords(language);
  const number = (n: number | undefined): string => (n === undefined ? '–' : formatNumber(n, language));
  return {
    title: t('title'),
    section: '/console/rules',
    kind: 'console',
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        {mayTry && !mayManage && <p class="note">{t('whole')}</p>}
        {missed > 0 && <StateBanner>{t('missed', { n: missed })}</StateBanner>}
        {rules.length === 0 ? (
          <Empty title={t('none')} />
        ) : (
          <Table
            kind="vals"
            label={t('title')}
            columns={[
              {
                head: t('rule'),
                class: 'line',
                cell: ({ rule }: RuleSummary) => (
                  <a href={to(`/console/rules/${rule.id}`)}>{titleText(rule, language)}</a>
                ),
              },
              {
                head: t('when'),
                class: 'line',
                cell: ({ rule }) => (
                  <>
                    <SelectsText selects={rule.selects} />: {whenText(rule.when, language, t)}
                  </>
                ),
              },
              {
                head: t('state'),
                class: 'status',
                cell: ({ rule }) => (
                  <Status state={rule.enabled ? 'good' : 'none'}>{t(rule.enabled ? 'on' : 'off')}</Status>
                ),
              },
              {
                head: t('priority'),
                headed: true,
                numeric: true,
                cell: ({ rule }) => rule.priority,
              },
              {
                head: t('now'),
                headed: true,
                numeric: true,
                cell: ({ stats }) => number(stats?.raised),
              },
              { head: t('week'), headed: true, numeric: true, cell: ({ week }) => number(week) },
              {
                head: t('last'),
                class: 'when',
                headed: true,
                cell: ({ lastAt }) => (lastAt === undefined ? t('never') : formatDay(lastAt, now, language, timeZone)),
              },
              {
                head: t('late'),
                headed: true,
                numeric: true,
                cell: ({ stats }) => number(stats?.late),
              },
            ]}
            rows={rules}
          />
        )}
        <p class="note">{t('lateNote')}</p>
        {mayManage && (
          <Section id="make" title={t('make')}>
            <Links
              items={[
                ...ruleKinds.map((kind) => ({
                  href: to(`/console/rules/new?kind=${kind}`),
                  text: t(`kind_${kind}`),
                })),
                { href: to('/console/rules/import'), text: t('importLink') },
              ]}
            />
          </Section>
        )}
        <Links items={[{ href: '/api/operations/rules', text: 'JSON' }]} />
      </>
    ),
  };
}
