/** Queries in a body, 5.2.8, 5.2.13, 5.2.21, 5.2.23, 5.2.43, 5.2.44. Beside `queryBody.ts`. */
import { listOf, oneOrMany, ref, typeSelection, type JsonSchema } from './words.ts';

/** Texts, apart by commas or as a list; numbers and truth values are taken as their text. */
const words: JsonSchema = {
  anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, listOf({ type: 'string' })],
};
const coordinates: JsonSchema = { anyOf: [{ type: 'array' }, words] };

/** An object of these members, and no others. */
function members(
  description: string,
  schemas: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return {
    description,
    type: 'object',
    properties: { ...schemas, type: {}, '@context': {} },
    required,
    additionalProperties: false,
  };
}

const selector: JsonSchema = {
  description: 'Which entities (5.2.33)',
  type: 'object',
  required: ['type'],
  properties: {
    type: { anyOf: [typeSelection, listOf(typeSelection)] },
    id: oneOrMany({ type: 'string' }),
    idPattern: { type: 'string' },
  },
  additionalProperties: false,
};

const flag: JsonSchema = { enum: [true, false, 'true', 'false'] };

const flags = ['local', 'splitEntities', 'entityMap'];
const parameters = [
  'attrs',
  'q',
  'csf',
  'scopeQ',
  'lang',
  'pick',
  'omit',
  'datasetId',
  'expandValues',
  'jsonKeys',
].concat(['geometryProperty', 'join', 'joinLevel', 'containedBy', 'entityMapLifetime']);

export const querySchemas: Readonly<Record<string, JsonSchema>> = {
  GeoQuery: members('4.10', { georel: words, geometry: words, coordinates, geoproperty: words }),
  TemporalQuery: members('4.11', {
    timerel: words,
    timeAt: words,
    endTimeAt: words,
    timeproperty: words,
    lastN: words,
  }),
  Query: {
    description: 'Its members mean what the URL parameters of their names mean (5.2.23)',
    type: 'object',
    required: ['type'],
    properties: {
      type: { const: 'Query' },
      '@context': ref('Context'),
      entities: { ...listOf(selector), maxItems: 200 },
      geoQ: ref('GeoQuery'),
      temporalQ: ref('TemporalQuery'),
      aggrParams: members('4.5.19', { aggrMethods: words, aggrPeriodDuration: words }),
      ordering: members('4.23', { orderBy: words, collation: words, coordinates, geometry: words }),
      ...Object.fromEntries(parameters.map((name) => [name, words])),
      ...Object.fromEntries(flags.map((name) => [name, flag])),
    },
    additionalProperties: false,
    examples: [
      {
        type: 'Query',
        entities: [{ type: 'Pump' }],
        q: 'pressure>3',
        geoQ: { georel: 'near;maxDistance==2000', geometry: 'Point', coordinates: [68.78, 38.56] },
      },
    ],
  },
};
