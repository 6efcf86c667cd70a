/** What a policy shows of entities: whole ones by their types and values, and which of their attributes. */
import type { Entity } from './entity.ts';
import { evaluateQ, type QEvaluation } from './qEvaluate.ts';
import type { Sight } from './query.ts';

/** True when the entity is among those that the sight shows. */
export function evaluateSight(sight: Sight, entity: Entity, options: QEvaluation = {}): boolean {
  if (sight.node === 'q') return evaluateQ(sight.q, entity, options);
  if (sight.node === 'types') return typesHold(sight, entity.type);
  const holds = (part: Sight): boolean => evaluateSight(part, entity, options);
  return sight.node === 'and' ? sight.of.every(holds) : sight.of.some(holds);
}

/** True when an entity of these types is shown, or would be with the right values. */
export function showsTypes(sight: Sight, types: readonly string[]): boolean {
  if (sight.node === 'q') return true;
  if (sight.node === 'types') return typesHold(sight, types);
  const shows = (part: Sight): boolean => showsTypes(part, types);
  return sight.node === 'and' ? sight.of.every(shows) : sight.of.some(shows);
}

/** True when nothing but types decides. */
export const isOfTypes = (sight: Sight): boolean =>
  sight.node === 'types' || (sight.node !== 'q' && sight.of.every(isOfTypes));

export const typesHold = ({ op, types }: Extract<Sight, { node: 'types' }>, of: readonly string[]): boolean =>
  of.every((type) => types.includes(type) === (op === 'only'));
