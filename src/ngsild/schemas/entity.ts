/** Entities and parts of them as bodies. Beside `parse.ts` and `fragment.ts`. */
import {
  dateTime,
  eitherOf,
  ignored,
  listOf,
  marker,
  memberName,
  name,
  notNull,
  oneOrMany,
  ref,
  scopeName,
  uri,
  type JsonSchema,
} from './words.ts';

const scope = oneOrMany(scopeName);

const members: JsonSchema = {
  id: uri,
  '@id': uri,
  type: oneOrMany(name),
  '@type': oneOrMany(name),
  createdAt: ignored,
  modifiedAt: ignored,
  deletedAt: ignored,
  '@context': ref('Context'),
};

export const entitySchemas: Readonly<Record<string, JsonSchema>> = {
  Entity: {
    description: 'An entity, normalized or concise (4.5.1, 5.2.4)',
    type: 'object',
    allOf: [eitherOf('id', '@id'), eitherOf('type', '@type')],
    properties: { ...members, scope, expiresAt: dateTime },
    propertyNames: memberName,
    additionalProperties: ref('Attribute'),
    examples: [
      {
        id: 'urn:ngsi-ld:Pump:1',
        type: 'Pump',
        pressure: { type: 'Property', value: 3.2, unitCode: 'BAR', observedAt: '2026-03-01T05:00:00Z' },
        location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78, 38.56] } },
        locatedIn: { type: 'Relationship', object: 'urn:ngsi-ld:District:sino' },
      },
    ],
  },
  EntityFragment: {
    description: 'What is to change of an entity; the value urn:ngsi-ld:null removes (5.4)',
    type: 'object',
    properties: { ...members, scope: { anyOf: [scope, marker] }, expiresAt: { anyOf: [dateTime, marker] } },
    propertyNames: memberName,
    additionalProperties: ref('AttributePart'),
    examples: [{ pressure: { type: 'Property', value: 3.4 } }],
  },
  EntityList: {
    ...listOf(ref('Entity')),
    maxItems: 10_000,
    description: 'What is wrong with one entity does not touch the others: the answer is 207',
  },
  EntityFragmentList: {
    ...listOf({ allOf: [ref('EntityFragment'), eitherOf('id', '@id')] }),
    maxItems: 10_000,
    description: 'What is wrong with one entity does not touch the others: the answer is 207',
  },
  EntityTemporal: {
    description: 'An entity and the instances that its attributes had (5.2.20)',
    type: 'object',
    allOf: [eitherOf('id', '@id'), eitherOf('type', '@type')],
    properties: { ...members, scope: { ...notNull, minItems: 1 } },
    propertyNames: memberName,
    additionalProperties: ref('PastAttribute'),
    examples: [
      {
        id: 'urn:ngsi-ld:Pump:1',
        type: 'Pump',
        pressure: [
          { type: 'Property', value: 3.2, observedAt: '2026-03-01T05:00:00Z' },
          { type: 'Property', value: 3.4, observedAt: '2026-03-01T06:00:00Z' },
        ],
        state: { type: 'Property', values: [['on', '2026-03-01T05:00:00Z']] },
      },
    ],
  },
  EntityTemporalFragment: {
    description: 'Instances of attributes (5.6.12)',
    type: 'object',
    properties: { ...members, scope: { ...notNull, minItems: 1 } },
    propertyNames: memberName,
    additionalProperties: notNull,
  },
  AttributeInstance: {
    description: 'An instance of the attribute, or the attribute with exactly one (5.6.14)',
    type: 'object',
    examples: [{ type: 'Property', value: 3.3, observedAt: '2026-03-01T05:00:00Z' }],
  },
  PastAttribute: {
    description: 'Instances, each an attribute as in Entity, or a series of pairs of value and time (4.5.7, 4.5.9)',
    ...notNull,
    minItems: 1,
    items: { type: 'object' },
  },
  IdList: { ...listOf(uri), maxItems: 10_000 },
};
