import { Problem } from '../../base/problem.ts';
import { parseTemporalQuery, representAggregates, representHistory, type TemporalRequest } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import { accepted, document, linkedContext, type Answer, type Call } from './call.ts';
import { notAllowed, type EntityDeps } from './entities.ts';
import { paged } from './paging.ts';

/** Instances in one answer; more are cut and the answer is 206 (6.3.10). */
const instancesMax = 20_000;

/** `/temporal/entities`, 6.18: query. */
export async function temporalEntities(call: Call, deps: EntityDeps): Promise<Answer> {
  if (call.method !== 'GET') throw notAllowed(call, 'GET');
  const { context, named } = linkedContext(call, deps.contexts);
  const request = parseTemporalQuery(call.query, context, { retrieve: false });
  const { limit, offset, count } = request.page;
  const found = await deps.broker.historyEntities(call.who, call.tenant, request.query, {
    limit,
    offset,
    ...(count && { count }),
  });
  const answer = await evolution(call, deps, found.ids, request);
  const media = accepted(call, ['application/json', 'application/ld+json']);
  const headers = { ...answer.headers, ...paged(call, request.page, found.ids.length, found.count, media) };
  return document(media, named, answer.body, { status: answer.status, headers });
}

/** `/temporal/entities/{id}`, 6.19: retrieve. */
export async function temporalEntity(call: Call, id: string, deps: EntityDeps): Promise<Answer> {
  if (call.method !== 'GET') throw notAllowed(call, 'GET');
  const { context, named } = linkedContext(call, deps.contexts);
  const request = parseTemporalQuery(call.query, context, { retrieve: true });
  const answer = await evolution(call, deps, [id], request);
  if (answer.body.length === 0) {
    const known = await deps.broker.historyEntities(call.who, call.tenant, { ids: [id] }, { limit: 1, offset: 0 });
    if (known.ids.length === 0) throw new Problem('not-found', `there is no history of ${id}`);
  }
  const media = accepted(call, ['application/json', 'application/ld+json']);
  const stored = await deps.broker.find(call.who, call.tenant, id);
  const type = stored?.entity.type.map((iri) => context.compact(iri));
  const body = answer.body[0] ?? { id, ...(type && { type: type.length === 1 ? type[0] : type }) };
  return document(media, named, body, { status: answer.status, headers: answer.headers });
}

async function evolution(
  call: Call,
  deps: EntityDeps,
  ids: readonly string[],
  request: TemporalRequest,
): Promise<{ status: number; headers: Record<string, string>; body: object[] }> {
  const { context } = linkedContext(call, deps.contexts);
  const { temporal, aggregation, representation } = request;
  if (ids.length === 0) return { status: 200, headers: {}, body: [] };
  if (aggregation) {
    const aggregates = await deps.broker.aggregate(call.who, call.tenant, ids, temporal, aggregation);
    return { status: 200, headers: {}, body: aggregates.map((entity) => representAggregates(entity, context)) };
  }
  const { entities, truncated } = await deps.broker.history(call.who, call.tenant, ids, temporal, {
    limit: instancesMax,
  });
  const body = entities.map((entity) => representHistory(entity, context, representation));
  if (!truncated) return { status: 200, headers: {}, body };
  const times = entities.flatMap(({ attrs }) =>
    attrs.flatMap(({ instances }) =>
      instances.map((instance) =>
        Date.parse((temporal.timeproperty === 'observedAt' ? instance.observedAt : instance.modifiedAt) ?? ''),
      ),
    ),
  );
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  const range = `DateTime ${isoInstant(from)}-${isoInstant(to)}/*`;
  return { status: 206, headers: { 'content-range': range }, body };
}
