/**
 * Attributes from wire JSON: one instance or several, normalized, concise or simplified, sub-attributes at any depth.
 * CIM 009 v1.9.1, 4.5.2 to 4.5.5, 4.5.18 to 4.5.24.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import { attributeKinds, valueMembers } from './entity.ts';
import type { AttributeKind, Instance, Json } from './entity.ts';
import { looksLikeGeometry } from './geometry.ts';
import { parseDateTime, parseTypes } from './members.ts';
import { parseValue } from './value.ts';

/**
 * How much of an attribute must be there, and what null means.
 * - `whole`: complete, no NGSI-LD Null (create, PUT, append, temporal).
 * - `update`: complete, or the Null as its value: then the attribute goes (PATCH attrs).
 * - `partial`: any members; the Null removes a member (PATCH of one attribute).
 * - `merge`: any members at any depth; the Null removes a member, also inside values (PATCH of an entity).
 */
export type Mode = 'whole' | 'update' | 'partial' | 'merge';

export type ParseOptions = {
  /** ISO 8601: stamps createdAt and modifiedAt of the entity and of its attributes (not of sub-attributes). */
  readonly at: string;
  /** The input is in simplified representation (`format=simplified`): no member of an attribute has a meaning. */
  readonly simplified?: boolean;
};

/** What a fragment says of one instance. Complete in the modes `whole` and `update`. */
export type InstanceFragment = Partial<Omit<Instance, 'sub'>> & {
  readonly sub?: Readonly<Record<string, readonly InstanceFragment[]>>;
  /** Members (`observedAt`) that the Null removes; modes `partial` and `merge`. */
  readonly remove?: readonly string[];
  /**
   * Modes `partial` and `merge`: the kind was not written but concluded, from the value member or from a bare value.
   * The kind of the stored attribute then stays.
   */
  readonly inferred?: 'member' | 'bare';
};

type Draft = { -readonly [key in Exclude<keyof Instance, 'sub'>]?: Instance[key] } & {
  sub?: Record<string, readonly InstanceFragment[]>;
  remove?: string[];
  inferred?: 'member' | 'bare';
};

/** What every parser of entities and attributes needs to know. */
export type Reading = {
  readonly context: Context;
  readonly mode: Mode;
  readonly simplified: boolean;
  readonly at: string | undefined;
};

const kindByName = new Map<unknown, AttributeKind>(attributeKinds.map((kind) => [kind, kind]));
const hasUnit = (kind: AttributeKind): boolean =>
  kind === 'Property' || kind === 'GeoProperty' || kind === 'ListProperty';
const isRelationship = (kind: AttributeKind): boolean => kind === 'Relationship' || kind === 'ListRelationship';

/**
 * Parses the value of one attribute: one instance, an array of instances, or (concise) a bare value.
 * @param path name of the attribute, for Problems
 * @throws Problem bad-data
 */
export function parseAttribute(
  json: unknown,
  path: string,
  context: Context,
  options: ParseOptions,
): readonly Instance[] {
  return readInstances(json, path, {
    context,
    mode: 'whole',
    simplified: options.simplified === true,
    at: options.at,
  }) as readonly Instance[];
}

/** All instances of one attribute, one per datasetId (4.5.5). */
export function readInstances(raw: unknown, path: string, reading: Reading): readonly InstanceFragment[] {
  if (Array.isArray(raw)) {
    if (reading.simplified || raw.length === 0 || !isInstance(raw[0])) return [readInstance(raw, path, reading)];
    const instances = raw.map((item: unknown, i) => {
      if (!isInstance(item)) throw new Problem('bad-data', 'an instance of the attribute is expected', `${path}[${i}]`);
      return readInstance(item, `${path}[${i}]`, reading);
    });
    if (new Set(instances.map(({ datasetId }) => datasetId)).size < instances.length) {
      throw new Problem('bad-data', 'two instances have the same datasetId (4.5.5)', path);
    }
    return instances;
  }
  if (isDataset(raw)) return readDataset(raw.dataset, path, reading);
  return [readInstance(raw, path, reading)];
}

/** `{"dataset": {"@none": v, "urn:...": v}}`: several instances in simplified representation (4.5.4). */
function isDataset(raw: unknown): raw is { dataset: Record<string, unknown> } {
  if (!isObject(raw) || !isObject(raw['dataset'])) return false;
  return Object.keys(raw).length === 1;
}

function readDataset(dataset: Record<string, unknown>, path: string, reading: Reading): readonly InstanceFragment[] {
  const instances = Object.entries(dataset).map(([datasetId, value]) => {
    const at = `${path}.dataset.${datasetId}`;
    const instance = readInstance(value, at, reading);
    if (datasetId === '@none') return instance;
    if (!isUri(datasetId)) throw new Problem('bad-data', 'a datasetId is a URI or @none', at);
    return { ...instance, datasetId };
  });
  if (instances.length === 0) throw new Problem('bad-data', 'the dataset is empty', path);
  return instances;
}

/** Has a kind or a value member: an attribute and not a JSON value. */
function isInstance(item: unknown): boolean {
  if (!isObject(item)) return false;
  if (kindByName.has(item['type'] ?? item['@type'])) return true;
  return hasValueMember(item);
}

function hasValueMember(json: Record<string, unknown>): boolean {
  return (
    json['value'] !== undefined ||
    json['object'] !== undefined ||
    json['languageMap'] !== undefined ||
    json['vocab'] !== undefined ||
    json['json'] !== undefined ||
    json['valueList'] !== undefined ||
    json['objectList'] !== undefined
  );
}

function readInstance(raw: unknown, path: string, reading: Reading): InstanceFragment {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return bare('Property', raw, path, reading);
  const json = raw as Record<string, unknown>;
  const type = json['type'] ?? json['@type'];
  // A JSON-LD typed value or literal, `{"@type": "@json", "@value": null}` (4.5.0): it has no name of its own.
  if (json['@value'] !== undefined) return bare('Property', json, path, reading);
  if (reading.simplified) {
    if (looksLikeGeometry(json)) return bare('GeoProperty', json, path, reading);
    const only = Object.keys(json).length === 1 ? Object.keys(json)[0] : undefined;
    const special = only === 'languageMap' || only === 'vocab' || only === 'json';
    return special ? readMembers(json, path, reading) : bare('Property', json, path, reading);
  }
  if (type === undefined) {
    if (hasValueMember(json)) return readMembers(json, path, reading);
    if (reading.mode === 'merge' && hasMember(json, reading.context)) return readMembers(json, path, reading);
    return bare('Property', json, path, reading);
  }
  if (!kindByName.has(type) && looksLikeGeometry(json)) return bare('GeoProperty', json, path, reading);
  return readMembers(json, path, reading);
}

/** A merge may carry only `{"observedAt": ...}` or sub-attributes: then the object is a fragment, not a value. */
function hasMember(json: Record<string, unknown>, context: Context): boolean {
  for (const key in json) {
    if (context.name(key).member !== undefined || isInstance(json[key])) return true;
  }
  return false;
}

function bare(kind: AttributeKind, raw: unknown, path: string, reading: Reading): InstanceFragment {
  const draft: Draft = { type: kind, value: parseValue(kind, raw, reading.context, path, nullsOf(reading.mode)) };
  if (reading.mode === 'merge') draft.inferred = 'bare';
  stamp(draft, reading.at);
  return draft;
}

function stamp(draft: Draft, at: string | undefined): void {
  if (at === undefined) return;
  draft.createdAt = at;
  draft.modifiedAt = at;
}

function nullsOf(mode: Mode): 'nowhere' | 'value' | 'inside' {
  if (mode === 'whole') return 'nowhere';
  return mode === 'merge' ? 'inside' : 'value';
}

/** Reads an attribute object, member by member. */
export function readMembers(json: Record<string, unknown>, path: string, reading: Reading): InstanceFragment {
  const { context, mode } = reading;
  const read: Read = {
    kind: undefined,
    value: undefined,
    valueMember: undefined,
    observedAt: undefined,
    rest: undefined,
  };
  let tells: AttributeKind | undefined;
  let sub: Record<string, readonly InstanceFragment[]> | undefined;
  let remove: string[] | undefined;
  for (const key in json) {
    const raw = json[key];
    const name = context.name(key);
    const { member } = name;
    if (member === undefined) {
      const { iri, fault } = name;
      if (fault !== undefined) throw new Problem('bad-data', fault, `${path}.${key}`);
      sub ??= {};
      if (sub[iri]) throw new Problem('bad-data', 'two names stand for the same attribute', `${path}.${key}`);
      sub[iri] = readInstances(raw, `${path}.${key}`, subReading(reading));
    } else if (name.tells !== undefined) {
      if (read.valueMember !== undefined) {
        throw new Problem('bad-data', `${read.valueMember} and ${member} exclude each other`, `${path}.${key}`);
      }
      read.valueMember = member;
      read.value = raw;
      tells = name.tells;
    } else if (raw === nullMarker && mode !== 'whole' && member !== 'type' && member !== 'datasetId') {
      if (mode !== 'update') (remove ??= []).push(member);
    } else readMember(read, member, raw, path, context);
  }
  const draft = settle(read, tells, path, reading);
  if (remove) draft.remove = remove;
  if (sub) draft.sub = sub;
  stamp(draft, reading.at);
  return draft;
}

/** What was read of an attribute, in one shape for all: the seldom members stand apart. */
type Read = {
  kind: AttributeKind | undefined;
  value: unknown;
  valueMember: string | undefined;
  observedAt: string | undefined;
  rest: Draft | undefined;
  shown?: string[];
};

const subReadings = new WeakMap<Reading, Reading>();

/** Sub-attributes carry no stamps of their own; a partial update replaces them whole. */
function subReading(reading: Reading): Reading {
  if (reading.at === undefined && reading.mode !== 'partial') return reading;
  let made = subReadings.get(reading);
  if (!made) {
    made = { ...reading, at: undefined, mode: reading.mode === 'partial' ? 'update' : reading.mode };
    subReadings.set(reading, made);
  }
  return made;
}

/** Members other than the value. */
function readMember(read: Read, member: string, raw: unknown, path: string, context: Context): void {
  switch (member) {
    case 'type': {
      const kind = kindByName.get(raw);
      if (kind === undefined) {
        throw new Problem('bad-data', `the type must be one of ${attributeKinds.join(', ')}`, `${path}.type`);
      }
      read.kind = kind;
      break;
    }
    case 'observedAt':
      read.observedAt = parseDateTime(raw, `${path}.observedAt`);
      break;
    case 'unitCode':
      if (typeof raw !== 'string' || raw === '') {
        throw new Problem('bad-data', 'unitCode must be a string (UN/CEFACT code)', `${path}.unitCode`);
      }
      (read.rest ??= {}).unitCode = raw;
      break;
    case 'expiresAt':
      (read.rest ??= {}).expiresAt = parseDateTime(raw, `${path}.expiresAt`);
      break;
    case 'datasetId':
      if (raw === '@none') break;
      if (typeof raw !== 'string' || !isUri(raw) || raw === nullMarker) {
        throw new Problem('bad-data', 'a datasetId is a URI or @none (4.5.5)', `${path}.datasetId`);
      }
      (read.rest ??= {}).datasetId = raw;
      break;
    case 'valueType':
      if (typeof raw !== 'string' || raw === '') {
        throw new Problem('bad-data', 'valueType must be a string', `${path}.valueType`);
      }
      (read.rest ??= {}).valueType = context.expand(raw);
      break;
    case 'objectType': {
      const types = parseTypes(raw, context, `${path}.objectType`);
      (read.rest ??= {}).objectType = Array.isArray(raw) ? types : (types[0] ?? '');
      break;
    }
    case 'ngsildproof':
      if (!isObject(raw) || !isObject(raw['value'])) {
        throw new Problem('bad-data', 'ngsildproof is a property whose value is an object', `${path}.ngsildproof`);
      }
      (read.rest ??= {}).ngsildproof = raw as Json;
      break;
    case 'createdAt':
    case 'modifiedAt':
    case 'deletedAt':
    case 'instanceId':
      break;
    default:
      if (!outputOnly.has(member)) {
        throw new Problem('bad-data', `"${member}" is not allowed in an attribute`, `${path}.${member}`);
      }
      (read.shown ??= []).push(member);
  }
}

const previousMember = (kind: AttributeKind): string => {
  const member = valueMembers[kind];
  return `previous${member[0]?.toUpperCase() ?? ''}${member.slice(1)}`;
};

/** What only answers hold, by the kinds that may: ignored when it comes back (5.2.5 to 5.2.7, 5.2.32 to 5.2.38). */
const outputOnly: ReadonlyMap<string, readonly AttributeKind[]> = new Map<string, readonly AttributeKind[]>([
  ...attributeKinds.map((of) => {
    const member = previousMember(of);
    return [member, attributeKinds.filter((kind) => previousMember(kind) === member)] as const;
  }),
  ['entity', ['Relationship']],
  ['entityList', ['ListRelationship']],
]);

/** Settles the kind, checks the value by it, and puts the instance together. */
function settle(read: Read, tells: AttributeKind | undefined, path: string, { mode, context }: Reading): Draft {
  const { valueMember, rest } = read;
  let { kind } = read;
  const draft: Draft = {};
  if (valueMember !== undefined) {
    if (kind === undefined) {
      kind = tells === 'Property' && looksLikeGeometry(read.value) ? 'GeoProperty' : (tells as AttributeKind);
      if (mode === 'merge' || mode === 'partial') draft.inferred = 'member';
    } else if (valueMembers[kind] !== valueMember) {
      throw new Problem(
        'bad-data',
        `a ${kind} has no ${valueMember} but ${valueMembers[kind]}`,
        `${path}.${valueMember}`,
      );
    }
    draft.type = kind;
    draft.value = parseValue(kind, read.value, context, `${path}.${valueMember}`, nullsOf(mode));
  } else if (mode === 'whole' || mode === 'update') {
    throw new Problem(
      'bad-data',
      kind === undefined ? 'the attribute has no value' : `a ${kind} needs ${valueMembers[kind]}`,
      kind === undefined ? path : `${path}.${valueMembers[kind]}`,
    );
  } else if (kind !== undefined) draft.type = kind;
  if (read.observedAt !== undefined) draft.observedAt = read.observedAt;
  for (const member of read.shown ?? []) {
    if (kind === undefined || outputOnly.get(member)?.includes(kind) === true) continue;
    throw new Problem('bad-data', `a ${kind} has no ${member}`, `${path}.${member}`);
  }
  if (rest === undefined) return draft;
  if (kind !== undefined) {
    if (rest.unitCode !== undefined && !hasUnit(kind)) {
      throw new Problem('bad-data', `a ${kind} has no unitCode`, `${path}.unitCode`);
    }
    if (rest.valueType !== undefined && isRelationship(kind)) {
      throw new Problem('bad-data', `a ${kind} has no valueType`, `${path}.valueType`);
    }
    if (rest.objectType !== undefined && !isRelationship(kind)) {
      throw new Problem('bad-data', `a ${kind} has no objectType`, `${path}.objectType`);
    }
  }
  // One by one and in one order, so that instances share their shape.
  if (rest.unitCode !== undefined) draft.unitCode = rest.unitCode;
  if (rest.datasetId !== undefined) draft.datasetId = rest.datasetId;
  if (rest.valueType !== undefined) draft.valueType = rest.valueType;
  if (rest.objectType !== undefined) draft.objectType = rest.objectType;
  if (rest.expiresAt !== undefined) draft.expiresAt = rest.expiresAt;
  if (rest.ngsildproof !== undefined) draft.ngsildproof = rest.ngsildproof;
  return draft;
}
