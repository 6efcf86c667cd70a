import type { JSX } from 'preact';
import { isShown, type Saving, type Why } from '../lighting/baseline.ts';
import type { LightArea, LightingView, LightSum } from '../lighting/view.ts';
import { lightingParameters, savingText } from '../lighting/words.ts';
import { districtName } from '../series.ts';
import {
  Choices,
  type City,
  Empty,
  formatDate,
  formatNumber,
  formatPercent,
  inLanguage,
  localeOf,
  localTime,
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

type Props = { readonly view: LightingView; readonly reader: Reader; readonly city: City };

/** `/utilities/lighting`: energy against its baseline, and lamps out of contact. */
export function lightingPage(view: LightingView, reader: Reader, city: City): PageContent {
  const { language } = reader;
  const t = utilityWords(language);
  const { groups, period, whole } = view;
  const props = { view, reader, city };
  return {
    title: t('lighting.title'),
    section: '/utilities',
    description: t('lighting.lede'),
    islands: ['chart'],
    main: (
      <>
        <Crumbs reader={reader} name="lighting" />
        <h1>{t('lighting.head', { n: whole.lamps, groups: groups.length })}</h1>
        <p class="lede">{groups.length === 0 ? t('lighting.lede') : savingText(whole.saving, language)}</p>
        <PeriodChooser reader={reader} name="lighting" period={period} />
        {city.districts.length > 1 && <Districts {...props} />}
        {groups.length === 0 && <Empty title={t('lighting.none')}>{t('lighting.noneText')}</Empty>}
        {groups.length > 0 && (
          <>
            <Section
              id="areas"
              title={`${t('lighting.table.areas')}, ${periodText(period, language, city.timeZone)}`}
              note={t('lighting.baseline', {
                from: dateText(view.baseline.first),
                to: dateText(view.baseline.last),
                n: view.baseline.nights,
              })}
            >
              <Areas {...props} />
              <Downloads
                reader={reader}
                name="lighting"
                tables={['areas', 'groups', 'months', 'days']}
                period={period}
                parameters={lightingParameters}
              />
              <BaselineForm {...props} />
            </Section>
            <Section id="days" title={t('lighting.byNight')}>
              <Days {...props} />
            </Section>
            {view.months.length > 1 && (
              <Section id="months" title={t('lighting.table.months')}>
                <Months {...props} />
              </Section>
            )}
          </>
        )}
        {groups.length > 0 && (
          <Section id="out" title={t('lighting.out', { n: view.out.count })} note={t('lighting.outNote')}>
            <Out {...props} />
          </Section>
        )}
        {groups.length > 0 && (
          <Section id="groups" title={t('lighting.table.groups')}>
            <Groups {...props} />
          </Section>
        )}
        <Method
          reader={reader}
          lines={[
            t('lighting.method1'),
            t('lighting.method2'),
            t('lighting.method3'),
            t('lighting.method4'),
            t('lighting.method5'),
            t('lighting.method6'),
          ]}
        />
      </>
    ),
  };
}

/** YYYY-MM-DD as readers write it. */
const dateText = (date: string): string => date.split('-').toReversed().join('.');

function Districts({ reader, city }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const chosen = reader.query.get('district');
  return (
    <Choices
      label={t('district')}
      items={[
        {
          href: viewPath(reader, 'lighting', { district: undefined }),
          text: t('allDistricts'),
          current: chosen === null,
        },
        ...city.districts.map(({ id, name }) => ({
          href: viewPath(reader, 'lighting', { district: id }),
          text: inLanguage(name, language).text,
          current: id === chosen,
        })),
      ]}
    />
  );
}

/** `1 234 ± 56`, or why not. */
function savedText(saving: Saving | Why | undefined, language: string): string {
  const t = utilityWords(language);
  if (saving === undefined || typeof saving === 'string') return t(`lighting.why.${saving ?? 'fewBaseline'}`);
  const [saved, error] = [saving.saved, saving.error].map((kwh) => formatNumber(kwh, language, { digits: 0 }));
  return `${saved} ± ${error}`;
}

function shareText(saving: Saving | Why | undefined, language: string): string {
  if (saving === undefined || typeof saving === 'string') return '–';
  const t = utilityWords(language);
  if (!isShown(saving)) return t('lighting.notShown');
  return `${formatPercent(saving.share, language)}${saving.beyond ? ` (${t('lighting.beyond')})` : ''}`;
}

const known = (saving: Saving | Why | undefined): Saving | undefined =>
  typeof saving === 'string' ? undefined : saving;

function Areas({ view, reader, city }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const kwh = unitSymbol('KWH', language);
  return (
    <Table<LightArea>
      kind="vals"
      label={t('lighting.table.areas')}
      caption={t('lighting.feederNote')}
      columns={[
        {
          head: t('district'),
          class: 'line',
          cell: (area) =>
            area === view.whole
              ? t('lighting.whole')
              : districtName(city, area.district, language) || t('lighting.noDistrict'),
        },
        {
          head: t('lighting.groups'),
          numeric: true,
          headed: true,
          cell: ({ of, groups }) => t('aOfB', { a: of, b: groups }),
        },
        { head: t('lighting.lamps'), numeric: true, headed: true, cell: ({ lamps }) => figure(lamps, language, 0) },
        {
          head: <Head text={t('lighting.actual')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ saving }) => figure(saving?.actual, language, 0),
        },
        {
          head: <Head text={t('lighting.expected')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ saving }) => figure(saving?.expected, language, 0),
        },
        {
          head: <Head text={t('lighting.savedHead')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ saving }) => savedText(saving, language),
        },
        {
          head: t('lighting.share'),
          numeric: true,
          headed: true,
          cell: ({ saving }) => shareText(saving, language),
        },
        {
          head: t('lighting.feeder'),
          numeric: true,
          headed: true,
          cell: ({ feederDiffers }) => (feederDiffers === undefined ? '–' : signedPercent(feederDiffers, language)),
        },
      ]}
      rows={view.districts.length > 1 ? [...view.districts, view.whole] : [view.whole]}
    />
  );
}

function Groups({ view, reader }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const kwh = unitSymbol('KWH', language);
  return (
    <Table<LightingView['groups'][number]>
      kind="tall"
      label={t('lighting.table.groups')}
      columns={[
        { head: t('lighting.group'), cell: ({ asset }) => <AssetLink asset={asset} reader={reader} /> },
        { head: t('lighting.lamps'), numeric: true, cell: ({ lamps }) => figure(lamps, language, 0) },
        {
          head: <Head text={t('lighting.actual')} unit={kwh} />,
          numeric: true,
          cell: ({ saving }) => figure(known(saving)?.actual, language, 0),
        },
        {
          head: <Head text={t('lighting.expected')} unit={kwh} />,
          numeric: true,
          cell: ({ saving }) => figure(known(saving)?.expected, language, 0),
        },
        {
          head: <Head text={t('lighting.savedHead')} unit={kwh} />,
          numeric: true,
          cell: ({ saving }) => savedText(saving, language),
        },
        { head: t('lighting.share'), numeric: true, cell: ({ saving }) => shareText(saving, language) },
        {
          head: 'R²',
          numeric: true,
          cell: ({ model }) => (typeof model === 'string' ? '–' : formatNumber(model.line.r2, language, { digits: 2 })),
        },
      ]}
      rows={view.groups}
    />
  );
}

function Days({ view, reader, city }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { period, days } = view;
  const { timeZone } = city;
  if (days.length === 0) return <Empty title={t('tooFewData')}>{t('lighting.cannot')}</Empty>;
  const buckets = (pick: (day: LightSum) => number) => days.map((day) => ({ at: day.at, mean: pick(day) }));
  return (
    <TimeChart
      id="lighting-days"
      title={t('lighting.chart', { when: periodText(period, language, timeZone) })}
      summary={t('lighting.chartSummary')}
      language={language}
      timeZone={timeZone}
      from={period.from}
      to={period.days.length * dayMs + period.from}
      stepMs={dayMs}
      panels={[
        {
          label: t('lighting.actual'),
          unit: unitSymbol('KWH', language),
          buckets: buckets(({ actual }) => actual),
          compared: { label: t('lighting.expected'), buckets: buckets(({ expected }) => expected) },
          fromZero: true,
        },
      ]}
      {...(view.simulated && { simulatedCity: inLanguage(city.name, language).text })}
    />
  );
}

function Months({ view, reader, city }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const kwh = unitSymbol('KWH', language);
  const monthText = (at: number): string => {
    const { month, year } = localTime(at, city.timeZone);
    return `${localeOf(language).monthsShort[month - 1] ?? ''} ${year}`;
  };
  return (
    <Table<LightSum>
      kind="vals"
      label={t('lighting.table.months')}
      columns={[
        { head: t('lighting.month'), class: 'line', cell: ({ at }) => monthText(at) },
        { head: t('lighting.nights'), numeric: true, headed: true, cell: ({ nights }) => figure(nights, language, 0) },
        {
          head: <Head text={t('lighting.actual')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ actual }) => figure(actual, language, 0),
        },
        {
          head: <Head text={t('lighting.expected')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ expected }) => figure(expected, language, 0),
        },
        {
          head: <Head text={t('lighting.savedHead')} unit={kwh} />,
          numeric: true,
          headed: true,
          cell: ({ actual, expected }) => figure(expected - actual, language, 0),
        },
        {
          head: t('lighting.share'),
          numeric: true,
          headed: true,
          cell: ({ actual, expected }) => formatPercent((expected - actual) / expected, language),
        },
      ]}
      rows={view.months}
    />
  );
}

function Out({ view, reader, city }: Props): JSX.Element {
  const { language } = reader;
  const t = utilityWords(language);
  const { groups, lamps, count } = view.out;
  if (groups.length + lamps.length === 0) return <p>{t('lighting.outNone')}</p>;
  const since = (lamp: (typeof lamps)[number]): string => {
    const at = Date.parse(lamp.entity.modifiedAt);
    return Number.isNaN(at) ? '' : formatDate(at, language, city.timeZone);
  };
  return (
    <>
      <Rows
        items={groups.map(({ asset, lamps: n }) => (
          <p>
            <AssetLink asset={asset} reader={reader} /> · {t('lighting.notAnswering', { n })}
          </p>
        ))}
      />
      {lamps.length > 0 && (
        <details>
          <summary>{t('lighting.single', { n: lamps.length, of: count })}</summary>
          <Rows
            items={lamps.map((lamp) => (
              <p>
                <AssetLink asset={lamp} reader={reader} /> {since(lamp)}
              </p>
            ))}
          />
        </details>
      )}
    </>
  );
}

function BaselineForm({ view, reader }: Props): JSX.Element {
  const t = utilityWords(reader.language);
  const names = ['baseFrom', 'baseTo'];
  const kept = [...new URLSearchParams(reader.query)].filter(([name]) => !names.includes(name));
  const field = (id: 'baseFrom' | 'baseTo', value: string): JSX.Element => (
    <div class="field">
      <label for={id}>{t(`lighting.${id}`)}</label>
      <input type="date" id={id} name={id} value={value} />
    </div>
  );
  return (
    <form class="filter noprint" method="get" action={reader.to('/utilities/lighting')}>
      {kept.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {field('baseFrom', view.baseline.first)}
      {field('baseTo', view.baseline.last)}
      <button class="btn">{t('lighting.again')}</button>
    </form>
  );
}
