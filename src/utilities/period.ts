/** The stretch of time that a view looks at: whole days of the city, named in the address. */
import { Problem } from '../base/problem.ts';
import { localTime, startOfDay } from '../ui/index.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Days that a reader chooses from; the last of them is today. */
export const periodDays = [7, 30, 90, 365] as const;
/** More is not asked of history at once. */
const daysMax = 400;

export type Period = {
  /** ms since 1970; midnight of the city. */
  readonly from: number;
  /** The whole hour up to which there can be values: now, or the end of the last day. */
  readonly to: number;
  /** Midnights, oldest first. */
  readonly days: readonly number[];
  /** First and last day as YYYY-MM-DD. */
  readonly first: string;
  readonly last: string;
  /** Which of `periodDays` it is; absent: days were named. */
  readonly span?: (typeof periodDays)[number];
};

const two = (n: number): string => String(n).padStart(2, '0');

/** YYYY-MM-DD in the zone. */
export function dateOf(at: number, timeZone: string): string {
  const { year, month, day } = localTime(at, timeZone);
  return `${year}-${two(month)}-${two(day)}`;
}

/**
 * `days`, or `from` and `to` (dates of the city, both included); without them the last 30 days.
 * @throws Problem bad-data (field `days`, `from`, `to`)
 */
export function periodOf(query: URLSearchParams, now: number, timeZone: string): Period {
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  if (from === '' && to === '') {
    const text = query.get('days') ?? '30';
    const span = periodDays.find((days) => String(days) === text);
    if (span === undefined)
      throw new Problem('bad-data', `wanted one of ${periodDays.join(', ')}, found "${text}"`, 'days');
    return { ...between(startOfDay(now, timeZone, 1 - span), startOfDay(now, timeZone), now, timeZone), span };
  }
  const first = midnightOf(from, timeZone, 'from');
  const last = midnightOf(to, timeZone, 'to');
  if (last < first) throw new Problem('bad-data', 'it ends before it begins', 'to');
  if (first > now) throw new Problem('bad-data', 'that has not been yet', 'from');
  if (last - first > daysMax * dayMs) throw new Problem('bad-data', `at most ${daysMax} days at once`, 'to');
  return between(first, last, now, timeZone);
}

/** @param first, last midnights */
export function between(first: number, last: number, now: number, timeZone: string): Period {
  const days: number[] = [];
  for (let n = 0, at = first; at <= last; at = startOfDay(first, timeZone, ++n)) days.push(at);
  const end = startOfDay(last, timeZone, 1);
  return {
    from: first,
    to: Math.min(end, Math.ceil(now / hourMs) * hourMs),
    days,
    first: dateOf(first, timeZone),
    last: dateOf(last, timeZone),
  };
}

/** The days before a period, as many as asked for. */
export const daysBefore = (period: Period, days: number, timeZone: string): Period =>
  between(startOfDay(period.from, timeZone, -days), startOfDay(period.from, timeZone, -1), period.from, timeZone);

function midnightOf(text: string, timeZone: string, field: string): number {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const noon = Date.UTC(Number(year), Number(month) - 1, Number(day), 12);
  const date = Number.isNaN(noon) ? '' : new Date(noon).toISOString().slice(0, 10);
  if (date === '' || date !== text)
    throw new Problem('bad-data', `wanted a date such as 2026-11-22, found "${text}"`, field);
  // Noon in UTC is within the same day from 11 hours behind to 11 ahead; beyond, the date decides.
  const near = startOfDay(noon, timeZone);
  const is = dateOf(near, timeZone);
  return is === text ? near : startOfDay(noon, timeZone, is < text ? 1 : -1);
}

/** For the address: the same days whenever it is opened. */
export const periodQuery = ({ first, last }: Period): string => `from=${first}&to=${last}`;
