import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** A table of readings in a file. */
export const csvDoor: Door = {
  id: 'csv',
  served: false,
  words: catalogue({
    en: {
      title: 'A table of readings in a file (CSV)',
      who: 'Measurements of past years, exports of a supplier’s system, lists kept by hand.',
      needs: 'A CSV file in UTF-8 with a column for the thing, one for the time and one for each value.',
      after:
        'A dry run shows what the first rows become. Faulty rows go into a file of their own, with row and column; repeating an import adds nothing.',
    },
    tg: {
      title: 'Ҷадвали қиматҳо дар файл (CSV)',
      who: 'Барои ченкуниҳои солҳои гузашта, содироти системаи таъминкунанда, рӯйхатҳои дастӣ.',
      needs: 'Файли CSV бо UTF-8: як сутун барои чиз, яке барои вақт ва яктогӣ барои ҳар қимат.',
      after:
        'Санҷиши хушк нишон медиҳад, ки сатрҳои аввал чӣ мешаванд. Сатрҳои хато ба файли алоҳида бо сатр ва сутун меафтанд; такрори воридот чизе намеафзояд.',
    },
    ru: {
      title: 'Таблица показаний в файле (CSV)',
      who: 'Измерения прошлых лет, выгрузки из системы поставщика, списки, которые ведут вручную.',
      needs: 'Файл CSV в UTF-8: столбец объекта, столбец времени и по столбцу на каждое значение.',
      after:
        'Пробный прогон показывает, чем станут первые строки. Ошибочные строки попадают в отдельный файл с номером строки и столбцом; повторный импорт ничего не добавляет.',
    },
    uz: {
      title: 'Fayldagi qiymatlar jadvali (CSV)',
      who: 'Oʻtgan yillar oʻlchovlari, yetkazib beruvchi tizimidan olingan fayllar, qoʻlda yuritilgan roʻyxatlar uchun.',
      needs: 'UTF-8 kodlangan CSV fayl: narsa uchun ustun, vaqt uchun ustun va har bir qiymat uchun ustun.',
      after:
        'Sinov yurishi birinchi qatorlar nimaga aylanishini koʻrsatadi. Xato qatorlar qator va ustuni bilan alohida faylga tushadi; takroriy import hech narsa qoʻshmaydi.',
    },
    kk: {
      title: 'Файлдағы мәндер кестесі (CSV)',
      who: 'Өткен жылдардың өлшемдері, жеткізуші жүйесінен алынған файлдар, қолмен жүргізілген тізімдер үшін.',
      needs: 'UTF-8 кодталған CSV файл: нысан бағаны, уақыт бағаны және әр мәнге бір баған.',
      after:
        'Сынақ жүргізу алғашқы жолдар не болатынын көрсетеді. Қате жолдар жолы мен бағаны көрсетіліп бөлек файлға түседі; қайталанған импорт ештеңе қоспайды.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-file', 'First file', 'csv', texts)],
    mappings: [
      {
        source: 'first-file',
        payload: 'csv',
        entity: { id: 'urn:ngsi-ld:AirQualityObserved:{station}', type: 'AirQualityObserved' },
        time: { column: 'time', format: 'iso' },
        attributes: { pm25: { column: 'pm25', unitCode: 'GQ', missing: [-999], range: { min: 0, max: 2000 } } },
        atBirth: {
          name: { value: 'Station {station}' },
          location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
        },
      },
    ],
  }),
  copied: ({ center: [lon, lat], now }) => [
    { step: 'sample', text: `station,time,pm25,lon,lat\nb2,${new Date(now).toISOString()},14.2,${lon},${lat}` },
    { step: 'page', href: '/imports' },
    { step: 'trial', text: 'chorsu import readings.csv --mapping csv.json --data DIR --dry-run' },
    { step: 'import', text: 'chorsu import readings.csv --mapping csv.json --data DIR' },
  ],
};
