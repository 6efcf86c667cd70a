/**
 * What a query means, entity by entity: subscriptions and policies ask this, and SQL is tested against it.
 * CIM 009 v1.9.1, 5.7.2.4 and 5.2.33.
 */
import type { Entity } from './entity.ts';
import { evaluateGeo } from './geo.ts';
import { compilePattern } from './pattern.ts';
import { evaluateQ } from './qEvaluate.ts';
import type { QEvaluation } from './qEvaluate.ts';
import type { EntityQuery, EntitySelector } from './query.ts';
import { evaluateScope } from './scope.ts';
import { evaluateSight } from './sight.ts';
import { evaluateTypes } from './types.ts';

/** True when the entity is one of those that the selector names. */
export function matchesSelector(
  { ids, idPattern, type }: EntitySelector,
  entity: Pick<Entity, 'id' | 'type'>,
): boolean {
  if (ids && !ids.includes(entity.id)) return false;
  if (type && !evaluateTypes(type, entity.type)) return false;
  return idPattern === undefined || compilePattern(idPattern, 'idPattern').test(entity.id);
}

/**
 * True when every part of the query holds.
 * @param options `resolve`: the entities at the end of relationships, for paths that follow them (`rel{a}`)
 */
export function matchesQuery(query: EntityQuery, entity: Entity, options: QEvaluation = {}): boolean {
  const { selectors, attrs, scope, geo, q, also = [] } = query;
  return (
    matchesSelector(query, entity) &&
    (!selectors || selectors.some((selector) => matchesSelector(selector, entity))) &&
    (!attrs || attrs.some((name) => Object.hasOwn(entity.attrs, name))) &&
    (!scope || evaluateScope(scope, entity.scope)) &&
    (!geo || evaluateGeo(geo, entity)) &&
    (!q || evaluateQ(q, entity, options)) &&
    also.every((sight) => evaluateSight(sight, entity, options))
  );
}
