/**
 * History to wire JSON: full (4.5.6 to 4.5.8), simplified = `temporalValues` (4.5.9), aggregated (4.5.19).
 * CIM 009 v1.9.1. What comes in is what `store/` gives, typed here by its shape.
 */
import { formatInstant } from '../base/time.ts';
import type { Context } from './context.ts';
import { nullMarker } from './datatypes.ts';
import type { AttributeKind, Instance, Json } from './entity.ts';
import type { AggregateMethod, TimeProperty } from './query.ts';
import { isShown } from './projection.ts';
import { representInstance, representTypes, simplifiedValue } from './represent.ts';
import type { JsonObject, RepresentOptions } from './represent.ts';

export type PastInstance = Instance & { readonly instanceId: string; readonly deletedAt?: string };
export type EntityPast = {
  readonly id: string;
  readonly type: readonly string[];
  readonly attrs: readonly { readonly name: string; readonly instances: readonly PastInstance[] }[];
};
export type EntityAggregate = {
  readonly id: string;
  readonly type: readonly string[];
  readonly attrs: readonly {
    readonly name: string;
    readonly datasetId?: string;
    readonly relationship?: true;
    readonly methods: Readonly<
      Partial<Record<AggregateMethod, readonly (readonly [number | string, number, number])[]>>
    >;
  }[];
};

export type TemporalOptions = RepresentOptions & {
  /** The time beside each simplified value; default observedAt. */
  readonly timeproperty?: TimeProperty;
  /** Attributes (IRIs) that have no instance here because a page was cut: shown as empty arrays. */
  readonly empty?: readonly string[];
};

/** Plural of the value member, by kind. */
const plurals: Readonly<Record<AttributeKind, string>> = {
  Property: 'values',
  GeoProperty: 'values',
  Relationship: 'objects',
  LanguageProperty: 'languageMaps',
  VocabProperty: 'vocabs',
  JsonProperty: 'jsons',
  ListProperty: 'valueLists',
  ListRelationship: 'objectLists',
};

type Shown = (member: string) => boolean;

function head(entity: { id: string; type: readonly string[] }, context: Context, shown: Shown): JsonObject {
  return {
    ...(shown('id') && { id: entity.id }),
    ...(shown('type') && { type: representTypes(entity.type, context) }),
  };
}

const filterOf =
  ({ pick, omit }: RepresentOptions): Shown =>
  (member) =>
    isShown(member, pick, omit);

/** Every instance in full, always in arrays (4.5.6 to 4.5.8; an array may stand for a single one). */
export function representPast(entity: EntityPast, context: Context, options: TemporalOptions = {}): JsonObject {
  const shown = filterOf(options);
  const json = head(entity, context, shown);
  for (const { name, instances } of entity.attrs) {
    if (!shown(name)) continue;
    json[context.compact(name)] = instances.map((instance) => representPastInstance(instance, context, options));
  }
  for (const name of options.empty ?? []) json[context.compact(name)] ??= [];
  return json;
}

function representPastInstance(instance: PastInstance, context: Context, options: TemporalOptions): JsonObject {
  const json = representInstance(withMarker(instance), context, options);
  json['instanceId'] = instance.instanceId;
  if (instance.deletedAt !== undefined) json['deletedAt'] = instance.deletedAt;
  const { timeproperty } = options;
  // Whoever asks by another time than observedAt wants to see it.
  if (timeproperty === 'createdAt' || timeproperty === 'modifiedAt') {
    const at = instance[timeproperty];
    if (at !== undefined) json[timeproperty] = at;
  }
  return json;
}

/** The marker of a deleted attribute carries the NGSI-LD Null of its kind (4.5.7). */
function withMarker(instance: PastInstance): Instance {
  if (instance.deletedAt === undefined && instance.value !== null) return instance;
  const { type } = instance;
  const value: Json =
    type === 'LanguageProperty'
      ? { '@none': nullMarker }
      : type === 'ListProperty' || type === 'ListRelationship'
        ? [nullMarker]
        : nullMarker;
  return { ...instance, value };
}

/** `[value, time]` pairs under the plural of the value member; several datasets make an array (4.5.9). */
export function representPastValues(entity: EntityPast, context: Context, options: TemporalOptions = {}): JsonObject {
  const shown = filterOf(options);
  const json = head(entity, context, shown);
  const { timeproperty = 'observedAt' } = options;
  for (const { name, instances } of entity.attrs) {
    if (!shown(name)) continue;
    const series = new Map<string, { type: AttributeKind; datasetId: string | undefined; pairs: Json[] }>();
    for (const instance of instances) {
      // A kind that changed over the years starts a series of its own: its values stand in another member.
      const key = `${instance.type} ${instance.datasetId ?? ''}`;
      let known = series.get(key);
      if (!known) series.set(key, (known = { type: instance.type, datasetId: instance.datasetId, pairs: [] }));
      const at = instance[timeproperty] ?? instance.observedAt ?? instance.deletedAt ?? instance.modifiedAt ?? '';
      known.pairs.push([simplifiedValue(withMarker(instance), context, options), at]);
    }
    const shownSeries = [...series.values()].map(({ type, datasetId, pairs }): JsonObject => {
      const inOneLanguage = type === 'LanguageProperty' && options.lang !== undefined;
      return {
        type: inOneLanguage ? 'Property' : type,
        [inOneLanguage ? 'values' : plurals[type]]: pairs,
        ...(datasetId !== undefined && { datasetId }),
      };
    });
    json[context.compact(name)] = shownSeries.length === 1 ? (shownSeries[0] ?? null) : shownSeries;
  }
  for (const name of options.empty ?? []) json[context.compact(name)] ??= [];
  return json;
}

/** `[value, start, end]` per period and method (4.5.19); several datasets make an array. */
export function representAggregate(
  entity: EntityAggregate,
  context: Context,
  options: TemporalOptions = {},
): JsonObject {
  const shown = filterOf(options);
  const json = head(entity, context, shown);
  const byName = new Map<string, JsonObject[]>();
  for (const { name, datasetId, relationship, methods } of entity.attrs) {
    if (!shown(name)) continue;
    const type = relationship ? 'Relationship' : 'Property';
    const one: JsonObject = { type, ...(datasetId !== undefined && { datasetId }) };
    for (const method in methods) {
      one[method] = (methods[method as AggregateMethod] ?? []).map(([value, start, end]): Json => [
        value,
        formatInstant(start),
        formatInstant(end),
      ]);
    }
    const others = byName.get(name);
    if (others) others.push(one);
    else byName.set(name, [one]);
  }
  for (const [name, all] of byName) json[context.compact(name)] = all.length === 1 ? (all[0] ?? null) : all;
  return json;
}
