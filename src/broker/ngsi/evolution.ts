/** The temporal evolution of entities as an answer: representations, and what is too long in parts (6.3.10, 6.3.12). */
import { Problem } from '../../base/problem.ts';
import {
  currentVersion,
  pastAsOf,
  representAggregate,
  representPast,
  representPastValues,
  sortableInstant,
  type Context,
  type JsonObject,
  type TemporalRequest,
} from '../../ngsild/index.ts';
import type { EntityAggregates, EntityHistory, PastEntities } from '../../store/ports.ts';
import { isoInstant } from '../decision.ts';
import type { Call } from './call.ts';
import type { NgsiDeps } from './operation.ts';
import { preferencesOf } from './prefer.ts';

export type Evolution = {
  /** 203 when it was brought to an older version of the standard (4.3.6.8), 206 when it was too long. */
  readonly status: 200 | 203 | 206;
  readonly headers: Record<string, string>;
  /** An entity of which nothing is to be shown is left out. */
  readonly body: readonly JsonObject[];
};

type Asked = Omit<TemporalRequest, 'page' | 'order'>;

/** @throws Problem invalid-request when a method of aggregation does not apply to an attribute that was asked for */
export async function evolution(
  call: Call,
  deps: NgsiDeps,
  found: PastEntities['entities'],
  request: Asked,
  context: Context,
): Promise<Evolution> {
  const { temporal, aggregation, format, representation } = request;
  const { who, tenant } = call;
  const ids = found.map(({ id }) => id);
  const limit = { limit: deps.temporalPage };
  if (aggregation) {
    const { entities, truncated } = await deps.broker.aggregate(who, tenant, ids, temporal, aggregation, limit);
    if (temporal.attrs) checkEligible(entities, aggregation.methods, context);
    const body = all(found, entities).map((entity) => representAggregate(entity, context, representation));
    return answer(body, truncated && bucketRange(entities, temporal));
  }
  const { entities, truncated } = await deps.broker.history(who, tenant, ids, temporal, limit);
  const options = { ...representation, timeproperty: temporal.timeproperty };
  const { version = currentVersion } = preferencesOf(call);
  const isOlder = version < currentVersion;
  const aged = all(found, entities).map((entity) => (isOlder ? pastAsOf(entity, version, context) : entity));
  const stamped = representation.sysAttrs === true ? await withStamps(call, deps, aged) : aged;
  const body = stamped.map((entity) =>
    format === 'temporalValues'
      ? representPastValues(entity, context, options)
      : representPast(entity, context, format === 'concise' ? { ...options, format } : options),
  );
  const { status, headers, body: shown } = answer(body, truncated && instantRange(entities, temporal));
  if (preferencesOf(call).version === undefined) return { status, headers, body: shown };
  const applied = { ...headers, 'preference-applied': `ngsi-ld=1.${version}` };
  return { status: status === 200 && isOlder ? 203 : status, headers: applied, body: shown };
}

function answer(body: readonly JsonObject[], range: string | false): Evolution {
  const shown = body.filter((entity) => Object.keys(entity).length > 0);
  if (range === false) return { status: 200, headers: {}, body: shown };
  return { status: 206, headers: { 'content-range': range }, body: shown };
}

/** Those that were found, also where nothing of them is among the attributes asked for. */
function all<T extends EntityHistory | EntityAggregates>(
  found: PastEntities['entities'],
  entities: readonly T[],
): readonly (T | { id: string; type: readonly string[]; attrs: readonly [] })[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  return found.map(({ id, type }) => byId.get(id) ?? { id, type, attrs: [] });
}

/** When the entity itself was made and changed is known as long as it is there. */
const withStamps = <T extends { readonly id: string }>(call: Call, { broker }: NgsiDeps, entities: readonly T[]) =>
  Promise.all(
    entities.map(async (entity) => {
      const stored = await broker.find(call.who, call.tenant, entity.id);
      return stored ? { createdAt: stored.entity.createdAt, modifiedAt: stored.entity.modifiedAt, ...entity } : entity;
    }),
  );

/** 5.7.4.4; where no attribute was asked for, a method is left out where it does not apply. */
function checkEligible(entities: readonly EntityAggregates[], methods: readonly string[], context: Context): void {
  for (const { attrs } of entities) {
    for (const { name, methods: found } of attrs) {
      const missing = methods.find((method) => !Object.hasOwn(found, method));
      if (missing === undefined) continue;
      throw new Problem(
        'invalid-request',
        `${missing} does not apply to "${context.compact(name)}" (4.5.19.1)`,
        'aggrMethods',
      );
    }
  }
}

/**
 * Content-Range of what is shown (6.3.10): forwards in time, with lastN backwards. The unit is the one that clients know
 * (docs/decisions/0022-content-range-unit.md).
 */
function contentRange({ time, lastN }: Asked['temporal'], least: string, most: string): string {
  if (lastN === undefined) {
    const start = time && time.timerel !== 'before' ? isoInstant(time.timeAt) : least;
    return `date-time ${start}-${most}/*`;
  }
  const end = time?.timerel === 'before' ? time.timeAt : time?.timerel === 'between' ? time.endTimeAt : undefined;
  return `date-time ${end === undefined ? most : isoInstant(end)}-${least}/${lastN}`;
}

function instantRange(entities: readonly EntityHistory[], temporal: Asked['temporal']): string {
  const by = temporal.timeproperty;
  let least: string | undefined;
  let most: string | undefined;
  for (const { attrs } of entities) {
    for (const { instances } of attrs) {
      for (const instance of instances) {
        const at = instance[by] ?? instance.modifiedAt ?? '';
        if (least === undefined || sortableInstant(at) < sortableInstant(least)) least = at;
        if (most === undefined || sortableInstant(at) > sortableInstant(most)) most = at;
      }
    }
  }
  return contentRange(temporal, least ?? '', most ?? '');
}

/** Ends where the next bucket begins. */
function bucketRange(entities: readonly EntityAggregates[], temporal: Asked['temporal']): string {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const { attrs } of entities) {
    for (const { methods } of attrs) {
      for (const [, start, end] of Object.values(methods).flat()) {
        if (start < least) least = start;
        if (end > most) most = end;
      }
    }
  }
  const { lastN: _, ...forwards } = temporal;
  return contentRange(forwards, isoInstant(least), isoInstant(most));
}
