import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** A list that somebody keeps in a spreadsheet: lamps, bins, meters. */
export const xlsxDoor: Door = {
  id: 'xlsx',
  served: false,
  words: catalogue({
    en: {
      title: 'A list kept in Excel (XLSX)',
      who: 'Registers of lamps, bins, meters or trees that a department keeps by hand.',
      needs: 'One sheet with a header row, a column that names each thing once, and its longitude and latitude.',
      after:
        'Each row becomes a thing on the map. Of a formula the stored value is taken; what cannot be read is written to a file of its own, with row and column.',
    },
    tg: {
      title: 'Рӯйхат дар Excel (XLSX)',
      who: 'Барои феҳристи чароғҳо, қуттиҳо, ҳисобкунакҳо ё дарахтон, ки шуъба дастӣ мебарад.',
      needs: 'Як варақ бо сатри сарлавҳа, сутуне, ки ҳар чизро якбор меномад, ва тӯлу арзи ҷуғрофии он.',
      after:
        'Ҳар сатр чизе дар харита мешавад. Аз формула қимати нигоҳдошташуда гирифта мешавад; он чи хонда нашуд, бо сатр ва сутун ба файли алоҳида навишта мешавад.',
    },
    ru: {
      title: 'Список в Excel (XLSX)',
      who: 'Реестры фонарей, контейнеров, счётчиков или деревьев, которые отдел ведёт вручную.',
      needs: 'Один лист со строкой заголовков, столбец с неповторяющимся именем объекта, его долгота и широта.',
      after:
        'Каждая строка становится объектом на карте. От формулы берётся сохранённое значение; что не прочитано, записывается в отдельный файл с номером строки и столбцом.',
    },
    uz: {
      title: 'Excelʼdagi roʻyxat (XLSX)',
      who: 'Boʻlim qoʻlda yuritadigan chiroq, konteyner, hisoblagich yoki daraxtlar roʻyxati uchun.',
      needs:
        'Sarlavha qatori bor bitta varaq, har bir narsani bir marta nomlaydigan ustun, uning uzunligi va kengligi.',
      after:
        'Har bir qator xaritadagi obyektga aylanadi. Formuladan saqlangan qiymat olinadi; oʻqilmagani qator va ustuni bilan alohida faylga yoziladi.',
    },
    kk: {
      title: 'Excel-дегі тізім (XLSX)',
      who: 'Бөлім қолмен жүргізетін шам, жәшік, есептегіш не ағаш тізілімдері үшін.',
      needs: 'Тақырып жолы бар бір парақ, әр нысанды бір рет атайтын баған, оның бойлығы мен ендігі.',
      after:
        'Әр жол картадағы нысанға айналады. Формуладан сақталған мән алынады; оқылмағаны жолы мен бағаны көрсетіліп бөлек файлға жазылады.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-list', 'First list', 'csv', texts)],
    mappings: [
      {
        source: 'first-list',
        payload: 'table',
        entity: { id: 'urn:ngsi-ld:Streetlight:{lamp}', type: 'Streetlight' },
        attributes: { power: { column: 'power_w', unitCode: 'WTT', range: { min: 0, max: 2000 } } },
        atBirth: {
          name: { value: 'Lamp {lamp}' },
          location: { kind: 'GeoProperty', point: ['lon', 'lat'] },
        },
      },
    ],
  }),
  copied: ({ center: [lon, lat] }) => [
    { step: 'sample', text: `lamp\tpower_w\tlon\tlat\nL-001\t70\t${lon}\t${lat}` },
    { step: 'page', href: '/imports' },
    { step: 'trial', text: 'chorsu import lamps.xlsx --mapping xlsx.json --data DIR --dry-run' },
    { step: 'import', text: 'chorsu import lamps.xlsx --mapping xlsx.json --data DIR' },
  ],
};
