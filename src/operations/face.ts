/** From what a module knows of a thing to its entity and back: attributes by their short names, what differs as a delta. */
import { simulatedAttribute } from '../broker/index.ts';
import {
  coreContext,
  type Attributes,
  type Entity,
  type EntityDelta,
  type Instance,
  type Json,
} from '../ngsild/index.ts';

/** Words by language. */
type Texts = Readonly<Record<string, string>>;
type Thing = { readonly id: string; readonly simulated: boolean };

/** Every attribute of an entity, by its short name; undefined: it has none. */
export type Faces<T> = Readonly<Record<string, (thing: T) => Instance | undefined>>;

export const iri = (name: string): string => coreContext.expand(name);

export const property = (value: Json | undefined): Instance | undefined =>
  value === undefined ? undefined : { type: 'Property', value };
export const instant = (at: number | undefined): Instance | undefined =>
  at === undefined ? undefined : property(new Date(at).toISOString());
export const texts = (value: Texts | undefined): Instance | undefined =>
  value && { type: 'LanguageProperty', value: { ...value } };
export const measured = (value: number | undefined, unitCode: string | undefined): Instance | undefined =>
  value === undefined ? undefined : { type: 'Property', value, ...(unitCode !== undefined && { unitCode }) };
export const relationship = (id: string | undefined): Instance | undefined =>
  id === undefined ? undefined : { type: 'Relationship', value: id };
/** @param at [long, lat] */
export const point = (at: readonly [number, number] | undefined): Instance | undefined =>
  at && { type: 'GeoProperty', value: { type: 'Point', coordinates: [...at] } };

const same = (a: Instance, b: Instance): boolean =>
  JSON.stringify([a.type, a.value, a.unitCode]) === JSON.stringify([b.type, b.value, b.unitCode]);

/**
 * Makes what is recorded of a step: the thing whole when it is new, else what differs.
 * @param type IRI
 * @returns `at`: ISO 8601, of the record
 */
export function deltaOf<T extends Thing>(
  type: string,
  faces: Faces<T>,
): (before: T | undefined, after: T, at: string) => EntityDelta {
  const named = Object.entries(faces).map(([name, face]) => [iri(name), face] as const);
  const attributesOf = (thing: T): Record<string, Instance> => {
    const attrs: Record<string, Instance> = {};
    for (const [name, face] of named) {
      const instance = face(thing);
      if (instance) attrs[name] = instance;
    }
    if (thing.simulated) attrs[simulatedAttribute] = { type: 'Property', value: true };
    return attrs;
  };
  return (before, after, at) => {
    const now = attributesOf(after);
    if (!before) {
      const attrs: Attributes = Object.fromEntries(
        Object.entries(now).map(([name, instance]) => [name, [{ ...instance, createdAt: at, modifiedAt: at }]]),
      );
      return { op: 'put', entity: { id: after.id, type: [type], createdAt: at, modifiedAt: at, attrs } };
    }
    const was = attributesOf(before);
    const attrs: Record<string, readonly Instance[]> = {};
    for (const [name, instance] of Object.entries(now)) {
      const known = was[name];
      if (!known || !same(known, instance)) attrs[name] = [{ ...instance, modifiedAt: at }];
    }
    const remove = Object.keys(was).flatMap((name) => (now[name] ? [] : [{ name }]));
    return { op: 'set', id: after.id, at, attrs, ...(remove.length > 0 && { remove }) };
  };
}

/** Reads an entity by short names; what is there but of another kind is as if it were not. */
export function readingOf({ attrs }: Pick<Entity, 'attrs'>) {
  const first = (name: string): Instance | undefined => attrs[iri(name)]?.[0];
  const value = (name: string): Json | undefined => first(name)?.value;
  const text = (name: string): string | undefined => stringOf(value(name));
  return {
    first,
    value,
    text,
    number: (name: string): number | undefined => {
      const found = value(name);
      return typeof found === 'number' ? found : undefined;
    },
    ms: (name: string): number | undefined => {
      const found = text(name);
      return found === undefined ? undefined : Date.parse(found);
    },
    words: (name: string): Texts | undefined => textsOf(value(name)),
    point: (name: string) => pointOf(value(name)),
    relationship: (name: string): string | undefined => {
      const found = first(name);
      return found?.type === 'Relationship' ? stringOf(found.value) : undefined;
    },
    simulated: attrs[simulatedAttribute]?.[0]?.value === true,
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
export const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
export const stringOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A language map, or a plain text as one. */
export function textsOf(value: Json | undefined): Texts | undefined {
  if (typeof value === 'string') return { en: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, string>;
}

/** One point that stands for a geometry: its own, or the middle one of its line or ring. */
export function pointOf(geometry: Json | undefined): readonly [number, number] | undefined {
  if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return undefined;
  let at: Json | undefined = geometry['coordinates'];
  while (Array.isArray(at) && Array.isArray(at[0])) at = at[Array.isArray(at[0][0]) ? 0 : at.length >> 1];
  if (!Array.isArray(at)) return undefined;
  const [long, lat] = at;
  return typeof long === 'number' && typeof lat === 'number' ? [long, lat] : undefined;
}
