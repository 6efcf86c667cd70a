import { letters, oneOther, type Locale } from './locale.ts';
import { tg } from './tg.ts';

/** Uzbek, Cyrillic. Native review: none. */
export const uzCyrl: Locale = {
  name: 'Ўзбекча',
  months: 'январ феврал март апрел май июн июл август сентябр октябр ноябр декабр'.split(' '),
  monthsShort: 'янв фев мар апр май июн июл авг сен окт ноя дек'.split(' '),
  weekdays: 'душанба сешанба чоршанба пайшанба жума шанба якшанба'.split(' '),
  weekdaysShort: 'ду се чо па жу ша як'.split(' '),
  decimal: ',',
  group: '\u00a0',
  percentGap: '\u00a0',
  plural: oneOther,
  relative: {
    now: 'ҳозир',
    past: { minute: { other: '{n} дақиқа олдин' }, hour: { other: '{n} соат олдин' }, day: { other: '{n} кун олдин' } },
    future: {
      minute: { other: '{n} дақиқадан сўнг' },
      hour: { other: '{n} соатдан сўнг' },
      day: { other: '{n} кундан сўнг' },
    },
  },
  units: { ...tg.units, DAY: 'кун', GV: 'ГЖ' },
  alphabet: letters('абвгдеёжзийклмнопрстуфхцчшъэюяўқғҳ'),
  notTranslated: 'Бу саҳифа ҳали таржима қилинмаган.',
};
