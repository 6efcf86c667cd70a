/** Which types and attributes there are. CIM 009 v1.9.1, 5.7.5 to 5.7.10, 5.2.24 to 5.2.28. */
import type { Context } from './context.ts';
import { attributeKinds } from './entity.ts';
import type { AttributeKind } from './entity.ts';
import type { JsonObject } from './represent.ts';

/** Entities that have the same types and the same attributes, of the same kinds. */
export type EntityShape = {
  /** IRIs. */
  readonly types: readonly string[];
  readonly attrs: readonly { readonly name: string; readonly kinds: readonly AttributeKind[] }[];
  /** How many entities, at least one. */
  readonly count: number;
};

type Known = { count: number; readonly kinds: Set<AttributeKind>; readonly types: Set<string> };

/** All attributes of these shapes, by IRI. */
function attributesOf(shapes: readonly EntityShape[]): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  for (const { types, attrs, count } of shapes) {
    for (const { name, kinds } of attrs) {
      let known = found.get(name);
      if (!known) found.set(name, (known = { count: 0, kinds: new Set(), types: new Set() }));
      known.count += count;
      for (const kind of kinds) known.kinds.add(kind);
      for (const type of types) known.types.add(type);
    }
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const typesOf = (shapes: readonly EntityShape[]): readonly string[] =>
  [...new Set(shapes.flatMap(({ types }) => types))].toSorted();

const inOrder = (kinds: ReadonlySet<AttributeKind>): AttributeKind[] =>
  attributeKinds.filter((kind) => kinds.has(kind));

const ofType = (shapes: readonly EntityShape[], type: string): readonly EntityShape[] =>
  shapes.filter(({ types }) => types.includes(type));

/** 5.2.24. There is one such list, so its id is always the same. */
export function typeList(shapes: readonly EntityShape[], context: Context): JsonObject {
  return {
    id: 'urn:ngsi-ld:EntityTypeList:all',
    type: 'EntityTypeList',
    typeList: typesOf(shapes).map((type) => context.compact(type)),
  };
}

/** 5.2.25, one for each type. */
export function typeDetails(shapes: readonly EntityShape[], context: Context): JsonObject[] {
  return typesOf(shapes).map((type) => ({
    id: type,
    type: 'EntityType',
    typeName: context.compact(type),
    attributeNames: [...attributesOf(ofType(shapes, type)).keys()].map((name) => context.compact(name)),
  }));
}

/** 5.2.26; undefined when no entity is of the type. */
export function typeInfo(shapes: readonly EntityShape[], type: string, context: Context): JsonObject | undefined {
  const own = ofType(shapes, type);
  if (own.length === 0) return undefined;
  return {
    id: type,
    type: 'EntityTypeInfo',
    typeName: context.compact(type),
    entityCount: own.reduce((sum, { count }) => sum + count, 0),
    attributeDetails: [...attributesOf(own)].map(([name, { kinds }]) => ({
      ...named(name, context),
      attributeTypes: inOrder(kinds),
    })),
  };
}

/** 5.2.27. */
export function attributeList(shapes: readonly EntityShape[], context: Context): JsonObject {
  return {
    id: 'urn:ngsi-ld:AttributeList:all',
    type: 'AttributeList',
    attributeList: [...attributesOf(shapes).keys()].map((name) => context.compact(name)),
  };
}

/** 5.2.28 without counts and kinds (5.7.9), one for each attribute. */
export function attributeDetails(shapes: readonly EntityShape[], context: Context): JsonObject[] {
  return [...attributesOf(shapes)].map(([name, { types }]) => ({
    ...named(name, context),
    typeNames: [...types].toSorted().map((type) => context.compact(type)),
  }));
}

/**
 * 5.2.28; undefined when no entity has the attribute. Its count is that of entities: several datasets of one entity are
 * one (5.7.11 allows an estimate).
 */
export function attributeInfo(shapes: readonly EntityShape[], name: string, context: Context): JsonObject | undefined {
  const known = attributesOf(shapes).get(name);
  return (
    known && {
      ...named(name, context),
      attributeCount: known.count,
      attributeTypes: inOrder(known.kinds),
      typeNames: [...known.types].toSorted().map((type) => context.compact(type)),
    }
  );
}

const named = (name: string, context: Context): JsonObject => ({
  id: name,
  type: 'Attribute',
  attributeName: context.compact(name),
});
