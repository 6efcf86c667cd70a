/** Attributes of each kind, CIM 009 v1.9.1, 4.5.2 to 4.5.5 and 4.5.18 to 4.5.24. Beside `instances.ts` and `value.ts`. */
import { attributeKinds, valueMembers, type AttributeKind } from '../entity.ts';
import { geometryTypes } from '../geometry.ts';
import {
  dateTime,
  ignored,
  listOf,
  marker,
  memberName,
  notNull,
  oneOrMany,
  ref,
  text,
  uri,
  when,
  type JsonSchema,
} from './words.ts';

const values: Readonly<Record<AttributeKind, JsonSchema>> = {
  Property: notNull,
  GeoProperty: { description: 'A geometry, or its JSON as text (4.7)', anyOf: [ref('Geometry'), { type: 'string' }] },
  Relationship: { description: 'URI or URIs (4.5.3)', ...oneOrMany(uri) },
  LanguageProperty: {
    description: 'Language tag, or @none, to text or texts (4.5.18)',
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: '^(@none|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)$' },
    additionalProperties: oneOrMany({ type: 'string' }),
  },
  VocabProperty: { description: 'Terms of the @context or IRIs (4.5.20)', ...oneOrMany(text) },
  JsonProperty: { description: 'Any JSON, kept as it is (4.5.24)', ...notNull },
  ListProperty: { description: 'Values in order (4.5.21)', type: 'array' },
  ListRelationship: {
    description: 'URIs in order (4.5.22)',
    type: 'array',
    items: {
      anyOf: [uri, { type: 'object', required: ['object'], properties: { object: uri }, additionalProperties: false }],
    },
  },
};

const hasUnit: ReadonlySet<AttributeKind> = new Set(['Property', 'GeoProperty', 'ListProperty']);
const isLink: ReadonlySet<AttributeKind> = new Set(['Relationship', 'ListRelationship']);

/**
 * An attribute of one kind.
 * @param part true: members may be left away, and the NGSI-LD Null removes one (5.4)
 */
function attribute(kind: AttributeKind, part: boolean): JsonSchema {
  const may = (schema: JsonSchema): JsonSchema => (part ? { anyOf: [schema, marker] } : schema);
  const member = valueMembers[kind];
  return {
    type: 'object',
    properties: {
      type: { const: kind },
      [member]: may(values[kind]),
      ...(hasUnit.has(kind) && { unitCode: may({ ...text, description: 'UN/CEFACT code' }) }),
      ...(isLink.has(kind) ? { objectType: may(oneOrMany(text)) } : { valueType: may(text) }),
      observedAt: may(dateTime),
      datasetId: { anyOf: [uri, { const: '@none' }] },
      expiresAt: may(dateTime),
      ngsildproof: may({ type: 'object' }),
      createdAt: ignored,
      modifiedAt: ignored,
      deletedAt: ignored,
      instanceId: ignored,
    },
    ...(!part && { required: ['type', member] }),
    propertyNames: memberName,
    additionalProperties: ref(part ? 'AttributePart' : 'Attribute'),
  };
}

/** Whatever an object says its kind is, it is. A bare value, and an object without a kind, is concise (4.5.2.3). */
const anyKind = (part: boolean): JsonSchema => ({
  description: 'Normalized, concise, or a list of instances that differ in their datasetId (4.5.5)',
  ...notNull,
  allOf: attributeKinds.map((kind) =>
    when(
      { type: 'object', required: ['type'], properties: { type: { const: kind } } },
      ref(part ? `${kind}Part` : kind),
    ),
  ),
});

export const attributeSchemas: Readonly<Record<string, JsonSchema>> = {
  Attribute: anyKind(false),
  AttributePart: anyKind(true),
  AttributeFragment: { description: 'Members of one attribute (5.6.4)', type: 'object', allOf: [ref('AttributePart')] },
  ...Object.fromEntries(attributeKinds.map((kind) => [kind, attribute(kind, false)])),
  ...Object.fromEntries(attributeKinds.map((kind) => [`${kind}Part`, attribute(kind, true)])),
  Geometry: {
    description: 'GeoJSON without GeometryCollection (4.7)',
    type: 'object',
    required: ['type', 'coordinates'],
    properties: {
      type: { enum: geometryTypes },
      coordinates: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'number' }, { type: 'array' }] } },
      bbox: listOf({ type: 'number' }, 4),
    },
    additionalProperties: false,
    examples: [{ type: 'Point', coordinates: [68.78, 38.56] }],
  },
};
