import type { ComponentChildren, JSX } from 'preact';
import { inLanguage } from '../../../city/profile.ts';
import {
  Breadcrumb,
  Empty,
  Facts,
  formatDateTime,
  formatNumber,
  formatPercent,
  Links,
  localTime,
  Numbers,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Simulated,
  type State,
  StateBanner,
  Status,
  Table,
  TextField,
  type Translate,
} from '../../../ui/index.ts';
import { criteria, proposals, type Criterion } from '../../acceptance/asked.ts';
import { shareOf, type Acceptance, type Judged, type Place, type Verdict } from '../../acceptance/report.ts';
import type { Gap, SeriesReport, Stuck } from '../../acceptance/series.ts';
import { ingestWords, reasonWord } from '../messages/index.ts';
import { acceptanceWords, type AcceptanceKey } from './messages/index.ts';

type T = Translate<AcceptanceKey>;

const states: Record<Verdict, State> = { met: 'good', notMet: 'trouble', unknown: 'none' };
/** What a printed page holds. */
const seriesShown = 40;
const listShown = 15;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `/sources/ID/acceptance`: one to three pages A4 when it is printed. */
export function acceptancePage(
  { report, timeZone, nameOf }: { report: Acceptance; timeZone: string; nameOf: (id: string) => string },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = acceptanceWords(language);
  const { source, asked, hash, delay, series, gaps, stuck } = report;
  const number = (n: number): string => formatNumber(n, language);
  const at = (ms: number): string => formatDateTime(ms, language, timeZone);
  const name = inLanguage(source.name, language).text;
  const refused = Object.entries(report.refused).toSorted(([, a], [, b]) => b - a);
  const by = report.by === 'anonymous' ? t('anonymous') : nameOf(report.by);
  const firstOf = (all: number, shown: number): { note?: string } =>
    all > shown ? { note: t('first', { n: shown, all }) } : {};
  return {
    title: `${t('title')}: ${name}`,
    section: '/sources',
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <Breadcrumb
          label={t('back')}
          items={[
            { text: t('back'), href: to('/sources') },
            { text: name, href: `${to('/sources')}#${source.id}` },
            { text: t('link') },
          ]}
        />
        <h1>
          {t('title')}: {name} <Simulated word={ingestWords(language)('simulated')} when={source.simulated} />
        </h1>
        <p class="lede">{t('lede')}</p>
        <AskForm report={report} reader={reader} timeZone={timeZone} t={t} />
        {report.cut && <StateBanner>{t('cut', { looked: report.looked, page: pageSize(report) })}</StateBanner>}
        <Facts
          items={[
            { name: t('period'), value: `${at(asked.from)} – ${at(asked.to)}` },
            { name: t('owner'), value: inLanguage(source.owner, language).text },
            {
              name: t('interval'),
              value:
                asked.everyMs === undefined ? t('estimated') : t('given', { n: timeText(asked.everyMs, language, t) }),
            },
            { name: t('entities'), value: t('looked', { looked: report.looked, all: report.entities }) },
            { name: t('made'), value: t('by', { at: at(report.madeAt), by }) },
            { name: t('hash', { n: hash.values }), value: <code class="hash">{hash.sha256}</code> },
          ]}
        />
        {report.pages > 1 && <Paging report={report} reader={reader} t={t} />}
        {report.values === 0 ? (
          <Empty title={t('none')} />
        ) : (
          <Numbers
            items={[
              { value: number(report.values), label: t('values') },
              { value: number(report.received), label: t('received') },
              { value: report.missing === undefined ? '–' : number(report.missing), label: t('missing') },
              ...(delay
                ? [
                    { value: timeText(delay.p50, language, t), label: t('median') },
                    { value: timeText(delay.max, language, t), label: t('longestDelay') },
                  ]
                : []),
            ]}
          />
        )}
        <Section id="criteria" title={t('criteria')}>
          <Table
            label={t('criteria')}
            columns={[
              { head: t('criterion'), cell: ({ criterion }: Judged) => t(`c_${criterion}`) },
              {
                head: t('verdict'),
                headed: true,
                cell: ({ verdict }) => <Status state={states[verdict]}>{t(verdict)}</Status>,
              },
              {
                head: t('found'),
                numeric: true,
                cell: ({ criterion, value }) =>
                  value === undefined ? '–' : measureText(criterion, value, language, t),
              },
              {
                head: t('wanted'),
                numeric: true,
                cell: ({ criterion, limit }) =>
                  t(criterion === 'completeness' ? 'atLeast' : 'atMost', {
                    n: measureText(criterion, limit, language, t),
                  }),
              },
            ]}
            rows={report.judged}
          />
        </Section>
        {series.length > 0 && (
          <Section id="series" title={t('series')} {...firstOf(series.length, seriesShown)}>
            <Table
              kind="tall"
              label={t('series')}
              columns={[
                ...placeColumns<Place & SeriesReport>(reader, t),
                { head: t('valuesHead'), numeric: true, cell: ({ values }) => number(values) },
                {
                  head: t('completeness'),
                  numeric: true,
                  cell: (one) => {
                    const share = shareOf(one);
                    return share === undefined ? '–' : formatPercent(share, language);
                  },
                },
                {
                  head: t('every'),
                  numeric: true,
                  cell: ({ everyMs }) => (everyMs === undefined ? '–' : timeText(everyMs, language, t)),
                },
                {
                  head: t('missingHead'),
                  numeric: true,
                  cell: ({ missing }) => (missing === undefined ? '–' : number(missing)),
                },
                { head: t('c_late'), numeric: true, cell: ({ late }) => number(late) },
              ]}
              rows={series.slice(0, seriesShown)}
            />
          </Section>
        )}
        {gaps.length > 0 && (
          <Section id="gaps" title={t('gaps')} {...firstOf(gaps.length, listShown)}>
            <Table
              kind="tall"
              label={t('gaps')}
              columns={[
                ...placeColumns<Place & Gap>(reader, t),
                ...spanColumns<Place & Gap>(language, timeZone, t),
                { head: t('missingHead'), numeric: true, cell: ({ missing }) => number(missing) },
              ]}
              rows={gaps.slice(0, listShown)}
            />
          </Section>
        )}
        {stuck.length > 0 && (
          <Section id="stuck" title={t('stuck')} {...firstOf(report.stuckRuns, listShown)}>
            <Table
              kind="tall"
              label={t('stuck')}
              columns={[
                ...placeColumns<Place & Stuck>(reader, t),
                ...spanColumns<Place & Stuck>(language, timeZone, t),
                { head: t('value'), numeric: true, cell: ({ value }) => formatNumber(value, language, { digits: 3 }) },
                { head: t('valuesHead'), numeric: true, cell: ({ values }) => number(values) },
              ]}
              rows={stuck.slice(0, listShown)}
            />
          </Section>
        )}
        <Section id="refused" title={t('refused')}>
          {refused.length === 0 ? (
            <p>{t('refusedNone')}</p>
          ) : (
            <Rows items={refused.map(([reason, n]) => `${reasonWord(reason, language)}: ${number(n)}`)} />
          )}
        </Section>
        <Section id="method" title={t('method')}>
          <p class="proof">{t('howCompleteness')}</p>
          <p class="proof">{t('howStuck')}</p>
          <p class="proof">{t('howRepeated')}</p>
          <p class="proof">{t('howDelay')}</p>
          <p class="proof">{t('howHash')}</p>
        </Section>
        <Facts
          items={[
            { name: t('decision'), value: '……………………………………' },
            { name: t('signature'), value: '……………………………………' },
          ]}
        />
        <Links
          items={[
            { href: `/api/sources/${source.id}/acceptance.csv${search(reader)}`, text: t('csv') },
            { href: `/api/sources/${source.id}/acceptance${search(reader)}`, text: ingestWords(language)('asJson') },
          ]}
        />
      </>
    ),
  };
}

const search = ({ query }: Reader): string => (query.size === 0 ? '' : `?${query.toString()}`);
const entitiesPerPage = 100;
const pageSize = ({ asked, entities }: Acceptance): number =>
  Math.max(0, Math.min(entitiesPerPage, entities - (asked.page - 1) * entitiesPerPage));

/** The period and what is wanted: all of it is the address. */
function AskForm({
  report: { source, asked },
  reader,
  timeZone,
  t,
}: {
  report: Acceptance;
  reader: Reader;
  timeZone: string;
  t: T;
}): JSX.Element {
  const day = (ms: number): string => {
    const { year, month, day: date } = localTime(ms, timeZone);
    return `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
  };
  const date = (id: 'from' | 'to', value: string): JSX.Element => (
    <div class="field">
      <label for={id}>{t(id)}</label>
      <input type="date" id={id} name={id} value={value} />
    </div>
  );
  const limit = (criterion: Criterion): JSX.Element => (
    <TextField
      id={criterion}
      name={criterion}
      label={`${t(`c_${criterion}`)}${unitOf(criterion, t)}`}
      inputMode="decimal"
      value={asked.limits[criterion] === proposals[criterion] ? '' : String(asked.limits[criterion])}
      help={String(proposals[criterion])}
    />
  );
  return (
    <form class="noprint" method="get" action={reader.to(`/sources/${source.id}/acceptance`)}>
      <div class="filter">
        {date('from', day(asked.from))}
        {date('to', day(asked.to - 1))}
        <button class="btn">{t('show')}</button>
      </div>
      <details>
        <summary>{t('limits')}</summary>
        <TextField
          id="expected"
          name="expected"
          label={t('expected')}
          help={t('expectedHelp')}
          inputMode="decimal"
          value={asked.everyMs === undefined ? '' : String(asked.everyMs / minuteMs)}
        />
        <TextField
          id="run"
          name="run"
          label={t('run')}
          inputMode="decimal"
          value={asked.stuckRun === undefined ? '' : String(asked.stuckRun)}
        />
        {criteria.map(limit)}
        <p>
          <button class="btn">{t('show')}</button>
        </p>
      </details>
    </form>
  );
}

function Paging({ report, reader, t }: { report: Acceptance; reader: Reader; t: T }): JSX.Element {
  const { asked, pages, source } = report;
  const from = (asked.page - 1) * entitiesPerPage + 1;
  const href = (page: number): string => {
    const query = new URLSearchParams(reader.query);
    query.set('page', String(page));
    return reader.to(`/sources/${source.id}/acceptance?${query.toString()}`);
  };
  return (
    <>
      <p>{t('pageOf', { page: asked.page, pages, from, to: from + pageSize(report) - 1 })}</p>
      <Links
        items={[
          asked.page > 1 && { href: href(asked.page - 1), text: t('previous') },
          asked.page < pages && { href: href(asked.page + 1), text: t('next') },
        ]}
      />
    </>
  );
}

type Column<R> = { head: string; numeric?: true; cell: (row: R) => ComponentChildren };

const placeColumns = <R extends Place>({ to }: Reader, t: T): Column<R>[] => [
  {
    head: t('entity'),
    cell: ({ entity }) => (
      <a href={to(`/entities/${encodeURIComponent(entity).replaceAll('%3A', ':')}`)}>{entity.split(':').at(-1)}</a>
    ),
  },
  { head: t('attribute'), cell: ({ attribute }) => <code>{attribute}</code> },
];

const spanColumns = <R extends { readonly from: number; readonly to: number }>(
  language: string,
  timeZone: string,
  t: T,
): Column<R>[] => [
  { head: t('gapFrom'), cell: ({ from }) => formatDateTime(from, language, timeZone) },
  { head: t('gapTo'), cell: ({ to }) => formatDateTime(to, language, timeZone) },
  { head: t('lasting'), numeric: true, cell: ({ from, to }) => timeText(to - from, language, t) },
];

const percents: ReadonlySet<Criterion> = new Set(['completeness', 'late', 'duplicates', 'range']);
const minutes: ReadonlySet<Criterion> = new Set(['gap', 'delay']);

function measureText(criterion: Criterion, value: number, language: string, t: T): string {
  if (percents.has(criterion)) return formatPercent(value / 100, language, 2);
  return minutes.has(criterion) ? timeText(value * minuteMs, language, t) : formatNumber(value, language);
}

const unitOf = (criterion: Criterion, t: T): string =>
  percents.has(criterion) ? ', %' : minutes.has(criterion) ? `, ${t('minutesShort', { n: '' }).trim()}` : '';

/** In the largest unit that it reaches twice. */
function timeText(ms: number, language: string, t: T): string {
  const inUnit = (unitMs: number): string => formatNumber(ms / unitMs, language, { digits: 1 });
  if (ms >= 2 * dayMs) return t('daysShort', { n: inUnit(dayMs) });
  if (ms >= 2 * hourMs) return t('hoursShort', { n: inUnit(hourMs) });
  return t('minutesShort', { n: formatNumber(ms / minuteMs, language, { digits: ms < 10 * minuteMs ? 2 : 0 }) });
}
