import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** Somebody else's service of observations, asked by this process. */
export const sensorThingsDoor: Door = {
  id: 'sensorthings',
  served: true,
  words: catalogue({
    en: {
      title: 'A SensorThings service of another institution',
      who: 'Stations of a ministry or a university that publishes by the OGC SensorThings API (FROST-Server and others).',
      needs:
        'Its address with the version in place of sensors.example, and which of its observed properties are wanted. It has to be reached from here.',
      after:
        'Every five minutes its new observations are fetched; what was missed in between comes too. A service that does not answer is tried again with growing pauses; the sources say since when.',
    },
    tg: {
      title: 'Хадамоти SensorThings-и муассисаи дигар',
      who: 'Барои истгоҳҳои вазорат ё донишгоҳ, ки бо OGC SensorThings API нашр мекунад (FROST-Server ва дигарҳо).',
      needs:
        'Суроғаи он бо рақами версия ба ҷои sensors.example ва рӯйхати нишондиҳандаҳои лозимӣ. Он бояд аз ин ҷо дастрас бошад.',
      after:
        'Ҳар панҷ дақиқа мушоҳидаҳои нав гирифта мешаванд; он чи дар байн монда буд, низ меояд. Хадамоте, ки ҷавоб намедиҳад, бо танаффусҳои дарозтар аз нав пурсида мешавад; саҳифаи манбаъҳо мегӯяд, ки аз кай.',
    },
    ru: {
      title: 'Сервис SensorThings другого учреждения',
      who: 'Станции министерства или университета, который публикует по OGC SensorThings API (FROST-Server и другие).',
      needs: 'Его адрес с версией вместо sensors.example и список нужных показателей. Он должен быть доступен отсюда.',
      after:
        'Каждые пять минут запрашиваются новые наблюдения; пропущенное за это время тоже приходит. Сервис, который не отвечает, опрашивается снова с растущими паузами; страница источников говорит, с какого времени.',
    },
    uz: {
      title: 'Boshqa muassasaning SensorThings xizmati',
      who: 'OGC SensorThings API boʻyicha nashr qiladigan vazirlik yoki universitet stansiyalari uchun (FROST-Server va boshqalar).',
      needs:
        'sensors.example oʻrniga uning versiyali manzili va kerakli koʻrsatkichlar roʻyxati. U shu yerdan yetib boradigan boʻlishi kerak.',
      after:
        'Har besh daqiqada yangi kuzatuvlar olinadi; oraliqda qolib ketgani ham keladi. Javob bermagan xizmat tobora uzunroq tanaffus bilan qayta soʻraladi; manbalar sahifasi qachondan beriligini aytadi.',
    },
    kk: {
      title: 'Басқа мекеменің SensorThings қызметі',
      who: 'OGC SensorThings API бойынша жариялайтын министрлік не университет станциялары үшін (FROST-Server және басқалар).',
      needs:
        'sensors.example орнына оның нұсқасы бар мекенжайы және керекті көрсеткіштер тізімі. Ол осы жерден қолжетімді болуы керек.',
      after:
        'Әр бес минут сайын жаңа бақылаулар алынады; арада қалып қойғаны да келеді. Жауап бермеген қызмет барған сайын ұзақ үзіліспен қайта сұралады; дереккөздер беті қашаннан екенін айтады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-service', 'First service', 'feed', texts)],
    mappings: [],
    feeds: [
      {
        kind: 'sensorthings',
        source: 'first-service',
        url: 'https://sensors.example/FROST-Server/v1.1',
        everyS: 300,
        type: 'AirQualityObserved',
        attributes: { 'PM2.5': { name: 'pm25', unitCode: 'GQ', range: { min: 0, max: 1000 } } },
      },
    ],
  }),
  copied: () => [],
};
