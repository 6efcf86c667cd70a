import { letters, oneOther, type Locale } from './locale.ts';
import { ru } from './ru.ts';

/** Kazakh, Cyrillic. Native review: none. */
export const kk: Locale = {
  name: 'Қазақша',
  months: 'қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан'.split(' '),
  monthsShort: 'қаң ақп нау сәу мам мау шіл там қыр қаз қар жел'.split(' '),
  weekdays: 'дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі'.split(' '),
  weekdaysShort: 'дс сс ср бс жм сб жс'.split(' '),
  decimal: ',',
  group: '\u00a0',
  percentGap: '\u00a0',
  plural: oneOther,
  relative: {
    now: 'қазір',
    past: { minute: { other: '{n} минут бұрын' }, hour: { other: '{n} сағат бұрын' }, day: { other: '{n} күн бұрын' } },
    future: {
      minute: { other: '{n} минуттан кейін' },
      hour: { other: '{n} сағаттан кейін' },
      day: { other: '{n} күннен кейін' },
    },
  },
  units: {
    KMK: 'км²',
    HAR: 'га',
    ...ru.units,
    MQH: 'м³/сағ',
    E32: 'л/сағ',
    KMH: 'км/сағ',
    KWH: 'кВт·сағ',
    MWH: 'МВт·сағ',
    HUR: 'сағ',
    DAY: 'тәул',
  },
  alphabet: letters('аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя'),
  notTranslated: 'Бұл бет әлі аударылған жоқ.',
};
