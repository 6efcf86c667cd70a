/**
 * Instants, durations and local times. An instant is milliseconds since 1970-01-01T00:00:00Z; a DateTime is its text
 * as CIM 009 v1.9.1, 4.6.3 wants it: `YYYY-MM-DDThh:mm:ss[.ffffff]Z`, comma accepted as the decimal sign.
 */

/** Length of a calendar period: months and years are not milliseconds. */
export type Duration = { readonly months: number; readonly ms: number };

/** Wall-clock parts in some time zone; `month` is 1 to 12. */
export type LocalTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms?: number;
};

const dayMs = 86_400_000;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Two digits at `at`, or NaN. */
function two(text: string, at: number): number {
  const high = text.charCodeAt(at) - 48;
  const low = text.charCodeAt(at + 1) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of a month, 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthDays[month - 1] ?? 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. March is counted as the first month of its year. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `YYYY-MM-DD` in the first ten characters, as days since 1970, or NaN. */
function parseDays(text: string): number {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  // Negated, so that NaN fails too.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN;
  return daysFromCivil(year, month, day);
}

/** `hh:mm:ss[.ffffff]` from `at` up to `end`, as milliseconds (decimals beyond three are cut), or NaN. */
function parseTimeOfDay(text: string, at: number, end: number): number {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return Number.NaN;
  const hour = two(text, at);
  const minute = two(text, at + 3);
  const second = two(text, at + 6);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  let ms = 0;
  const digits = end - at - 9;
  if (end !== at + 8) {
    const sign = text.charCodeAt(at + 8);
    if ((sign !== 46 && sign !== 44) || digits < 1 || digits > 6) return Number.NaN;
    let scale = 100;
    for (let i = at + 9; i < end; i++) {
      const digit = text.charCodeAt(i) - 48;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      if (scale >= 1) ms += digit * scale;
      scale /= 10;
    }
  }
  return hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
}

/**
 * Reads a DateTime strictly (4.6.3): all parts present, only `Z`, at most 6 decimals; real calendar dates only.
 * @returns milliseconds since 1970, decimals beyond the millisecond cut; undefined when it is no DateTime
 */
export function parseInstant(text: string): number | undefined {
  const end = text.length - 1;
  if (end < 19 || end > 26 || text.charCodeAt(end) !== 90 || text.charCodeAt(10) !== 84) return undefined;
  const ms = parseDays(text) * dayMs + parseTimeOfDay(text, 11, end);
  return ms === ms ? ms : undefined;
}

/** `YYYY-MM-DD` as the instant at which that day begins in UTC; undefined when it is no date. */
export function parseDate(text: string): number | undefined {
  if (text.length !== 10) return undefined;
  const days = parseDays(text);
  return days === days ? days * dayMs : undefined;
}

/** `hh:mm:ss[.ffffff]Z` as milliseconds since midnight; undefined when it is no Time of 4.6.3. */
export function parseTime(text: string): number | undefined {
  const end = text.length - 1;
  if (end < 8 || end > 15 || text.charCodeAt(end) !== 90) return undefined;
  const ms = parseTimeOfDay(text, 0, end);
  return ms === ms ? ms : undefined;
}

/** ISO 8601 UTC with milliseconds: `2026-03-01T05:00:00.000Z`. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}

const durationPattern =
  /^P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/;

/**
 * Reads an ISO 8601 duration (`P1D`, `PT15M`, `P1Y`, `P2W`, `PT0.5S`); only seconds may have decimals.
 * @returns undefined when it is none, or is longer than ten thousand years
 */
export function parseDuration(text: string): Duration | undefined {
  const match = text.length <= 64 ? durationPattern.exec(text) : null;
  if (!match) return undefined;
  const part = (i: number): number => Number(match[i] ?? 0);
  const months = part(1) * 12 + part(2);
  const ms =
    part(3) * 7 * dayMs +
    part(4) * dayMs +
    part(5) * 3_600_000 +
    part(6) * 60_000 +
    part(7) * 1000 +
    Number((match[8] ?? '').padEnd(3, '0'));
  return months <= 120_000 && ms <= 3_652_425 * dayMs ? { months, ms } : undefined;
}

/** The instant `duration` later; a day that the month does not have becomes its last day. */
export function addDuration(at: number, duration: Duration): number {
  if (duration.months === 0) return at + duration.ms;
  const date = new Date(at);
  const month = date.getUTCMonth() + duration.months;
  const year = date.getUTCFullYear() + Math.floor(month / 12);
  const monthOfYear = (((month % 12) + 12) % 12) + 1;
  const day = Math.min(date.getUTCDate(), daysInMonth(year, monthOfYear));
  return daysFromCivil(year, monthOfYear, day) * dayMs + (((at % dayMs) + dayMs) % dayMs) + duration.ms;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, known);
  }
  return known;
}

/** True for a name of the time zone database that this runtime knows (`Asia/Dushanbe`, `UTC`). */
export function isTimeZone(name: string): boolean {
  try {
    format(name);
    return true;
  } catch {
    return false;
  }
}

function localToUtcMs(local: LocalTime): number {
  return (
    daysFromCivil(local.year, local.month, local.day) * dayMs +
    local.hour * 3_600_000 +
    local.minute * 60_000 +
    local.second * 1000 +
    (local.ms ?? 0)
  );
}

/**
 * What the clocks on the wall show.
 * @param timeZone name of the time zone database
 * @throws RangeError for an unknown zone; ask `isTimeZone` first
 */
export function instantToZoned(at: number, timeZone: string): Required<LocalTime> {
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  let beforeChrist = false;
  for (const { type, value } of format(timeZone).formatToParts(at)) {
    if (type === 'era') beforeChrist = value.startsWith('B');
    else if (type in parts) parts[type as keyof typeof parts] = Number(value);
  }
  return { ...parts, year: beforeChrist ? 1 - parts.year : parts.year, ms: ((at % 1000) + 1000) % 1000 };
}

const quarterMs = 900_000;
const offsets = new Map<string, Map<number, number>>();

/** Milliseconds to add to UTC. Remembered per quarter of an hour: zones change their offset only on its bounds. */
function offsetAt(at: number, timeZone: string): number {
  let known = offsets.get(timeZone);
  if (!known) offsets.set(timeZone, (known = new Map()));
  const quarter = Math.floor(at / quarterMs);
  let offset = known.get(quarter);
  if (offset === undefined) {
    if (known.size >= 100_000) known.clear();
    const start = quarter * quarterMs;
    offset = localToUtcMs(instantToZoned(start, timeZone)) - start;
    known.set(quarter, offset);
  }
  return offset;
}

/**
 * The instant at which the clocks of a zone show this. A time that occurs twice (clocks set back) is the first of the
 * two; one that never occurs (clocks set forward) is as much later as the clocks jumped.
 * @throws RangeError for an unknown zone
 */
export function zonedToInstant(local: LocalTime, timeZone: string): number {
  const wall = localToUtcMs(local);
  const before = wall - offsetAt(wall - dayMs, timeZone);
  const after = wall - offsetAt(wall + dayMs, timeZone);
  if (before === after) return before;
  const holds = (at: number): boolean => at + offsetAt(at, timeZone) === wall;
  if (holds(before) && holds(after)) return Math.min(before, after);
  if (holds(after)) return after;
  return before;
}
