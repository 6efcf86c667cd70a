/** The answers that the table of operations names: schema and media types, for the OpenAPI document. */
import type { MediaType } from './call.ts';

export type AnswerWords = {
  /** Among `apiSchemas`. */
  readonly schema: string;
  /** Default application/json alone. */
  readonly media?: readonly MediaType[];
  /** The schema in application/geo+json. */
  readonly geo?: string;
};

const both: readonly MediaType[] = ['application/json', 'application/ld+json'];

/** Whatever is not here is a schema of its own name, as application/json. */
const words: Readonly<Record<string, AnswerWords>> = {
  Entity: { schema: 'EntityShown', media: both, geo: 'Feature' },
  EntityList: { schema: 'EntitiesShown', media: both, geo: 'FeatureCollection' },
  EntityTemporal: { schema: 'EvolutionShown', media: both },
  EntityTemporalList: { schema: 'EvolutionsShown', media: both },
  IdList: { schema: 'IdsAnswered' },
  ContextDocument: { schema: 'ContextAnswered', media: both },
  Subscription: { schema: 'Subscription', media: both },
  SubscriptionList: { schema: 'SubscriptionList', media: both },
  EntityTypeList: { schema: 'EntityTypeList', media: both },
  EntityTypeInfo: { schema: 'EntityTypeInfo', media: both },
  AttributeList: { schema: 'AttributeList', media: both },
  Attribute: { schema: 'AttributeInfo', media: both },
};

export const answerWords = (name: string): AnswerWords => words[name] ?? { schema: name };
