/** What operations answer: results, failures, entities as they are shown. Beside `represent.ts` and `geojson.ts`. */
import { oneOrMany, ref, text, uri, type JsonSchema } from './words.ts';

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

export const resultSchemas: Readonly<Record<string, JsonSchema>> = {
  ProblemDetails: {
    description: 'Why it failed (5.5.3, RFC 9457)',
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    properties: {
      type: { type: 'string', examples: ['https://uri.etsi.org/ngsi-ld/errors/BadRequestData'] },
      title: text,
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What was found, what was wanted' },
      field: { type: 'string', description: 'Where in the input: `pressure.value`, `character 12`' },
    },
  },
  BatchOperationResult: {
    description: 'Ids of the entities that it held for, and the errors of the others (5.2.16)',
    type: 'object',
    required: ['success', 'errors'],
    properties: {
      success: list(uri),
      errors: list({
        type: 'object',
        required: ['error'],
        properties: { entityId: { type: 'string' }, error: ref('ProblemDetails') },
      }),
    },
  },
  UpdateResult: {
    description: 'Attributes that were changed, and those that were not (5.2.18); whole IRIs (6.3.6)',
    type: 'object',
    required: ['updated', 'notUpdated'],
    properties: {
      updated: list(text),
      notUpdated: list({
        type: 'object',
        required: ['attributeName', 'reason'],
        properties: { attributeName: text, reason: text },
      }),
    },
  },
  IdsAnswered: list(uri),
  EntityShown: {
    description: 'An entity in the representation that was asked for: normalized, concise or simplified (4.5)',
    type: 'object',
    properties: { id: uri, type: oneOrMany(text), scope: oneOrMany(text), '@context': ref('Context') },
  },
  EntitiesShown: list(ref('EntityShown')),
  Feature: {
    description: 'An entity as GeoJSON (4.5.16)',
    type: 'object',
    required: ['type', 'id', 'geometry', 'properties'],
    properties: {
      type: { const: 'Feature' },
      id: uri,
      geometry: { anyOf: [ref('Geometry'), { type: 'null' }] },
      properties: { type: ['object', 'null'] },
    },
  },
  FeatureCollection: {
    description: '4.5.17',
    type: 'object',
    required: ['type', 'features'],
    properties: { type: { const: 'FeatureCollection' }, features: list(ref('Feature')) },
  },
  EvolutionShown: {
    description: 'How an entity evolved: instances, pairs of value and time, or aggregates (4.5.6 to 4.5.9, 4.5.19)',
    type: 'object',
    required: ['id'],
    properties: { id: uri, type: oneOrMany(text), '@context': ref('Context') },
  },
  EvolutionsShown: list(ref('EvolutionShown')),
};
