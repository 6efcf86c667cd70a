/**
 * The schema gate: what names, finds or traces a person does not become part of an entity, whichever door it comes to.
 * It guards against carelessness (a column too many, a model that asks for it); it cannot read what people write into a
 * text, nor stop somebody who calls a telephone number "remark".
 */
import { Problem } from '../../base/problem.ts';
import type { Attributes, Entity, EntityDelta, Instance, Json } from '../../ngsild/entity.ts';
import { fleetTypes, natureTypes, personalAttributes, personalTypes, reportTypes, type Personal } from './words.ts';

/** An entity or attribute was refused since it says something of a person. */
export class PersonalData extends Problem {
  /** @param field the attribute as clients know it, with a dot before what lies in it; `type` for a type */
  constructor(detail: string, field: string) {
    super('bad-data', detail, field);
  }
}

type TypeWords = {
  readonly why: string | undefined;
  readonly report: boolean;
  readonly fleet: boolean;
  readonly nature: boolean;
};
type Found = Personal | 'contactPoint' | 'category' | null;
type Where = { report: boolean; fleet: boolean; nature: boolean; contact: boolean };

/** Names come from outside: a sender that invents some only empties the memory. */
const rememberedMax = 20_000;

function remembering<T>(of: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const there = known.get(name);
    if (there !== undefined) return there;
    if (known.size >= rememberedMax) known.clear();
    const made = of(name);
    known.set(name, made);
    return made;
  };
}

/** The part of a name that clients write: what follows the last `/`, `#` or `:`. */
const shortOf = (name: string): string =>
  name.slice(Math.max(...['/', '#', ':'].map((end) => name.lastIndexOf(end))) + 1);

/** How names end is what is compared; no word of the lists is longer. */
const lengthMax = 200;

const plain = (name: string): string =>
  decoded(shortOf(name))
    .slice(-lengthMax)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\p{N}+$/u, '');

/** An IRI may spell its letters as `%D1%82`. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const attributeOf = remembering((name): Found => {
  const word = plain(name);
  if (word === 'contactpoint') return 'contactPoint';
  if (word === 'category') return 'category';
  const found = personalAttributes.find(
    ({ ends = [], is = [], not }) =>
      (is.includes(word) || ends.some((end) => word.endsWith(end))) && not?.test(word) !== true,
  );
  return found ?? null;
});

const typeOf = remembering((type): TypeWords => {
  const word = plain(type);
  const found = personalTypes.find(
    ({ is = [], has = [], not }) =>
      (is.includes(word) || has.some((part) => word.includes(part))) && not?.test(word) !== true,
  );
  return {
    why: found?.why,
    report: reportTypes.includes(word),
    fleet: fleetTypes.includes(word),
    nature: natureTypes.includes(word),
  };
});

/**
 * Why there are no entities of these types, or none that have an attribute of this name; IRIs, or as clients write them.
 */
export function personalFault(types: readonly string[], name?: string): string | undefined {
  try {
    refusePersonalAttributes(types, name === undefined ? {} : { [name]: [] });
    return undefined;
  } catch (error) {
    if (error instanceof PersonalData) return error.message;
    throw error;
  }
}

/**
 * Refuses what a change says of a person. What was stored before stays as it is.
 * @param known the entity as it stands
 * @throws PersonalData
 */
export function refusePersonal(known: Entity | undefined, delta: EntityDelta): void {
  if (delta.op === 'put') refusePersonalAttributes(delta.entity.type, delta.entity.attrs);
  else if (delta.op === 'history')
    refusePersonalAttributes(known ? [...known.type, ...delta.type] : delta.type, delta.attrs);
  else if (delta.op === 'set') {
    refusePersonalAttributes(
      delta.type ? [...(known?.type ?? []), ...delta.type] : (known?.type ?? []),
      delta.attrs,
      known?.attrs,
    );
  } else if (delta.op === 'forget' && delta.becomes) refusePersonalAttributes(delta.becomes.type, delta.becomes.attrs);
}

/**
 * @param types of the entity, IRIs
 * @param before what the entity has already: the category of a vehicle
 * @throws PersonalData
 */
export function refusePersonalAttributes(types: readonly string[], attrs: Attributes, before: Attributes = {}): void {
  const where: Where = { report: false, fleet: false, nature: false, contact: false };
  for (const type of types) {
    const { why, report, fleet, nature } = typeOf(type);
    if (why !== undefined) throw new PersonalData(`entities of type ${shortOf(type)} are not taken: ${why}`, 'type');
    where.report ||= report;
    where.fleet ||= fleet;
    where.nature ||= nature;
  }
  if (where.fleet && isPrivate(attrs, before)) {
    where.fleet = false;
    lookAtAll(before, '', where);
  }
  lookAtAll(attrs, '', where);
}

const isPrivate = (attrs: Attributes, before: Attributes): boolean =>
  [attrs, before].some((some) =>
    Object.keys(some).some(
      (name) => attributeOf(name) === 'category' && some[name]?.some(({ value }) => [value].flat().includes('private')),
    ),
  );

function lookAtAll(attrs: Attributes, path: string, where: Where): void {
  for (const name in attrs) lookAt(name, attrs[name] ?? [], path, where);
}

function lookAt(name: string, instances: readonly Instance[], path: string, where: Where): void {
  const found = attributeOf(name);
  if (found !== null) refuse(name, found, path, where);
  for (const { type, value, sub } of instances) {
    const isOpaque =
      typeof value !== 'object' || value === null || type === 'GeoProperty' || type === 'LanguageProperty';
    if (isOpaque && sub === undefined) continue;
    const inside = found === 'contactPoint' ? { ...where, contact: true } : where;
    const at = `${path}${shortOf(name)}.`;
    if (!isOpaque) lookInto(value, at, inside);
    if (sub !== undefined) lookAtAll(sub, at, inside);
  }
}

function lookInto(value: Json, path: string, where: Where): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) lookInto(item, path, where);
    return;
  }
  for (const name in value) {
    const found = attributeOf(name);
    if (found !== null) refuse(name, found, path, where);
    const inside = found === 'contactPoint' ? { ...where, contact: true } : where;
    lookInto(value[name] as Json, `${path}${name}.`, inside);
  }
}

function refuse(name: string, found: Exclude<Found, null>, path: string, where: Where): void {
  if (typeof found === 'string') return;
  if (found.only === 'report' && !where.report) return;
  if (found.allowed === 'contactPoint' && where.contact && !where.report) return;
  if (found.allowed === 'fleet' && where.fleet) return;
  if (found.allowed === 'nature' && where.nature) return;
  const field = `${path}${shortOf(name)}`;
  throw new PersonalData(
    `${field} is personal (${found.word}) and does not become part of an entity: ${found.why}`,
    field,
  );
}
