/**
 * Fragments of entities and what they do to what is stored: append and update (attribute by attribute), partial update
 * (member by member), merge (to any depth). CIM 009 v1.9.1, 5.4, 5.5.8, 5.5.12, 5.6.2 to 5.6.4, 5.6.17.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { nullMarker } from './datatypes.ts';
import { valueMembers } from './entity.ts';
import type { Attributes, Entity, Instance, Json } from './entity.ts';
import { readMembers } from './instances.ts';
import { readEntity } from './parse.ts';
import type { InstanceFragment, ParseOptions } from './reading.ts';
import { parseValue } from './value.ts';

/** Names one instance of an attribute; no datasetId = the default instance. */
export type InstanceName = { readonly name: string; readonly datasetId?: string };

/** What an append or update asks for; the parts fit a `set` delta. */
export type Fragment = {
  readonly id?: string;
  /** IRIs to add. */
  readonly type?: readonly string[];
  /** An empty list removes the scope. */
  readonly scope?: readonly string[];
  /** null: the entity no longer expires. */
  readonly expiresAt?: string | null;
  readonly attrs: Attributes;
  readonly remove: readonly InstanceName[];
};

/** Like `Fragment`, but with attributes of which only some members are given. */
export type MergeFragment = Omit<Fragment, 'attrs' | 'remove'> & {
  readonly attrs: Readonly<Record<string, readonly InstanceFragment[]>>;
};

/**
 * Parses the body of append (`nulls: false`) or update attributes (`nulls: true`: the NGSI-LD Null removes).
 * @throws Problem bad-data; its field is the path
 */
export function parseFragment(
  json: unknown,
  context: Context,
  options: ParseOptions & { readonly nulls: boolean },
): Fragment {
  const { attrs: read, ...parts } = readEntity(json, {
    context,
    mode: options.nulls ? 'update' : 'whole',
    simplified: options.simplified === true,
    at: options.at,
  });
  const attrs: Record<string, readonly Instance[]> = {};
  const remove: InstanceName[] = [];
  for (const name in read) {
    // Complete, because of the mode.
    const instances = (read[name] ?? []) as readonly Instance[];
    const kept = instances.filter(({ value }) => value !== nullMarker);
    if (kept.length > 0) attrs[name] = options.nulls ? kept.map(withoutNulls) : kept;
    for (const { value, datasetId } of instances) if (value === nullMarker) remove.push(instanceName(name, datasetId));
  }
  return { ...parts, attrs, remove };
}

/** In an update the attribute is replaced: a sub-attribute that the Null removes is gone anyway. */
function withoutNulls(instance: Instance): Instance {
  if (!instance.sub) return instance;
  const { sub: _, ...rest } = instance;
  const sub = completeSub(instance.sub, '');
  return Object.keys(sub).length > 0 ? { ...rest, sub } : rest;
}

const instanceName = (name: string, datasetId: string | undefined): InstanceName =>
  datasetId === undefined ? { name } : { name, datasetId };

/**
 * Parses the body of a merge.
 * @throws Problem bad-data; its field is the path
 */
export function parseMerge(
  json: unknown,
  context: Context,
  options: Pick<ParseOptions, 'simplified'> = {},
): MergeFragment {
  return readEntity(json, { context, mode: 'merge', simplified: options.simplified === true, at: undefined });
}

/**
 * Parses the body of a partial update of one attribute: any members, one instance.
 * @throws Problem bad-data; its field is the path
 */
export function parsePartial(json: unknown, path: string, context: Context): InstanceFragment {
  if (!isObject(json)) throw new Problem('bad-data', 'an attribute fragment is a JSON object', path);
  return readMembers(json, path, { context, mode: 'partial', simplified: false, at: undefined });
}

/**
 * The instance after a partial update (5.5.8): members given replace, the others stay.
 * @returns undefined when the NGSI-LD Null removes the instance
 * @throws Problem bad-data when the kind would change
 */
export function patchInstance(
  known: Instance,
  fragment: InstanceFragment,
  path: string,
  context: Context,
  at: string,
): Instance | undefined {
  if (fragment.value === nullMarker) return undefined;
  const value = fragment.value === undefined ? known.value : valueFor(known, fragment, path, context);
  return put(known, fragment, { type: known.type, value, at }, (given) => patchSub(known, given, path));
}

/** Sub-attributes are replaced whole, instance by instance, or go by the Null. */
function patchSub(
  known: Instance,
  given: NonNullable<InstanceFragment['sub']>,
  path: string,
): Record<string, readonly Instance[]> {
  return overlay(known, given, (_, part, name) => completed(part, `${path}.${name}`, undefined));
}

/** Lays given instances over those of the same name and datasetId; undefined: the instance goes. */
function overlay(
  known: Instance,
  given: NonNullable<InstanceFragment['sub']>,
  after: (before: Instance | undefined, part: InstanceFragment, name: string) => Instance | undefined,
): Record<string, readonly Instance[]> {
  const sub: Record<string, readonly Instance[]> = { ...known.sub };
  for (const name in given) {
    const instances = [...(sub[name] ?? [])];
    for (const part of given[name] ?? []) {
      const at = instances.findIndex(({ datasetId }) => datasetId === part.datasetId);
      const made = after(instances[at], part, name);
      if (at >= 0) instances.splice(at, 1, ...(made ? [made] : []));
      else if (made) instances.push(made);
    }
    if (instances.length > 0) sub[name] = instances;
    else delete sub[name];
  }
  return sub;
}

/** The value of the fragment under the kind that is stored. */
function valueFor(known: Instance, fragment: InstanceFragment, path: string, context: Context): Json {
  const { type = known.type, value = null, inferred } = fragment;
  if (type === known.type) return value;
  const member = valueMembers[known.type];
  const sameMember = inferred === 'bare' || (inferred === 'member' && valueMembers[type] === member);
  if (!sameMember) {
    throw new Problem('bad-data', `the attribute is a ${known.type} and cannot become a ${type}`, `${path}.type`);
  }
  return parseValue(known.type, value, context, `${path}.${member}`, 'inside');
}

type Parts = { readonly type: Instance['type']; readonly value: Json; readonly at: string | undefined };

/** Lays the fragment's members over the stored ones. */
function put(
  known: Instance,
  fragment: InstanceFragment,
  parts: Parts,
  mergeSub: (sub: NonNullable<InstanceFragment['sub']>) => Record<string, readonly Instance[]>,
): Instance {
  const { remove = [], inferred: _, sub: given, ...members } = fragment;
  const merged: { -readonly [key in keyof Instance]: Instance[key] } = {
    ...known,
    ...members,
    type: parts.type,
    value: parts.value,
  };
  if (known.createdAt !== undefined) merged.createdAt = known.createdAt;
  if (parts.at !== undefined) merged.modifiedAt = parts.at;
  if (given) {
    const sub = mergeSub(given);
    if (Object.keys(sub).length > 0) merged.sub = sub;
    else delete merged.sub;
  }
  for (const member of remove) {
    if (removable.has(member)) delete merged[member as 'observedAt'];
  }
  return merged;
}

const removable: ReadonlySet<string> = new Set<keyof Instance>([
  'observedAt',
  'unitCode',
  'valueType',
  'objectType',
  'expiresAt',
  'ngsildproof',
]);

function completeSub(sub: NonNullable<InstanceFragment['sub']>, path: string): Record<string, readonly Instance[]> {
  const complete: Record<string, readonly Instance[]> = {};
  for (const name in sub) {
    const instances = (sub[name] ?? []).flatMap((fragment) => completed(fragment, `${path}.${name}`, undefined) ?? []);
    if (instances.length > 0) complete[name] = instances;
  }
  return complete;
}

/** A fragment that meets nothing stored must be complete by itself; undefined when all it says is "remove". */
function completed(fragment: InstanceFragment, path: string, at: string | undefined): Instance | undefined {
  const { remove: _, inferred: __, sub, type, value, ...members } = fragment;
  if (value === nullMarker) return undefined;
  if (type === undefined || value === undefined) {
    throw new Problem('bad-data', 'the attribute is new and needs a value', path);
  }
  const complete: { -readonly [key in keyof Instance]: Instance[key] } = {
    type,
    value: mergeJson(undefined, value),
    ...members,
  };
  if (at !== undefined) {
    complete.createdAt = at;
    complete.modifiedAt = at;
  }
  if (sub) {
    const subs = completeSub(sub, path);
    if (Object.keys(subs).length > 0) complete.sub = subs;
  }
  return complete;
}

/** JSON Merge Patch (RFC 7396) with the NGSI-LD Null in the place of null. */
export function mergeJson(known: Json | undefined, patch: Json): Json {
  if (!isObject(patch) || patch['@type'] === '@json') return patch;
  const merged: Record<string, Json> = isObject(known) ? { ...(known as Record<string, Json>) } : {};
  for (const key in patch) {
    const value = patch[key] as Json;
    if (value === nullMarker) delete merged[key];
    else merged[key] = mergeJson(merged[key], value);
  }
  return merged;
}

export type MergeOptions = {
  readonly context: Context;
  readonly at: string;
  /** A bare string meant for a LanguageProperty replaces the text of this language only. */
  readonly lang?: string;
  /** Becomes the observedAt of merged attributes that had one, unless the fragment says another. */
  readonly observedAt?: string;
};

/**
 * What a merge changes in a stored entity; the parts fit a `set` delta.
 * Implements CIM 009 v1.9.1, 5.5.12 and 5.6.17.4.
 * @throws Problem bad-data
 */
export function mergeEntity(entity: Entity, fragment: MergeFragment, options: MergeOptions): Fragment {
  const attrs: Record<string, readonly Instance[]> = {};
  const remove: InstanceName[] = [];
  for (const name in fragment.attrs) {
    const path = options.context.compact(name);
    const merged: Instance[] = [];
    for (const part of fragment.attrs[name] ?? []) {
      const known = entity.attrs[name]?.find(({ datasetId }) => datasetId === part.datasetId);
      const instance = known ? mergeInstance(known, part, path, options) : completed(part, path, options.at);
      if (instance) merged.push(instance);
      else if (known) remove.push(instanceName(name, part.datasetId));
    }
    if (merged.length > 0) attrs[name] = merged;
  }
  return { ...fragment, attrs, remove };
}

/** Sub-attributes are not stamped. */
type Merging = Omit<MergeOptions, 'at'> & { readonly at: string | undefined };

/** One instance after a merge; undefined when the NGSI-LD Null removes it. */
function mergeInstance(
  known: Instance,
  fragment: InstanceFragment,
  path: string,
  options: Merging,
): Instance | undefined {
  if (fragment.value === nullMarker) return undefined;
  const parts = { ...mergeValue(known, fragment, path, options), at: options.at };
  const merged = put(known, fragment, parts, (given) => mergeSub(known, given, path, options));
  if (options.observedAt === undefined || known.observedAt === undefined) return merged;
  const explicit = fragment.observedAt !== undefined || fragment.remove?.includes('observedAt') === true;
  return explicit ? merged : { ...merged, observedAt: options.observedAt };
}

function mergeValue(
  known: Instance,
  fragment: InstanceFragment,
  path: string,
  options: Merging,
): { type: Instance['type']; value: Json } {
  if (fragment.value === undefined) return known;
  const { type = known.type, inferred } = fragment;
  if (known.type === 'LanguageProperty' && inferred === 'bare' && isText(fragment.value)) {
    if (options.lang === undefined) {
      throw new Problem('bad-data', 'a text for a LanguageProperty needs the parameter lang', path);
    }
    const value = parseValue(known.type, { [options.lang]: fragment.value }, options.context, path, 'inside');
    return { type: known.type, value: mergeJson(known.value, value) };
  }
  if (type !== known.type && inferred === undefined) return { type, value: mergeJson(undefined, fragment.value) };
  const value = valueFor(known, fragment, path, options.context);
  const deep = known.type === 'Property' || known.type === 'JsonProperty' || known.type === 'LanguageProperty';
  return { type: known.type, value: deep ? mergeJson(known.value, value) : value };
}

/** A text or several of one language. */
const isText = (value: Json): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every((text) => typeof text === 'string'));

function mergeSub(
  known: Instance,
  given: NonNullable<InstanceFragment['sub']>,
  path: string,
  options: Merging,
): Record<string, readonly Instance[]> {
  const { observedAt: _, ...rest } = options;
  const inner = { ...rest, at: undefined };
  return overlay(known, given, (before, part, name) => {
    const subPath = `${path}.${options.context.compact(name)}`;
    return before ? mergeInstance(before, part, subPath, inner) : completed(part, subPath, undefined);
  });
}
