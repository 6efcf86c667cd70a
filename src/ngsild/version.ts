/**
 * Entities as an older version of the standard knew them. CIM 009 v1.9.1, 4.3.6.8, tables 1 to 3: what is younger goes,
 * or becomes the Property or Relationship that it is a kind of.
 */
import type { Context } from './context.ts';
import { scopeIri } from './entity.ts';
import type { AttributeKind, Attributes, Entity, Instance, Json } from './entity.ts';

/** Minor version of the standard that we speak: 1.9. */
export const currentVersion = 9;

/** The kinds that came later, with the version that brought them. */
const kindSince: Readonly<Partial<Record<AttributeKind, number>>> = {
  LanguageProperty: 4,
  JsonProperty: 8,
  VocabProperty: 8,
  ListProperty: 8,
  ListRelationship: 8,
};
const memberSince = {
  datasetId: 3,
  observedAt: 3,
  unitCode: 3,
  objectType: 8,
  valueType: 9,
  expiresAt: 9,
} as const satisfies Partial<Record<keyof Instance, number>>;

/**
 * @param minor the version is `1.minor`
 * @param context names the terms of a VocabProperty, once it is a plain Property
 */
export function asOfVersion(entity: Entity, minor: number, context: Context): Entity {
  const { scope, expiresAt, ...rest } = entity;
  return {
    ...rest,
    type: minor < 3 ? entity.type.slice(0, 1) : entity.type,
    ...(scope && minor >= 4 && { scope }),
    ...(expiresAt !== undefined && minor >= 9 && { expiresAt }),
    attrs: attributesAsOf(entity.attrs, minor, context),
  };
}

/** The same of what was, where instances follow each other in time. */
export function pastAsOf<T extends Pick<Entity, 'type'> & { readonly attrs: readonly Series[] }>(
  entity: T,
  minor: number,
  context: Context,
): T {
  const attrs = entity.attrs
    .filter(({ name }) => name !== scopeIri || minor >= 4)
    .map((series) => ({
      ...series,
      instances: series.instances.map((instance) => instanceAsOf(instance, minor, context)),
    }));
  return { ...entity, type: minor < 3 ? entity.type.slice(0, 1) : entity.type, attrs };
}

type Series = { readonly name: string; readonly instances: readonly Instance[] };

function attributesAsOf(attrs: Attributes, minor: number, context: Context): Attributes {
  const made: Record<string, readonly Instance[]> = {};
  for (const name in attrs) {
    const all = attrs[name] ?? [];
    const one = all.find(({ datasetId }) => datasetId === undefined) ?? all[0];
    const kept = minor < 3 && one ? [one] : all;
    made[name] = kept.map((instance) => instanceAsOf(instance, minor, context));
  }
  return made;
}

/** Members that it does not know stay. */
function instanceAsOf(instance: Instance, minor: number, context: Context): Instance {
  const made: { -readonly [key in keyof Instance]: Instance[key] } = { ...instance };
  for (const member of Object.keys(memberSince) as (keyof typeof memberSince)[]) {
    if (minor < memberSince[member]) delete made[member];
  }
  if (minor < (kindSince[instance.type] ?? 0)) {
    made.type = instance.type === 'ListRelationship' ? 'Relationship' : 'Property';
    if (instance.type === 'VocabProperty') made.value = termsOf(instance.value, context);
  }
  if (instance.sub) made.sub = attributesAsOf(instance.sub, minor, context);
  return made;
}

function termsOf(value: Json, context: Context): Json {
  if (typeof value === 'string') return context.compact(value);
  return Array.isArray(value) ? value.map((term) => termsOf(term, context)) : value;
}
