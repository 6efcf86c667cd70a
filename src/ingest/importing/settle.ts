/**
 * While an import's value was the newest, a late one of somebody else entered history only. After the undo it may be the
 * newest: then it is the current value.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Broker, Decision, Looked } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Entity, EntityDelta, Instance } from '../../ngsild/entity.ts';
import type { Cause } from '../../store/ports.ts';
import type { Patiently } from './patience.ts';

/** By entity the attributes whose newest value may be one that came late, beside the import. */
export type Doubtful = Record<string, string[]>;

const entitiesPerLook = 200;

/** Makes the newest values that history has of these attributes the current ones. */
export async function settle(broker: Broker, doubtful: Doubtful, cause: Cause, patiently: Patiently): Promise<void> {
  const ids = Object.keys(doubtful);
  for (let from = 0; from < ids.length; from += entitiesPerLook) {
    const some = ids.slice(from, from + entitiesPerLook);
    const attrs = [...new Set(some.flatMap((id) => doubtful[id] ?? []))];
    const asked = new Map<string, Entity | undefined>();
    for (const id of some) asked.set(id, (await broker.find(systemPrincipal, 0, id))?.entity);
    const { entities } = await broker.history(systemPrincipal, 0, some, {
      timeproperty: 'observedAt',
      attrs,
      lastN: 1,
    });
    const newest = new Map(entities.map((entity) => [entity.id, entity]));
    const decide = (looked: Looked, at: string): Decision => {
      const deltas: EntityDelta[] = [];
      for (const id of some) {
        const entity = looked.get(id)?.entity;
        if (!entity) continue;
        const attrs = { ...entity.attrs };
        let changed = false;
        for (const { name, instances } of newest.get(id)?.attrs ?? []) {
          const [last] = instances;
          if (!last || !doubtful[id]?.includes(name) || last.deletedAt) continue;
          const { instanceId: _, ...instance } = last;
          const known = attrs[name] ?? [];
          const current = ofDataset(known, instance);
          if (!isNewest(instance, current, ofDataset(asked.get(id)?.attrs[name], instance))) continue;
          attrs[name] = current ? known.map((other) => (other === current ? instance : other)) : [...known, instance];
          changed = true;
        }
        if (changed) deltas.push({ op: 'forget', id, at, past: [], becomes: { ...entity, attrs } });
      }
      return { entities: deltas };
    };
    await patiently(() => broker.amend(systemPrincipal, 0, some, cause, decide));
  }
}

const ofDataset = (instances: readonly Instance[] | undefined, { datasetId }: Instance): Instance | undefined =>
  instances?.find((other) => other.datasetId === datasetId);

/**
 * Whether history's newest instance goes before the current one. Of two for the same instant the one given last counts:
 * history's, unless the current one was given since history was asked.
 */
function isNewest(past: Instance, current: Instance | undefined, asked: Instance | undefined): boolean {
  if (past.observedAt === undefined) return false;
  if (!current) return true;
  if (current.observedAt === undefined) return false;
  const aheadMs = Date.parse(past.observedAt) - Date.parse(current.observedAt);
  return aheadMs > 0 || (aheadMs === 0 && isDeepStrictEqual(current, asked) && !isSame(past, current));
}

/** But for when they were taken: sealed history keeps that to the second. */
function isSame(one: Instance, other: Instance): boolean {
  const { createdAt: _c, modifiedAt: _m, ...said } = one;
  const { createdAt: _d, modifiedAt: _n, ...meant } = other;
  return isDeepStrictEqual(said, meant);
}
