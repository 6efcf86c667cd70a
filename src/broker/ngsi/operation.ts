import type { Log } from '../../base/log.ts';
import type { Broker } from '../broker.ts';
import type { Contexts } from '../contexts/index.ts';
import type { EntityService } from '../entities.ts';
import type { TemporalService } from '../temporal.ts';
import type { Tenants } from '../tenants.ts';
import type { SubscriptionService } from '../subscriptions/index.ts';
import type { Answer, Call, MediaType } from './call.ts';

/** What the handlers work with. */
export type NgsiDeps = {
  readonly broker: Broker;
  readonly entities: EntityService;
  readonly temporal: TemporalService;
  /** Values of the past in one answer; more are told in parts (6.3.10). */
  readonly temporalPage: number;
  readonly contexts: Contexts;
  readonly tenants: Tenants;
  readonly subscriptions: SubscriptionService;
  readonly now: () => number;
  readonly log: Log;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of clause 6 as data: the dispatcher, its checks and the OpenAPI document are made of these. */
export type Operation = {
  /** Its id in the OpenAPI document, such as `queryEntity`. */
  readonly name: string;
  readonly method: Method;
  /** Below `/ngsi-ld/v1`: `/entities/{entityId}/attrs/{attrId}`. */
  readonly path: string;
  /** Of CIM 009 v1.9.1: the HTTP binding. */
  readonly clause: string;
  readonly summary: string;
  /** URL parameters that it takes; any other is refused (6.3.20). */
  readonly parameters: readonly string[];
  /** What it takes in the parameter `options`; any other is refused (6.3.20). */
  readonly options?: readonly string[];
  readonly body?: {
    /** Name of its schema. */
    readonly schema: string;
    readonly media: readonly MediaType[];
    readonly maxBytes: number;
  };
  /** Status to the name of the body's schema, null without body; errors that any operation may answer are left away. */
  readonly answers: Readonly<Record<number, string | null>>;
  /** On a tenant that is not there it makes it (5.5.10); any other operation is refused there. */
  readonly makesTenant?: true;
  /** Without its id the path is that of the list, which has no such method; default: the id is missing, 400. */
  readonly listWithoutId?: true;
  readonly handle: (call: Call, deps: NgsiDeps) => Promise<Answer>;
};

const bodyMax = 1024 * 1024;
const batchMax = 32 * 1024 * 1024;
const json: readonly MediaType[] = ['application/json', 'application/ld+json'];

/** A body of JSON or JSON-LD. */
export const jsonBody = (schema: string) => ({ schema, media: json, maxBytes: bodyMax });
/** The same, and `application/merge-patch+json`, which every PATCH takes (6.3.4). */
export const patchBody = (schema: string) => ({
  schema,
  media: [...json, 'application/merge-patch+json' as const],
  maxBytes: bodyMax,
});
export const batchBody = (schema: string) => ({ schema, media: json, maxBytes: batchMax });
