import { catalogue } from '../../../../ui/index.ts';
import { sourceNamed, type Door } from '../door.ts';

/** Places, lines and areas that a map program holds. */
export const geojsonDoor: Door = {
  id: 'geojson',
  served: false,
  words: catalogue({
    en: {
      title: 'Places on a map (GeoJSON)',
      who: 'Clinics, parks, pipes or zones that a map program such as QGIS keeps.',
      needs: 'GeoJSON in longitude and latitude (WGS 84), with a property that names each thing once.',
      after:
        'Each feature becomes a thing on the map. A border that crosses itself, or swapped coordinates, are refused with the number of the feature.',
    },
    tg: {
      title: 'Ҷойҳо дар харита (GeoJSON)',
      who: 'Барои дармонгоҳҳо, боғҳо, қубурҳо ё минтақаҳое, ки дар барномаи харита, масалан QGIS, нигоҳ дошта мешаванд.',
      needs: 'GeoJSON бо тӯлу арзи ҷуғрофӣ (WGS 84) ва хосияте, ки ҳар чизро якбор меномад.',
      after:
        'Ҳар объект чизе дар харита мешавад. Сарҳаде, ки худро мебурад, ё координатаҳои ҷойивазкарда бо рақами объект рад мешаванд.',
    },
    ru: {
      title: 'Места на карте (GeoJSON)',
      who: 'Поликлиники, парки, трубы или зоны, которые хранит картографическая программа, например QGIS.',
      needs: 'GeoJSON с долготой и широтой (WGS 84) и свойством с неповторяющимся именем объекта.',
      after:
        'Каждый объект файла появляется на карте. Граница, которая пересекает себя, и переставленные координаты отклоняются с номером объекта.',
    },
    uz: {
      title: 'Xaritadagi joylar (GeoJSON)',
      who: 'QGIS kabi xarita dasturida saqlanadigan poliklinika, bogʻ, quvur yoki hududlar uchun.',
      needs: 'Uzunlik va kenglikdagi GeoJSON (WGS 84) va har bir narsani bir marta nomlaydigan xususiyat.',
      after:
        'Har bir obyekt xaritada paydo boʻladi. Oʻzini kesib oʻtgan chegara yoki oʻrni almashgan koordinatalar obyekt raqami bilan rad etiladi.',
    },
    kk: {
      title: 'Картадағы орындар (GeoJSON)',
      who: 'QGIS сияқты карта бағдарламасында сақталатын емхана, саябақ, құбыр не аймақтар үшін.',
      needs: 'Бойлық пен ендіктегі GeoJSON (WGS 84) және әр нысанды бір рет атайтын қасиет.',
      after:
        'Әр объект картада пайда болады. Өзін қиып өтетін шекара не орны ауысқан координаттар объект нөмірімен қабылданбайды.',
    },
  }),
  mapping: (texts) => ({
    sources: [sourceNamed('first-places', 'First places', 'geojson', texts)],
    mappings: [
      {
        source: 'first-places',
        payload: 'geojson',
        entity: { id: 'urn:ngsi-ld:PointOfInterest:{properties.code}', type: 'PointOfInterest' },
        attributes: {
          name: { path: 'properties.name', as: 'text' },
          location: { kind: 'GeoProperty', path: 'geometry', required: true },
        },
      },
    ],
  }),
  copied: ({ center }) => [
    {
      step: 'sample',
      text: JSON.stringify({
        type: 'FeatureCollection',
        features: [
          {
            type: 'Feature',
            properties: { code: 'p1', name: 'Park' },
            geometry: { type: 'Point', coordinates: center },
          },
        ],
      }),
    },
    { step: 'page', href: '/imports' },
    { step: 'trial', text: 'chorsu import places.geojson --mapping geojson.json --data DIR --dry-run' },
    { step: 'import', text: 'chorsu import places.geojson --mapping geojson.json --data DIR' },
  ],
};
