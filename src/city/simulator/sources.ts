/** The simulated sources, as `/sources` shows them. The same members as a source declaration of `ingest/`. */
import type { Words } from '../profile.ts';

export type SimulatedSource = {
  readonly id: string;
  readonly name: Words;
  readonly purpose: Words;
  readonly owner: Words;
  readonly legalBasis: Words;
  /** Days; null: for good. */
  readonly retentionDays: number | null;
  readonly personal: 'none';
  readonly granularity: string;
  readonly kind: 'simulator';
  readonly simulated: true;
  /** A message of the source, not of each of its devices. */
  readonly expectedEveryS: number;
};

const legalBasis: Words = {
  tg: 'Барои маълумоти тақлидӣ лозим нест',
  ru: 'Для имитированных данных не требуется',
  uz: 'Taqlidiy maʼlumot uchun talab qilinmaydi',
  kk: 'Имитацияланған деректер үшін қажет емес',
  en: 'None needed for simulated data',
};
const owners = {
  water: {
    tg: 'Обрасонии Намуна (намунавӣ)',
    ru: 'Водоканал Намуны (пример)',
    uz: 'Namuna suv taʼminoti (namuna)',
    kk: 'Намуна су арнасы (үлгі)',
    en: 'Namuna Water (sample)',
  },
  lights: {
    tg: 'Рӯшноии Намуна (намунавӣ)',
    ru: 'Намунагорсвет (пример)',
    uz: 'Namuna yoritish xizmati (namuna)',
    kk: 'Намуна жарығы (үлгі)',
    en: 'Namuna Lighting (sample)',
  },
  transport: {
    tg: 'Нақлиёти Намуна (намунавӣ)',
    ru: 'Транспорт Намуны (пример)',
    uz: 'Namuna transporti (namuna)',
    kk: 'Намуна көлігі (үлгі)',
    en: 'Namuna Transport (sample)',
  },
  environment: {
    tg: 'Муҳити зисти Намуна (намунавӣ)',
    ru: 'Экология Намуны (пример)',
    uz: 'Namuna ekologiyasi (namuna)',
    kk: 'Намуна экологиясы (үлгі)',
    en: 'Namuna Environment (sample)',
  },
  heat: {
    tg: 'Гармидиҳии Намуна (намунавӣ)',
    ru: 'Теплосеть Намуны (пример)',
    uz: 'Namuna issiqlik taʼminoti (namuna)',
    kk: 'Намуна жылу желісі (үлгі)',
    en: 'Namuna Heat (sample)',
  },
} satisfies Record<string, Words>;

const common = { legalBasis, personal: 'none', kind: 'simulator', simulated: true } as const;

export const simulatedSources: readonly SimulatedSource[] = [
  {
    ...common,
    id: 'namuna-water-meters',
    name: {
      tg: 'Ҳисобкунакҳои оби ноҳияҳо',
      ru: 'Водомеры районов',
      uz: 'Tumanlar suv oʻlchagichlari',
      kk: 'Аудандардың су есептегіштері',
      en: 'District water meters',
    },
    purpose: {
      tg: 'Ҳисоби об ва ёфтани ҷойи резиши он',
      ru: 'Учёт воды и поиск утечек',
      uz: 'Suv hisobi va sizib chiqishni topish',
      kk: 'Су есебі және ағуды табу',
      en: 'Water balance and finding leaks',
    },
    owner: owners.water,
    retentionDays: 3650,
    granularity: 'district',
    expectedEveryS: 60,
  },
  {
    ...common,
    id: 'namuna-water-mains',
    name: {
      tg: 'Фишор дар қубурҳои об',
      ru: 'Давление в водоводах',
      uz: 'Suv quvurlaridagi bosim',
      kk: 'Су құбырларындағы қысым',
      en: 'Pressure in water mains',
    },
    purpose: {
      tg: 'Зуд донистани кафидани қубур',
      ru: 'Быстро узнать о прорыве',
      uz: 'Quvur yorilganini tez bilish',
      kk: 'Құбыр жарылғанын тез білу',
      en: 'Learning of a burst at once',
    },
    owner: owners.water,
    retentionDays: 730,
    granularity: 'street',
    expectedEveryS: 60,
  },
  {
    ...common,
    id: 'namuna-lights',
    name: {
      tg: 'Рӯшноии кӯча',
      ru: 'Уличный свет',
      uz: 'Koʻcha yoritgichlari',
      kk: 'Көше жарығы',
      en: 'Street lights',
    },
    purpose: {
      tg: 'Кӯчаҳои равшан ва сарфаи барқ',
      ru: 'Светлые улицы и экономия энергии',
      uz: 'Yorugʻ koʻchalar va energiyani tejash',
      kk: 'Жарық көшелер және қуат үнемдеу',
      en: 'Lit streets and less energy',
    },
    owner: owners.lights,
    retentionDays: 730,
    granularity: 'lamp',
    expectedEveryS: 60,
  },
  {
    ...common,
    id: 'namuna-buses',
    name: { tg: 'Автобусҳо', ru: 'Автобусы', uz: 'Avtobuslar', kk: 'Автобустар', en: 'Buses' },
    purpose: {
      tg: 'Кай автобус меояд ва хатсайрҳо чӣ тавр кор мекунанд',
      ru: 'Когда придёт автобус и как работают маршруты',
      uz: 'Avtobus qachon keladi va yoʻnalishlar qanday ishlaydi',
      kk: 'Автобус қашан келеді және бағыттар қалай жұмыс істейді',
      en: 'When the bus comes and how routes run',
    },
    owner: owners.transport,
    retentionDays: 90,
    granularity: 'vehicle',
    expectedEveryS: 10,
  },
  {
    ...common,
    id: 'namuna-air',
    name: { tg: 'Ҳаво', ru: 'Воздух', uz: 'Havo', kk: 'Ауа', en: 'Air' },
    purpose: {
      tg: 'Огоҳ кардан, вақте ҳаво зарар дорад',
      ru: 'Предупредить, когда воздух вреден',
      uz: 'Havo zararli boʻlganda ogohlantirish',
      kk: 'Ауа зиянды болғанда ескерту',
      en: 'Warning when the air does harm',
    },
    owner: owners.environment,
    retentionDays: null,
    granularity: 'station',
    expectedEveryS: 60,
  },
  {
    ...common,
    id: 'namuna-heat',
    name: { tg: 'Гармӣ', ru: 'Тепло', uz: 'Issiqlik', kk: 'Жылу', en: 'Heat' },
    purpose: {
      tg: 'Гармии хонаҳо дар зимистон',
      ru: 'Тепло в домах зимой',
      uz: 'Qishda uylar issiqligi',
      kk: 'Қыста үйлердің жылуы',
      en: 'Warm homes in winter',
    },
    owner: owners.heat,
    retentionDays: 3650,
    granularity: 'substation',
    expectedEveryS: 60,
  },
  {
    ...common,
    id: 'namuna-canal',
    name: { tg: 'Сатҳи канал', ru: 'Канал, уровень', uz: 'Kanal sathi', kk: 'Канал деңгейі', en: 'Canal level' },
    purpose: {
      tg: 'Пешгирии обхезӣ',
      ru: 'Предупреждение паводка',
      uz: 'Suv toshqinining oldini olish',
      kk: 'Су тасқынының алдын алу',
      en: 'Flood warning',
    },
    owner: owners.water,
    retentionDays: null,
    granularity: 'gauge',
    expectedEveryS: 300,
  },
];
