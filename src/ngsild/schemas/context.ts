/** @contexts as bodies and as what is told of them, 4.4 and 5.13. Beside `context.ts` and `terms.ts`. */
import { definitionKeys } from '../terms.ts';
import { dateTime, ref, text, uri, type JsonSchema } from './words.ts';

/** JSON-LD 1.1, 9.15.1, without scoped contexts. */
const termDefinition: JsonSchema = {
  anyOf: [
    { type: 'string' },
    { type: 'null' },
    {
      type: 'object',
      properties: { '@id': { type: ['string', 'null'] } },
      propertyNames: { enum: definitionKeys },
    },
  ],
};
const terms: JsonSchema = {
  type: 'object',
  propertyNames: { not: { enum: ['', '@import'] } },
  patternProperties: { '^[^@]': termDefinition },
};
/** A document in the place of its context: what it wraps is taken. */
const wrapped: JsonSchema = { type: 'object', required: ['@context'] };
const one: JsonSchema = { anyOf: [uri, terms, wrapped, { type: 'null' }] };

export const contextSchemas: Readonly<Record<string, JsonSchema>> = {
  Context: {
    description: 'URL, object of terms, or a list of these. Without scoped contexts (5.5.7)',
    anyOf: [one, { type: 'array', items: one }],
    examples: ['https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld'],
  },
  ContextDocument: {
    description: 'A document with an @context; what stands beside it is left away (5.13.2)',
    type: 'object',
    required: ['@context'],
    properties: { '@context': ref('Context') },
    examples: [{ '@context': { pressure: 'https://example.org/pressure' } }],
  },
  ContextDetails: {
    description: '5.13.3.5',
    type: 'object',
    required: ['URL', 'localId', 'kind', 'createdAt'],
    properties: {
      URL: uri,
      localId: uri,
      kind: { enum: ['Cached', 'Hosted', 'ImplicitlyCreated'] },
      createdAt: dateTime,
      expiresAt: dateTime,
      lastUsage: dateTime,
      numberOfHits: { type: 'integer', minimum: 0, description: 'Since the server started' },
      extraInfo: text,
    },
  },
  ContextAnswered: {
    description: 'The document; with details=true what is known of it',
    anyOf: [ref('ContextDocument'), ref('ContextDetails')],
  },
  ContextList: {
    description: 'URLs, or with details=true what is known of each',
    type: 'array',
    items: { anyOf: [uri, ref('ContextDetails')] },
  },
};
