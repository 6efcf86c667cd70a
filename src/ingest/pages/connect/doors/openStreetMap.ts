import { catalogue } from '../../../../ui/index.ts';
import type { Door } from '../door.ts';

/** Not values but the ground under them: streets, waters, places and house numbers. */
export const openStreetMapDoor: Door = {
  id: 'openstreetmap',
  served: false,
  words: catalogue({
    en: {
      title: 'Streets and house numbers (OpenStreetMap)',
      who: 'Every city whose map shows only districts, or none.',
      needs:
        'An extract of the city, its region or the country as .osm.pbf, for example from download.geofabrik.de, and the profile that "chorsu init" made. No mapping file.',
      after:
        'Streets, waters, parks, places and house numbers in the districts are cut out, and the credit that the licence asks for is written. The map and the search show them after the next start.',
    },
    tg: {
      title: 'Кӯчаҳо ва рақамҳои хона (OpenStreetMap)',
      who: 'Барои ҳар шаҳре, ки харитааш танҳо ноҳияҳоро нишон медиҳад ё холӣ аст.',
      needs:
        'Буридаи харитаи шаҳр, вилоят ё кишвар ҳамчун .osm.pbf, масалан аз download.geofabrik.de, ва профиле, ки «chorsu init» сохтааст. Файли харитабандӣ лозим нест.',
      after:
        'Кӯчаҳо, обҳо, боғҳо, ҷойҳо ва рақамҳои хонаи дохили ноҳияҳо бурида гирифта мешаванд ва ишораи муаллифӣ, ки иҷозатнома талаб мекунад, навишта мешавад. Харита ва ҷустуҷӯ онҳоро пас аз оғози навбатӣ нишон медиҳанд.',
    },
    ru: {
      title: 'Улицы и номера домов (OpenStreetMap)',
      who: 'Любой город, чья карта показывает только районы или пуста.',
      needs:
        'Выгрузка города, области или страны в виде .osm.pbf, например с download.geofabrik.de, и профиль, который создала команда «chorsu init». Файл сопоставления не нужен.',
      after:
        'Вырезаются улицы, вода, парки, места и номера домов внутри районов; записывается указание авторства, которого требует лицензия. Карта и поиск покажут их после следующего запуска.',
    },
    uz: {
      title: 'Koʻchalar va uy raqamlari (OpenStreetMap)',
      who: 'Xaritasi faqat tumanlarni koʻrsatadigan yoki boʻsh boʻlgan har bir shahar uchun.',
      needs:
        'Shahar, viloyat yoki mamlakat xaritasining .osm.pbf fayli, masalan download.geofabrik.deʼdan, va “chorsu init” yaratgan profil. Moslama fayli kerak emas.',
      after:
        'Tumanlar ichidagi koʻcha, suv, bogʻ, joy va uy raqamlari kesib olinadi, litsenziya talab qiladigan mualliflik yozuvi kiritiladi. Xarita va qidiruv ularni keyingi ishga tushirishdan soʻng koʻrsatadi.',
    },
    kk: {
      title: 'Көшелер мен үй нөмірлері (OpenStreetMap)',
      who: 'Картасы тек аудандарды көрсететін не бос кез келген қала үшін.',
      needs:
        'Қаланың, облыстың не елдің .osm.pbf үзіндісі, мысалы download.geofabrik.de сайтынан, және «chorsu init» жасаған профиль. Сәйкестендіру файлы қажет емес.',
      after:
        'Аудандар ішіндегі көшелер, сулар, саябақтар, орындар мен үй нөмірлері қиып алынады, лицензия талап ететін авторлық белгі жазылады. Карта мен іздеу оларды келесі іске қосудан кейін көрсетеді.',
    },
  }),
  copied: () => [{ step: 'command', text: 'chorsu streets country-latest.osm.pbf --city PROFILE' }],
};
