import { Problem } from '../../base/problem.ts';
import type { Entity } from '../../ngsild/entity.ts';
import {
  asOfVersion,
  currentVersion,
  featureCollection,
  matchesQuery,
  parametersOf,
  parseEntityQuery,
  parseEntityRetrieve,
  parseQueryBody,
  representEntity,
  representFeature,
  type EntityRequest,
  type RepresentOptions,
} from '../../ngsild/index.ts';
import { linkedEntities } from '../linked.ts';
import { accepted, bodyOf, document, linkable, linkedContext } from './call.ts';
import type { Answer, Call, MediaType, RequestContext } from './call.ts';
import { jsonBody, type NgsiDeps, type Operation } from './operation.ts';
import { paged, pageOf } from './paging.ts';
import { preferencesOf } from './prefer.ts';
import { entityIdOf } from './target.ts';

const shownMedia: readonly MediaType[] = ['application/json', 'application/ld+json', 'application/geo+json'];
/** Formats named by the old keywords, and what is no format. */
const showingOptions = ['normalized', 'concise', 'simplified', 'keyValues', 'sysAttrs', 'count'];
/** What stays in the URL of a query by POST; the rest is said in its body. */
const besideBody = ['format', 'options', 'limit', 'offset', 'count', 'local', 'geometryProperty'];

/** Reading of `/entities`, 6.4, `/entities/{entityId}`, 6.5, and `/entityOperations/query`, 6.23. */
export const query: readonly Operation[] = [
  {
    name: 'queryEntity',
    method: 'GET',
    path: '/entities',
    clause: '6.4.3.2',
    summary: 'Query entities',
    parameters: parametersOf.query,
    options: showingOptions,
    answers: { 200: 'EntityList', 203: 'EntityList' },
    handle: async (call, deps) => {
      const named = await linkedContext(call, deps.contexts);
      return queryAnswer(call, deps, named, parseEntityQuery(call.query, named.context));
    },
  },
  {
    name: 'queryBatch',
    method: 'POST',
    path: '/entityOperations/query',
    clause: '6.23.3.1',
    summary: 'Query entities, the query in the body',
    parameters: besideBody,
    options: showingOptions,
    body: jsonBody('Query'),
    answers: { 200: 'EntityList', 203: 'EntityList' },
    handle: async (call, deps) => {
      const { json, ...named } = await bodyOf(call, deps.contexts);
      const { parameters, entities } = parseQueryBody(json, named.context);
      const all = new URLSearchParams([...parameters, ...call.query]);
      return queryAnswer(call, deps, named, parseEntityQuery(all, named.context, { entities }));
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
    answers: { 200: 'Entity', 203: 'Entity' },
    handle: async (call, deps) => {
      const id = entityIdOf(call);
      const named = await linkedContext(call, deps.contexts);
      const request = parseEntityRetrieve(call.query, named.context);
      const media = mediaOf(call, request);
      const { entity } = await deps.broker.get(call.who, call.tenant, id);
      if (!matchesQuery(request.query, entity)) {
        throw new Problem('not-found', `the entity ${id} is not of this type, or has none of these attributes`);
      }
      const shown = await represent(call, deps, named, request, media, [entity]);
      const [only = null] = shown;
      if (only === null || Object.keys(only).length === 0)
        throw new Problem('not-found', 'all its members are omitted');
      return answer(call, named, media, request.join?.kind === 'flat' ? listOf(shown, media) : only);
    },
  },
];

/** 5.7.2: a page of entities, with links to its neighbours. */
async function queryAnswer(call: Call, deps: NgsiDeps, named: RequestContext, request: EntityRequest): Promise<Answer> {
  const media = mediaOf(call, request);
  const { query: wanted, page, order } = request;
  const { entities, count, offset, more } = await pageOf<Entity>(
    (part) => deps.broker.query(call.who, call.tenant, wanted, { ...part, ...(order && { order }) }),
    page,
  );
  const shown = await represent(call, deps, named, request, media, entities);
  const headers = paged(call, { limit: page.limit, offset, more }, count, media);
  return answer(call, await linkable(named, media, deps.contexts), media, listOf(shown, media), headers);
}

/** @throws Problem not-acceptable, bad-data: only GeoJSON has a geometry to choose (5.7.1.4, 5.7.2.4) */
function mediaOf(call: Call, { representation }: Pick<EntityRequest, 'representation'>): MediaType {
  const media = accepted(call, shownMedia);
  if (representation.geometryProperty !== undefined && media !== 'application/geo+json') {
    throw new Problem('bad-data', 'geometryProperty needs Accept: application/geo+json', 'geometryProperty');
  }
  return media;
}

/** The entities and, with a flat join, those that they link to, in the representation that was asked for. */
async function represent(
  call: Call,
  { broker }: NgsiDeps,
  { context }: RequestContext,
  { join, representation }: Pick<EntityRequest, 'join' | 'representation'>,
  media: MediaType,
  entities: readonly Entity[],
): Promise<readonly object[]> {
  const geo = media === 'application/geo+json';
  const { version = currentVersion } = geo ? {} : preferencesOf(call);
  const aged = (entity: Entity): Entity => (version < currentVersion ? asOfVersion(entity, version, context) : entity);
  const one = (entity: Entity, options: RepresentOptions): object => {
    if (!geo) return representEntity(aged(entity), context, options);
    const { geometryProperty } = representation;
    return representFeature(aged(entity), context, {
      ...options,
      ...(geometryProperty !== undefined && { geometryProperty }),
    });
  };
  if (!join) return entities.map((entity) => one(entity, representation));
  const fetch = async (ids: readonly string[]): Promise<readonly Entity[]> =>
    (await broker.query(call.who, call.tenant, { ids }, { limit: ids.length, offset: 0 })).entities;
  const { embeddable, appended } = await linkedEntities(fetch, entities, join, representation);
  if (join.kind === 'flat') {
    return [
      ...entities.map((entity) => one(entity, representation)),
      ...appended.map(({ entity, options }) => one(entity, options)),
    ];
  }
  const linked = {
    ...embeddable,
    entities: new Map([...embeddable.entities].map(([id, entity]) => [id, aged(entity)])),
  };
  return entities.map((entity) => one(entity, { ...representation, linked }));
}

function listOf(shown: readonly object[], media: MediaType): object {
  return media === 'application/geo+json' ? featureCollection(shown as Parameters<typeof featureCollection>[0]) : shown;
}

/** 203 and Preference-Applied when the answer was brought to an older version of the standard (4.3.6.8). */
function answer(
  call: Call,
  { named }: RequestContext,
  media: MediaType,
  body: object | null,
  headers: Record<string, string> = {},
): Answer {
  const { plainBody, version } = preferencesOf(call);
  if (version === undefined || media === 'application/geo+json')
    return document(media, named, body, { headers, plainBody });
  return document(media, named, body, {
    status: version < currentVersion ? 203 : 200,
    headers: { ...headers, 'preference-applied': `ngsi-ld=1.${version}` },
  });
}
