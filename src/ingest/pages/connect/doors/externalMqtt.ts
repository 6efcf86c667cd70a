import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** A broker that the city or a supplier has already: this process subscribes to it. */
export const externalMqttDoor: Door = {
  id: 'external-mqtt',
  served: true,
  words: catalogue({
    en: {
      title: 'An MQTT broker that is there already',
      who: 'Cities whose devices publish to a broker of their own or of a supplier.',
      needs:
        'Its address in place of broker.example, the topics, and, if it asks, a user and a file that holds the password. The broker has to be reached from here.',
      after:
        'This process subscribes and acknowledges only what is durable. While the broker cannot be reached, the sources say since when.',
    },
    tg: {
      title: 'Брокери MQTT, ки аллакай ҳаст',
      who: 'Барои шаҳрҳое, ки дастгоҳҳояшон ба брокери худ ё таъминкунанда нашр мекунанд.',
      needs:
        'Суроғааш ба ҷои broker.example, мавзуъҳо ва, агар талаб кунад, корбар ва файле, ки парол дорад. Брокер бояд аз ин ҷо дастрас бошад.',
      after:
        'Ин раванд обуна мешавад ва танҳо чизи устувор сабтшударо тасдиқ мекунад. То брокер дастрас нест, саҳифаи манбаъҳо мегӯяд, ки аз кай.',
    },
    ru: {
      title: 'Уже существующий брокер MQTT',
      who: 'Города, чьи устройства публикуют в собственный брокер или брокер поставщика.',
      needs:
        'Его адрес вместо broker.example, топики и, если он требует, пользователь и файл с паролем. Брокер должен быть доступен отсюда.',
      after:
        'Процесс подписывается и подтверждает только то, что надёжно записано. Пока брокер недоступен, страница источников говорит, с какого времени.',
    },
    uz: {
      title: 'Avvaldan mavjud MQTT brokeri',
      who: 'Qurilmalari oʻzining yoki yetkazib beruvchining brokeriga yuboradigan shaharlar uchun.',
      needs:
        'broker.example oʻrniga uning manzili, mavzular va soʻrasa, foydalanuvchi hamda parol turgan fayl. Brokerga shu yerdan yetib borish kerak.',
      after:
        'Jarayon obuna boʻladi va faqat ishonchli yozilganini tasdiqlaydi. Brokerga yetib boʻlmasa, manbalar sahifasi qachondan beriligini aytadi.',
    },
    kk: {
      title: 'Бұрыннан бар MQTT брокері',
      who: 'Құрылғылары өз брокеріне не жеткізушінің брокеріне жариялайтын қалалар үшін.',
      needs:
        'broker.example орнына оның мекенжайы, тақырыптар және сұраса, пайдаланушы мен құпиясөз тұрған файл. Брокерге осы жерден жету керек.',
      after:
        'Процесс жазылып, тек берік жазылғанын растайды. Брокерге жету мүмкін болмаса, дереккөздер беті қашаннан екенін айтады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('other-broker', 'Other broker', 'feed', texts)],
    mappings: [
      {
        source: 'other-broker',
        topic: 'sensors/{sensor}',
        entity: { id: 'urn:ngsi-ld:WeatherObserved:{sensor}', type: 'WeatherObserved' },
        attributes: { temperature: { path: 'temperature', unitCode: 'CEL', required: true } },
        atBirth: {
          name: { value: 'Sensor {sensor}' },
          location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
        },
      },
    ],
    feeds: [{ kind: 'mqtt', source: 'other-broker', url: 'mqtts://broker.example:8883' }],
  }),
  copied: () => [],
};
