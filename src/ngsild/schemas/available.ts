/** Which types and attributes there are, 5.2.24 to 5.2.28. Beside `available.ts`. */
import { attributeKinds } from '../entity.ts';
import { ref, text, uri, type JsonSchema } from './words.ts';

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const named = (type: string, members: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: ['id', 'type'],
  properties: { id: uri, type: { const: type }, '@context': ref('Context'), ...members },
});

export const availableSchemas: Readonly<Record<string, JsonSchema>> = {
  EntityTypeList: {
    description: 'Names, or with details=true one EntityType each (5.2.24, 5.2.25)',
    anyOf: [
      named('EntityTypeList', { typeList: list(text) }),
      list(named('EntityType', { typeName: text, attributeNames: list(text) })),
    ],
  },
  EntityTypeInfo: {
    description: '5.2.26',
    ...named('EntityTypeInfo', {
      typeName: text,
      entityCount: { type: 'integer', minimum: 1 },
      attributeDetails: list(ref('AttributeInfo')),
    }),
  },
  AttributeList: {
    description: 'Names, or with details=true one Attribute each (5.2.27, 5.2.28)',
    anyOf: [named('AttributeList', { attributeList: list(text) }), list(ref('AttributeInfo'))],
  },
  AttributeInfo: {
    description: '5.2.28',
    ...named('Attribute', {
      attributeName: text,
      attributeCount: { type: 'integer', minimum: 1 },
      attributeTypes: list({ enum: attributeKinds }),
      typeNames: list(text),
    }),
  },
};
