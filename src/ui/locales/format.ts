/** Numbers and instants as text. Pure: the same words on the server and in an island. */
import type { RelativeUnit } from './locale.ts';
import { localeOf } from './tables.ts';
import { unitSymbols } from './units.ts';
import { localTime } from './zone.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/**
 * A number with the language's decimal sign and groups of three, a true minus sign, and at most `digits` decimals.
 * @param options digits: most decimals (default 3); fixed: show exactly `digits` decimals
 * @returns `–` for what is not a finite number
 */
export function formatNumber(n: number, language: string, options: { digits?: number; fixed?: boolean } = {}): string {
  if (!Number.isFinite(n)) return '–';
  const { decimal, group } = localeOf(language);
  const { digits = 3, fixed = false } = options;
  let text = Math.abs(n).toFixed(digits);
  if (!fixed && text.includes('.')) text = text.replace(/\.?0+$/, '');
  const [whole = '0', fraction] = text.split('.');
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, group) : whole;
  const body = fraction ? grouped + decimal + fraction : grouped;
  return n < 0 && Number(text) !== 0 ? `\u2212${body}` : body;
}

/** A share of one as a percentage: 0.968 is `96,8 %`. */
export function formatPercent(share: number, language: string, digits = 1): string {
  return `${formatNumber(share * 100, language, { digits })}${localeOf(language).percentGap}%`;
}

/** dd.MM.yyyy in the given zone. */
export function formatDate(at: number, _language: string, timeZone: string): string {
  const { year, month, day } = localTime(at, timeZone);
  return `${two(day)}.${two(month)}.${year}`;
}

/** HH:mm in the given zone, 24 hours. */
export function formatTime(at: number, _language: string, timeZone: string): string {
  const { hour, minute } = localTime(at, timeZone);
  return `${two(hour)}:${two(minute)}`;
}

/** dd.MM.yyyy HH:mm in the given zone. */
export function formatDateTime(at: number, language: string, timeZone: string): string {
  return `${formatDate(at, language, timeZone)} ${formatTime(at, language, timeZone)}`;
}

/** Time alone for today, day and time this year, else the full date and time: as short as stays clear. */
export function formatDay(at: number, now: number, language: string, timeZone: string): string {
  const then = localTime(at, timeZone);
  const today = localTime(now, timeZone);
  if (then.year !== today.year) return formatDateTime(at, language, timeZone);
  if (then.month === today.month && then.day === today.day) return formatTime(at, language, timeZone);
  return `${two(then.day)}.${two(then.month)}. ${formatTime(at, language, timeZone)}`;
}

export function formatWeekday(at: number, language: string, timeZone: string): string {
  return localeOf(language).weekdays[localTime(at, timeZone).weekday] ?? '';
}

/** `5 minutes ago`, `in 2 hours`; whole units, downwards. */
export function formatRelative(at: number, now: number, language: string): string {
  const { relative, plural } = localeOf(language);
  const minutes = Math.floor(Math.abs(now - at) / 60_000);
  if (minutes < 1) return relative.now;
  const [n, unit]: [number, RelativeUnit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 2880
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1440), 'day'];
  const forms = (at <= now ? relative.past : relative.future)[unit];
  return (forms[plural(n)] ?? forms.other).replace('{n}', formatNumber(n, language));
}

/** The symbol that readers of the language write for a UN/CEFACT code; the code itself when we do not know it. */
export function unitSymbol(code: string, language: string): string {
  return localeOf(language).units[code] ?? unitSymbols[code] ?? code;
}
