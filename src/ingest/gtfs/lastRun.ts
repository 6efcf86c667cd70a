import { dayAt, parseServiceDate, serviceDayStartMs, weekdayOf } from './calendar.ts';
import type { Timetable } from './timetable.ts';

/**
 * Of a timetable that has ended: the last day of today's weekday that it covers, at this time of the day. So one can
 * look at what ran, without pretending that it runs.
 */
export function lastRanMs({ lastDate, timeZone }: Timetable, nowMs: number): number | undefined {
  const last = parseServiceDate(lastDate ?? '');
  if (last === undefined) return undefined;
  const today = dayAt(nowMs, timeZone);
  const back = (weekdayOf(last) - weekdayOf(today) + 7) % 7;
  return serviceDayStartMs(last - back, timeZone) + (nowMs - serviceDayStartMs(today, timeZone));
}
