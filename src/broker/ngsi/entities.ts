import { Problem } from '../../base/problem.ts';
import {
  evaluateTypes,
  parametersOf,
  parseEntity,
  parseEntityQuery,
  parseEntityRetrieve,
  representEntity,
  representFeature,
  representFeatures,
} from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import { accepted, bodyOf, document, linkedContext, type MediaType } from './call.ts';
import { jsonBody, type Operation } from './operation.ts';
import { paged } from './paging.ts';

const shown: readonly MediaType[] = ['application/json', 'application/ld+json', 'application/geo+json'];
/** Formats named by the old keywords, and what is no format. */
const showingOptions = ['normalized', 'concise', 'simplified', 'keyValues', 'sysAttrs', 'count'];

/** `/entities`, 6.4, and `/entities/{entityId}`, 6.5. */
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
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const entity = parseEntity(json, context, { at: isoInstant(deps.now()) });
      await deps.entities.create(call.who, call.tenant, entity, call.cause);
      return { status: 201, headers: { location: `/ngsi-ld/v1/entities/${encodeURIComponent(entity.id)}` } };
    },
  },
  {
    name: 'queryEntity',
    method: 'GET',
    path: '/entities',
    clause: '6.4.3.2',
    summary: 'Query entities',
    parameters: parametersOf.query,
    options: showingOptions,
    answers: { 200: 'EntityList' },
    handle: async (call, { broker, contexts }) => {
      const { context, named } = await linkedContext(call, contexts);
      const { query, page, representation } = parseEntityQuery(call.query, context);
      const media = accepted(call, shown);
      const found = await broker.query(call.who, call.tenant, query, page);
      const body =
        media === 'application/geo+json'
          ? representFeatures(found.entities, context, representation)
          : found.entities.map((entity) => representEntity(entity, context, representation));
      return document(media, named, body, { headers: paged(call, page, found.entities.length, found.count, media) });
    },
  },
  {
    name: 'retrieveEntity',
    method: 'GET',
    path: '/entities/{entityId}',
    clause: '6.5.3.1',
    summary: 'Retrieve an entity',
    parameters: parametersOf.retrieve,
    options: showingOptions,
    answers: { 200: 'Entity' },
    handle: async (call, { broker, contexts }) => {
      const id = call.of['entityId'] ?? '';
      const { context, named } = await linkedContext(call, contexts);
      const { query, representation } = parseEntityRetrieve(call.query, context);
      const media = accepted(call, shown);
      const { entity } = await broker.get(call.who, call.tenant, id);
      if (query.type && !evaluateTypes(query.type, entity.type)) {
        throw new Problem('not-found', `the entity ${id} is not of this type`);
      }
      const body =
        media === 'application/geo+json'
          ? representFeature(entity, context, representation)
          : representEntity(entity, context, representation);
      return document(media, named, body);
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
      await deps.entities.delete(call.who, call.tenant, call.of['entityId'] ?? '', call.cause);
      return { status: 204 };
    },
  },
];
