/** Where a device stands, as attributes that agree with each other: point, district, address. */
import { addressWords, districtAt, houseAt } from '../place.ts';
import type { City, Position, Street, Words } from '../profile.ts';
import { pointAt, type SimulatedAttribute } from './device.ts';

/**
 * @param street with a house number where there is one
 * @returns location, district (its id), address as Smart Data Models have it, and `place`: the address in words
 */
export function placed(city: City, position: Position, street?: Street, number?: number): SimulatedAttribute[] {
  const district = districtAt(city, position);
  const words = street && addressWords(street, number);
  const first = city.languages[0] ?? 'en';
  return [
    pointAt(position),
    ...(district ? [{ name: 'district', value: district.id }] : []),
    ...(words
      ? [
          {
            name: 'address',
            value: {
              addressLocality: city.name[first] ?? city.id,
              ...(district && { district: district.name[first] ?? district.id }),
              streetAddress: words[first] ?? '',
            },
          },
          { name: 'place', kind: 'LanguageProperty' as const, value: words },
        ]
      : []),
  ];
}

/** A street without a name gives none to what stands in it. */
export const nameOf = (street: Street): Words => street.name ?? {};

export function streetOf(city: City, id: string): Street {
  const street = city.streets.find((candidate) => candidate.id === id);
  if (!street) throw new Error(`the plan names the street "${id}", which ${city.id} does not have`);
  return street;
}

/** A house of a street that surely stands inside the city. */
export function houseIn(city: City, street: Street, number: number): Position {
  for (const setback of [14, 6, 0, -6, -14]) {
    const position = houseAt(street, number, setback);
    if (districtAt(city, position)) return position;
  }
  throw new Error(`no place for ${nameOf(street).en ?? 'a house'} ${number} inside ${city.id}`);
}
