/** Which readings confirm which control points. */
import { parseInstant } from '../../base/time.ts';
import { deltaId, type Attributes, type Entity, type EntityDelta, type Instance } from '../../ngsild/entity.ts';
import { coreContext } from '../../ngsild/index.ts';
import type { JournalRecord } from '../../store/ports.ts';
import { valueIn } from './lifecycle.ts';
import type { ControlPoint, Value } from './schema.ts';

export type Reading = { readonly value: Value; readonly observedAt: number };

export const readEntityOf = ({ readBack, entity }: ControlPoint): string => readBack.entity ?? entity;
const readIriOf = ({ readBack, attribute }: ControlPoint): string =>
  coreContext.expand(readBack.attribute ?? attribute);

export type ReadBacks = {
  /** The readings of a record that bear on points, in its order. */
  of(record: JournalRecord): readonly { readonly point: ControlPoint; readonly reading: Reading }[];
};

export function readBacks(points: Iterable<ControlPoint>): ReadBacks {
  const byEntity = new Map<string, { point: ControlPoint; iri: string }[]>();
  for (const point of points) {
    const one = { point, iri: readIriOf(point) };
    const list = byEntity.get(readEntityOf(point));
    if (list) list.push(one);
    else byEntity.set(readEntityOf(point), [one]);
  }
  return {
    of({ tenant, entities, at }) {
      if (tenant !== 0) return [];
      return entities.flatMap((delta) =>
        (byEntity.get(deltaId(delta)) ?? []).flatMap(({ point, iri }) => {
          const reading = readingIn(attrsOf(delta), iri, at);
          return reading ? [{ point, reading }] : [];
        }),
      );
    },
  };
}

/** What confirms, as the entity stands. */
export const standing = (point: ControlPoint, { attrs, modifiedAt }: Entity): Reading | undefined =>
  readingIn(attrs, readIriOf(point), Date.parse(modifiedAt));

const attrsOf = (delta: EntityDelta): Attributes =>
  delta.op === 'put' ? delta.entity.attrs : delta.op === 'set' ? delta.attrs : {};

/** @param takenAt ms, when it was recorded: what has no time of its own was observed then */
function readingIn(attrs: Attributes, iri: string, takenAt: number): Reading | undefined {
  const instance: Instance | undefined = attrs[iri]?.find(({ datasetId }) => datasetId === undefined);
  const value = valueIn(instance?.value);
  if (!instance || value === undefined) return undefined;
  const told = instance.observedAt ?? instance.modifiedAt;
  return { value, observedAt: (told === undefined ? undefined : parseInstant(told.replace(',', '.'))) ?? takenAt };
}
