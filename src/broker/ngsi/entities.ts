import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Entity } from '../../ngsild/entity.ts';
import {
  parseDateTime,
  parseEntity,
  parseMerge,
  parsePurge,
  purgeParameters,
  type Context,
} from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import { purge } from '../purge.ts';
import { create, merge, remove, replace } from '../rules.ts';
import { batchAnswer } from './batchAnswer.ts';
import { bodyOf, linkedContext, optionsOf, type Call } from './call.ts';
import { jsonBody, patchBody, type Operation } from './operation.ts';
import { isOf, targetOf } from './target.ts';

/** What changes `/entities`, 6.4, and `/entities/{entityId}`, 6.5; `query.ts` reads them. */
export const entities: readonly Operation[] = [
  {
    name: 'createEntity',
    method: 'POST',
    path: '/entities',
    clause: '6.4.3.1',
    summary: 'Create an entity',
    parameters: ['local'],
    body: jsonBody('Entity'),
    answers: { 201: null, 409: 'ProblemDetails' },
    makesTenant: true,
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const entity = parseEntity(json, context, { at: isoInstant(deps.now()) });
      await deps.entities.run(call.who, call.tenant, create(entity), call.cause);
      return { status: 201, headers: { location: `/ngsi-ld/v1/entities/${encodeURIComponent(entity.id)}` } };
    },
  },
  {
    name: 'purgeEntity',
    method: 'DELETE',
    path: '/entities',
    clause: '6.4.3.3',
    summary: 'Delete the entities that a query selects, or some of their attributes',
    parameters: purgeParameters,
    answers: { 204: null, 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const { context } = await linkedContext(call, deps.contexts);
      const request = parsePurge(call.query, context);
      const result = await purge(deps, call.who, call.tenant, request, call.cause);
      return batchAnswer({ ...result, created: [] }, deps.log);
    },
  },
  {
    name: 'deleteEntity',
    method: 'DELETE',
    path: '/entities/{entityId}',
    clause: '6.5.3.2',
    summary: 'Delete an entity',
    parameters: ['local', 'type'],
    answers: { 204: null },
    handle: async (call, deps) => {
      const { context } = await linkedContext(call, deps.contexts);
      await deps.entities.run(call.who, call.tenant, remove(targetOf(call, context)), call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'replaceEntity',
    method: 'PUT',
    path: '/entities/{entityId}',
    clause: '6.5.3.3',
    summary: 'Replace an entity',
    parameters: ['local', 'type'],
    body: jsonBody('Entity'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const target = targetOf(call, context);
      const entity = parseReplacement(json, target.id, context, isoInstant(deps.now()));
      await deps.entities.run(call.who, call.tenant, replace(target, entity), call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'mergeEntity',
    method: 'PATCH',
    path: '/entities/{entityId}',
    clause: '6.5.3.4',
    summary: 'Merge into an entity',
    parameters: ['format', 'lang', 'local', 'observedAt', 'options', 'type'],
    options: ['simplified', 'keyValues'],
    body: patchBody('EntityFragment'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const target = targetOf(call, context);
      const options = mergeOptionsOf(call);
      const fragment = parseMerge(json, context, options);
      isOf(target.id, fragment.id);
      await deps.entities.run(call.who, call.tenant, merge(target, fragment, { ...options, context }), call.cause);
      return { status: 204 };
    },
  },
];

/** The body of a PUT: the id may be left to the path (6.5.3.3). @throws Problem */
function parseReplacement(json: unknown, id: string, context: Context, at: string): Entity {
  const whole = isObject(json) && json['id'] === undefined && json['@id'] === undefined ? { ...json, id } : json;
  const entity = parseEntity(whole, context, { at });
  isOf(id, entity.id);
  return entity;
}

/** How a fragment is to be read and merged; `format` wins over the deprecated `options` (6.5.3.4). @throws Problem */
function mergeOptionsOf({ query }: Call): { simplified: boolean; lang?: string; observedAt?: string } {
  const format = query.get('format');
  if (format !== null && !simplifying.has(format)) {
    throw new Problem('invalid-request', `the format of a merge is simplified or not given, not "${format}"`, 'format');
  }
  const lang = query.get('lang');
  const observedAt = query.get('observedAt');
  return {
    simplified: format !== null || optionsOf(query).some((option) => simplifying.has(option)),
    ...(lang !== null && { lang }),
    ...(observedAt !== null && { observedAt: parseDateTime(observedAt, 'observedAt') }),
  };
}

const simplifying = new Set(['simplified', 'keyValues']);
