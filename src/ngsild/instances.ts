/**
 * Attributes from wire JSON: one instance or several, normalized, concise or simplified, sub-attributes at any depth.
 * CIM 009 v1.9.1, 4.5.2 to 4.5.5, 4.5.18 to 4.5.24.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { kindByName, nullsOf, readMember, settle, type Read } from './attributeMembers.ts';
import { isUri, nullMarker } from './datatypes.ts';
import type { AttributeKind, Instance } from './entity.ts';
import { looksLikeGeometry } from './geometry.ts';
import type { Draft, InstanceFragment, ParseOptions, Reading } from './reading.ts';
import { parseValue } from './value.ts';

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
