import { zone, type Zone } from './zone.ts';

/** Reads an instant: milliseconds since 1970 UTC, or undefined when the value is none. */
export type TimeReader = (value: unknown) => number | undefined;

/** Years that a sensor can mean; anything else is a clock that was never set or a wrong unit. */
const earliestMs = Date.UTC(1800, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);
const plausible = (ms: number): number | undefined => (ms >= earliestMs && ms < latestMs ? ms : undefined);

const asNumber = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;

/** ISO 8601 with date, time and an offset; without one the instant would be a guess. */
const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)$/;

function readIso(value: unknown): number | undefined {
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

const tokens = ['yyyy', 'MM', 'dd', 'HH', 'hh', 'mm', 'ss', 'SSS', 'a', 'H', 'h', 'd', 'M'] as const;
type Token = (typeof tokens)[number];
const tokenPatterns: Record<Token, string> = {
  yyyy: '(\\d{4})',
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
      if (/[A-Za-z]/.test(character)) return `the letters yyyy MM dd HH hh mm ss SSS a; not "${character}"`;
      source += character.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
    }
  }
  const has = (...wanted: Token[]): boolean => wanted.some((token) => order.includes(token));
  if (!has('yyyy') || !has('MM', 'M') || !has('dd', 'd')) return 'year, month and day: yyyy, MM, dd';
  if (has('hh', 'h') !== has('a')) return 'hh and a together (12-hour clock), or HH';
  const expression = new RegExp(`^${source}$`);
  return (value) => {
    const match = typeof value === 'string' && value.length <= 60 ? expression.exec(value) : null;
    if (!match) return undefined;
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
      Number(part.yyyy),
      Number(part.MM ?? part.M),
      Number(part.dd ?? part.d),
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
 * @param format `iso`, `unix` (seconds), `unixMs`, or a pattern such as `yyyy-MM-dd HH:mm`
 * @param zoneName IANA name; needed by patterns only
 * @returns the reader, or what was wanted instead
 */
export function timeReader(format: string, zoneName: string | undefined): TimeReader | string {
  if (format === 'iso') return readIso;
  if (format === 'unix') return (value) => plausible(Math.round(asNumber(value) * 1000));
  if (format === 'unixMs') return (value) => plausible(Math.round(asNumber(value)));
  if (!/yyyy/.test(format)) return 'iso, unix, unixMs or a pattern such as "yyyy-MM-dd HH:mm"';
  if (zoneName === undefined) return 'a zone beside it: a local time without one could be any of 24 instants';
  const inZone = zone(zoneName);
  return inZone ? patternReader(format, inZone) : `a zone that exists (IANA name); not "${zoneName}"`;
}

const durations = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s`, `5m`, `2h`, `1d` in milliseconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * durations[match[2] as keyof typeof durations] : undefined;
}
