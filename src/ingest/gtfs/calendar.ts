/** Service days: which service runs on which date, and when a service day begins. */
import { instantToZoned, parseDate, zonedToInstant } from '../../base/time.ts';
import type { ServiceDate } from './words.ts';

const dayMs = 86_400_000;
const noonToStartMs = 43_200_000;

/** `20190415` as days since 1970-01-01; undefined when it is no date of the calendar. */
export function parseServiceDate(text: string): number | undefined {
  if (!/^\d{8}$/.test(text)) return undefined;
  const ms = parseDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
  return ms === undefined ? undefined : ms / dayMs;
}

export function toServiceDate(day: number): ServiceDate {
  return new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** 0 Monday to 6 Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/**
 * When a service day begins: noon minus twelve hours, which is midnight but on the days that the clocks are changed
 * (GTFS Schedule, Field Types, Time).
 */
export function serviceDayStartMs(day: number, timeZone: string): number {
  const date = new Date(day * dayMs);
  const noon = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: 12,
    minute: 0,
    second: 0,
  };
  return zonedToInstant(noon, timeZone) - noonToStartMs;
}

/** The date that a calendar on the wall shows, as days since 1970. */
export function dayAt(ms: number, timeZone: string): number {
  const { year, month, day } = instantToZoned(ms, timeZone);
  return Date.UTC(year, month - 1, day) / dayMs;
}

/** Services by their index, days as bits. */
export type Services = {
  readonly ids: readonly string[];
  /** First and last day that any service runs; undefined when none ever does. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  runs(service: number, day: number): boolean;
};

/** One line of calendar.txt; `weekdays` has bit 0 for Monday. */
export type CalendarRule = {
  readonly service: number;
  readonly weekdays: number;
  readonly from: number;
  readonly to: number;
};
/** One line of calendar_dates.txt. */
export type CalendarException = { readonly service: number; readonly day: number; readonly added: boolean };

export function services(
  ids: readonly string[],
  rules: readonly CalendarRule[],
  exceptions: readonly CalendarException[],
): Services {
  let [low, high] = [Infinity, -Infinity];
  for (const { from, to } of rules) {
    low = Math.min(low, from);
    high = Math.max(high, to);
  }
  for (const { day } of exceptions) {
    low = Math.min(low, day);
    high = Math.max(high, day);
  }
  const days = high >= low ? high - low + 1 : 0;
  const width = Math.ceil(days / 32);
  const bits = new Uint32Array(ids.length * width);
  const mark = (service: number, day: number, runs: boolean): void => {
    const at = service * width + ((day - low) >> 5);
    const bit = 1 << ((day - low) & 31);
    bits[at] = runs ? (bits[at] ?? 0) | bit : (bits[at] ?? 0) & ~bit;
  };
  for (const { service, weekdays, from, to } of rules) {
    for (let day = from; day <= to; day++) if ((weekdays >> weekdayOf(day)) & 1) mark(service, day, true);
  }
  for (const { service, day, added } of exceptions) mark(service, day, added);
  const runs = (service: number, day: number): boolean => {
    const at = day - low;
    return at >= 0 && at < days && ((bits[service * width + (at >> 5)] ?? 0) & (1 << (at & 31))) !== 0;
  };
  const any = (day: number): boolean => ids.some((_, service) => runs(service, day));
  let first: number | undefined;
  let last: number | undefined;
  for (let day = low; day <= high && first === undefined; day++) if (any(day)) first = day;
  for (let day = high; day >= low && last === undefined; day--) if (any(day)) last = day;
  return { ids, first, last, runs };
}
