import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** What models compute for the place, fetched by this process: the one door that asks the internet. */
export const openMeteoDoor: Door = {
  id: 'open-meteo',
  served: true,
  words: catalogue({
    en: {
      title: 'Weather and air of the place (Open-Meteo)',
      who: 'Every city, before stations of its own stand.',
      needs:
        'That this process reaches api.open-meteo.com over HTTPS; no key. Values are estimates of models and say so (CC BY 4.0).',
      after:
        'Every quarter of an hour weather and air at the centre of the city, and a forecast of three days. A service that does not answer is tried again with growing pauses; the sources say since when.',
    },
    tg: {
      title: 'Обу ҳаво ва ҳавои ҷой (Open-Meteo)',
      who: 'Барои ҳар шаҳр, пеш аз он ки истгоҳҳои худаш бошанд.',
      needs:
        'Ки ин раванд бо HTTPS ба api.open-meteo.com расад; калид лозим нест. Қиматҳо баҳодиҳии моделҳоянд ва инро мегӯянд (CC BY 4.0).',
      after:
        'Ҳар чоряк соат обу ҳаво ва сифати ҳаво дар маркази шаҳр ва пешгӯии серӯза. Хадамоте, ки ҷавоб намедиҳад, бо танаффусҳои дарозтар аз нав пурсида мешавад; саҳифаи манбаъҳо мегӯяд, ки аз кай.',
    },
    ru: {
      title: 'Погода и воздух места (Open-Meteo)',
      who: 'Для любого города, пока у него нет своих станций.',
      needs:
        'Чтобы этот процесс достигал api.open-meteo.com по HTTPS; ключ не нужен. Значения – оценки моделей, и это указано (CC BY 4.0).',
      after:
        'Каждые четверть часа погода и воздух в центре города и прогноз на три дня. Сервис, который не отвечает, опрашивается снова с растущими паузами; страница источников говорит, с какого времени.',
    },
    uz: {
      title: 'Joyning ob-havosi va havosi (Open-Meteo)',
      who: 'Oʻz stansiyalari boʻlgunga qadar har bir shahar uchun.',
      needs:
        'Bu jarayon HTTPS orqali api.open-meteo.com manziliga yeta olishi kerak; kalit kerak emas. Qiymatlar modellar bahosi va shunday deb yoziladi (CC BY 4.0).',
      after:
        'Har chorak soatda shahar markazidagi ob-havo va havo hamda uch kunlik prognoz. Javob bermagan xizmat tobora uzunroq tanaffus bilan qayta soʻraladi; manbalar sahifasi qachondan beriligini aytadi.',
    },
    kk: {
      title: 'Жердің ауа райы мен ауасы (Open-Meteo)',
      who: 'Өз станциялары болғанға дейін кез келген қала үшін.',
      needs:
        'Бұл процесс HTTPS арқылы api.open-meteo.com мекенжайына жетуі керек; кілт қажет емес. Мәндер – модельдердің бағасы, бұл көрсетіледі (CC BY 4.0).',
      after:
        'Әр ширек сағат сайын қала орталығындағы ауа райы мен ауа және үш күндік болжам. Жауап бермеген қызмет барған сайын ұзақ үзіліспен қайта сұралады; дереккөздер беті қашаннан екенін айтады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('open-meteo', 'Open-Meteo', 'feed', texts)],
    mappings: [],
    feeds: [{ kind: 'open-meteo', source: 'open-meteo', everyS: 900, weather: true, air: true, forecastDays: 3 }],
  }),
  copied: () => [],
};
