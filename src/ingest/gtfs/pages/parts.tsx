import type { ComponentChildren, JSX } from 'preact';
import { formatDate, Rows, TextField } from '../../../ui/index.ts';
import { parseServiceDate } from '../calendar.ts';
import { toStopPath } from '../entity.ts';
import type { FoundStop } from '../search.ts';
import { transitWords } from './messages/index.ts';
import { lineName, stopName, type Named } from './names.ts';

/** Marked with its language where it is not the reader's. */
export function inOwnLanguage({ text, language }: Named, reader: string): ComponentChildren {
  return language === undefined || language === reader ? text : <span lang={language}>{text}</span>;
}

/** A service date as people write it. */
export function dateText(date: string | undefined, language: string): string {
  const day = parseServiceDate(date ?? '');
  return day === undefined ? '' : formatDate(day * 86_400_000, language, 'UTC');
}

export function SearchForm({
  action,
  language,
  text,
}: {
  action: string;
  language: string;
  text: string;
}): JSX.Element {
  const t = transitWords(language);
  return (
    <form class="filter noprint" method="get" action={action}>
      <TextField id="name" name="name" label={t('search')} help={t('searchHelp')} inputMode="search" value={text} />
      <button class="btn">{t('find')}</button>
    </form>
  );
}

const linesShown = 8;

/** Stops with their lines and how far they are; each leads to its board. */
export function StopRows({
  found,
  language,
  to,
}: {
  found: readonly FoundStop[];
  language: string;
  to: (path: string) => string;
}): JSX.Element {
  const t = transitWords(language);
  return (
    <Rows
      items={found.map(({ source, timetable, stop, distanceM }) => {
        const lines = timetable.routesAt(stop.id);
        const shown = lines.slice(0, linesShown).map((route) => lineName(timetable, route, language).text);
        return (
          <>
            <a href={to(toStopPath(source, stop.id))}>{inOwnLanguage(stopName(timetable, stop, language), language)}</a>
            <p class="proof">
              {[
                distanceM !== undefined && t('metres', { n: Math.round(distanceM / 10) * 10 }),
                stop.code,
                stop.platformCode !== undefined && t('platform', { code: stop.platformCode }),
                lines.length > 0 &&
                  t('lines', { lines: `${shown.join(', ')}${lines.length > shown.length ? ' …' : ''}` }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </>
        );
      })}
    />
  );
}
