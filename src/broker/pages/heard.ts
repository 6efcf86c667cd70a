/** Things that move: one that has not been heard for long is not where its dot is. */
import { coreContext, type Entity } from '../../ngsild/index.ts';
import { first, locationIri } from './view.ts';

const moving = new Set(['Vehicle'].map((type) => coreContext.expand(type)));

/** From so long on, what moves is said to be silent. */
export const silentAfterMs = 15 * 60_000;

/** When something that moves last said where it is; undefined for what stands still, or never said when. */
export function heardAt(entity: Entity): number | undefined {
  if (!entity.type.some((type) => moving.has(type))) return undefined;
  const at = Date.parse(first(entity, locationIri)?.observedAt?.replace(',', '.') ?? '');
  return Number.isNaN(at) ? undefined : at;
}

export function isSilent(entity: Entity, now: number): boolean {
  const at = heardAt(entity);
  return at !== undefined && now - at > silentAfterMs;
}
