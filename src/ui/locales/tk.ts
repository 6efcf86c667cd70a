import { letters, oneOther, type Locale } from './locale.ts';

/** Turkmen, Latin. Native review: none. */
export const tk: Locale = {
  name: 'Türkmençe',
  months: 'ýanwar fewral mart aprel maý iýun iýul awgust sentýabr oktýabr noýabr dekabr'.split(' '),
  monthsShort: 'ýan few mart apr maý iýun iýul awg sen okt noý dek'.split(' '),
  weekdays: 'duşenbe sişenbe çarşenbe penşenbe anna şenbe ýekşenbe'.split(' '),
  weekdaysShort: 'du si ça pe an şe ýe'.split(' '),
  decimal: ',',
  group: '\u00a0',
  percentGap: '\u00a0',
  plural: oneOther,
  relative: {
    now: 'häzir',
    past: { minute: { other: '{n} minut öň' }, hour: { other: '{n} sagat öň' }, day: { other: '{n} gün öň' } },
    future: {
      minute: { other: '{n} minutdan soň' },
      hour: { other: '{n} sagatdan soň' },
      day: { other: '{n} günden soň' },
    },
  },
  units: {
    MQH: 'm³/sag',
    LTR: 'l',
    L2: 'l/min',
    E32: 'l/sag',
    GQ: 'mkg/m³',
    KMH: 'km/sag',
    LUX: 'lk',
    KWH: 'kWt·sag',
    MWH: 'MWt·sag',
    WTT: 'Wt',
    KWT: 'kWt',
    HTZ: 'Gs',
    HUR: 'sag',
    DAY: 'gün',
  },
  alphabet: letters('abçdeäfghijžklmnňoöprsştuüwyýz'),
  notTranslated: 'Bu sahypa entek terjime edilmedi.',
};
