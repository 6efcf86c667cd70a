/** Where in the city a position is: its district, the streets near it, an address. */
import { boxOfArea, inArea, inBox, lengthM, movedM, nearestOn, placeOn, type Box } from './geometry.ts';
import type { City, District, Language, Position, Street, Words } from './profile.ts';

const boxes = new WeakMap<District, Box>();

function boxOfDistrict(district: District): Box {
  let box = boxes.get(district);
  if (!box) boxes.set(district, (box = boxOfArea(district.geometry)));
  return box;
}

/** The district that holds a position [long, lat]; undefined outside all of them. Measured: about 1 µs in Namuna. */
export function districtAt(city: Pick<City, 'districts'>, position: Position): District | undefined {
  return city.districts.find(
    (district) => inBox(position, boxOfDistrict(district)) && inArea(position, district.geometry),
  );
}

export type NearStreet = {
  readonly street: Street;
  readonly distanceM: number;
  /** From the start of the street's line. */
  readonly alongM: number;
  readonly left: boolean;
};

/** Streets within `maxM` metres (default 150), nearest first. */
export function streetsNear(city: Pick<City, 'streets'>, position: Position, maxM = 150): NearStreet[] {
  return city.streets
    .map((street) => ({ street, ...nearestOn(street.line, position) }))
    .filter((near) => near.distanceM <= maxM)
    .sort((one, other) => one.distanceM - other.distanceM);
}

/**
 * The house number at a place of a street, by interpolation: odd on the left of the line, even on its right.
 * Undefined where the street's numbers are not known.
 */
export function numberAt(street: Street, alongM: number, left: boolean): number | undefined {
  if (street.numbers === undefined || street.numbers < 2) return undefined;
  const pairs = Math.floor(street.numbers / 2);
  const share = Math.min(1, Math.max(0, alongM / lengthM(street.line)));
  const pair = Math.min(pairs - 1, Math.floor(share * pairs));
  return pair * 2 + (left ? 1 : 2);
}

/** Where a house stands, `setbackM` metres (default 12) off the middle of the street. The reverse of `numberAt`. */
export function houseAt(street: Street, number: number, setbackM = 12): Position {
  const pairs = Math.max(1, Math.floor((street.numbers ?? 2) / 2));
  const alongM = ((Math.ceil(number / 2) - 0.5) / pairs) * lengthM(street.line);
  return besideStreet(street, alongM, number % 2 === 1 ? setbackM : -setbackM);
}

/** A place beside the street; a positive setback is to the left of its line. */
export function besideStreet(street: Street, alongM: number, setbackM: number): Position {
  const { position, bearing } = placeOn(street.line, alongM);
  const left = ((bearing - 90) * Math.PI) / 180;
  return movedM(position, Math.sin(left) * setbackM, Math.cos(left) * setbackM);
}

/** `Weavers Street, 14` in every language of the street's name. */
export function addressWords(street: Street, number?: number): Words {
  const { name: words = {} } = street;
  if (number === undefined) return words;
  return Object.fromEntries(
    Object.entries(words).map(([language, name]) => [language, `${name}, ${number}`]),
  ) as Partial<Record<Language, string>>;
}
