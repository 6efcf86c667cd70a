import { letters, type Locale, type PluralCategory } from './locale.ts';

/** one: 1, 21, 31; few: 2-4, 22-24; many: the other whole numbers; other: fractions. */
const plural = (n: number): PluralCategory => {
  if (!Number.isInteger(n)) return 'other';
  const last = Math.abs(n) % 10;
  const lastTwo = Math.abs(n) % 100;
  if (last === 1 && lastTwo !== 11) return 'one';
  if (last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14)) return 'few';
  return 'many';
};

/** Russian. Native review: none. */
export const ru: Locale = {
  name: 'Русский',
  months: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' '),
  monthsShort: 'янв фев мар апр май июн июл авг сен окт ноя дек'.split(' '),
  weekdays: 'понедельник вторник среда четверг пятница суббота воскресенье'.split(' '),
  weekdaysShort: 'пн вт ср чт пт сб вс'.split(' '),
  decimal: ',',
  group: '\u00a0',
  percentGap: '\u00a0',
  plural,
  relative: {
    now: 'сейчас',
    past: {
      minute: { one: '{n} минуту назад', few: '{n} минуты назад', other: '{n} минут назад' },
      hour: { one: '{n} час назад', few: '{n} часа назад', other: '{n} часов назад' },
      day: { one: '{n} день назад', few: '{n} дня назад', other: '{n} дней назад' },
    },
    future: {
      minute: { one: 'через {n} минуту', few: 'через {n} минуты', other: 'через {n} минут' },
      hour: { one: 'через {n} час', few: 'через {n} часа', other: 'через {n} часов' },
      day: { one: 'через {n} день', few: 'через {n} дня', other: 'через {n} дней' },
    },
  },
  units: {
    KMK: 'км²',
    HAR: 'га',
    MTQ: 'м³',
    MQH: 'м³/ч',
    LTR: 'л',
    L2: 'л/мин',
    E32: 'л/ч',
    GQ: 'мкг/м³',
    GP: 'мг/м³',
    BAR: 'бар',
    KPA: 'кПа',
    A97: 'гПа',
    MTR: 'м',
    KMT: 'км',
    CMT: 'см',
    MMT: 'мм',
    MTK: 'м²',
    KMH: 'км/ч',
    MTS: 'м/с',
    LUX: 'лк',
    LUM: 'лм',
    KWH: 'кВт·ч',
    MWH: 'МВт·ч',
    WTT: 'Вт',
    KWT: 'кВт',
    VLT: 'В',
    AMP: 'А',
    HTZ: 'Гц',
    SEC: 'с',
    MIN: 'мин',
    HUR: 'ч',
    DAY: 'сут',
    KGM: 'кг',
    GRM: 'г',
    TNE: 'т',
    '2N': 'дБ',
    GV: 'ГДж',
    DD: '°',
  },
  alphabet: letters('абвгдеёжзийклмнопрстуфхцчшщъыьэюя'),
  notTranslated: 'Эта страница ещё не переведена.',
};
