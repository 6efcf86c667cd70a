/** One entity: the answer as a headline, its values now, their history, what it is, and this view as an address. */
import type { ComponentChildren, JSX } from 'preact';
import { coreContext, type Entity } from '../../ngsild/index.ts';
import {
  Breadcrumb,
  Choices,
  digitsFor,
  Empty,
  Facts,
  formatDate,
  formatDateTime,
  formatDay,
  formatRelative,
  inLanguage,
  numberText,
  type Reader,
  Section,
  Simulated,
  type Site,
  type State,
  Status,
  Table,
  TimeChart,
  uiWords,
} from '../../ui/index.ts';
import type { Attention } from './attention.ts';
import { filterQuery } from './filter.tsx';
import type { Series } from './history.ts';
import { heardAt, isSilent } from './heard.ts';
import { pageWords } from './messages/index.ts';
import { type Range, rangeNames } from './ranges.ts';
import {
  districtIdOf,
  districtName,
  entityPath,
  isSimulated,
  lastAt,
  localId,
  mainValue,
  nameOf,
  placeOf,
  sourceOf,
  type ValueView,
  valuesOf,
  withUnit,
} from './view.ts';
import { attributeWord, typeWord } from './vocabulary/index.ts';

export type EntityContent = {
  readonly entity: Entity;
  /** What the watches say about it. */
  readonly attention: readonly Attention[];
  readonly range: Range;
  /** Undefined when the history could not be asked. */
  readonly series: readonly Series[] | undefined;
  /** The attribute chosen in the address, IRI. */
  readonly chosen?: string;
  /** What the reader can do with it; paths without language. */
  readonly acts: readonly { readonly href: string; readonly text: string }[];
};

const hourMs = 3_600_000;

/** How old a reading is, as a state: an hour is fresh, a day is to be known, older is late. */
function ageOf(at: number, now: number, silent: boolean): State {
  if (now - at <= hourMs && !silent) return 'good';
  return now - at <= 26 * hourMs ? 'quiet' : 'warn';
}

function summaryOf({ label, unit, buckets }: Series, language: string): string {
  const t = pageWords(language);
  const lows = buckets.map(({ mean, min }) => min ?? mean);
  const highs = buckets.map(({ mean, max }) => max ?? mean);
  const digits = digitsFor(highs);
  const mean = buckets.reduce((sum, bucket) => sum + bucket.mean, 0) / buckets.length;
  return t('chartSummary', {
    what: label,
    min: numberText(Math.min(...lows), language, digits),
    max: numberText(Math.max(...highs), language, digits),
    mean: numberText(mean, language, digits),
    unit,
  });
}

/** File name of a download; says that it is simulated, so that the name travels with the numbers. */
export function fileName(site: Site, entity: Entity, range: string): string {
  const name = localId(entity.id).replaceAll(/[^\w.-]+/g, '-');
  const city = name.startsWith(`${site.city.id}-`) ? '' : `${site.city.id}-`;
  return `${isSimulated(entity) ? 'simulated-' : ''}${city}${name}-${range}.csv`;
}

function History({
  site,
  reader,
  content,
  name,
}: {
  site: Site;
  reader: Reader;
  content: EntityContent;
  name: string;
}): JSX.Element {
  const { language, to } = reader;
  const { entity, range, series, chosen } = content;
  const { timeZone } = site.city;
  const t = pageWords(language);
  const chosenName = chosen === undefined ? undefined : coreContext.compact(chosen);
  const address = (more: Record<string, string>): string =>
    to(
      `${entityPath(entity.id)}?${new URLSearchParams({ ...(chosenName !== undefined && { attr: chosenName }), ...more }).toString()}`,
    );
  const simulatedCity = isSimulated(entity) ? inLanguage(site.city.name, language).text : undefined;
  const choices = rangeNames.map((other) => ({
    href: `${address({ range: other })}#history`,
    text: t(`range.${other}`),
    current: other === range.name,
  }));
  const csv = `/api/entities/history.csv?${new URLSearchParams({ id: entity.id, range: range.name, lang: language, ...(chosenName !== undefined && { attr: chosenName }) }).toString()}`;
  return (
    <Section id="history" title={t(`by.${range.name}`)}>
      <Choices label={uiWords(language)('range')} items={choices} />
      {series === undefined && <Empty title={t('historyUnavailable')}>{t('historyUnavailableText')}</Empty>}
      {series?.length === 0 && <Empty title={t('noHistory')}>{t('noHistoryText')}</Empty>}
      {series !== undefined && series.length > 0 && (
        <TimeChart
          id="chart"
          title={t('chartTitle', {
            what: series.map(({ label }) => label).join(', '),
            name,
            from: formatDate(range.from, language, timeZone),
            to: formatDate(range.to, language, timeZone),
          })}
          summary={`${series.map((one) => summaryOf(one, language)).join(' ')} ${t('gapsKept')}`}
          language={language}
          timeZone={timeZone}
          from={range.from}
          to={range.to}
          stepMs={range.stepMs}
          panels={series}
          {...(simulatedCity !== undefined && { simulatedCity })}
          csv={{ href: csv, file: fileName(site, entity, range.name) }}
          json={`/ngsi-ld/v1/entities/${encodeURIComponent(entity.id)}`}
        />
      )}
    </Section>
  );
}

function Values({ site, reader, content }: { site: Site; reader: Reader; content: EntityContent }): JSX.Element {
  const { language, now, to } = reader;
  const { entity, attention, range, chosen } = content;
  const t = pageWords(language);
  const ui = uiWords(language);
  const rows = valuesOf(entity, language);
  const troubled = new Map(attention.flatMap((item) => (item.value ? [[item.value.iri, item] as const] : [])));
  const status = (row: ValueView): ComponentChildren => {
    const trouble = troubled.get(row.iri);
    if (trouble) return <Status state={trouble.severity}>{t(trouble.severity)}</Status>;
    if (row.at === undefined) return <Status state="quiet">{t('fixed')}</Status>;
    // Of what moves and is silent nothing is fresh.
    const state = ageOf(row.at, now, isSilent(entity, now));
    const ago = formatRelative(row.at, now, language);
    const age = state === 'good' ? ui('fresh') : state === 'warn' ? ui('late', { ago }) : ago;
    return <Status state={state}>{row.quality === undefined ? age : `${age}, ${t(`quality.${row.quality}`)}`}</Status>;
  };
  const label = (row: ValueView): ComponentChildren =>
    row.number === undefined || row.at === undefined ? (
      row.label
    ) : (
      <a
        href={to(
          `${entityPath(entity.id)}?${new URLSearchParams({ range: range.name, attr: coreContext.compact(row.iri) }).toString()}#history`,
        )}
        aria-current={row.iri === chosen ? 'true' : undefined}
      >
        {row.label}
      </a>
    );
  return (
    <Section id="values" title={t('currentValues')}>
      <Table
        kind="vals"
        label={t('currentValues')}
        caption={
          <>
            <Simulated word={ui('simulated')} when={isSimulated(entity)} /> {t('currentNote')}
          </>
        }
        columns={[
          { head: t('what'), cell: label },
          { head: t('value'), numeric: true, class: 'big', cell: ({ text }) => text },
          { head: t('unit'), cell: ({ unit }) => unit },
          {
            head: t('observedAt'),
            class: 'nw when',
            cell: ({ at }) => (at === undefined ? '' : formatDay(at, now, language, site.city.timeZone)),
          },
          { head: t('state'), class: 'status', cell: status },
        ]}
        rows={rows}
      />
    </Section>
  );
}

export function EntityPage({
  site,
  reader,
  content,
}: {
  site: Site;
  reader: Reader;
  content: EntityContent;
}): JSX.Element {
  const { language, now, to } = reader;
  const { entity, attention, range } = content;
  const { city } = site;
  const t = pageWords(language);
  const type = entity.type[0] ?? '';
  const district = districtIdOf(entity, city);
  const where = [districtName(district, city, language), placeOf(entity, language)].filter(Boolean).join(', ');
  const { text: name } = nameOf(entity, language);
  const last = lastAt(entity);
  const source = sourceOf(entity);
  const main = mainValue(entity, language);
  const [worst] = attention;
  const links = Object.entries(entity.attrs).flatMap(([attribute, [instance]]) =>
    instance?.type === 'Relationship' && typeof instance.value === 'string' ? [{ attribute, id: instance.value }] : [],
  );
  const permalink = to(`${entityPath(entity.id)}?range=${range.name}`);
  return (
    <>
      <Breadcrumb
        label={t('things')}
        items={[
          { text: t('things'), href: to('/entities') },
          { text: typeWord(type, language, true), href: to(`/entities${filterQuery({ type })}`) },
          { text: name },
        ]}
      />
      <p class="kicker">{[typeWord(type, language), where].filter(Boolean).join(' · ')}</p>
      <h1>
        {worst
          ? worst.title
          : main
            ? `${name}: ${main.label.toLowerCase() === main.label || /^[A-Z]{2}/.test(main.label) ? main.label : lowerFirst(main.label)} ${withUnit(main)}`
            : name}
      </h1>
      <p class="lede">
        {[...new Set(attention.flatMap(({ text }) => text ?? []))].join(' ')}{' '}
        {last === undefined
          ? t('neverReported')
          : isSilent(entity, now)
            ? t('lastHeardText', { ago: formatRelative(heardAt(entity) ?? last, now, language) })
            : t('allFresh', { ago: formatRelative(last, now, language) })}
      </p>
      {content.acts.length > 0 && (
        <p class="nexts noprint">
          {content.acts.map(({ href, text }) => (
            <a class="btn" href={to(href)}>
              {text}
            </a>
          ))}
        </p>
      )}
      <Values site={site} reader={reader} content={content} />
      <History site={site} reader={reader} content={content} name={name} />
      <div class="duo even">
        <Section id="about" title={t('about')}>
          <Facts
            items={[
              {
                name: t('type'),
                value: <a href={to(`/entities${filterQuery({ type })}`)}>{typeWord(type, language)}</a>,
              },
              ...(district === undefined
                ? []
                : [{ name: t('filterDistrict'), value: districtName(district, city, language) }]),
              ...(source === undefined
                ? []
                : [{ name: t('source'), value: <a href={to(`/sources#${source}`)}>{source}</a> }]),
              ...(isServedStop(entity)
                ? [{ name: t('departures'), value: <a href={to(`/stops/${entity.id}`)}>{t('departuresText')}</a> }]
                : []),
              { name: t('identifier'), value: <code>{entity.id}</code> },
              ...links.map(({ attribute, id }) => ({
                name: attributeWord(attribute, language),
                value: <a href={to(entityPath(id))}>{localId(id)}</a>,
              })),
              { name: 'NGSI-LD', value: <a href={`/ngsi-ld/v1/entities/${encodeURIComponent(entity.id)}`}>JSON</a> },
              { name: t('when'), value: formatDateTime(now, language, city.timeZone) },
            ]}
          />
        </Section>
        <Section id="view" title={t('thisView')}>
          <p>{t('permalink')}</p>
          <p>
            <a href={permalink}>
              <code>{permalink}</code>
            </a>
          </p>
        </Section>
      </div>
    </>
  );
}

/** A stop or station of the timetable that holds: it has a board of its own. */
function isServedStop({ type, attrs }: Entity): boolean {
  const isStop = type.some((iri) => ['GtfsStop', 'GtfsStation'].includes(coreContext.compact(iri)));
  return isStop && attrs[coreContext.expand('inTimetable')]?.[0]?.value === true;
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
