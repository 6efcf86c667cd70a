import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import {
  evaluateTypes,
  parseEntity,
  parseEntityQuery,
  parseFragment,
  parsePartial,
  parseEntityRetrieve,
  patchInstance,
  representFeature,
  representFeatures,
  representEntity,
} from '../../ngsild/index.ts';
import type { Entity } from '../../ngsild/entity.ts';
import type { Broker } from '../broker.ts';
import type { Contexts } from '../contexts.ts';
import { isoInstant } from '../decision.ts';
import type { BatchResult, EntityService, UpdateResult } from '../entities.ts';
import { accepted, bodyOf, document, itemContext, linkedContext, type Answer, type Call } from './call.ts';
import { ngsiError } from './errors.ts';
import { paged } from './paging.ts';
import type { Log } from '../../base/log.ts';

export type EntityDeps = {
  readonly broker: Broker;
  readonly entities: EntityService;
  readonly contexts: Contexts;
  readonly now: () => number;
  readonly log: Log;
};

const batchMax = 10_000;

/** `/entities`, 6.4. */
export async function entitiesResource(call: Call, deps: EntityDeps): Promise<Answer> {
  const { broker, contexts } = deps;
  if (call.method === 'POST') {
    const { json, context } = bodyOf(call, contexts);
    const entity = parseEntity(json, context, { at: isoInstant(deps.now()) });
    await deps.entities.create(call.who, call.tenant, entity, call.cause);
    return { status: 201, headers: { location: `/ngsi-ld/v1/entities/${encodeURIComponent(entity.id)}` } };
  }
  if (call.method !== 'GET') throw notAllowed(call, 'GET, POST');
  const { context, named } = linkedContext(call, contexts);
  const { query, page, representation } = parseEntityQuery(call.query, context);
  const media = accepted(call, ['application/json', 'application/ld+json', 'application/geo+json']);
  const found = await broker.query(call.who, call.tenant, query, page);
  const body =
    media === 'application/geo+json'
      ? representFeatures(found.entities, context, representation)
      : found.entities.map((entity) => representEntity(entity, context, representation));
  return document(media, named, body, { headers: paged(call, page, found.entities.length, found.count, media) });
}

/** `/entities/{id}`, 6.5. */
export async function entityResource(call: Call, id: string, deps: EntityDeps): Promise<Answer> {
  if (call.method === 'DELETE') {
    await deps.entities.delete(call.who, call.tenant, id, call.cause);
    return { status: 204 };
  }
  if (call.method !== 'GET') throw notAllowed(call, 'GET, DELETE');
  const { context, named } = linkedContext(call, deps.contexts);
  const { query, representation } = parseEntityRetrieve(call.query, context);
  const media = accepted(call, ['application/json', 'application/ld+json', 'application/geo+json']);
  const { entity } = await deps.broker.get(call.who, call.tenant, id);
  if (query.type && !evaluateTypes(query.type, entity.type)) {
    throw new Problem('not-found', `the entity ${id} is not of this type`);
  }
  const body =
    media === 'application/geo+json'
      ? representFeature(entity, context, representation)
      : representEntity(entity, context, representation);
  return document(media, named, body);
}

/** `/entities/{id}/attrs`, 6.6: PATCH updates, POST appends. */
export async function attributesResource(call: Call, id: string, deps: EntityDeps): Promise<Answer> {
  if (call.method !== 'PATCH' && call.method !== 'POST') throw notAllowed(call, 'POST, PATCH');
  const { json, context } = bodyOf(call, deps.contexts, { merge: call.method === 'PATCH' });
  const fragment = parseFragment(json, context, { at: isoInstant(deps.now()), nulls: call.method === 'PATCH' });
  if (fragment.expiresAt !== undefined) {
    throw new Problem('not-supported', 'expiresAt of an entity can be set when it is created or replaced', 'expiresAt');
  }
  const noOverwrite = call.method === 'POST' && (call.query.get('options') ?? '').split(',').includes('noOverwrite');
  const result = await deps.entities.setAttributes(call.who, call.tenant, id, fragment, { noOverwrite }, call.cause);
  return updateAnswer(result, (iri) => context.compact(iri));
}

/** `/entities/{id}/attrs/{attr}`, 6.7. */
export async function attributeResource(call: Call, id: string, attribute: string, deps: EntityDeps): Promise<Answer> {
  const datasetId = call.query.get('datasetId') ?? undefined;
  if (call.method === 'DELETE') {
    const { context } = linkedContext(call, deps.contexts);
    const all = call.query.get('deleteAll') === 'true';
    const which = { all, ...(datasetId !== undefined && datasetId !== '@none' && { datasetId }) };
    await deps.entities.deleteAttribute(call.who, call.tenant, id, context.expand(attribute), which, call.cause);
    return { status: 204 };
  }
  if (call.method !== 'PATCH') throw notAllowed(call, 'PATCH, DELETE');
  const { json, context } = bodyOf(call, deps.contexts, { merge: true });
  const partial = parsePartial(json, attribute, context);
  await deps.entities.mergeAttribute(
    call.who,
    call.tenant,
    id,
    context.expand(attribute),
    partial.datasetId,
    (stored, at) => patchInstance(stored, partial, attribute, context, at),
    call.cause,
  );
  return { status: 204 };
}

/** `/entityOperations/{operation}`, 6.14 to 6.17 and 6.31. */
export async function entityOperations(call: Call, operation: string, deps: EntityDeps): Promise<Answer> {
  if (call.method !== 'POST') throw notAllowed(call, 'POST');
  const options = (call.query.get('options') ?? '').split(',');
  const shared = bodyOf(call, deps.contexts);
  if (!Array.isArray(shared.json) || shared.json.length === 0) {
    throw new Problem('bad-data', 'a batch is an array of at least one item');
  }
  const items: unknown[] = shared.json;
  if (items.length > batchMax)
    throw new Problem('too-large', `a batch holds at most ${batchMax} items, not ${items.length}`);
  if (operation === 'delete') {
    const ids = items.map((item, n) => {
      if (typeof item !== 'string') throw new Problem('bad-data', 'a URI is wanted', `[${n}]`);
      return item;
    });
    const result = await deps.entities.deleteMany(call.who, call.tenant, ids, call.cause);
    return result.failed.length === 0 ? { status: 204 } : batchAnswer(result.changed, result, [], deps.log);
  }
  const faults: { id: string | undefined; problem: Problem }[] = [];
  const parsed: Entity[] = [];
  const at = isoInstant(deps.now());
  items.forEach((item, n) => {
    try {
      const { json, context } = itemContext(item, call, shared, deps.contexts);
      parsed.push(parseEntity(json, context, { at }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const id = isObject(item) && typeof item['id'] === 'string' ? item['id'] : undefined;
      const field = error.field === undefined ? `[${n}]` : `[${n}].${error.field}`;
      faults.push({ id, problem: new Problem(error.kind, error.message, field) });
    }
  });
  if (operation === 'create') {
    const result = await deps.entities.createMany(call.who, call.tenant, parsed, call.cause);
    if (faults.length === 0 && result.failed.length === 0) return { status: 201, body: result.created };
    return batchAnswer(result.created, result, faults, deps.log);
  }
  const mode = options.includes('update') ? 'update' : 'replace';
  const result = await deps.entities.upsertMany(call.who, call.tenant, parsed, mode, call.cause);
  if (faults.length > 0 || result.failed.length > 0) {
    return batchAnswer([...result.created, ...result.changed], result, faults, deps.log);
  }
  return result.created.length > 0 ? { status: 201, body: result.created } : { status: 204 };
}

/** 207 with what held and what failed; 400 when nothing held and all is the input's fault (5.2.16). */
function batchAnswer(
  success: readonly string[],
  result: BatchResult,
  faults: readonly { id: string | undefined; problem: Problem }[],
  log: Log,
): Answer {
  const errors = [...faults, ...result.failed].map(({ id, problem }) => ({
    ...(id !== undefined && { entityId: id }),
    error: ngsiError(problem, log),
  }));
  return { status: 207, body: { success, errors } };
}

function updateAnswer(result: UpdateResult, compact: (iri: string) => string): Answer {
  if (result.notUpdated.length === 0) return { status: 204 };
  return {
    status: 207,
    body: {
      updated: result.updated.map(compact),
      notUpdated: result.notUpdated.map(({ name, reason }) => ({ attributeName: compact(name), reason })),
    },
  };
}

export function notAllowed(call: Call, allow: string): Problem {
  return new Problem('method-not-allowed', `${call.method} is not one of ${allow}`, allow);
}
