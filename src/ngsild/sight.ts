/** What a policy shows of entities: whole ones by their types and values, and which of their attributes. */
import type { Entity } from './entity.ts';
import { evaluateQ, type QEvaluation } from './qEvaluate.ts';
import type { QNode, Sight } from './query.ts';

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

/** What still decides once the types are known: everything of them is shown, nothing, or that for which the rest holds. */
export function sightOfTypes(sight: Sight, types: readonly string[]): 'all' | 'none' | Sight {
  if (sight.node === 'q') return sight;
  if (sight.node === 'types') return typesHold(sight, types) ? 'all' : 'none';
  const [decisive, idle] = sight.node === 'and' ? (['none', 'all'] as const) : (['all', 'none'] as const);
  const parts = sight.of.map((part) => sightOfTypes(part, types));
  if (parts.includes(decisive)) return decisive;
  const of = parts.filter((part) => typeof part !== 'string');
  const [first] = of;
  if (!first) return idle;
  return of.length === 1 ? first : { node: sight.node, of };
}

/** The texts, of which an entity is to have one in this attribute (IRI), and nothing more decides; else undefined. */
export function textsAskedFor(sight: Sight | QNode, attribute: string): readonly string[] | undefined {
  switch (sight.node) {
    case 'q':
      return textsAskedFor(sight.q, attribute);
    case 'or': {
      const parts = sight.of.map((part) => textsAskedFor(part, attribute));
      return parts.every((part) => part !== undefined) ? [...new Set(parts.flat())] : undefined;
    }
    case 'compare':
    case 'oneOf': {
      const { names, inner, ...more } = sight.path;
      const isPlain =
        names.length === 1 && names[0] === attribute && inner.length === 0 && Object.keys(more).length === 0;
      if (!isPlain || sight.op !== '==') return undefined;
      const values = sight.node === 'oneOf' ? sight.values : [sight.value];
      const texts = values.flatMap((literal) => (literal.kind === 'string' ? [literal.value] : []));
      return texts.length === values.length ? texts : undefined;
    }
    default:
      return undefined;
  }
}

export const typesHold = ({ op, types }: Extract<Sight, { node: 'types' }>, of: readonly string[]): boolean =>
  of.every((type) => types.includes(type) === (op === 'only'));
