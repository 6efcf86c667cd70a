/** The door of the locale tables: words, numbers, instants and order in the seven languages. */
export { clockText } from './clock.ts';
export { collationKey, compareIn, foldForSearch } from './collation.ts';
export {
  formatDate,
  formatDateTime,
  formatDay,
  formatNumber,
  formatPercent,
  formatRelative,
  formatTime,
  formatWeekday,
  unitSymbol,
} from './format.ts';
export type { Locale, PluralCategory } from './locale.ts';
export { localeOf } from './tables.ts';
export { type LocalTime, localTime, startOfDay, zoneOffsetMs } from './zone.ts';
