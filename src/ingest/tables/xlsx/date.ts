import type { DateStyle } from './styles.ts';

const dayMs = 86_400_000;
/** Day 0 of the 1900 system as it counts after its 29 February 1900, a day that never was. */
const epoch1900Ms = Date.UTC(1899, 11, 30);
const epoch1904Ms = Date.UTC(1904, 0, 1);
/** 31 December 9999, the last day that a spreadsheet knows. */
const latestMs = Date.UTC(10_000, 0, 1);

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/**
 * What a number of days means, as text without a time zone: `2025-04-03`, `2025-04-03T10:30:00`, `10:30:00`, for a
 * duration `26:15:00`. Exact to the millisecond.
 * @returns undefined for a day that no calendar has (before 1900, 29 February 1900)
 */
export function dateText(serial: number, style: DateStyle, from1904: boolean): string | undefined {
  const ms = Math.round(serial * dayMs);
  if (style === 'duration') return ms < 0 ? undefined : clockText(ms);
  if (style === 'time' && ms >= 0 && ms < dayMs) return clockText(ms);
  const local = from1904 ? epoch1904Ms + ms : epoch1900Ms + ms + (ms < 60 * dayMs ? dayMs : 0);
  const exists = from1904 ? ms >= 0 : ms >= dayMs && Math.floor(ms / dayMs) !== 60;
  if (!exists || local >= latestMs) return undefined;
  const date = new Date(local).toISOString();
  if (style === 'date' && ms % dayMs === 0) return date.slice(0, 10);
  return date.endsWith('.000Z') ? date.slice(0, 19) : date.slice(0, 23);
}

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const rest = ms % 1000;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${String(rest).padStart(3, '0')}`;
}
