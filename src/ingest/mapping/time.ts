import type { Cursor } from './cursor.ts';
import { zone, type Zone } from './zone.ts';

/** Reads an instant: milliseconds since 1970 UTC, or undefined when the value is none. */
export type TimeReader = (value: unknown) => number | undefined;

/** Years that a sensor can mean; anything else is a clock that was never set or a wrong unit. */
const earliestMs = Date.UTC(1800, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);
const plausible = (ms: number): number | undefined => (ms >= earliestMs && ms < latestMs ? ms : undefined);

const asNumber = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;

const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)$/;

/** ISO 8601 with date, time and an offset; without one the instant would be a guess. */
export function readIso(value: unknown): number | undefined {
  const match = typeof value === 'string' && value.length <= 40 ? iso.exec(value) : null;
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const millis = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const local = dateMs(part(1), part(2), part(3), part(4), part(5), part(6), millis);
  if (local === undefined) return undefined;
  const offset = match[8] ?? 'Z';
  if (offset === 'Z') return plausible(local);
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const offsetMs = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return plausible(offset.startsWith('-') ? local + offsetMs : local - offsetMs);
}

/** @returns undefined for a date that no calendar has (30 February, 25:00) */
function dateMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  millis: number,
): number | undefined {
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, millis);
}

const tokens = ['yyyy', 'yy', 'MM', 'dd', 'HH', 'hh', 'mm', 'ss', 'SSS', 'a', 'H', 'h', 'd', 'M'] as const;
type Token = (typeof tokens)[number];
const tokenPatterns: Record<Token, string> = {
  yyyy: '(\\d{4})',
  yy: '(\\d\\d)',
  MM: '(\\d\\d)',
  dd: '(\\d\\d)',
  HH: '(\\d\\d)',
  hh: '(\\d\\d)',
  mm: '(\\d\\d)',
  ss: '(\\d\\d)',
  SSS: '(\\d{3})',
  a: '([AaPp][Mm])',
  H: '(\\d\\d?)',
  h: '(\\d\\d?)',
  d: '(\\d\\d?)',
  M: '(\\d\\d?)',
};

/**
 * What the readers of tables write for the date of a cell: local, as precise as it is shown. The T matters: a text with a
 * space may be a clock of 12 hours that lost its half.
 */
const cellDate = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;

function readCellDate(value: unknown, inZone: Zone): number | undefined {
  const match = typeof value === 'string' && value.length <= 30 ? cellDate.exec(value) : null;
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const millis = Number((match[7] ?? '').padEnd(3, '0'));
  const local = dateMs(part(1), part(2), part(3), part(4), part(5), part(6), millis);
  const utc = local === undefined ? undefined : inZone.toUtc(local);
  return utc === undefined ? undefined : plausible(utc);
}

/** Days of a spreadsheet that lost its dates: 45750.5 is noon of 3 April 2025. 61 is the first day that all count alike. */
function serialReader(epochMs: number, least: number, inZone: Zone): TimeReader {
  return (value) => {
    const days = asNumber(typeof value === 'string' ? value.replace(',', '.') : value);
    if (!(days >= least && days < 2_958_466)) return readCellDate(value, inZone);
    const utc = inZone.toUtc(epochMs + Math.round(days * 86_400_000));
    return utc === undefined ? undefined : plausible(utc);
  };
}

/** `yyyy-MM-dd hh:mm a` and the like; `hh` is a 12-hour label and needs `a`, where 12 AM is midnight. */
function patternReader(pattern: string, inZone: Zone): TimeReader | string {
  const order: Token[] = [];
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const token = tokens.find((candidate) => pattern.startsWith(candidate, at));
    if (token) {
      if (order.includes(token)) return `${token} only once`;
      order.push(token);
      source += tokenPatterns[token];
      at += token.length;
    } else {
      const character = pattern.charAt(at++);
      if (/[A-Za-z]/.test(character)) return `the letters yyyy yy MM dd HH hh mm ss SSS a; not "${character}"`;
      source += character.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
    }
  }
  const has = (...wanted: Token[]): boolean => wanted.some((token) => order.includes(token));
  if (
    has('yyyy') === has('yy') ||
    (has('dd', 'd') && !has('MM', 'M')) ||
    (has('HH', 'H', 'hh', 'h') && !has('dd', 'd'))
  ) {
    return 'a year (yyyy, or yy for 2000 to 2099), then month and day as far as they are written: yyyy, MM, dd';
  }
  if (has('hh', 'h') !== has('a')) return 'hh and a together (12-hour clock), or HH';
  const expression = new RegExp(`^${source}$`);
  return (value) => {
    const text = typeof value === 'number' ? String(value) : value;
    const match = typeof text === 'string' && text.length <= 60 ? expression.exec(text) : null;
    // A sheet gives a date, CSV of the same sheet a text: one mapping reads both.
    if (!match) return readCellDate(value, inZone);
    const part: Partial<Record<Token, string>> = {};
    order.forEach((token, index) => {
      part[token] = match[index + 1] ?? '';
    });
    let hour = Number(part.HH ?? part.H ?? 0);
    const half = part.hh ?? part.h;
    if (half !== undefined) {
      hour = Number(half);
      if (hour < 1 || hour > 12) return undefined;
      hour = (hour % 12) + (part.a?.toLowerCase() === 'pm' ? 12 : 0);
    }
    const local = dateMs(
      part.yyyy === undefined ? 2000 + Number(part.yy) : Number(part.yyyy),
      Number(part.MM ?? part.M ?? 1),
      Number(part.dd ?? part.d ?? 1),
      hour,
      Number(part.mm ?? 0),
      Number(part.ss ?? 0),
      Number(part.SSS ?? 0),
    );
    if (local === undefined) return undefined;
    const utc = inZone.toUtc(local);
    return utc === undefined ? undefined : plausible(utc);
  };
}

/**
 * @param format `iso`, `unix` (seconds), `unixMs`, `excel` (days, the 1900 system), `excel1904`, or a pattern such as
 *   `yyyy-MM-dd HH:mm`; of several the first that reads a value counts
 * @param zoneName IANA name; needed by patterns and days; with `iso` it is for values without an offset
 * @returns the reader, or what was wanted instead
 */
export function timeReader(format: string | readonly string[], zoneName: string | undefined): TimeReader | string {
  const formats = typeof format === 'string' ? [format] : format;
  const readers = formats.map((one) => oneReader(one, zoneName));
  for (const reader of readers) if (typeof reader === 'string') return reader;
  const [first, ...more] = readers as TimeReader[];
  if (!first) return 'at least one format';
  if (more.length === 0) return first;
  return (value) => {
    for (const reader of readers as TimeReader[]) {
      const ms = reader(value);
      if (ms !== undefined) return ms;
    }
    return undefined;
  };
}

function oneReader(format: string, zoneName: string | undefined): TimeReader | string {
  if (format === 'iso' && zoneName === undefined) return readIso;
  if (format === 'unix') return (value) => plausible(Math.round(asNumber(value) * 1000));
  if (format === 'unixMs') return (value) => plausible(Math.round(asNumber(value)));
  const isDays = format === 'excel' || format === 'excel1904';
  if (!isDays && format !== 'iso' && !/yy/.test(format)) {
    return 'iso, unix, unixMs, excel or a pattern such as "yyyy-MM-dd HH:mm"';
  }
  if (zoneName === undefined) return 'a zone beside it: a local time without one could be any of 24 instants';
  const inZone = zone(zoneName);
  if (!inZone) return `a zone that exists (IANA name); not "${zoneName}"`;
  if (format === 'iso') {
    return (value) =>
      readIso(value) ?? readCellDate(typeof value === 'string' ? value.trim().replace(' ', 'T') : value, inZone);
  }
  if (format === 'excel') return serialReader(Date.UTC(1899, 11, 30), 61, inZone);
  return isDays ? serialReader(Date.UTC(1904, 0, 1), 0, inZone) : patternReader(format, inZone);
}

/** `format` of a mapping: one, or a list that is tried in order. */
export function formatsOf(at: Cursor): readonly string[] {
  return Array.isArray(at.value) ? at.items().map((item) => item.text()) : [at.text('iso')];
}

export const zoneOf = (at: Cursor): string | undefined => (at.given ? at.text() : undefined);

const durations = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s`, `5m`, `2h`, `1d` in milliseconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * durations[match[2] as keyof typeof durations] : undefined;
}
