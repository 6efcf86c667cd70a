import type { JSX } from 'preact';
import { dayLimit, type AirSeries, type AirView, type Compared } from '../air/view.ts';
import type { Limits } from '../air/limits.ts';
import { pollutants } from '../air/units.ts';
import { nameOf } from '../series.ts';
import {
  Choices,
  type City,
  Empty,
  formatDate,
  formatNumber,
  formatPercent,
  inLanguage,
  type PageContent,
  type Reader,
  Section,
  Table,
  TimeChart,
  unitSymbol,
} from '../../ui/index.ts';
import { dayMs } from '../period.ts';
import { pollutantNames, worstOf } from '../air/words.ts';
import { utilityWords } from './messages/index.ts';
import { AssetLink, Crumbs, Downloads, figure, Method, PeriodChooser, periodText, viewPath } from './parts.tsx';

/** `/utilities/air`: stations against the WHO and the country. */
export function airPage(view: AirView, reader: Reader, city: City): PageContent {
  const { language } = reader;
  const t = utilityWords(language);
  const { series, stations, period } = view;
  const worst = worstOf(view);
  const shown = chosenOf(view, reader);
  return {
    title: t('air.title'),
    section: '/utilities',
    description: t('air.lede'),
    islands: ['chart'],
    main: (
      <>
        <Crumbs reader={reader} name="air" />
        <h1>{t('air.head', { n: stations })}</h1>
        <p class="lede">
          {worst
            ? t('air.worst', {
                name: nameOf(worst.series.asset.entity, language),
                what: pollutantNames[worst.series.pollutant],
                above: worst.above,
                of: worst.of,
                level: worst.level,
              })
            : t('air.lede')}
        </p>
        <PeriodChooser reader={reader} name="air" period={period} />
        {series.length === 0 && <Empty title={t('air.none')}>{t('air.noneText')}</Empty>}
        {series.length > 0 && (
          <Section id="stations" title={`${t('air.table.stations')}, ${periodText(period, language, city.timeZone)}`}>
            <Stations view={view} reader={reader} />
            <Downloads reader={reader} name="air" tables={['stations', 'days']} period={period} />
          </Section>
        )}
        {shown && (
          <Section id="days" title={t('air.byDay')}>
            <Chosen view={view} shown={shown} reader={reader} />
            <Days view={view} shown={shown} reader={reader} city={city} />
          </Section>
        )}
        <Method
          reader={reader}
          lines={[t('air.method1'), t('air.method2'), t('air.method3'), t('air.method4'), t('air.method5')]}
        >
          <LimitsTable view={view} reader={reader} />
        </Method>
      </>
    ),
  };
}

function chosenOf({ series }: AirView, { query }: Reader): AirSeries | undefined {
  const [station, pollutant] = [query.get('station'), query.get('pollutant')];
  return (
    series.find((one) => one.asset.id === station && one.pollutant === pollutant) ??
    series.find((one) => one.asset.id === station) ??
    series.find((one) => one.pollutant === pollutant) ??
    series[0]
  );
}

function Chosen({ view, shown, reader }: { view: AirView; shown: AirSeries; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const stations = [...new Map(view.series.map((one) => [one.asset.id, one.asset])).values()];
  const measured = pollutants.filter((one) => view.series.some(({ pollutant }) => pollutant === one));
  return (
    <>
      <Choices
        label={t('air.station')}
        items={stations.map((asset) => ({
          href: `${viewPath(reader, 'air', { station: asset.id })}#days`,
          text: nameOf(asset.entity, language),
          current: asset.id === shown.asset.id,
        }))}
      />
      <Choices
        label={t('air.pollutant')}
        items={measured.map((pollutant) => ({
          href: `${viewPath(reader, 'air', { pollutant })}#days`,
          text: pollutantNames[pollutant],
          current: pollutant === shown.pollutant,
        }))}
      />
    </>
  );
}

function Days({
  view,
  shown,
  reader,
  city,
}: {
  view: AirView;
  shown: AirSeries;
  reader: Reader;
  city: City;
}): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { timeZone } = city;
  const { period } = view;
  const known = shown.days.flatMap(({ day, mean }) => (mean === undefined ? [] : [{ at: day, mean }]));
  const highest = known.reduce<(typeof known)[number] | undefined>(
    (most, one) => (most && most.mean >= one.mean ? most : one),
    undefined,
  );
  const name = nameOf(shown.asset.entity, language);
  const what = pollutantNames[shown.pollutant];
  const levels = [...levelOf(shown.who, t('air.who')), ...levelOf(shown.national, t('air.national'))];
  if (!highest) return <Empty title={t('tooFewData')}>{t('air.tooFew')}</Empty>;
  return (
    <TimeChart
      id="air-days"
      title={t('air.chart', { what, name, when: periodText(period, language, timeZone) })}
      summary={t('air.chartSummary', {
        max: formatNumber(highest.mean, language, { digits: 1 }),
        date: formatDate(highest.at, language, timeZone),
      })}
      language={language}
      timeZone={timeZone}
      from={period.from}
      to={period.days.length * dayMs + period.from}
      stepMs={dayMs}
      panels={[
        {
          label: `${what}, ${t('air.dayMean')}`,
          unit: unitSymbol('GQ', language),
          buckets: known,
          levels,
          fromZero: true,
        },
      ]}
      {...(shown.asset.simulated && { simulatedCity: inLanguage(city.name, language).text })}
    />
  );
}

const levelOf = (compared: readonly Compared[], label: string): readonly { value: number; label: string }[] =>
  compared.flatMap(({ limit }) => (limit.averaging === 'day' ? [{ value: limit.level, label }] : []));

function Stations({ view, reader }: { view: AirView; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const counted = (compared: readonly Compared[]): string => {
    const one = dayLimit(compared);
    return one?.count ? t('aOfB', { a: one.count.above, b: one.count.of }) : '–';
  };
  const year = ({ who }: AirSeries): string => {
    const yearly = who.find(({ limit }) => limit.averaging === 'year');
    if (yearly?.meanAbove === undefined) return '';
    return ` (${t(yearly.meanAbove ? 'air.aboveYear' : 'air.withinYear', { level: yearly.limit.level })})`;
  };
  return (
    <Table
      kind="vals"
      label={t('air.table.stations')}
      caption={t('air.caption')}
      columns={[
        { head: t('air.station'), cell: (one) => <AssetLink asset={one.asset} reader={reader} />, class: 'line' },
        { head: t('air.pollutant'), cell: (one) => pollutantNames[one.pollutant], class: 'line' },
        {
          head: `${t('now')}, ${unitSymbol('GQ', language)}`,
          cell: ({ now }) => figure(now?.value, language),
          numeric: true,
          headed: true,
        },
        {
          head: `${t('mean')}, ${unitSymbol('GQ', language)}`,
          cell: (one) => `${figure(one.mean, language)}${year(one)}`,
          numeric: true,
          headed: true,
        },
        { head: t('air.daysWho'), cell: ({ who }) => counted(who), numeric: true, headed: true },
        {
          head: t('air.hoursWho'),
          cell: ({ who }) => figure(dayLimit(who)?.hoursAbove, language, 0),
          numeric: true,
          headed: true,
        },
        ...(view.limits.national.limits.length > 0
          ? [
              {
                head: t('air.daysNational'),
                cell: ({ national }: AirSeries) => counted(national),
                numeric: true,
                headed: true,
              },
            ]
          : []),
        {
          head: t('air.capture'),
          cell: ({ capture }) => formatPercent(capture, language, 0),
          numeric: true,
          headed: true,
        },
      ]}
      rows={view.series.toSorted((a, b) =>
        nameOf(a.asset.entity, language).localeCompare(nameOf(b.asset.entity, language)),
      )}
    />
  );
}

function LimitsTable({ view, reader }: { view: AirView; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { who, national } = view.limits;
  const country = national.of;
  const measured = new Set(view.series.map(({ pollutant }) => pollutant));
  const rows = [who, national].flatMap((limits) =>
    limits.limits
      .filter(({ pollutant }) => measured.size === 0 || measured.has(pollutant))
      .map((limit) => ({ limits, limit })),
  );
  const whose = ({ of }: Limits): string => t(of === 'who' ? 'air.who' : 'air.national');
  return (
    <>
      {national.limits.length === 0 && (
        <p>
          <b>{t('air.nationalUnknown', { country: country === '' ? '–' : country })}</b>
        </p>
      )}
      <Table
        label={t('air.limits')}
        caption={t('air.limits')}
        columns={[
          { head: t('air.whose'), cell: ({ limits }) => whose(limits) },
          { head: t('air.pollutant'), cell: ({ limit }) => pollutantNames[limit.pollutant] },
          { head: t('air.averaging'), cell: ({ limit }) => t(`air.of.${limit.averaging}`) },
          { head: unitSymbol('GQ', language), cell: ({ limit }) => formatNumber(limit.level, language), numeric: true },
        ]}
        rows={rows}
      />
      {[who, national].map(
        (limits) =>
          limits.source && (
            <p>
              {whose(limits)}: <span lang="en">{limits.source.title}</span>.{' '}
              <a href={limits.source.url} rel="noreferrer">
                {limits.source.url}
              </a>{' '}
              {!limits.verified && `(${t('notVerified')})`}
            </p>
          ),
      )}
    </>
  );
}
