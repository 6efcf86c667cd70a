/**
 * Instants between ISO 8601 text and whole microseconds since 1970 UTC; history counts in them. A double holds each
 * of them from 1685 to 2254, and outside of these years whole milliseconds.
 */
import { parseInstant as parseDateTime } from '../../base/time.ts';

const exactMs = 285 * 365 * 86_400_000;

export type Instant = {
  readonly us: number;
  /** Digits after the second in the text, 0 to 6, so that the same text can be given back. */
  readonly decimals: number;
};

/**
 * @param text a DateTime (CIM 009 v1.9.1, 4.6.3), whose digits after the millisecond are cut before 1685 and after 2254;
 *   or other ISO 8601 text with an offset, read to the millisecond
 * @returns undefined when the text is no instant
 */
export function parseInstant(text: string): Instant | undefined {
  const ms = parseDateTime(text);
  if (ms === undefined) {
    const other = Date.parse(text.replace(',', '.'));
    return Number.isNaN(other) ? undefined : { us: other * 1000, decimals: other % 1000 === 0 ? 0 : 3 };
  }
  const decimals = Math.max(0, text.length - 21);
  if (decimals <= 3 || Math.abs(ms) > exactMs) return { us: ms * 1000, decimals: Math.min(decimals, 3) };
  return { us: ms * 1000 + Number(text.slice(23, -1).padEnd(3, '0')), decimals };
}

/** The same for many texts in a row, of which most repeat the one before. */
export function instantReader(): (text: string) => Instant | undefined {
  let lastText: string | undefined;
  let last: Instant | undefined;
  return (text) => {
    if (text !== lastText) {
      last = parseInstant(text);
      lastText = text;
    }
    return last;
  };
}

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
let lastDay = Number.NaN;
let lastDate = '';

/** @param decimals digits after the second, 0 to 6; what lies between two of them is rounded */
export function formatInstant(us: number, decimals: number): string {
  const perSecond = 10 ** decimals;
  const units = Math.round(us / 10 ** (6 - decimals));
  const seconds = Math.floor(units / perSecond);
  const day = Math.floor(seconds / 86_400);
  if (day !== lastDay) {
    // Rows come in the order of time: most are of the day before them.
    lastDay = day;
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, -13);
  }
  const rest = seconds - day * 86_400;
  const minute = Math.floor(rest / 60);
  const text = `${lastDate}${two[Math.floor(minute / 60)]}:${two[minute % 60]}:${two[rest % 60]}`;
  if (decimals === 0) return `${text}Z`;
  return `${text}.${String(units - seconds * perSecond).padStart(decimals, '0')}Z`;
}
