import { letters, oneOther, type Locale } from './locale.ts';
import { ru } from './ru.ts';

/** Kyrgyz. CLDR turns its short dates to year-day-month; our pattern does not ask it. Native review: none. */
export const ky: Locale = {
  name: 'Кыргызча',
  months: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
  monthsShort: 'янв фев мар апр май июн июл авг сен окт ноя дек'.split(' '),
  weekdays: 'дүйшөмбү шейшемби шаршемби бейшемби жума ишемби жекшемби'.split(' '),
  weekdaysShort: 'дш шш шр бш жм иш жк'.split(' '),
  decimal: ',',
  group: '\u00a0',
  percentGap: '\u00a0',
  plural: oneOther,
  relative: {
    now: 'азыр',
    past: { minute: { other: '{n} мүнөт мурун' }, hour: { other: '{n} саат мурун' }, day: { other: '{n} күн мурун' } },
    future: {
      minute: { other: '{n} мүнөттөн кийин' },
      hour: { other: '{n} сааттан кийин' },
      day: { other: '{n} күндөн кийин' },
    },
  },
  units: {
    ...ru.units,
    MQH: 'м³/саат',
    E32: 'л/саат',
    KMH: 'км/саат',
    KWH: 'кВт·саат',
    MWH: 'МВт·саат',
    MIN: 'мүн',
    HUR: 'саат',
    DAY: 'сутка',
  },
  alphabet: letters('абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя'),
  notTranslated: 'Бул барак азырынча которулган эмес.',
};
