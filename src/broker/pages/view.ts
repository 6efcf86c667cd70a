/** An entity as a reader meets it: a name, a place, values in an order that says the important first. */
import { coreContext, type Entity, type Instance, type Json } from '../../ngsild/index.ts';
import {
  type City,
  digitsFor,
  districtAt,
  formatNumber,
  inLanguage,
  type Position,
  unitSymbol,
  type Words,
} from '../../ui/index.ts';
import { attributeRank, attributeWord, typeWord, valueWord } from './vocabulary/index.ts';

const iri = (name: string): string => coreContext.expand(name);
const nameIri = iri('name');
export const locationIri = iri('location');
const districtIri = iri('district');
const placeIri = iri('place');
const simulatedIri = iri('simulated');

export const first = (entity: Entity, attribute: string): Instance | undefined => entity.attrs[attribute]?.[0];

/** A language map or a plain text as words. */
function wordsOf(instance: Instance | undefined): Words | undefined {
  const value = instance?.value;
  if (typeof value === 'string') return { en: value };
  if (instance?.type !== 'LanguageProperty' || typeof value !== 'object' || value === null || Array.isArray(value))
    return undefined;
  return value as Words;
}

/** Last part of a URN: what people have on a label. */
export const localId = (id: string): string => id.split(':').at(-1) ?? id;

/** What the entity is called: by language, or as one text; undefined when it has no name. */
export function nameWords(entity: Entity): string | Readonly<Record<string, string>> | undefined {
  const value = first(entity, nameIri)?.value;
  return typeof value === 'string' ? value : (wordsOf(first(entity, nameIri)) as Record<string, string> | undefined);
}

export function nameOf(entity: Entity, language: string): { text: string; language: string } {
  const words = wordsOf(first(entity, nameIri));
  if (!words) return { text: `${typeWord(entity.type[0] ?? '', language)} ${localId(entity.id)}`, language };
  // A name without a language (a plain text) is in no known one.
  return inOneLanguage(words, language);
}

/** In the reader's language, else as people there write it (`@none`), else in another language. */
export function inOneLanguage(words: Words, language: string): { text: string; language: string } {
  const plain = (words as Readonly<Record<string, string>>)['@none'];
  if (plain === undefined || words[language as keyof Words] !== undefined) return inLanguage(words, language);
  return { text: plain, language };
}

export const placeOf = (entity: Entity, language: string): string | undefined => {
  const words = wordsOf(first(entity, placeIri));
  return words && inOneLanguage(words, language).text;
};

export const isSimulated = (entity: Entity): boolean => first(entity, simulatedIri)?.value === true;

const isPosition = (value: Json | undefined): value is [number, number] =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';

/** One point that stands for the entity: its own, or the middle one of its line or ring. */
export function positionOf(entity: Entity): Position | undefined {
  const geometry = first(entity, locationIri)?.value;
  if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return undefined;
  let coordinates: Json | undefined = geometry['coordinates'];
  if (geometry['type'] === 'Point') return isPosition(coordinates) ? [coordinates[0], coordinates[1]] : undefined;
  while (Array.isArray(coordinates) && !isPosition(coordinates[0])) coordinates = coordinates[0];
  if (!Array.isArray(coordinates)) return undefined;
  const middle = coordinates[coordinates.length >> 1];
  return isPosition(middle) ? [middle[0], middle[1]] : undefined;
}

/** Id of the district: as the entity says, else where it lies. */
export function districtIdOf(entity: Entity, city: City): string | undefined {
  const said = first(entity, districtIri)?.value;
  if (typeof said === 'string' && city.districts.some(({ id }) => id === said)) return said;
  const position = positionOf(entity);
  return position && districtAt(city, position)?.id;
}

export function districtName(id: string | undefined, city: City, language: string): string | undefined {
  const district = city.districts.find((candidate) => candidate.id === id);
  return district && inLanguage(district.name, language).text;
}

/** One value as shown. */
export type ValueView = {
  readonly iri: string;
  readonly label: string;
  readonly text: string;
  readonly unit: string;
  /** Set for a finite number. */
  readonly number?: number;
  readonly at?: number;
  /** How the value is known, where it is not simply measured. */
  readonly quality?: Quality;
};

export const qualities = ['estimated', 'flagged', 'invalid', 'missing'] as const;
export type Quality = (typeof qualities)[number];

const statusIri = iri('status');
const sourceIri = iri('source');
/** Said elsewhere on the page. */
const hidden = new Set([
  nameIri,
  locationIri,
  simulatedIri,
  placeIri,
  districtIri,
  sourceIri,
  iri('address'),
  iri('dateObserved'),
]);

/** Id of the source that feeds it, as `/sources` lists it. */
export const sourceOf = (entity: Entity): string | undefined => {
  const value = first(entity, sourceIri)?.value;
  return typeof value === 'string' ? value : undefined;
};

export function valueText(value: Json, language: string): string {
  if (typeof value === 'number') return formatNumber(value, language, { digits: digitsFor([value]) });
  if (typeof value === 'string' || typeof value === 'boolean') return valueWord(value, language);
  if (value === null) return '–';
  if (Array.isArray(value)) return value.map((item) => valueText(item, language)).join(', ');
  const words: Record<string, Json> = value;
  const own = words[language] ?? words['@none'] ?? words['@value'];
  return typeof own === 'string' ? own : JSON.stringify(value);
}

export function valueView(attribute: string, instance: Instance, language: string): ValueView {
  const { value, unitCode, observedAt } = instance;
  const at = observedAt === undefined ? Number.NaN : Date.parse(observedAt.replace(',', '.'));
  const quality = qualities.find((word) => word === instance.sub?.[statusIri]?.[0]?.value);
  return {
    iri: attribute,
    label: attributeWord(attribute, language),
    text: valueText(value, language),
    unit: unitCode === undefined ? '' : unitSymbol(unitCode, language),
    ...(typeof value === 'number' && { number: value }),
    ...(Number.isFinite(at) && { at }),
    ...(quality !== undefined && { quality }),
  };
}

/** Values worth a row: what was observed first, by rank; then what stays. Links to other entities are not values. */
export function valuesOf(entity: Entity, language: string): readonly ValueView[] {
  return Object.entries(entity.attrs)
    .flatMap(([attribute, [instance]]) =>
      instance && instance.type !== 'GeoProperty' && !hidden.has(attribute) ? [{ attribute, instance }] : [],
    )
    .filter(({ instance }) => instance.type !== 'Relationship' && instance.type !== 'ListRelationship')
    .sort(
      (a, b) =>
        Number(a.instance.observedAt === undefined) - Number(b.instance.observedAt === undefined) ||
        attributeRank(a.attribute) - attributeRank(b.attribute),
    )
    .map(({ attribute, instance }) => valueView(attribute, instance, language));
}

/** The value that says most about the entity: the first observed one. */
export function mainValue(entity: Entity, language: string): ValueView | undefined {
  const values = valuesOf(entity, language).filter(({ at }) => at !== undefined);
  return values.find(({ number }) => number !== undefined) ?? values[0];
}

/** What a list tells of it: the main value, or of a register's entry, which nobody measures, the first that stays. */
export const listedValue = (entity: Entity, language: string): ValueView | undefined =>
  mainValue(entity, language) ?? valuesOf(entity, language)[0];

/** The newest instant at which it reported anything. */
export function lastAt(entity: Entity): number | undefined {
  let last: number | undefined;
  for (const instances of Object.values(entity.attrs)) {
    for (const { observedAt } of instances) {
      if (observedAt === undefined) continue;
      const at = Date.parse(observedAt.replace(',', '.'));
      if (Number.isFinite(at) && (last === undefined || at > last)) last = at;
    }
  }
  return last;
}

/** Number, no-break space and unit. */
export const withUnit = ({ text, unit }: ValueView): string => (unit === '' ? text : `${text}\u00a0${unit}`);

/** Path of an entity's page, without language; colons stay readable. */
export const entityPath = (id: string): string => `/entities/${encodeURIComponent(id).replaceAll('%3A', ':')}`;
