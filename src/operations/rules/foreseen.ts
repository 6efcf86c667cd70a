/** Which readings a rule will take of records, so that what they are compared with can be read before. */
import type { Attributes, EntityDelta } from '../../ngsild/entity.ts';
import type { JournalRecord } from '../../store/ports.ts';
import { instanceOf, observedOf, type Selection } from './selection.ts';
import type { Watched } from './watched.ts';

/** Entity and ms. */
type Place = readonly [entity: string, at: number];

/** @param decides whether a change may let an entity in */
export function readingsIn(
  { selection, has }: Pick<Watched, 'selection' | 'has'>,
  records: readonly JournalRecord[],
  decides: (delta: EntityDelta & { op: 'set' }) => boolean,
): readonly Place[] {
  const readings: Place[] = [];
  /** Let in on the way, perhaps. */
  const more = new Set<string>();
  for (const { at, entities } of records) {
    for (const delta of entities) {
      if (delta.op !== 'put' && delta.op !== 'set') continue;
      const { id, attrs } = delta.op === 'put' ? delta.entity : delta;
      if (delta.op === 'put' ? delta.entity.type.includes(selection.type) : decides(delta)) more.add(id);
      if (has(id) || more.has(id)) readings.push(...readingIn(selection, id, attrs, at));
    }
  }
  return readings;
}

/** The reading that a rule may take of these attributes. */
export function readingIn(
  { attribute }: Pick<Selection, 'attribute'>,
  id: string,
  attrs: Attributes,
  takenAt: number,
): readonly Place[] {
  const instance = instanceOf(attrs, attribute);
  return instance ? [[id, observedOf(instance, takenAt).at]] : [];
}
