import { languages, type City } from './profile.ts';

/** What a process serves that was given no city: no districts, no watches, nothing simulated, no household readings. */
export function emptyCity(): City {
  return {
    id: 'city',
    name: {
      tg: 'Шаҳр',
      ru: 'Город',
      uz: 'Shahar',
      'uz-Cyrl': 'Шаҳар',
      kk: 'Қала',
      ky: 'Шаар',
      tk: 'Şäher',
      en: 'City',
    },
    languages,
    timeZone: 'Etc/UTC',
    center: [0, 0],
    bbox: [-180, -90, 180, 90],
    simulated: false,
    districts: [],
    streets: [],
    ground: [],
    groundLines: [],
    places: [],
    addresses: [],
    addressRanges: [],
    holidays: [],
    lawPack: { country: 'none', householdReadings: false, laws: [] },
    watches: [],
    facts: [],
  };
}
