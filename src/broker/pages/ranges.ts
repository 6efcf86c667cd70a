/** The four ranges of a history, as links in the address: from, to and the width of a bucket. */
import { startOfDay } from '../../ui/index.ts';

export const rangeNames = ['day', 'week', 'month', 'year'] as const;
export type RangeName = (typeof rangeNames)[number];

export type Range = { readonly name: RangeName; readonly from: number; readonly to: number; readonly stepMs: number };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const plans: Record<RangeName, { days: number; stepMs: number }> = {
  day: { days: 1, stepMs: hourMs / 2 },
  week: { days: 7, stepMs: 3 * hourMs },
  month: { days: 30, stepMs: 12 * hourMs },
  year: { days: 364, stepMs: 7 * dayMs },
};

/** @param text `range` of the address; a week when it says nothing that we know */
export function rangeOf(text: string | null, now: number, timeZone: string): Range {
  const name = rangeNames.find((known) => known === text) ?? 'week';
  const { days, stepMs } = plans[name];
  // Longer buckets begin at midnight of the place, so that a day's mean is that day's.
  const from = name === 'day' ? Math.floor(now / stepMs) * stepMs - days * dayMs : startOfDay(now, timeZone, -days);
  return { name, from, to: now, stepMs };
}
