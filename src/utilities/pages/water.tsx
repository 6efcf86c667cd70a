import type { JSX } from 'preact';
import type { WaterArea, WaterView } from '../water/view.ts';
import { assumptionParameters } from '../water/assumptions.ts';
import { shareOf } from '../water/words.ts';
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
  Rows,
  Section,
  Table,
  TextField,
  TimeChart,
  unitSymbol,
} from '../../ui/index.ts';
import { dayMs } from '../period.ts';
import { utilityWords } from './messages/index.ts';
import {
  AssetLink,
  Crumbs,
  Downloads,
  figure,
  Head,
  Method,
  PeriodChooser,
  periodText,
  signedPercent,
  viewPath,
} from './parts.tsx';

/** `/utilities/water`: areas, their flow at night, and what is lost by the assumptions. */
export function waterPage(view: WaterView, reader: Reader, city: City): PageContent {
  const { language } = reader;
  const t = utilityWords(language);
  const { areas, period, total } = view;
  const shown = areas.find(({ asset }) => asset.id === reader.query.get('area')) ?? mostLost(areas);
  const share = shareOf(view);
  return {
    title: t('water.title'),
    section: '/utilities',
    description: t('water.lede'),
    islands: ['chart'],
    main: (
      <>
        <Crumbs reader={reader} name="water" />
        <h1>{t('water.head', { n: areas.length })}</h1>
        <p class="lede">
          {total.loss === undefined
            ? t('water.lede')
            : t('water.summary', {
                loss: formatNumber(total.loss, language, { digits: 0 }),
                share: share === undefined ? '–' : formatPercent(share, language, 0),
                n: total.areasLoss,
                of: areas.length,
              })}
        </p>
        <PeriodChooser reader={reader} name="water" period={period} />
        {areas.length === 0 && <Empty title={t('water.none')}>{t('water.noneText')}</Empty>}
        {areas.length > 0 && (
          <Section id="areas" title={`${t('water.table.areas')}, ${periodText(period, language, city.timeZone)}`}>
            <Areas view={view} reader={reader} />
            <Downloads
              reader={reader}
              name="water"
              tables={['areas', 'days']}
              period={period}
              parameters={assumptionParameters}
            />
          </Section>
        )}
        {areas.length > 0 && (
          <Section id="changed" title={t('water.changed')}>
            <Changes view={view} reader={reader} city={city} />
          </Section>
        )}
        {shown && (
          <Section id="days" title={t('water.byNight')}>
            <Choices
              label={t('water.area')}
              items={areas.map(({ asset }) => ({
                href: `${viewPath(reader, 'water', { area: asset.id })}#days`,
                text: nameOf(asset.entity, language),
                current: asset.id === shown.asset.id,
              }))}
            />
            <Days view={view} shown={shown} reader={reader} city={city} />
          </Section>
        )}
        <Section id="assumptions" title={t('water.assumptions')} note={t('water.assumptionsNote')}>
          {areas.length > 0 && <Bases view={view} reader={reader} />}
          <AssumptionForm view={view} reader={reader} />
        </Section>
        <Method
          reader={reader}
          lines={[
            t('water.method1', { from: view.assumptions.nightFrom, to: view.assumptions.nightTo }),
            t('water.method2'),
            t('water.method3'),
            t('water.method4'),
            t('water.method5'),
            t('water.method6'),
          ]}
        />
      </>
    ),
  };
}

const mostLost = (areas: readonly WaterArea[]): WaterArea | undefined =>
  areas.toSorted((a, b) => (b.loss ?? b.nightFlow ?? 0) - (a.loss ?? a.nightFlow ?? 0))[0];

function Areas({ view, reader }: { view: WaterView; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { areas, period, total } = view;
  const perHour = unitSymbol('MQH', language);
  const perDay = t('water.perDay', { unit: unitSymbol('MTQ', language) });
  const litres = t('water.perDay', { unit: unitSymbol('LTR', language) });
  const some = (pick: (area: WaterArea) => unknown): boolean => areas.some((area) => pick(area) !== undefined);
  return (
    <Table<WaterArea | 'total'>
      kind="vals"
      label={t('water.table.areas')}
      caption={t('water.caption')}
      columns={[
        {
          head: t('water.area'),
          class: 'line',
          cell: (area) => (area === 'total' ? t('water.total') : <AssetLink asset={area.asset} reader={reader} />),
        },
        {
          head: <Head text={t('water.inflow')} unit={perDay} />,
          numeric: true,
          headed: true,
          cell: (area) =>
            area === 'total'
              ? `${figure(total.inflow, language, 0)} (${t('aOfB', { a: total.areasInflow, b: areas.length })})`
              : figure(area.inflow, language, 0),
        },
        ...(some(({ consumption }) => consumption)
          ? [
              {
                head: <Head text={t('water.consumption')} unit={perDay} />,
                numeric: true,
                headed: true,
                cell: (area: WaterArea | 'total') =>
                  area === 'total' ? '' : figure(area.consumption?.perDay, language, 0),
              },
            ]
          : []),
        {
          head: <Head text={t('water.nightFlow')} unit={perHour} />,
          numeric: true,
          headed: true,
          cell: (area) =>
            area === 'total'
              ? ''
              : `${figure(area.nightFlow, language)} (${t('water.nights', { a: area.nights, b: period.days.length })})`,
        },
        {
          head: <Head text={t('water.loss')} unit={perDay} />,
          numeric: true,
          headed: true,
          cell: (area) =>
            area === 'total'
              ? `${figure(total.loss, language, 0)} (${t('aOfB', { a: total.areasLoss, b: areas.length })})`
              : figure(area.loss, language, 0),
        },
        ...(some(({ connections }) => connections)
          ? [
              {
                head: <Head text={t('water.lossPerConnection')} unit={litres} />,
                numeric: true,
                headed: true,
                cell: (area: WaterArea | 'total') =>
                  area === 'total' ? '' : figure(area.lossPerConnection, language, 0),
              },
            ]
          : []),
        {
          head: <Head text={t('water.lossPerResident')} unit={litres} />,
          numeric: true,
          headed: true,
          cell: (area) => (area === 'total' ? '' : figure(area.lossPerResident, language, 0)),
        },
      ]}
      rows={areas.length > 1 ? [...areas, 'total' as const] : areas}
    />
  );
}

/** What the loss of each area was worked out with. */
function Bases({ view, reader }: { view: WaterView; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  return (
    <Table<WaterArea>
      kind="vals"
      label={t('water.assumptions')}
      columns={[
        { head: t('water.area'), class: 'line', cell: ({ asset }) => nameOf(asset.entity, language) },
        {
          head: t('water.residents'),
          numeric: true,
          headed: true,
          cell: ({ residents }) => figure(residents, language, 0),
        },
        {
          head: t('water.connections'),
          numeric: true,
          headed: true,
          cell: ({ connections }) => figure(connections, language, 0),
        },
        {
          head: <Head text={t('water.use')} unit={unitSymbol('MQH', language)} />,
          numeric: true,
          headed: true,
          cell: ({ use }) => figure(use, language),
        },
        {
          head: <Head text={t('water.factor')} unit={unitSymbol('HUR', language)} />,
          numeric: true,
          headed: true,
          cell: ({ factor }) =>
            `${figure(factor.value, language)}${factor.from === 'assumed' ? ` (${t('water.assumed')})` : ''}`,
        },
      ]}
      rows={view.areas}
    />
  );
}

function Changes({ view, reader, city }: { view: WaterView; reader: Reader; city: City }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const signed = (value: number | undefined): string =>
    value === undefined ? '–' : `${value > 0 ? '+' : ''}${formatNumber(value, language, { digits: 1 })}`;
  return (
    <Rows
      items={view.areas.map(({ asset, step, trend30, trend90, counterDiffers }) => (
        <>
          <h3>
            <AssetLink asset={asset} reader={reader} />
          </h3>
          <p>
            {step
              ? t('water.step', {
                  before: Math.round(step.before),
                  after: Math.round(step.after),
                  date: formatDate(step.day, language, city.timeZone),
                })
              : t('water.noStep')}{' '}
            {t('water.trend', { a: signed(trend30), b: signed(trend90) })}{' '}
            {counterDiffers === undefined
              ? t('water.counterNot')
              : t('water.counter', { share: signedPercent(counterDiffers, language) })}
          </p>
        </>
      ))}
    />
  );
}

function Days({
  view,
  shown,
  reader,
  city,
}: {
  view: WaterView;
  shown: WaterArea;
  reader: Reader;
  city: City;
}): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { timeZone } = city;
  const { period } = view;
  const buckets = (pick: (day: WaterArea['days'][number]) => number | undefined) =>
    shown.days.flatMap((day) => {
      const mean = pick(day);
      return mean === undefined ? [] : [{ at: day.day, mean }];
    });
  const nights = buckets(({ nightFlow }) => nightFlow);
  if (nights.length === 0) return <Empty title={t('tooFewData')}>{t('water.tooFew')}</Empty>;
  return (
    <TimeChart
      id="water-days"
      title={t('water.chart', {
        name: nameOf(shown.asset.entity, language),
        when: periodText(period, language, timeZone),
      })}
      summary={t('water.chartSummary', {
        a: nights.length,
        b: period.days.length,
        middle: figure(shown.nightFlow, language),
      })}
      language={language}
      timeZone={timeZone}
      from={period.from}
      to={period.days.length * dayMs + period.from}
      stepMs={dayMs}
      panels={[
        {
          label: t('water.nightFlow'),
          unit: unitSymbol('MQH', language),
          buckets: nights,
          fromZero: true,
          ...(shown.use !== undefined && { levels: [{ value: shown.use, label: t('water.use') }] }),
        },
        {
          label: t('water.inflow'),
          unit: t('water.perDay', { unit: unitSymbol('MTQ', language) }),
          buckets: buckets(({ inflow }) => inflow),
        },
      ]}
      {...(shown.asset.simulated && { simulatedCity: inLanguage(city.name, language).text })}
    />
  );
}

/** Each assumption is a parameter of the address. */
function AssumptionForm({ view, reader }: { view: WaterView; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { nightFrom, nightTo, use, exponent, factor } = view.assumptions;
  const names = ['nightFrom', 'nightTo', 'use', 'exponent', 'factor'];
  const kept = [...new URLSearchParams(reader.query)].filter(([name]) => !names.includes(name));
  return (
    <form method="get" action={reader.to('/utilities/water')}>
      {kept.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <TextField
        id="nightFrom"
        name="nightFrom"
        inputMode="decimal"
        label={t('water.nightFrom')}
        value={String(nightFrom)}
      />
      <TextField id="nightTo" name="nightTo" inputMode="decimal" label={t('water.nightTo')} value={String(nightTo)} />
      <TextField
        id="use"
        name="use"
        inputMode="decimal"
        label={t('water.useField')}
        help={t('water.useHelp')}
        value={formatNumber(use, language, { digits: 4 })}
      />
      <TextField
        id="exponent"
        name="exponent"
        inputMode="decimal"
        label={t('water.exponent')}
        help={t('water.exponentHelp')}
        value={formatNumber(exponent, language, { digits: 4 })}
      />
      <TextField
        id="factor"
        name="factor"
        inputMode="decimal"
        label={t('water.factorField')}
        help={t('water.factorHelp')}
        value={factor === undefined ? '' : formatNumber(factor, language, { digits: 4 })}
      />
      <p>
        <button class="btn">{t('water.count')}</button>
      </p>
    </form>
  );
}
