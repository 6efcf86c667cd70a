import type { JSX } from 'preact';
import {
  Breadcrumb,
  formatDate,
  formatDateTime,
  formatNumber,
  Links,
  Numbers,
  type PageContent,
  type Reader,
  Section,
  Simulated,
  StateBanner,
  Table,
  uiWords,
} from '../../../ui/index.ts';
import type { DryRun, Episode } from '../dryRun.ts';
import { judges, type Rule } from '../schema.ts';
import { rulesWords } from './messages/index.ts';
import { entityLabel, entityPath, minutesText, whenText } from './words.tsx';

/** What a rule would have raised: how many a day, and one by one. */
export function triedPage(
  { rule, result, simulated, timeZone }: { rule: Rule; result: DryRun; simulated: boolean; timeZone: string },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = rulesWords(language);
  const { from, to: end, raised, raising, readings, days, episodes, cut, entities, selected } = result;
  const number = (n: number, digits = 1): string => formatNumber(n, language, { digits });
  const date = (at: number): string => formatDate(at, language, timeZone);
  const most = Math.max(0, ...days.map((day) => day.raised));
  const lasted = ({ at, clearedAt }: Episode): string =>
    clearedAt === undefined ? t('open') : minutesText(Math.round((clearedAt - at) / 60_000), t);
  return {
    title: t('tryTitle', { id: rule.id }),
    section: '/console/rules',
    kind: 'console',
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[
            { text: t('title'), href: to('/console/rules') },
            { text: rule.id, href: to(`/console/rules/${rule.id}`) },
            { text: t('try') },
          ]}
        />
        <h1>{t('would', { n: raised })}</h1>
        <p class="lede">
          {date(from)}–{date(end)} · {whenText(rule.when, language, t)}
        </p>
        {cut && <StateBanner>{t(`cut_${cut}`, { entities, selected, readings })}</StateBanner>}
        <Numbers
          items={[
            { value: number(raised), label: t('raised') },
            { value: number(raised / Math.max(1, days.length)), label: t('perDay') },
            { value: number(raising), label: t('raising', { n: selected }) },
            { value: number(readings), label: t('readings') },
            ...(judges(rule.when) ? [{ value: number(result.unjudged), label: t('unjudged') }] : []),
          ]}
        />
        <Section id="days" title={t('byDay')} note={t('tryHow')}>
          <figure>
            <div class="inside">
              <Simulated word={uiWords(language)('simulated')} when={simulated} />
            </div>
            <DayChart days={days} label={t('would', { n: raised })} />
            <figcaption>
              {date(from)}–{date(end)} · {t('mostPerDay', { n: most })}
            </figcaption>
          </figure>
          <details>
            <summary>{uiWords(language)('asTable', { n: days.length })}</summary>
            <Table
              kind="tall"
              label={t('byDay')}
              columns={[
                { head: t('day'), cell: ({ at }: DryRun['days'][number]) => date(at) },
                { head: t('raised'), numeric: true, cell: (day) => number(day.raised) },
              ]}
              rows={days}
            />
          </details>
        </Section>
        {episodes.length > 0 && (
          <Section
            id="episodes"
            title={t('episodes')}
            {...(episodes.length < raised && { note: t('episodesFirst', { n: episodes.length }) })}
          >
            <Table
              kind="tall"
              label={t('episodes')}
              columns={[
                {
                  head: t('from'),
                  cell: ({ at }: Episode) => formatDateTime(at, language, timeZone),
                },
                {
                  head: t('entity'),
                  cell: ({ entity }) => <a href={to(entityPath(entity))}>{entityLabel(entity)}</a>,
                },
                { head: t('lasting'), cell: lasted },
                {
                  head: t('value'),
                  numeric: true,
                  cell: ({ value }) => (value === undefined ? '–' : number(value, 3)),
                },
              ]}
              rows={episodes}
            />
          </Section>
        )}
        <Links items={[{ href: to(`/console/rules/${rule.id}`), text: t('back') }]} />
      </>
    ),
  };
}

const chartHeight = 120;

/** A column for each day; what it says stands in the table below it. */
function DayChart({ days, label }: { days: DryRun['days']; label: string }): JSX.Element {
  const most = Math.max(1, ...days.map(({ raised }) => raised));
  const width = days.length * 10;
  return (
    <svg
      class="chart"
      width="100%"
      height={chartHeight}
      viewBox={`0 0 ${width} ${chartHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {days.map(({ raised }, n) => {
        const height = (raised / most) * (chartHeight - 2);
        return (
          raised > 0 && <rect class="f-accent" x={n * 10 + 1} width="8" y={chartHeight - 1 - height} height={height} />
        );
      })}
      <line class="c-axis" x2={width} y1={chartHeight - 1} y2={chartHeight - 1} />
    </svg>
  );
}
