import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** Uplinks that a network server hands on: the webhook of The Things Network, the HTTP integration of ChirpStack. */
export const lorawanDoor: Door = {
  id: 'lorawan',
  served: true,
  words: catalogue({
    en: {
      title: 'LoRaWAN devices behind a network server',
      who: 'Battery sensors that reach The Things Stack or ChirpStack.',
      needs:
        'A webhook (The Things Stack) or an HTTP integration with JSON (ChirpStack: payload "chirpstack" in the mapping). The network server has to reach the address.',
      after: 'Every uplink becomes a reading of the device with that DevEUI. Joins and other events are passed over.',
    },
    tg: {
      title: 'Дастгоҳҳои LoRaWAN аз паси сервери шабака',
      who: 'Барои сенсорҳои батареядор, ки ба The Things Stack ё ChirpStack мерасанд.',
      needs:
        'Webhook (The Things Stack) ё интегратсияи HTTP бо JSON (ChirpStack: дар харитабандӣ payload "chirpstack"). Сервери шабака бояд ба суроға расад.',
      after:
        'Ҳар uplink қимати дастгоҳи дорои ҳамон DevEUI мешавад. Пайвастшавӣ ва ҳодисаҳои дигар гирифта намешаванд.',
    },
    ru: {
      title: 'Устройства LoRaWAN за сетевым сервером',
      who: 'Датчики на батарее, которые выходят на The Things Stack или ChirpStack.',
      needs:
        'Вебхук (The Things Stack) или HTTP-интеграция с JSON (для ChirpStack в сопоставлении указывается payload "chirpstack"). Сетевой сервер должен достигать адреса.',
      after: 'Каждый аплинк становится показанием устройства с этим DevEUI. Подключения и прочие события пропускаются.',
    },
    uz: {
      title: 'Tarmoq serveri ortidagi LoRaWAN qurilmalari',
      who: 'The Things Stack yoki ChirpStackʼga ulanadigan batareyali datchiklar uchun.',
      needs:
        'Webhook (The Things Stack) yoki JSON bilan HTTP integratsiyasi (ChirpStack: moslamada payload "chirpstack"). Tarmoq serveri manzilga yeta olishi kerak.',
      after: 'Har bir uplink shu DevEUIʼli qurilmaning qiymatiga aylanadi. Ulanish va boshqa hodisalar olinmaydi.',
    },
    kk: {
      title: 'Желілік сервер артындағы LoRaWAN құрылғылары',
      who: 'The Things Stack немесе ChirpStack-ке шығатын батареялы датчиктер үшін.',
      needs:
        'Вебхук (The Things Stack) немесе JSON бар HTTP интеграциясы (ChirpStack: сәйкестендіруде payload "chirpstack"). Желілік сервер мекенжайға жете алуы керек.',
      after: 'Әр аплинк осы DevEUI бар құрылғының мәніне айналады. Қосылу және басқа оқиғалар алынбайды.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-lorawan', 'First LoRaWAN sensors', 'lorawan', texts)],
    mappings: [
      {
        source: 'first-lorawan',
        payload: 'ttn',
        entity: { id: 'urn:ngsi-ld:WeatherObserved:{devEui}', type: 'WeatherObserved' },
        time: { path: 'time' },
        attributes: { temperature: { path: 'decoded.temperature', unitCode: 'CEL', required: true } },
        atBirth: { name: { value: 'Sensor {devEui}' } },
      },
    ],
  }),
  copied: ({ url, now }) => {
    const address = `${url}/api/ingest/lorawan/first-lorawan`;
    const uplink = {
      end_device_ids: { device_id: 'sensor-1', dev_eui: '0102030405060708' },
      uplink_message: { f_port: 1, received_at: new Date(now).toISOString(), decoded_payload: { temperature: 21.5 } },
    };
    return [
      { step: 'address', text: address },
      { step: 'send', text: `curl -H 'content-type: application/json' -d '${JSON.stringify(uplink)}' ${address}` },
    ];
  },
};
