/** The motor valve of each main: Valve of Smart Data Models, with how far it is open. It stays as it was told. */
import { lengthM } from '../geometry.ts';
import { besideStreet } from '../place.ts';
import type { City, Street } from '../profile.ts';
import { minuteMs, named, urn, type Device } from './device.ts';
import type { Facts } from './facts.ts';
import { composed } from './names.ts';
import { nameOf, placed } from './place.ts';

const valveName = {
  tg: 'Сарбанди қубури об, {name}',
  ru: 'Задвижка водовода, {name}',
  uz: 'Suv quvuri zadvijkasi, {name}',
  kk: 'Су құбырының ысырмасы, {name}',
  en: 'Valve of the water main, {name}',
};

/** The pit is off the middle of the street. */
const pitM = 6;

/** Footpaths have no mains. */
export const streetsWithMains = (city: City): readonly Street[] => city.streets.filter(({ kind }) => kind !== 'path');
export const valveId = (street: string): string => urn('Valve', street);

export function valves(city: City, facts: Facts): Device[] {
  const streets = streetsWithMains(city);
  return streets.map((street, i) => {
    const id = street.id ?? String(i);
    return {
      source: 'namuna-water-mains',
      id: valveId(id),
      type: 'Valve',
      attrs: [
        named(composed(valveName, nameOf(street))),
        ...placed(city, besideStreet(street, lengthM(street.line) / 2, pitM), street),
        { name: 'refPipe', kind: 'Relationship' as const, value: urn('Pipe', id) },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: Math.round((i / streets.length) * minuteMs) },
          read: (at) => [{ name: 'position', value: facts.valveAt(id, at), unitCode: 'P1' }],
        },
      ],
    };
  });
}
