import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** The timetable of buses and trains. */
export const gtfsDoor: Door = {
  id: 'gtfs',
  served: false,
  words: catalogue({
    en: {
      title: 'A timetable of buses and trains (GTFS)',
      who: 'Carriers whose planning program exports GTFS.',
      needs: 'The feed as one ZIP file. The mapping file only says whose it is.',
      after:
        'The feed is checked whole and taken whole, or not at all. Stops and routes become things on the map, and /stops tells what leaves next.',
    },
    tg: {
      title: 'Ҷадвали автобусу қатораҳо (GTFS)',
      who: 'Барои интиқолдиҳандагоне, ки барномаи банақшагириашон GTFS мебарорад.',
      needs: 'Ҷадвал дар як файли ZIP. Файли харитабандӣ танҳо мегӯяд, ки он аз они кист.',
      after:
        'Ҷадвал пурра санҷида ва пурра қабул мешавад ё умуман не. Истгоҳҳо ва хатсайрҳо дар харита пайдо мешаванд, саҳифаи /stops ҳаракатҳои наздикро нишон медиҳад.',
    },
    ru: {
      title: 'Расписание автобусов и поездов (GTFS)',
      who: 'Перевозчики, чья программа планирования выгружает GTFS.',
      needs: 'Расписание одним файлом ZIP. Файл сопоставления только говорит, чьё оно.',
      after:
        'Расписание проверяется целиком и принимается целиком или не принимается вовсе. Остановки и маршруты появляются на карте, страница /stops говорит, что отправляется следующим.',
    },
    uz: {
      title: 'Avtobus va poyezdlar jadvali (GTFS)',
      who: 'Rejalashtirish dasturi GTFS chiqaradigan tashuvchilar uchun.',
      needs: 'Jadval bitta ZIP faylda. Moslama fayli faqat u kimniki ekanini aytadi.',
      after:
        'Jadval toʻliq tekshiriladi va toʻliq qabul qilinadi yoki umuman olinmaydi. Bekat va yoʻnalishlar xaritada paydo boʻladi, /stops sahifasi yaqin joʻnashlarni koʻrsatadi.',
    },
    kk: {
      title: 'Автобустар мен пойыздардың кестесі (GTFS)',
      who: 'Жоспарлау бағдарламасы GTFS шығаратын тасымалдаушылар үшін.',
      needs: 'Кесте бір ZIP файлда. Сәйкестендіру файлы оның кімдікі екенін ғана айтады.',
      after:
        'Кесте толық тексеріліп, толық қабылданады немесе мүлде алынбайды. Аялдамалар мен бағыттар картада пайда болады, /stops беті жақын жөнелулерді көрсетеді.',
    },
  }),
  mapping: (texts) => ({
    sources: [{ ...sourceNamed('first-timetable', 'First timetable', 'gtfs', texts), granularity: 'stop' }],
    mappings: [],
  }),
  copied: () => [
    { step: 'page', href: '/imports' },
    { step: 'trial', text: 'chorsu import timetable.zip --mapping gtfs.json --data DIR --dry-run' },
    { step: 'import', text: 'chorsu import timetable.zip --mapping gtfs.json --data DIR' },
  ],
};
