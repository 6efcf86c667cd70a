/** The features of a profile's files: each kind of thing from its properties and its geometry. */
import { Problem } from '../base/problem.ts';
import { parseArea, parseLine, parsePoint, type Feature } from './geojson.ts';
import { languageOfName } from './naming.ts';
import { groundLineKinds, languages, streetKinds, type City, type District, type Language } from './profile.ts';
import type { Address, AddressRange, Ground, GroundLine, Place, Street, Words } from './profile.ts';
import { count, oneOf, text } from './words.ts';

/** A GeoJSON file and how its properties are called. */
export type Layer = {
  readonly file: string;
  readonly features: Feature[];
  /** Property that holds the name, by language. */
  readonly name: Readonly<Partial<Record<Language, string>>>;
  /** Nobody said how names are called: `name:tg` and so on, and `name` in the language of its letters. */
  readonly isStandard: boolean;
  /** The city's own, for names whose language nobody says. */
  readonly languages: readonly Language[];
  readonly id: string;
  readonly population: string;
};

export const standardNames: Readonly<Record<Language, string>> = Object.fromEntries(
  languages.map((language) => [language, `name:${language}`]),
) as Record<Language, string>;

function nameOf({ properties }: Feature, layer: Layer, plain = false): Words | undefined {
  const found: Partial<Record<Language, string>> = {};
  let count = 0;
  for (const language of languages) {
    const property = layer.name[language];
    const value = property === undefined ? undefined : properties[property];
    if (typeof value !== 'string' || value.trim() === '') continue;
    found[language] = value.trim().normalize('NFC');
    count++;
  }
  const name = plain && layer.isStandard ? properties['name'] : undefined;
  if (typeof name === 'string' && name.trim() !== '') {
    const word = name.trim().normalize('NFC');
    const known = languages.some((language) => found[language] === word);
    const language = known ? undefined : languageOfName(word, layer.languages);
    if (language && found[language] === undefined) {
      found[language] = word;
      count++;
    }
  }
  return count > 0 ? found : undefined;
}

function namedOf(feature: Feature, layer: Layer, plain = false): Words {
  const name = nameOf(feature, layer, plain);
  if (!name) {
    const wanted = Object.values(layer.name).join(', ');
    throw new Problem('bad-data', `no name: expected one of ${wanted}`, `${feature.at}.properties`);
  }
  return name;
}

/** `alt_name`, `old_name:ru` and their like, as OpenStreetMap calls them; several stand in one with `;` between. */
const otherName = /^(name|(alt|old|official|short|loc|int)_name(:.+)?)$/;

function otherNamesOf({ properties }: Feature, name: Words | undefined): readonly string[] {
  const shown = Object.values(name ?? {});
  const others = new Set<string>();
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value !== 'string' || !otherName.test(key)) continue;
    for (const part of value.split(';')) {
      const word = part.trim().normalize('NFC');
      if (word !== '' && !shown.includes(word)) others.add(word);
    }
  }
  return [...others];
}

const optionalId = ({ properties, at }: Feature): { id: string } | undefined =>
  properties['id'] === undefined ? undefined : { id: text(properties['id'], `${at}.properties.id`) };

/** @param zoneHours hours east of UTC: tells swapped coordinates */
export function parseDistrict(feature: Feature, layer: Layer, zoneHours: number): District {
  const id = feature.properties[layer.id];
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '') {
    throw new Problem('bad-data', 'expected an id', `${feature.at}.properties.${layer.id}`);
  }
  const population = feature.properties[layer.population];
  return {
    id: String(id),
    name: namedOf(feature, layer),
    ...(population !== undefined &&
      population !== null && { population: count(population, `${feature.at}.properties.${layer.population}`) }),
    geometry: parseArea(feature.geometry, feature.at, zoneHours),
  };
}

export function parseStreet(feature: Feature, layer: Layer, zoneHours: number): Street {
  const { kind, residents, numbers } = feature.properties;
  const at = `${feature.at}.properties.`;
  const name = nameOf(feature, layer, true);
  const otherNames = otherNamesOf(feature, name);
  return {
    ...optionalId(feature),
    ...(name && { name }),
    ...(otherNames.length > 0 && { otherNames }),
    kind: kind === undefined ? 'street' : oneOf(kind, streetKinds, `${at}kind`),
    line: parseLine(feature.geometry, feature.at, zoneHours),
    ...(residents !== undefined && { residents: count(residents, `${at}residents`) }),
    ...(numbers !== undefined && { numbers: count(numbers, `${at}numbers`) }),
  };
}

/** Water and green are areas; rivers, canals, streams and rails are lines. */
export function parseGround(layer: Layer | undefined, zoneHours: number): Pick<City, 'ground' | 'groundLines'> {
  const ground: Ground[] = [];
  const groundLines: GroundLine[] = [];
  for (const feature of layer?.features ?? []) {
    const at = `${feature.at}.properties.kind`;
    const kind = oneOf(feature.properties['kind'], ['water', 'green', ...groundLineKinds] as const, at);
    const name = nameOf(feature, layer as Layer, true);
    const shared = { ...optionalId(feature), ...(name && { name }) };
    if (kind === 'water' || kind === 'green') {
      ground.push({ ...shared, kind, geometry: parseArea(feature.geometry, feature.at, zoneHours) });
    } else groundLines.push({ ...shared, kind, line: parseLine(feature.geometry, feature.at, zoneHours) });
  }
  return { ground, groundLines };
}

export function parsePlace(feature: Feature, layer: Layer, zoneHours: number): Place {
  const name = namedOf(feature, layer, true);
  const otherNames = otherNamesOf(feature, name);
  return {
    ...optionalId(feature),
    kind: text(feature.properties['kind'], `${feature.at}.properties.kind`),
    name,
    ...(otherNames.length > 0 && { otherNames }),
    at: parsePoint(feature.geometry, feature.at, zoneHours),
  };
}

/** A point is one house; a line with `from`, `to` and `step` is a row of them. */
export function parseAddresses(layer: Layer | undefined, zoneHours: number): Pick<City, 'addresses' | 'addressRanges'> {
  const addresses: Address[] = [];
  const addressRanges: AddressRange[] = [];
  for (const feature of layer?.features ?? []) {
    const { street, number, from, to, step } = feature.properties;
    const at = `${feature.at}.properties.`;
    const name = text(street, `${at}street`);
    if (number !== undefined) {
      const point = parsePoint(feature.geometry, feature.at, zoneHours);
      addresses.push({ street: name, number: text(number, `${at}number`), at: point });
    } else {
      addressRanges.push({
        street: name,
        from: count(from, `${at}from`),
        to: count(to, `${at}to`),
        step: oneOf(step, ['odd', 'even', 'all'] as const, `${at}step`),
        line: parseLine(feature.geometry, feature.at, zoneHours),
      });
    }
  }
  return { addresses, addressRanges };
}
