import type { Messages } from '../../../../ui/index.ts';
import type { ConnectKey } from './en.ts';

/** Native review: none. */
export const uz: Messages<ConnectKey> = {
  title: 'Birinchi manbani ulash',
  lede: 'Maʼlumotlaringiz qanday kelishini tanlang. Har bir yoʻl kichik moslama faylidan boshlanadi: uni saqlang, oʻz nomlaringizni yozing va shaharni u bilan ishga tushiring.',
  ways: 'Kirish yoʻllari',
  who: 'Kim uchun',
  needs: 'Nima kerak',
  mapping: 'Moslama fayli',
  mappingText:
    'Ishlaydigan eng kichik fayl. U xabar nimani anglatishini aytadi; maqsad, masʼul va huquqiy asos qiymatlar bilan eʼlon qilinadi, shuning uchun oʻzingiznikini yozing.',
  download: '{file} faylini yuklab olish',
  serve: 'Shaharni shu parametrni qoʻshib qayta ishga tushiring',
  address: 'Yuborish manzili',
  send: 'Birinchi xabarni yuboring',
  trial: 'Faylni hech narsa saqlamasdan koʻring',
  import: 'Soʻng uni qabul qiling',
  sample: 'Fayl shunday koʻrinadi',
  page: 'Sahifani ochish',
  after: 'Keyin nima boʻladi',
  closed: 'Bu jarayon usiz ishga tushirilgan. Shaharni --mqtt-port off parametrisiz ishga tushiring.',
  local:
    'Bu versiya faqat oʻz mashinasiga xizmat qiladi (127.0.0.1): yuboruvchi shu yerda ishlaydi yoki sizning tunnelingiz orqali keladi.',
  arrivals: 'Bu yerga nima kelyapti',
  arrivalsNone: 'Hali hech narsa kelmadi',
  arrivalsNoneText: 'Birinchi xabar shu yerda paydo boʻladi, moslama uni oladimi yoki yoʻqmi.',
  unmapped: 'Bu mavzularni hech bir moslama olmaydi',
  topic: 'Mavzu',
  when: 'Qachon',
  refused: 'Rad etildi',
  from: 'Qayerdan',
  accepted: 'Qabul qilindi',
  source: 'Manba',
  values: 'Qiymatlar',
  lookAgain: 'Yana qarash',
  renews: 'Dastur ishga tushgandan beri sanaladi. JavaScript bilan bu qism har ikki soniyada yangilanadi.',
  texts_purpose: 'qiymatlar nima uchun ishlatilishini shu yerga yozing',
  texts_owner: 'qiymatlar uchun kim javobgarligini shu yerga yozing',
  texts_legalBasis: 'qaysi qonun yoki qaror ruxsat berishini shu yerga yozing',
  guide: 'Moslama nimalarni ayta olishi docs/mapping.md faylida.',
  seeSources: 'Barcha manbalar',
};
