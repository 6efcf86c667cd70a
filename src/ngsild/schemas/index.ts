/**
 * JSON Schemas of what the API takes and answers: components of the OpenAPI document. A schema of a body refuses nothing
 * that its parser takes (`agreement.test.ts`); the parser looks closer.
 */
import { attributeSchemas } from './attribute.ts';
import { availableSchemas } from './available.ts';
import { contextSchemas } from './context.ts';
import { entitySchemas } from './entity.ts';
import { querySchemas } from './query.ts';
import { resultSchemas } from './results.ts';
import { subscriptionSchemas } from './subscription.ts';
import type { JsonSchema } from './words.ts';

export type { JsonSchema } from './words.ts';

export const apiSchemas: Readonly<Record<string, JsonSchema>> = {
  ...entitySchemas,
  ...attributeSchemas,
  ...contextSchemas,
  ...querySchemas,
  ...resultSchemas,
  ...availableSchemas,
  ...subscriptionSchemas,
};
