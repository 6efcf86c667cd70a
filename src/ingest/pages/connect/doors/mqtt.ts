import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** Devices and gateways that publish to the broker of this process. */
export const mqttDoor: Door = {
  id: 'mqtt',
  served: true,
  words: catalogue({
    en: {
      title: 'A device that speaks MQTT',
      who: 'Sensors, controllers and gateways that publish by themselves.',
      needs:
        'Address and port of this process, a topic, and JSON or a bare number as payload; where accounts are asked for, user name and password of the device.',
      after: 'Each message becomes a reading within a second. What does not fit is counted with its reason.',
    },
    tg: {
      title: 'Дастгоҳе, ки бо MQTT мефиристад',
      who: 'Барои сенсорҳо, контроллерҳо ва шлюзҳое, ки худашон нашр мекунанд.',
      needs:
        'Суроға ва порти ин раванд, мавзуъ (topic) ва JSON ё рақами танҳо; агар ҳисоб лозим бошад, номи корбар ва рамзи дастгоҳ.',
      after: 'Ҳар паём дар давоми як сония ба қимат табдил меёбад. Он чи мувофиқ нест, бо сабабаш шумурда мешавад.',
    },
    ru: {
      title: 'Устройство, которое передаёт по MQTT',
      who: 'Датчики, контроллеры и шлюзы, которые публикуют сами.',
      needs:
        'Адрес и порт этого процесса, топик и JSON или одно число в сообщении; где нужны учётные записи – имя и пароль устройства.',
      after: 'Каждое сообщение за секунду становится показанием. Что не подошло, считается вместе с причиной.',
    },
    uz: {
      title: 'MQTT orqali yuboradigan qurilma',
      who: 'Oʻzi yuboradigan datchiklar, kontrollerlar va shlyuzlar uchun.',
      needs:
        'Bu jarayonning manzili va porti, mavzu (topic) hamda JSON yoki bitta son; hisob soʻralsa, qurilmaning nomi va paroli.',
      after: 'Har bir xabar bir soniyada qiymatga aylanadi. Mos kelmagani sababi bilan sanaladi.',
    },
    kk: {
      title: 'MQTT арқылы жіберетін құрылғы',
      who: 'Өзі жариялайтын датчиктер, контроллерлер мен шлюздер үшін.',
      needs:
        'Осы процестің мекенжайы мен порты, тақырып (topic) және JSON немесе жалғыз сан; тіркелгі сұралса, құрылғының аты мен құпиясөзі.',
      after: 'Әр хабар бір секундта мәнге айналады. Сәйкес келмегені себебімен бірге саналады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-mqtt', 'First sensors', 'mqtt', texts)],
    mappings: [
      {
        source: 'first-mqtt',
        topic: 'sensors/{sensor}',
        entity: { id: 'urn:ngsi-ld:WeatherObserved:{sensor}', type: 'WeatherObserved' },
        attributes: {
          temperature: { path: 'temperature', unitCode: 'CEL', range: { min: -60, max: 60 }, required: true },
        },
        atBirth: {
          name: { value: 'Sensor {sensor}' },
          location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
        },
      },
    ],
  }),
  copied: ({ mqtt, center: [lon, lat] }) =>
    mqtt && [
      {
        step: 'send',
        text: `mosquitto_pub -h ${mqtt.host} -p ${mqtt.port}${mqtt.tls ? ' --capath /etc/ssl/certs' : ''} -q 1 -t sensors/a1 -m '${JSON.stringify({ temperature: 21.5, lon, lat })}'`,
      },
    ],
};
