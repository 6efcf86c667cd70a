import { letters, oneOther, type Locale } from './locale.ts';

/** English with day before month and 24 hours, as the region writes. */
export const en: Locale = {
  name: 'English',
  months: 'January February March April May June July August September October November December'.split(' '),
  monthsShort: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),
  weekdays: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
  weekdaysShort: 'Mon Tue Wed Thu Fri Sat Sun'.split(' '),
  decimal: '.',
  group: ',',
  percentGap: '',
  plural: oneOther,
  relative: {
    now: 'just now',
    past: {
      minute: { one: '{n} minute ago', other: '{n} minutes ago' },
      hour: { one: '{n} hour ago', other: '{n} hours ago' },
      day: { one: '{n} day ago', other: '{n} days ago' },
    },
    future: {
      minute: { one: 'in {n} minute', other: 'in {n} minutes' },
      hour: { one: 'in {n} hour', other: 'in {n} hours' },
      day: { one: 'in {n} day', other: 'in {n} days' },
    },
  },
  units: {},
  alphabet: letters('abcdefghijklmnopqrstuvwxyz'),
  notTranslated: 'This page is not translated yet.',
};
