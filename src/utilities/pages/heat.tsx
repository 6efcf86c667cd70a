import type { JSX } from 'preact';
import { hoursMin, neighboursMin } from '../heat/outliers.ts';
import type { HeatSubstation, HeatView } from '../heat/view.ts';
import { hot, reasonText } from '../heat/words.ts';
import { nameOf } from '../series.ts';
import {
  type City,
  Empty,
  formatNumber,
  inLanguage,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Table,
  TimeChart,
  unitSymbol,
} from '../../ui/index.ts';
import { dayMs } from '../period.ts';
import { utilityWords } from './messages/index.ts';
import { AssetLink, Crumbs, Downloads, figure, Head, Method, PeriodChooser, periodText, viewPath } from './parts.tsx';

type Props = { readonly view: HeatView; readonly reader: Reader; readonly city: City };

/** `/utilities/heat`: substations whose water comes back too hot. */
export function heatPage(view: HeatView, reader: Reader, city: City): PageContent {
  const { language } = reader;
  const t = utilityWords(language);
  const { substations, period, relation } = view;
  const measured = substations.filter(({ hours }) => hours > 0).length;
  const props = { view, reader, city };
  return {
    title: t('heat.title'),
    section: '/utilities',
    description: t('heat.lede'),
    islands: ['chart'],
    main: (
      <>
        <Crumbs reader={reader} name="heat" />
        <h1>{t('heat.head', { n: substations.length })}</h1>
        <p class="lede">
          {relation ? t('heat.summary', { n: hot(view).length, of: relation.substations }) : t('heat.lede')}
        </p>
        <PeriodChooser reader={reader} name="heat" period={period} />
        {substations.length === 0 && <Empty title={t('heat.none')}>{t('heat.noneText')}</Empty>}
        {substations.length > 0 && measured === 0 && <Empty title={t('heat.still')}>{t('heat.stillText')}</Empty>}
        {measured > 0 && !relation && (
          <Empty title={t('tooFewData')}>{t('heat.fewNeighbours', { n: neighboursMin })}</Empty>
        )}
        {relation && (
          <Section id="out" title={t('heat.out')}>
            <Out {...props} />
          </Section>
        )}
        {measured > 0 && <Days {...props} />}
        {measured > 0 && (
          <Section
            id="substations"
            title={`${t('heat.table.substations')}, ${periodText(period, language, city.timeZone)}`}
          >
            <Substations {...props} />
            <Downloads reader={reader} name="heat" tables={['substations', 'days']} period={period} />
          </Section>
        )}
        <Method
          reader={reader}
          lines={[
            t('heat.method1'),
            t('heat.method2', { n: neighboursMin, hours: hoursMin }),
            t('heat.method3'),
            relation
              ? t('heat.method4', {
                  limit: formatNumber(relation.limit, language, { digits: 1 }),
                  slope: formatNumber(relation.line.slope, language, { digits: 2 }),
                  intercept: formatNumber(relation.line.intercept + relation.middle, language, { digits: 1 }),
                })
              : t('heat.fewNeighbours', { n: neighboursMin }),
          ]}
        />
      </>
    ),
  };
}

function Out({ view, reader, city }: Props): JSX.Element {
  const t = utilityWords(reader.language);
  const out = view.substations.filter(({ judged }) => judged?.reason !== undefined);
  if (out.length === 0) return <p>{t('heat.nowQuiet', { n: view.relation?.substations ?? 0 })}</p>;
  return (
    <Rows
      items={out.map((one) => (
        <>
          <h3>
            <AssetLink asset={one.asset} reader={reader} />
          </h3>
          <p>{reasonText(view, one, reader.language, city.timeZone)}</p>
        </>
      ))}
    />
  );
}

/** The chosen one, else the worst, beside what its neighbours would return. */
function Days({ view, reader, city }: Props): JSX.Element | null {
  const { language } = reader;
  const t = utilityWords(language);
  const { period, substations } = view;
  const shown =
    substations.find(({ asset }) => asset.id === reader.query.get('substation')) ??
    substations.find(({ days }) => days.length > 0);
  if (!shown || shown.days.length === 0) return null;
  const name = nameOf(shown.asset.entity, language);
  const compared = shown.days.flatMap(({ day, expected }) =>
    expected === undefined ? [] : [{ at: day, mean: expected }],
  );
  return (
    <Section id="days" title={t('heat.byDay', { name })}>
      <TimeChart
        id="heat-days"
        title={t('heat.chart', { name, when: periodText(period, language, city.timeZone) })}
        summary={t('heat.chartSummary')}
        language={language}
        timeZone={city.timeZone}
        from={period.from}
        to={period.days.length * dayMs + period.from}
        stepMs={dayMs}
        panels={[
          {
            label: t('heat.back'),
            unit: unitSymbol('CEL', language),
            buckets: shown.days.map(({ day, back }) => ({ at: day, mean: back })),
            ...(compared.length > 0 && { compared: { label: t('heat.expected'), buckets: compared } }),
          },
          {
            label: t('heat.cooling'),
            unit: 'K',
            buckets: shown.days.map(({ day, supply, back }) => ({ at: day, mean: supply - back })),
            fromZero: true,
          },
        ]}
        {...(shown.asset.simulated && { simulatedCity: inLanguage(city.name, language).text })}
      />
    </Section>
  );
}

function Substations({ view, reader }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const celsius = unitSymbol('CEL', language);
  return (
    <Table<HeatSubstation>
      kind="vals"
      label={t('heat.table.substations')}
      caption={t('heat.caption')}
      columns={[
        { head: t('heat.substation'), class: 'line', cell: ({ asset }) => <AssetLink asset={asset} reader={reader} /> },
        {
          head: <Head text={t('heat.supply')} unit={celsius} />,
          numeric: true,
          headed: true,
          cell: ({ judged }) => figure(judged?.supply, language),
        },
        {
          head: <Head text={t('heat.back')} unit={celsius} />,
          numeric: true,
          headed: true,
          cell: ({ judged }) => figure(judged?.back, language),
        },
        {
          head: <Head text={t('heat.cooling')} unit="K" />,
          numeric: true,
          headed: true,
          cell: ({ judged }) => figure(judged?.cooling, language),
        },
        {
          head: <Head text={t('heat.excess')} unit="K" />,
          numeric: true,
          headed: true,
          cell: ({ judged }) => figure(judged?.excess, language),
        },
        {
          head: t('heat.hoursAbove'),
          numeric: true,
          headed: true,
          cell: ({ judged, hours }) =>
            judged ? t('aOfB', { a: judged.hoursAbove, b: judged.hours }) : `– (${figure(hours, language, 0)})`,
        },
        {
          head: t('heat.look'),
          cell: ({ asset }) => (
            <a href={`${viewPath(reader, 'heat', { substation: asset.id })}#days`}>{t('heat.days')}</a>
          ),
        },
      ]}
      rows={view.substations}
    />
  );
}
