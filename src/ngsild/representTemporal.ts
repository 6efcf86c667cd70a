/**
 * History to wire JSON: full (4.5.6 to 4.5.8), simplified = `temporalValues` (4.5.9), aggregated (4.5.19).
 * CIM 009 v1.9.1. What comes in is what `store/` gives, typed here by its shape.
 */
import { formatInstant } from '../base/time.ts';
import type { Context } from './context.ts';
import { nullMarker } from './datatypes.ts';
import { scopeIri } from './entity.ts';
import type { AttributeKind, Instance, Json } from './entity.ts';
import type { AggregateMethod, TimeProperty } from './query.ts';
import { isShown } from './projection.ts';
import { representInstance, representTypes, simplifiedValue } from './represent.ts';
import type { JsonObject, RepresentOptions } from './represent.ts';

export type PastInstance = Instance & { readonly instanceId: string; readonly deletedAt?: string };
export type EntityPast = {
  readonly id: string;
  readonly type: readonly string[];
  /** Where known; shown with `sysAttrs` (6.3.11). */
  readonly createdAt?: string;
  readonly modifiedAt?: string;
  readonly deletedAt?: string;
  readonly attrs: readonly {
    readonly name: string;
    readonly instances: readonly PastInstance[];
    /** Of one that has no instances here, because a page was cut. */
    readonly type?: AttributeKind;
  }[];
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
};

/** Plural of the value member, by kind (4.5.9). */
export const pluralMembers: Readonly<Record<AttributeKind, string>> = {
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

function head(entity: Omit<EntityPast, 'attrs'>, context: Context, options: TemporalOptions): JsonObject {
  const shown = filterOf(options);
  const json: JsonObject = {
    ...(shown('id') && { id: entity.id }),
    ...(shown('type') && { type: representTypes(entity.type, context) }),
  };
  if (options.sysAttrs !== true) return json;
  for (const member of ['createdAt', 'modifiedAt', 'deletedAt'] as const) {
    const at = entity[member];
    if (at !== undefined) json[member] = at;
  }
  return json;
}

/** Scopes are picked by their word. */
const filterOf =
  ({ pick, omit }: RepresentOptions): Shown =>
  (name) =>
    isShown(name === scopeIri ? 'scope' : name, pick, omit);

/** Every instance in full, always in arrays (4.5.6 to 4.5.8; an array may stand for a single one). */
export function representPast(entity: EntityPast, context: Context, options: TemporalOptions = {}): JsonObject {
  const shown = filterOf(options);
  const json = head(entity, context, options);
  for (const { name, instances } of entity.attrs) {
    if (!shown(name)) continue;
    json[context.compact(name)] = instances.map((instance) => representPastInstance(instance, context, options));
  }
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
  const json = head(entity, context, options);
  const { timeproperty = 'observedAt' } = options;
  for (const { name, instances, type: cutAway } of entity.attrs) {
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
    if (cutAway) series.set('', { type: cutAway, datasetId: undefined, pairs: [] });
    const shownSeries = [...series.values()].map(({ type, datasetId, pairs }): JsonObject => {
      const inOneLanguage = type === 'LanguageProperty' && options.lang !== undefined;
      return {
        type: inOneLanguage ? 'Property' : type,
        [inOneLanguage ? 'values' : pluralMembers[type]]: pairs,
        ...(datasetId !== undefined && { datasetId }),
      };
    });
    json[context.compact(name)] = shownSeries.length === 1 ? (shownSeries[0] ?? null) : shownSeries;
  }
  return json;
}

/** Periods begin at whole seconds, nearly all. */
const dateTime = (ms: number): string => formatInstant(ms).replace('.000Z', 'Z');

/** `[value, start, end]` per period and method (4.5.19); several datasets make an array. */
export function representAggregate(
  entity: EntityAggregate,
  context: Context,
  options: TemporalOptions = {},
): JsonObject {
  const shown = filterOf(options);
  const json = head(entity, context, options);
  const byName = new Map<string, JsonObject[]>();
  for (const { name, datasetId, relationship, methods } of entity.attrs) {
    if (!shown(name) || Object.keys(methods).length === 0) continue;
    const type = relationship ? 'Relationship' : 'Property';
    const one: JsonObject = { type, ...(datasetId !== undefined && { datasetId }) };
    for (const method in methods) {
      one[method] = (methods[method as AggregateMethod] ?? []).map(([value, start, end]): Json => [
        value,
        dateTime(start),
        dateTime(end),
      ]);
    }
    const others = byName.get(name);
    if (others) others.push(one);
    else byName.set(name, [one]);
  }
  for (const [name, all] of byName) json[context.compact(name)] = all.length === 1 ? (all[0] ?? null) : all;
  return json;
}
