/**
 * Entities to wire JSON: normalized, concise, simplified (4.5.1 to 4.5.5), GeoJSON (4.5.16, 4.5.17), in one language
 * (4.15). CIM 009 v1.9.1.
 */
import type { Context } from './context.ts';
import { valueMembers } from './entity.ts';
import type { Entity, Instance, Json } from './entity.ts';
import { bestLanguage } from './language.ts';
import type { LanguageRange } from './language.ts';
import { linkedOptions, tooManyLinked } from './linked.ts';
import type { LinkedEntities } from './linked.ts';
import { isShown } from './projection.ts';
import type { Projection } from './projection.ts';

export type Format = 'normalized' | 'concise' | 'simplified';
export type JsonObject = { [key: string]: Json };

export type RepresentOptions = {
  /** Default normalized. */
  readonly format?: Format;
  /** Show createdAt, modifiedAt and expiresAt too (`options=sysAttrs`, 6.3.11). */
  readonly sysAttrs?: boolean;
  /** Only these attributes (IRIs); id, type and scope stay. The old `attrs`. */
  readonly attrs?: ReadonlySet<string>;
  /** Only these members (4.21). */
  readonly pick?: Projection;
  /** All but these. */
  readonly omit?: Projection;
  /** Only instances of these datasets; `@none` is the default one (4.5.5). */
  readonly datasetIds?: ReadonlySet<string>;
  /** LanguageProperties become Properties in the language that fits best. */
  readonly lang?: readonly LanguageRange[];
  /** Entities to show inside the relationships that lead to them (4.5.23.2). */
  readonly linked?: LinkedEntities;
};

/** Finds what is to be shown for the end of one relationship; undefined: its URI alone. */
type Embed = (id: string) => JsonObject | undefined;
type InstanceOptions = RepresentOptions & { readonly embed?: Embed };

/**
 * An entity as the client wants to see it, without `@context`.
 * Implements CIM 009 v1.9.1, 4.5.1 to 4.5.4.
 */
export function representEntity(entity: Entity, context: Context, options: RepresentOptions = {}): JsonObject {
  const { pick, omit, sysAttrs = false, linked } = options;
  const json: JsonObject = {};
  const shown = (member: string): boolean => isShown(member, pick, omit);
  if (shown('id')) json['id'] = entity.id;
  if (shown('type')) json['type'] = representTypes(entity.type, context);
  if (entity.scope !== undefined && entity.scope.length > 0 && shown('scope')) json['scope'] = oneOrMany(entity.scope);
  if (sysAttrs) {
    if (entity.expiresAt !== undefined) json['expiresAt'] = entity.expiresAt;
    json['createdAt'] = entity.createdAt;
    json['modifiedAt'] = entity.modifiedAt;
  }
  for (const name in entity.attrs) {
    if (options.attrs !== undefined && !options.attrs.has(name)) continue;
    if (!shown(name)) continue;
    const instances = entity.attrs[name] ?? [];
    const value = representAttribute(
      instances,
      context,
      linked ? { ...options, embed: embedding(entity.id, name, linked, context, options) } : options,
    );
    if (value !== undefined) json[context.compact(name)] = value;
  }
  return json;
}

/** The entities at the end of a relationship, each with what it links to itself, down to the last level. */
function embedding(
  from: string,
  name: string,
  linked: LinkedEntities,
  context: Context,
  options: RepresentOptions,
): Embed {
  const below = linkedOptions(options, name, from);
  return (id) => {
    const entity = linked.seen.has(id) || id === from ? undefined : linked.entities.get(id);
    if (!entity) return undefined;
    if (linked.room.left-- <= 0) throw tooManyLinked();
    return representEntity(entity, context, below);
  };
}

/** Type names: one string, or an array where there are several. */
export function representTypes(types: readonly string[], context: Context): Json {
  return types.length === 1 ? context.compact(types[0] ?? '') : types.map((type) => context.compact(type));
}

const oneOrMany = (items: readonly string[]): Json => (items.length === 1 ? (items[0] ?? '') : [...items]);

/** All instances of an attribute; undefined when none of the wanted datasets has one. */
export function representAttribute(
  all: readonly Instance[],
  context: Context,
  options: InstanceOptions = {},
): Json | undefined {
  const { datasetIds, format } = options;
  const instances = datasetIds ? all.filter(({ datasetId = '@none' }) => datasetIds.has(datasetId)) : all;
  const [first] = instances;
  if (!first) return undefined;
  if (format === 'simplified') {
    if (instances.length === 1) return simplifiedValue(first, context, options);
    const dataset: JsonObject = {};
    for (const instance of instances) {
      dataset[instance.datasetId ?? '@none'] = simplifiedValue(instance, context, options);
    }
    return { dataset };
  }
  if (instances.length === 1) {
    const json = representInstance(first, context, options);
    return format === 'concise' ? concisely(json, first) : json;
  }
  return instances.map((instance) => representInstance(instance, context, options));
}

/** The value alone, as in simplified representation (4.5.4). */
export function simplifiedValue(instance: Instance, context: Context, options: InstanceOptions = {}): Json {
  const { type, value } = instance;
  const { embed } = options;
  switch (type) {
    case 'Relationship':
    case 'ListRelationship': {
      if (!embed) return value;
      const shown = (id: Json): Json => (typeof id === 'string' ? (embed(id) ?? id) : id);
      return Array.isArray(value) ? value.map(shown) : shown(value);
    }
    case 'LanguageProperty':
      return options.lang ? bestLanguage(value, options.lang).text : { languageMap: value };
    case 'VocabProperty':
      return { vocab: compactTerms(value, context) };
    case 'JsonProperty':
      return { json: value };
    default:
      return value;
  }
}

function compactTerms(value: Json, context: Context): Json {
  if (typeof value === 'string') return context.compact(value);
  return Array.isArray(value) ? value.map((term) => (typeof term === 'string' ? context.compact(term) : term)) : value;
}

/** The value as it stands in its member. */
function memberValue(instance: Instance, context: Context, concise: boolean): Json {
  const { type, value } = instance;
  if (type === 'VocabProperty') return compactTerms(value, context);
  if (type === 'ListRelationship' && !concise && Array.isArray(value)) return value.map((object) => ({ object }));
  return value;
}

/** One instance, normalized or concise (4.5.2, 4.5.3, 4.5.18 to 4.5.24). */
export function representInstance(
  instance: Instance,
  context: Context,
  options: InstanceOptions = {},
  parent?: Instance,
): JsonObject {
  const concise = options.format === 'concise';
  const json: JsonObject = {};
  const { type } = instance;
  if (type === 'LanguageProperty' && options.lang) {
    const { text, tag } = bestLanguage(instance.value, options.lang);
    if (!concise) json['type'] = 'Property';
    json['value'] = text;
    json['lang'] = tag;
  } else {
    if (!concise) json['type'] = type;
    json[valueMembers[type]] = memberValue(instance, context, concise);
  }
  if (options.embed) addLinked(json, instance, options.embed);
  if (instance.objectType !== undefined) {
    const { objectType } = instance;
    json['objectType'] =
      typeof objectType === 'string' ? context.compact(objectType) : objectType.map((iri) => context.compact(iri));
  }
  if (instance.valueType !== undefined) json['valueType'] = context.compact(instance.valueType);
  if (instance.unitCode !== undefined) json['unitCode'] = instance.unitCode;
  if (instance.observedAt !== undefined) json['observedAt'] = instance.observedAt;
  if (instance.datasetId !== undefined) json['datasetId'] = instance.datasetId;
  if (instance.ngsildproof !== undefined) json['ngsildproof'] = instance.ngsildproof;
  if (options.sysAttrs === true) {
    if (instance.expiresAt !== undefined) json['expiresAt'] = instance.expiresAt;
    // Sub-attributes keep no stamps of their own: they come and go with the attribute.
    const createdAt = instance.createdAt ?? parent?.createdAt;
    const modifiedAt = instance.modifiedAt ?? parent?.modifiedAt;
    if (createdAt !== undefined) json['createdAt'] = createdAt;
    if (modifiedAt !== undefined) json['modifiedAt'] = modifiedAt;
  }
  const subOptions = options.embed ? withoutEmbed(options) : options;
  for (const name in instance.sub) {
    const subs = instance.sub[name] ?? [];
    const shown = subs.map((sub) =>
      representInstance(sub, context, subOptions, instance.modifiedAt === undefined ? parent : instance),
    );
    const [only, firstSub] = [shown[0], subs[0]];
    if (shown.length !== 1 || !only || !firstSub) json[context.compact(name)] = shown;
    else json[context.compact(name)] = concise ? concisely(only, firstSub) : only;
  }
  // A Property that holds a geometry would come back as a GeoProperty: only then the type must be said.
  return concise && type === 'Property' && isGeometryLike(instance.value) ? { type, ...json } : json;
}

function withoutEmbed(options: InstanceOptions): RepresentOptions {
  const { embed: _, ...others } = options;
  return others;
}

/** `entity` or `entityList`: the entities that the relationship leads to, as far as they are known here (4.5.23.2). */
function addLinked(json: JsonObject, { type, value }: Instance, embed: Embed): void {
  if (type !== 'Relationship' && type !== 'ListRelationship') return;
  const ids = Array.isArray(value) ? value : [value];
  const found = ids.flatMap((id) => (typeof id === 'string' ? (embed(id) ?? []) : []));
  if (found.length === 0) return;
  if (type === 'ListRelationship') json['entityList'] = found;
  else json['entity'] = Array.isArray(value) ? found : (found[0] ?? null);
}

/** A property with nothing but its value is written as the value, where reading it back gives the same property. */
function concisely(json: JsonObject, { type, value }: Instance): Json {
  const bare = (type === 'Property' || type === 'GeoProperty') && Object.keys(json).length === 1;
  if (!bare) return json;
  if (type === 'GeoProperty') return value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some(isPlain) ? json : value;
  return isPlain(value) ? json : value;
}

const telling = [
  'type',
  '@type',
  'value',
  'object',
  'languageMap',
  'vocab',
  'json',
  'valueList',
  'objectList',
  'dataset',
];

/** An object that a parser would take for an attribute. */
function isPlain(value: Json): boolean {
  return typeof value === 'object' && value !== null && telling.some((member) => Object.hasOwn(value, member));
}

function isGeometryLike(value: Json): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && 'coordinates' in value;
}
