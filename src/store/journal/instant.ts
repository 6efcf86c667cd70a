/**
 * Instants keep their spelling. The two usual spellings (`2026-03-01T10:00:00Z`, with milliseconds or without) become a
 * number of milliseconds from the record's own time; any other spelling stays text.
 */
import { type ByteReader, type ByteWriter, unzigzag, zigzag } from './bytes.ts';

const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1970-01-01 in the Gregorian calendar; month 1-12. */
function civilDays(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** Milliseconds since 1970 of the two canonical spellings; NaN for every other text. About 0.04 us. */
export function canonicalMs(text: string): number {
  const n = text.length;
  if ((n !== 24 && n !== 20) || text.charCodeAt(n - 1) !== 90) return Number.NaN;
  if (
    text.charCodeAt(4) !== 45 ||
    text.charCodeAt(7) !== 45 ||
    text.charCodeAt(10) !== 84 ||
    text.charCodeAt(13) !== 58 ||
    text.charCodeAt(16) !== 58
  )
    return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  let ms = 0;
  if (n === 24) {
    if (text.charCodeAt(19) !== 46) return Number.NaN;
    const last = text.charCodeAt(22) - 48;
    if (last < 0 || last > 9) return Number.NaN;
    ms = twoDigits(text, 20) * 10 + last;
  }
  const leap = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const valid =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= (monthDays[month - 1] as number) || leap) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!valid) return Number.NaN;
  return civilDays(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
}

let lastMs = Number.NaN;
let lastText = '';

/** `2026-03-01T10:00:00.000Z`; the last one is remembered, since a record repeats its own time. */
export function isoMs(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}

// The low two bits of the first number say which spelling follows.
const withMs = 0;
const withoutMs = 1;
const other = 2;

export function writeInstant(out: ByteWriter, text: string, base: number): void {
  const ms = canonicalMs(text);
  if (Number.isNaN(ms)) {
    out.byte(other);
    out.text(text);
    return;
  }
  out.varint(zigzag(ms - base) * 4 + (text.length === 24 ? withMs : withoutMs));
}

export function readInstant(from: ByteReader, base: number): string {
  const head = from.varint();
  const kind = head % 4;
  if (kind === other) return from.text();
  const text = isoMs(base + unzigzag((head - kind) / 4));
  return kind === withMs ? text : `${text.slice(0, 19)}Z`;
}
