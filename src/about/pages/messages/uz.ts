import type { Messages } from '../../../ui/index.ts';
import type { AboutKey } from './en.ts';

/** Native review: none. */
export const uz: Messages<AboutKey> = {
  title: 'Shahar haqida',
  lede: 'Shahar haqida boshqalar eʼlon qilgan maʼlumotlar, har bir raqam oʻz manbasi bilan. Ularning birortasini bu dastur oʻlchamagan.',
  ledeInvented:
    '{city} – oʻylab topilgan shahar. U haqida hech narsa eʼlon qilinmagan, bu sahifalardagi barcha qiymatlar taqlidiy.',
  ledeNone: 'Bu shahar uchun eʼlon qilingan raqamlar hali kiritilmagan.',
  figures: 'Eʼlon qilingan raqamlar',
  figuresNone: 'Hali raqam yoʻq',
  figuresNoneText:
    'Bu yerda aholi, maydon va koʻrsatkichlar oʻz manbasi bilan turadi. city.json faylining “facts” boʻlimidan boshlang.',
  indicators: 'Eʼlon qilingan koʻrsatkichlar',
  indicatorsNote:
    'U4SSC koʻrsatkichlari, boshqalar eʼlon qilgan koʻrinishda. Shaharning oʻz oʻlchovlari ularning davomi emas.',
  what: 'Nima',
  value: 'Qiymat',
  year: 'Yil',
  yearUnknown: 'yili nomaʼlum',
  kind_population: 'Aholi',
  kind_area: 'Maydon',
  kind_districts: 'Tumanlar',
  kind_founded: 'Asos solingan',
  confidence_high: 'ishonchli',
  confidence_medium: 'kamroq ishonchli',
  confidence_low: 'shubhali',
  place: 'Qayerda joylashgan',
  centre: 'Markaz',
  box: 'Xarita ramkasi',
  box_extent: 'eʼlon qilingan chegaraning koʻlami, yaxlitlangan',
  box_chosen: 'xarita uchun tanlangan ramka; bu chegara emas',
  placeSource: 'Joylashuv manbasi',
  districts: 'Xaritadagi tumanlar',
  districtsLoaded: '{n, num}',
  districtsNone: 'yuklanmagan',
  timeZone: 'Vaqt mintaqasi',
  languages: 'Tillar',
  credit: 'Xarita muallifligi',
  law: 'Qonunlar',
  lawText: 'Qonunlar nomi maʼlumot uchun, maslahat emas. Har biri kuchda ekanini tekshiring.',
  lawNone: 'Qonunlar toʻplami tanlanmagan.',
  unknown: 'Nima nomaʼlum',
  unknownKind: '{what}: eʼlon qilingan raqam topilmadi.',
  unknownDistricts:
    'Tumanlar chegarasi yuklanmagan, shuning uchun hech narsa tumanlar boʻyicha guruhlanmaydi. Fayldan yuklash:',
  wrongFigure: 'Raqam notoʻgʻri, eskirgan yoki yoʻqmi? U city.json faylida, “facts” boʻlimida, manbasi bilan turadi.',
};
