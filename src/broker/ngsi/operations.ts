import { attributes } from './attributes.ts';
import { batch } from './batch.ts';
import { entities } from './entities.ts';
import { jsonldContexts } from './jsonldContexts.ts';
import type { Operation } from './operation.ts';
import { query } from './query.ts';
import { subscriptions } from './subscriptions.ts';
import { temporal } from './temporal.ts';
import { temporalAttributes } from './temporalAttributes.ts';
import { types } from './types.ts';

export type { Operation } from './operation.ts';

/** Every operation of the API, in the order of clause 6. */
export const operations: readonly Operation[] = [
  entities,
  query,
  attributes,
  subscriptions,
  batch,
  temporal,
  temporalAttributes,
  types,
  jsonldContexts,
].flat();
