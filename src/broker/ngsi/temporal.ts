import { Problem } from '../../base/problem.ts';
import {
  parametersOf,
  parseTemporalQuery,
  parseTemporalRetrieve,
  representAggregate,
  representPast,
  representPastValues,
  type Context,
  type TemporalRequest,
} from '../../ngsild/index.ts';
import type { EntityHistory } from '../../store/ports.ts';
import { isoInstant } from '../decision.ts';
import { accepted, document, linkedContext, type Call } from './call.ts';
import type { NgsiDeps, Operation } from './operation.ts';
import { paged } from './paging.ts';

/** Instances in one answer; more are cut and the answer is 206 (6.3.10). */
const instancesMax = 20_000;

/** What `options` takes: formats by their old keywords, and what is no format. */
const showingOptions = [
  'normalized',
  'concise',
  'simplified',
  'keyValues',
  'temporalValues',
  'aggregatedValues',
].concat(['sysAttrs', 'count']);

/** `/temporal/entities`, 6.18, and `/temporal/entities/{entityId}`, 6.19. */
export const temporal: readonly Operation[] = [
  {
    name: 'queryTemporal',
    method: 'GET',
    path: '/temporal/entities',
    clause: '6.18.3.2',
    summary: 'Query the temporal evolution of entities',
    parameters: parametersOf.temporalQuery,
    options: showingOptions,
    answers: { 200: 'EntityTemporalList', 206: 'EntityTemporalList' },
    handle: async (call, deps) => {
      const { context, named } = await linkedContext(call, deps.contexts);
      const request = parseTemporalQuery(call.query, context);
      const { query, temporal: within, page } = request;
      const media = accepted(call, ['application/json', 'application/ld+json']);
      const found = await deps.broker.historyEntities(call.who, call.tenant, { ...query, within }, page);
      const ids = found.entities.map(({ id }) => id);
      const answer = await evolution(call, deps, ids, request, context);
      const more = found.count === undefined ? ids.length === page.limit : page.offset + ids.length < found.count;
      const headers = { ...answer.headers, ...paged(call, { ...page, more }, found.count, media) };
      return document(media, named, answer.body, { status: answer.status, headers });
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
    answers: { 200: 'EntityTemporal', 206: 'EntityTemporal' },
    handle: async (call, deps) => {
      const id = call.of['entityId'] ?? '';
      const { context, named } = await linkedContext(call, deps.contexts);
      const request = parseTemporalRetrieve(call.query, context);
      const media = accepted(call, ['application/json', 'application/ld+json']);
      const one = { ...request.query, ids: [id] };
      const known = await deps.broker.historyEntities(call.who, call.tenant, one, { limit: 1, offset: 0 });
      if (known.entities.length === 0) throw new Problem('not-found', `there is no history of ${id}`);
      const answer = await evolution(call, deps, [id], request, context);
      // Known, but without an instance in the asked time: an entity without attributes.
      const body = answer.body[0] ?? { id };
      return document(media, named, body, { status: answer.status, headers: answer.headers });
    },
  },
];

async function evolution(
  call: Call,
  deps: NgsiDeps,
  ids: readonly string[],
  request: Omit<TemporalRequest, 'page'>,
  context: Context,
): Promise<{ status: number; headers: Record<string, string>; body: object[] }> {
  const { temporal, aggregation, format } = request;
  if (ids.length === 0) return { status: 200, headers: {}, body: [] };
  if (aggregation) {
    const { entities: aggregates } = await deps.broker.aggregate(call.who, call.tenant, ids, temporal, aggregation);
    return {
      status: 200,
      headers: {},
      body: aggregates.map((entity) => representAggregate(entity, context, request.representation)),
    };
  }
  const { entities, truncated } = await deps.broker.history(call.who, call.tenant, ids, temporal, {
    limit: instancesMax,
  });
  const options = { ...request.representation, timeproperty: temporal.timeproperty };
  const body = entities.map((entity) =>
    format === 'temporalValues'
      ? representPastValues(entity, context, options)
      : representPast(entity, context, format === 'concise' ? { ...options, format } : options),
  );
  if (!truncated) return { status: 200, headers: {}, body };
  return { status: 206, headers: { 'content-range': contentRange(entities, temporal.timeproperty) }, body };
}

/** From the first to the last instant shown; how many there are in all is not known. */
function contentRange(entities: readonly EntityHistory[], by: TemporalRequest['temporal']['timeproperty']): string {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { attrs } of entities) {
    for (const { instances } of attrs) {
      for (const instance of instances) {
        const at = Date.parse(instance[by] ?? instance.modifiedAt ?? '');
        if (at < from) from = at;
        if (at > to) to = at;
      }
    }
  }
  return `DateTime ${isoInstant(from)}-${isoInstant(to)}/*`;
}
