/**
 * The temporal evolution of an entity from wire JSON: instances of an attribute in any number, in full (4.5.6 to 4.5.8) or
 * simplified (4.5.9), and its scopes, which are instances of a Property there. CIM 009 v1.9.1, 5.2.20.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import { scopeIri, valueMembers } from './entity.ts';
import type { AttributeKind, Attributes, Instance } from './entity.ts';
import { parseAttribute } from './instances.ts';
import { parseScopes, parseTypes } from './members.ts';
import { pluralMembers } from './representTemporal.ts';

export type TemporalEntity = {
  readonly id?: string;
  readonly type: readonly string[];
  /** By IRI; scopes under theirs. Instances may share a datasetId. */
  readonly attrs: Attributes;
};

type Reading = { readonly context: Context; readonly at: string };

/**
 * Parses the body of "Create or Update Temporal Evolution of an Entity" (5.6.11). createdAt, modifiedAt, deletedAt and
 * instanceId are ignored.
 * @param options at: ISO 8601, stamps the instances
 * @throws Problem bad-data; its field is the path (`speed[2].value`)
 */
export function parseTemporalEntity(
  json: unknown,
  context: Context,
  options: { readonly at: string },
): TemporalEntity & { readonly id: string } {
  const { id, type, attrs } = parseTemporalFragment(json, context, options);
  if (id === undefined) throw new Problem('bad-data', 'the entity has no id', 'id');
  if (type.length === 0) throw new Problem('bad-data', 'the entity has no type', 'type');
  return { id, type, attrs };
}

/** Parses the body of "Add Attributes to Temporal Evolution of an Entity" (5.6.12). @throws Problem bad-data */
export function parseTemporalFragment(
  json: unknown,
  context: Context,
  { at }: { readonly at: string },
): TemporalEntity {
  if (!isObject(json)) throw new Problem('invalid-request', 'an entity is a JSON object');
  const reading = { context, at };
  const attrs: Record<string, readonly Instance[]> = {};
  let id: string | undefined;
  let type: readonly string[] = [];
  for (const key in json) {
    const raw = json[key];
    const { iri, member, fault, tells } = context.name(key);
    if (fault !== undefined) throw new Problem('bad-data', fault, key);
    switch (member) {
      case 'id':
        if (id !== undefined) throw new Problem('bad-data', 'id and @id are both given', key);
        if (typeof raw !== 'string' || !isUri(raw) || raw === nullMarker)
          throw new Problem('bad-data', 'the id must be a URI', key);
        id = raw;
        break;
      case 'type':
        if (type.length > 0) throw new Problem('bad-data', 'type and @type are both given', key);
        type = parseTypes(raw, context, key);
        break;
      case 'scope':
        if (attrs[scopeIri]) throw new Problem('bad-data', 'the scope is given twice', key);
        attrs[scopeIri] = readScopes(raw, key, reading);
        break;
      case 'expiresAt':
        throw new Problem('bad-data', 'what was does not expire; the entity itself may (4.22)', key);
      case 'createdAt':
      case 'modifiedAt':
      case 'deletedAt':
      case 'instanceId':
      case '@context':
        break;
      default: {
        if (member !== undefined && tells === undefined) {
          throw new Problem('bad-data', `"${key}" is a word of the standard and cannot name an attribute (4.5.1)`, key);
        }
        if (attrs[iri]) throw new Problem('bad-data', 'two names stand for the same attribute', key);
        attrs[iri] = itemsOf(raw, key).flatMap(([item, path]) => readItem(item, path, reading));
      }
    }
  }
  return { ...(id !== undefined && { id }), type, attrs };
}

/**
 * Parses the body of "Modify Attribute instance" (5.6.14): the fragment with an array of exactly one instance, or that
 * instance itself.
 * @param name IRI of the attribute
 * @throws Problem bad-data
 */
export function parseTemporalInstance(
  json: unknown,
  name: string,
  context: Context,
  options: { readonly at: string },
): Instance {
  if (!isObject(json)) throw new Problem('bad-data', 'an instance of the attribute is expected');
  const keys = Object.keys(json).filter((key) => !fragmentWords.has(key));
  const [key = ''] = keys;
  const isFragment = keys.length === 1 && nameOf(key, context) === name && isObjectOrArray(json[key]);
  const fragment = isFragment ? json : { [context.compact(name)]: json };
  const { attrs } = parseTemporalFragment(fragment, context, options);
  const [instance, second] = attrs[name] ?? [];
  if (!instance || second)
    throw new Problem('bad-data', 'exactly one instance is expected (5.6.14)', context.compact(name));
  return instance;
}

const fragmentWords: ReadonlySet<string> = new Set(['id', '@id', 'type', '@type', '@context']);

function nameOf(key: string, context: Context): string | undefined {
  const { iri, member } = context.name(key);
  return member === 'scope' ? scopeIri : iri;
}

const isObjectOrArray = (value: unknown): boolean => typeof value === 'object' && value !== null;

function itemsOf(raw: unknown, path: string): [item: unknown, path: string][] {
  if (!Array.isArray(raw)) return [[raw, path]];
  if (raw.length === 0) throw new Problem('bad-data', 'the array is empty', path);
  return raw.map((item: unknown, n) => {
    if (!isObject(item)) throw new Problem('bad-data', 'an instance of the attribute is expected', `${path}[${n}]`);
    return [item, `${path}[${n}]`];
  });
}

const kinds = new Map<unknown, AttributeKind>(Object.keys(pluralMembers).map((kind) => [kind, kind as AttributeKind]));

/** One instance, or the `[value, time]` pairs of a simplified series. */
function readItem(item: unknown, path: string, { context, at }: Reading): readonly Instance[] {
  const kind = isObject(item) ? kinds.get(item['type'] ?? item['@type']) : undefined;
  if (!isObject(item) || kind === undefined || item[pluralMembers[kind]] === undefined) {
    return parseAttribute(item, path, context, { at });
  }
  const plural = pluralMembers[kind];
  const field = `${path}.${plural}`;
  const pairs = item[plural];
  if (!Array.isArray(pairs) || pairs.length === 0)
    throw new Problem('bad-data', 'an array of pairs is expected', field);
  return pairs.flatMap((pair: unknown, n) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new Problem('bad-data', 'a pair of value and observedAt is expected (4.5.9)', `${field}[${n}]`);
    }
    const [value, observedAt] = pair as [unknown, unknown];
    const member = valueMembers[kind];
    const wrapped = isObject(value) && wraps.has(kind) ? value[member] : value;
    const { datasetId } = item;
    const instance = { type: kind, [member]: wrapped, observedAt, ...(datasetId !== undefined && { datasetId }) };
    return parseAttribute(instance, `${field}[${n}]`, context, { at });
  });
}

/** Kinds whose simplified value says its member: `{"languageMap": {...}}`. */
const wraps: ReadonlySet<AttributeKind> = new Set(['LanguageProperty', 'VocabProperty', 'JsonProperty']);

/** A scope as entities have it, or instances of a Property whose values are scopes (4.5.6). */
function readScopes(raw: unknown, path: string, reading: Reading): readonly Instance[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (!list.some(isObject)) return [scopeInstance(raw, path, reading)];
  return itemsOf(raw, path).flatMap(([item, at]) =>
    readItem(item, at, reading).map((instance) => {
      if (instance.type !== 'Property' || instance.datasetId !== undefined || instance.sub) {
        throw new Problem('bad-data', 'a scope is a Property with a time and nothing else (4.5.6)', at);
      }
      return { ...instance, value: scopeInstance(instance.value, `${at}.value`, reading).value };
    }),
  );
}

function scopeInstance(raw: unknown, path: string, { at }: Reading): Instance {
  const [first = '', ...others] = parseScopes(raw, path);
  return { type: 'Property', value: others.length > 0 ? [first, ...others] : first, createdAt: at, modifiedAt: at };
}
