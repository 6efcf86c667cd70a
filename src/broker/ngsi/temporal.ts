import { Problem } from '../../base/problem.ts';
import {
  parametersOf,
  parseQueryBody,
  parseTemporalEntity,
  parseTemporalQuery,
  parseTemporalRetrieve,
  type TemporalRequest,
} from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import {
  accepted,
  bodyOf,
  linkable,
  document,
  linkedContext,
  type Answer,
  type Call,
  type MediaType,
  type RequestContext,
} from './call.ts';
import { evolution } from './evolution.ts';
import { jsonBody, type NgsiDeps, type Operation } from './operation.ts';
import { paged, pageOf } from './paging.ts';
import { entityIdOf } from './target.ts';

const shown: readonly MediaType[] = ['application/json', 'application/ld+json'];
/** What `options` takes: formats by their old keywords, and what is no format. */
const showingOptions = [
  'normalized',
  'concise',
  'simplified',
  'keyValues',
  'temporalValues',
  'aggregatedValues',
].concat(['sysAttrs', 'count']);

/** What stays in the URL of a query by POST; the rest is said in its body. */
const besideBody = ['format', 'options', 'limit', 'offset', 'count', 'local'];

/** `/temporal/entities`, 6.18, `/temporal/entities/{entityId}`, 6.19, and `/temporal/entityOperations/query`, 6.24. */
export const temporal: readonly Operation[] = [
  {
    name: 'upsertTemporal',
    method: 'POST',
    path: '/temporal/entities',
    clause: '6.18.3.1',
    summary: 'Create the temporal evolution of an entity, or add to it',
    parameters: ['local'],
    body: jsonBody('EntityTemporal'),
    answers: { 201: null, 204: null },
    makesTenant: true,
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const past = parseTemporalEntity(json, context, { at: isoInstant(deps.now()) });
      const { created } = await deps.temporal.upsert(call.who, call.tenant, past, call.cause);
      if (!created) return { status: 204 };
      const location = `/ngsi-ld/v1/temporal/entities/${encodeURIComponent(past.id)}`;
      return { status: 201, headers: { location } };
    },
  },
  {
    name: 'queryTemporal',
    method: 'GET',
    path: '/temporal/entities',
    clause: '6.18.3.2',
    summary: 'Query the temporal evolution of entities',
    parameters: parametersOf.temporalQuery,
    options: showingOptions,
    answers: { 200: 'EntityTemporalList', 203: 'EntityTemporalList', 206: 'EntityTemporalList' },
    handle: async (call, deps) => {
      const named = await linkedContext(call, deps.contexts);
      return queryAnswer(call, deps, named, parseTemporalQuery(call.query, named.context));
    },
  },
  {
    name: 'queryTemporalByPost',
    method: 'POST',
    path: '/temporal/entityOperations/query',
    clause: '6.24.3.1',
    summary: 'Query the temporal evolution of entities by a document',
    parameters: besideBody,
    options: showingOptions,
    body: jsonBody('Query'),
    answers: { 200: 'EntityTemporalList', 203: 'EntityTemporalList', 206: 'EntityTemporalList' },
    handle: async (call, deps) => {
      const { json, ...named } = await bodyOf(call, deps.contexts);
      const { parameters, entities } = parseQueryBody(json, named.context);
      const all = new URLSearchParams([...parameters, ...call.query]);
      return queryAnswer(call, deps, named, parseTemporalQuery(all, named.context, { entities }));
    },
  },
  {
    name: 'retrieveTemporal',
    method: 'GET',
    path: '/temporal/entities/{entityId}',
    clause: '6.19.3.1',
    summary: 'Retrieve the temporal evolution of an entity',
    parameters: parametersOf.temporalRetrieve,
    options: showingOptions,
    answers: { 200: 'EntityTemporal', 203: 'EntityTemporal', 206: 'EntityTemporal' },
    handle: async (call, deps) => {
      const id = entityIdOf(call);
      const { context, named } = await linkedContext(call, deps.contexts);
      const request = parseTemporalRetrieve(call.query, context);
      const media = accepted(call, shown);
      const { query, temporal: within } = request;
      const one = { ...query, ids: [id], within };
      const found = await deps.broker.historyEntities(call.who, call.tenant, one, { limit: 1, offset: 0 });
      const { status, headers, body } = await evolution(call, deps, found.entities, request, context);
      const [entity] = body;
      if (!entity) throw new Problem('not-found', `history has nothing of ${id} that was asked for`);
      return document(media, named, entity, { status, headers });
    },
  },
  {
    name: 'deleteTemporal',
    method: 'DELETE',
    path: '/temporal/entities/{entityId}',
    clause: '6.19.3.2',
    summary: 'Delete the temporal evolution of an entity',
    parameters: ['local'],
    answers: { 204: null },
    handle: async (call, deps) => {
      await deps.temporal.delete(call.who, call.tenant, entityIdOf(call), call.cause);
      return { status: 204 };
    },
  },
];

/** 5.7.4 Query Temporal Evolution of Entities. */
async function queryAnswer(
  call: Call,
  deps: NgsiDeps,
  named: RequestContext,
  request: TemporalRequest,
): Promise<Answer> {
  const { query, temporal: within, page, order } = request;
  const media = accepted(call, shown);
  const { entities, count, offset, more } = await pageOf(
    (part) =>
      deps.broker.historyEntities(call.who, call.tenant, { ...query, within }, { ...part, ...(order && { order }) }),
    page,
  );
  const { body, ...answer } = await evolution(call, deps, entities, request, named.context);
  const headers = { ...answer.headers, ...paged(call, { limit: page.limit, offset, more }, count, media) };
  const { named: link } = await linkable(named, media, deps.contexts);
  return document(media, link, body, { status: answer.status, headers });
}
