import type { Messages } from '../../../../ui/index.ts';
import type { LogKey } from './en.ts';

/** Native review: none. */
export const uz: Messages<LogKey> = {
  title: 'Shaffoflik jurnali',
  lede: 'Bu yerga bir marta yozilgan narsani bildirmasdan oʻzgartirib yoki olib tashlab boʻlmaydi. Yozuv hujjat versiyasi falon vaqtda mavjud boʻlganini aytadi; unda nima deyilganini uni saqlagan kishi isbotlaydi.',
  notWitnessed: 'Guvohsiz.',
  notWitnessedText:
    'Bu jurnalni hozircha tashqaridan hech kim kuzatmayapti. Oʻzicha u kam narsani isbotlaydi: ikki oʻquvchiga ikki xil jurnal koʻrsatish mumkin.',
  size: 'Yozuvlar soni',
  root: 'Ildiz xeshi',
  key: 'Jurnal kaliti',
  witness: 'Guvoh',
  witnessedAt: '{name}, {at}, {n, num}-yozuvgacha',
  entries: 'Yozuvlar',
  entriesNote: 'Avval yangilari. Har birini tarmoqqa ulanmasdan tekshiriladigan fayl bilan isbotlash mumkin.',
  entriesNone: 'Hozircha hech narsa yozilmagan',
  older: 'Oldingi yozuvlar',
  what: 'Hujjat',
  version: '{n}-versiya',
  at: 'Yaratilgan',
  number: 'Raqam',
  proof: 'Isbot',
  receipt: 'Isbotni yuklab olish',
  check: 'Oʻzingiz tekshiring',
  checkNote: 'Chorsu bor istalgan mashinada; C2SP tlog-tiles oʻqiydigan boshqa dasturlar ham yaraydi.',
  checkpoint: 'Oxirgi nazorat nuqtasi',
  typeLogKey: 'Ushbu jurnal kaliti',
  typeRelease: 'Dastur nashri',
  typeLawPack: 'Qonunlar toʻplami',
  typeCalendar: 'Bayramlar taqvimi',
};
