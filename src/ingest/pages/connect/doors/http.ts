import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** A program that posts JSON. */
export const httpDoor: Door = {
  id: 'http',
  served: true,
  words: catalogue({
    en: {
      title: 'A program that sends over HTTP',
      who: 'A supplier’s system, a script, or a gateway without MQTT.',
      needs: 'That it can post JSON to an address. One object in a message, at most 1 MB.',
      after: 'The answer says how many readings were taken, and why others were not. Taken means durable.',
    },
    tg: {
      title: 'Барномае, ки бо HTTP мефиристад',
      who: 'Барои системаи таъминкунанда, скрипт ё шлюзи бе MQTT.',
      needs: 'Ки JSON-ро бо POST ба суроға фиристода тавонад. Дар ҳар паём як объект, на бештар аз 1 МБ.',
      after:
        'Дар ҷавоб гуфта мешавад, ки чанд қимат қабул шуд ва чаро дигарон не. Қабулшуда маънои устувор нигоҳ дошташударо дорад.',
    },
    ru: {
      title: 'Программа, которая передаёт по HTTP',
      who: 'Система поставщика, скрипт или шлюз без MQTT.',
      needs: 'Чтобы она умела отправлять JSON методом POST. Один объект в сообщении, не больше 1 МБ.',
      after:
        'В ответе сказано, сколько показаний принято и почему не приняты остальные. Принято – значит надёжно записано.',
    },
    uz: {
      title: 'HTTP orqali yuboradigan dastur',
      who: 'Yetkazib beruvchi tizimi, skript yoki MQTTsiz shlyuz uchun.',
      needs: 'Manzilga POST bilan JSON yubora olishi kerak. Har xabarda bitta obyekt, koʻpi bilan 1 MB.',
      after:
        'Javobda nechta qiymat qabul qilingani va qolganlari nega olinmagani aytiladi. Qabul qilingani ishonchli yozilgan boʻladi.',
    },
    kk: {
      title: 'HTTP арқылы жіберетін бағдарлама',
      who: 'Жеткізушінің жүйесі, скрипт немесе MQTT-сіз шлюз үшін.',
      needs: 'Мекенжайға POST арқылы JSON жібере алуы керек. Әр хабарда бір нысан, ең көбі 1 МБ.',
      after: 'Жауапта неше мән қабылданғаны және қалғаны неге алынбағаны айтылады. Қабылданғаны берік жазылған болады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-http', 'First program', 'http', texts)],
    mappings: [
      {
        source: 'first-http',
        entity: { id: 'urn:ngsi-ld:AirQualityObserved:{station}', type: 'AirQualityObserved' },
        attributes: { pm25: { path: 'pm25', unitCode: 'GQ', range: { min: 0, max: 2000 }, required: true } },
        atBirth: {
          name: { value: 'Station {station}' },
          location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
        },
      },
    ],
  }),
  copied: ({ url, center: [lon, lat] }) => {
    const address = `${url}/api/ingest/first-http`;
    const body = JSON.stringify({ station: 'b2', pm25: 14.2, lon, lat });
    return [
      { step: 'address', text: address },
      { step: 'send', text: `curl -H 'content-type: application/json' -d '${body}' ${address}` },
    ];
  },
};
