import type { ProblemKind } from '../../../base/problem.ts';
import type { Messages } from '../../catalogue.ts';

/** Native review: none. */
export const uz: Messages<ProblemKind> = {
  'invalid-request': 'Soʻrovni tushunib boʻlmadi.',
  'bad-data': 'Maʼlumotlar notoʻgʻri.',
  unauthorized: 'Avval tizimga kiring.',
  forbidden: 'Bunga sizda ruxsat yoʻq.',
  'too-complex': 'Soʻrov juda murakkab. Kamroq soʻrang.',
  'too-many-results': 'Natijalar juda koʻp. Soʻrovni toraytiring.',
  'not-found': 'Bu manzilda hech narsa yoʻq.',
  'unknown-tenant': 'Bunday ijarachi yoʻq.',
  'method-not-allowed': 'Buni bu yerda bajarib boʻlmaydi.',
  'not-acceptable': 'Javob soʻralgan koʻrinishda mavjud emas.',
  'already-exists': 'Bu allaqachon mavjud.',
  conflict: 'Bu hozirgi holatga mos kelmaydi. Qayta koʻrib, takrorlang.',
  'length-required': 'Xabar uzunligi koʻrsatilmagan.',
  'too-large': 'Hajmi juda katta.',
  'unsupported-media-type': 'Bu turdagi fayl yoki xabar tushunarsiz.',
  'not-supported': 'Bu amal qoʻllab-quvvatlanmaydi.',
  'too-many-requests': 'Urinishlar juda koʻp. Biroz kuting.',
  'not-multi-tenant': 'Bu shaharda bitta maʼlumotlar toʻplami bor, boshqasi yoʻq.',
  internal: 'Xato biz tomonda. U qayd etildi.',
  unreachable: 'Boshqa server yaroqli javob bermadi.',
  overloaded: 'Hozir yuklama katta. Birozdan soʻng urinib koʻring.',
  'context-unavailable': 'Kerakli lugʻatga ulanib boʻlmadi.',
};
