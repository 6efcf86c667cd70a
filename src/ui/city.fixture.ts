import type { AreaGeometry, City, Position } from '../city/profile.ts';

const area = (...ring: Position[]): AreaGeometry => ({ type: 'Polygon', coordinates: [[...ring, ring[0] ?? [0, 0]]] });
const [w, s, e, n] = [68.7, 38.5, 68.8, 38.58];
const [x, y] = [68.75, 38.54];

/** A small invented city for tests: four districts, a river, a park, three streets. */
export const testCity: City = {
  id: 'namuna',
  name: { tg: 'Намуна', ru: 'Намуна', uz: 'Namuna', kk: 'Намуна', en: 'Namuna' },
  languages: ['tg', 'ru', 'uz', 'kk', 'ky', 'tk', 'en'],
  timeZone: 'Asia/Dushanbe',
  center: [x, y],
  bbox: [w, s, e, n],
  simulated: true,
  groundLines: [],
  places: [],
  addresses: [],
  addressRanges: [],
  districts: [
    {
      id: 'kulolon',
      name: { tg: 'Кулолон', uz: 'Kulolon', en: 'Kulolon' },
      geometry: area([w, y], [x, y], [x, n], [w, n]),
    },
    {
      id: 'navrud',
      name: { tg: 'Наврӯд', uz: 'Navrud', en: 'Navrud' },
      geometry: area([x, y], [e, y], [e, n], [x, n]),
    },
    {
      id: 'teppasar',
      name: { tg: 'Теппасар', uz: 'Teppasar', en: 'Teppasar' },
      geometry: area([w, s], [x, s], [x, y], [w, y]),
    },
    {
      id: 'chinorzor',
      name: { tg: 'Чинорзор', uz: 'Chinorzor', en: 'Chinorzor' },
      geometry: area([x, s], [e, s], [e, y], [x, y]),
    },
  ],
  streets: [
    {
      name: { tg: 'хиёбони Чорсу', en: 'Chorsu Avenue' },
      kind: 'avenue',
      line: [
        [e, 38.537],
        [x, y],
        [w, 38.543],
      ],
    },
    {
      name: { tg: 'кӯчаи Абрешим', en: 'Silk Street' },
      kind: 'street',
      line: [
        [68.755, n],
        [x, y],
        [68.748, s],
      ],
    },
    {
      name: { tg: 'кӯчаи Кӯзагарон', en: 'Potters Street' },
      kind: 'street',
      line: [
        [w, 38.56],
        [x, 38.562],
      ],
    },
  ],
  ground: [
    { kind: 'green', geometry: area([68.77, 38.515], [68.785, 38.515], [68.785, 38.525], [68.77, 38.525]) },
    {
      kind: 'water',
      name: { tg: 'Намунарӯд' },
      geometry: area([68.78, n], [68.783, n], [68.765, 38.53], [68.735, s], [68.731, s], [68.76, 38.53]),
    },
  ],
  holidays: [],
  lawPack: { country: 'TJ', householdReadings: false, laws: [] },
  watches: [],
  facts: [],
};
