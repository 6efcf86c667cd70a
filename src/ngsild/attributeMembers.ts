/** The members of an attribute beside its sub-attributes: kind, value, and what stands with it. CIM 009 v1.9.1, 4.5.2 to 4.5.24. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import { attributeKinds, valueMembers } from './entity.ts';
import type { AttributeKind, Json } from './entity.ts';
import { looksLikeGeometry } from './geometry.ts';
import { parseDateTime, parseTypes } from './members.ts';
import type { Draft, Mode, Reading } from './reading.ts';
import { parseValue } from './value.ts';

/** The kinds by their names on the wire. */
export const kindByName = new Map<unknown, AttributeKind>(attributeKinds.map((kind) => [kind, kind]));
const hasUnit = (kind: AttributeKind): boolean =>
  kind === 'Property' || kind === 'GeoProperty' || kind === 'ListProperty';
const isRelationship = (kind: AttributeKind): boolean => kind === 'Relationship' || kind === 'ListRelationship';

/** What was read of an attribute, in one shape for all: the seldom members stand apart. */
export type Read = {
  kind: AttributeKind | undefined;
  value: unknown;
  valueMember: string | undefined;
  observedAt: string | undefined;
  rest: Draft | undefined;
  shown?: string[];
};

export function nullsOf(mode: Mode): 'nowhere' | 'value' | 'inside' {
  if (mode === 'whole') return 'nowhere';
  return mode === 'merge' ? 'inside' : 'value';
}

/** Members other than the value. */
export function readMember(read: Read, member: string, raw: unknown, path: string, context: Context): void {
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
export function settle(read: Read, tells: AttributeKind | undefined, path: string, { mode, context }: Reading): Draft {
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
