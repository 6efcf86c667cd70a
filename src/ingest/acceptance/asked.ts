/** What somebody asks of a delivery: the period, the interval, and what the city wants of it. All of it is the address. */
import { Problem } from '../../base/problem.ts';
import { parseDate, parseDuration, parseInstant } from '../../base/time.ts';
import { startOfDay, zoneOffsetMs } from '../../ui/index.ts';

export const criteria = [
  'completeness',
  'gap',
  'delay',
  'late',
  'stuck',
  'duplicates',
  'contradicting',
  'range',
  'unit',
] as const;
export type Criterion = (typeof criteria)[number];

/** Shares in percent, times in minutes; what is counted as a number. Completeness is a least, the others are a most. */
export const proposals: Readonly<Record<Criterion, number>> = {
  completeness: 95,
  gap: 360,
  delay: 15,
  late: 5,
  stuck: 0,
  duplicates: 1,
  contradicting: 0,
  range: 1,
  unit: 0,
};

export type Asked = {
  /** ms, [from, to) */
  readonly from: number;
  readonly to: number;
  readonly everyMs?: number;
  /** So many equal values in a row are no trouble. */
  readonly stuckRun?: number;
  readonly limits: Readonly<Record<Criterion, number>>;
  /** From 1. */
  readonly page: number;
};

const dayMs = 86_400_000;
const periodMaxMs = 400 * dayMs;
const defaultDays = 7;

/** @throws Problem bad-data with the parameter */
export function parseAsked(query: URLSearchParams, now: number, timeZone: string): Asked {
  const today = startOfDay(now, timeZone);
  const from = instantIn(query, 'from', timeZone, 0) ?? startOfDay(now, timeZone, -defaultDays);
  const to = Math.min(now, instantIn(query, 'to', timeZone, 1) ?? Math.max(today, from + dayMs));
  if (!(from < to)) throw new Problem('bad-data', 'the period must begin before it ends, in the past', 'from');
  if (to - from > periodMaxMs) throw new Problem('bad-data', 'a period has at most 400 days', 'from');
  const everyMs = everyIn(query);
  const stuckRun = numberIn(query, 'run', 2, 1_000_000);
  const limits = Object.fromEntries(
    criteria.map((one) => [one, numberIn(query, one, 0, 1_000_000_000) ?? proposals[one]]),
  ) as Record<Criterion, number>;
  return {
    from,
    to,
    ...(everyMs !== undefined && { everyMs }),
    ...(stuckRun !== undefined && { stuckRun: Math.floor(stuckRun) }),
    limits,
    page: Math.floor(numberIn(query, 'page', 1, 1_000_000) ?? 1),
  };
}

/** A day of the city's calendar, or an instant; `after` days later. */
function instantIn(query: URLSearchParams, name: string, timeZone: string, after: number): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? parseDate(text) : undefined;
  if (day !== undefined) return startOfDay(day - zoneOffsetMs(day, timeZone) + dayMs / 2, timeZone, after);
  const at = parseInstant(text);
  if (at === undefined)
    throw new Problem(
      'bad-data',
      'expected a day such as 2026-11-22, or an instant such as 2026-11-22T08:00:00Z',
      name,
    );
  return at;
}

/** Minutes, or an ISO 8601 duration. */
function everyIn(query: URLSearchParams): number | undefined {
  const text = query.get('expected') ?? '';
  if (text === '') return undefined;
  const duration = text.startsWith('P') ? parseDuration(text) : undefined;
  const ms = duration ? (duration.months > 0 ? Number.NaN : duration.ms) : Number(text.replace(',', '.')) * 60_000;
  if (!(ms >= 1_000 && ms <= 31 * dayMs))
    throw new Problem('bad-data', 'expected minutes, or a duration such as PT15M, of a second to 31 days', 'expected');
  return ms;
}

function numberIn(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const number = Number(text.replace(',', '.'));
  if (!(number >= min && number <= max)) throw new Problem('bad-data', `expected a number from ${min}`, name);
  return number;
}
