/** What every view's page has: where it stands, the period, files of the same numbers, the method in words. */
import type { ComponentChildren, JSX } from 'preact';
import {
  Breadcrumb,
  Choices,
  type City,
  formatDate,
  formatNumber,
  formatPercent,
  Links,
  type Reader,
  Section,
  Simulated,
  uiWords,
} from '../../ui/index.ts';
import { type Period, periodDays, periodQuery } from '../period.ts';
import { type Asset, nameOf } from '../series.ts';
import type { ViewName } from '../view.ts';
import { utilityWords } from './messages/index.ts';

export const entityPath = (id: string): string => `/entities/${encodeURIComponent(id).replaceAll('%3A', ':')}`;

/** What the address says besides the period, for links that keep it. */
export function othersOf(reader: Reader): URLSearchParams {
  const query = new URLSearchParams(reader.query);
  for (const name of ['days', 'from', 'to']) query.delete(name);
  return query;
}

/** The address of the view with these parameters and, without others, the period as the reader chose it. */
export function viewPath(
  reader: Reader,
  name: ViewName,
  changed: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams(reader.query);
  for (const [key, value] of Object.entries(changed)) {
    if (value === undefined) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return reader.to(`/utilities/${name}${text === '' ? '' : `?${text}`}`);
}

export function Crumbs({ reader, name }: { reader: Reader; name: ViewName }): JSX.Element {
  const t = utilityWords(reader.language);
  return (
    <Breadcrumb
      label={t('here')}
      items={[{ text: t('title'), href: reader.to('/utilities') }, { text: t(`${name}.title`) }]}
    />
  );
}

/** Spans as links, days as a form: both are the address. */
export function PeriodChooser({
  reader,
  name,
  period,
}: {
  reader: Reader;
  name: ViewName;
  period: Period;
}): JSX.Element {
  const t = utilityWords(reader.language);
  const field = (id: 'from' | 'to', value: string): JSX.Element => (
    <div class="field">
      <label for={id}>{t(id)}</label>
      <input type="date" id={id} name={id} value={value} />
    </div>
  );
  return (
    <>
      <Choices
        label={t('period')}
        items={periodDays.map((days) => ({
          href: viewPath(reader, name, { days: String(days), from: undefined, to: undefined }),
          text: t('days', { n: days }),
          current: period.span === days,
        }))}
      />
      <form class="filter noprint" method="get" action={reader.to(`/utilities/${name}`)}>
        {[...othersOf(reader)].map(([key, value]) => (
          <input type="hidden" name={key} value={value} />
        ))}
        {field('from', period.first)}
        {field('to', period.last)}
        <button class="btn">{t('show')}</button>
      </form>
    </>
  );
}

/** 22.10.2026 – 21.11.2026 */
export const periodText = ({ days }: Period, language: string, timeZone: string): string => {
  const [first = 0, last = first] = [days[0], days.at(-1)];
  const from = formatDate(first, language, timeZone);
  return first === last ? from : `${from} – ${formatDate(last, language, timeZone)}`;
};

/** `simulated-namuna-air-days.csv`: the name says whose numbers they are and that they are made up. */
export const fileName = (city: City, name: ViewName, table: string, simulated: boolean): string =>
  `${simulated ? 'simulated-' : ''}${city.id}-${name}-${table}.csv`;

export function Downloads({
  reader,
  name,
  tables,
  period,
  parameters = [],
}: {
  reader: Reader;
  name: ViewName;
  tables: readonly string[];
  period: Period;
  /** Those of the address that the numbers depend on; others only choose what the page shows. */
  parameters?: readonly { readonly name: string }[];
}): JSX.Element {
  const t = utilityWords(reader.language);
  const others = othersOf(reader);
  const asked = new URLSearchParams([...others].filter(([key]) => parameters.some((one) => one.name === key)));
  const joined = (more: URLSearchParams): string =>
    `${periodQuery(period)}${more.size === 0 ? '' : `&${more.toString()}`}`;
  const query = joined(asked);
  return (
    <Links
      items={[
        ...tables.map((table) => ({
          href: `/api/utilities/${name}.csv?table=${table}&${query}&lang=${reader.language}`,
          text: `CSV: ${t(`${name}.table.${table}` as 'air.table.stations')}`,
        })),
        { href: `/api/utilities/${name}?${query}`, text: 'JSON' },
        { href: reader.to(`/utilities/${name}?${joined(others)}`), text: t('permalink') },
      ]}
    />
  );
}

export function AssetLink({ asset, reader }: { asset: Asset; reader: Reader }): JSX.Element {
  return (
    <>
      <a href={reader.to(entityPath(asset.id))}>{nameOf(asset.entity, reader.language)}</a>{' '}
      <Simulated word={uiWords(reader.language)('simulated')} when={asset.simulated} />
    </>
  );
}

/** The head of a column: what, and below it the unit. */
export const Head = ({ text, unit }: { text: string; unit: string }): JSX.Element => (
  <>
    {text}, <br class="hidephone" />
    {unit}
  </>
);

/** How the numbers came about, a sentence a line. */
export function Method({
  reader,
  lines,
  children,
}: {
  reader: Reader;
  lines: readonly ComponentChildren[];
  children?: ComponentChildren;
}): JSX.Element {
  const t = utilityWords(reader.language);
  return (
    <Section id="method" title={t('method')}>
      {lines.map((line) => (
        <p>{line}</p>
      ))}
      {children}
    </Section>
  );
}

/** `–` for what is not known: never a zero. */
export const figure = (value: number | undefined, language: string, digits = 1): string =>
  value === undefined ? '–' : formatNumber(value, language, { digits });

/** `+2,5 %`, `0 %`, `−1 %`. */
export function signedPercent(share: number, language: string): string {
  const text = formatPercent(share, language);
  return Math.round(share * 1000) > 0 ? `+${text}` : text;
}
