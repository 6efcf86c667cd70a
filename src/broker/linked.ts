/** Fetches the entities at the end of relationships, a level at a time. CIM 009 v1.9.1, 4.5.23. */
import type { Entity } from '../ngsild/entity.ts';
import {
  linkedMax,
  linkedOptions,
  linksOf,
  tooManyLinked,
  type Join,
  type LinkedEntities,
  type RepresentOptions,
} from '../ngsild/index.ts';

/** A linked entity with how it is to be shown. */
export type Linked = { readonly entity: Entity; readonly options: RepresentOptions };

/**
 * Everything within `join.levels` relationships of the roots; one `fetch` per level, whatever the number of entities.
 * @param options how the roots are shown: only relationships that are shown are followed
 * @returns `embeddable`: for inline; `appended`: for flat, each once, level by level, as first met
 * @throws Problem too-many-results
 */
export async function linkedEntities(
  fetch: (ids: readonly string[]) => Promise<readonly Entity[]>,
  roots: readonly Entity[],
  join: Join,
  options: RepresentOptions,
): Promise<{ embeddable: LinkedEntities; appended: readonly Linked[] }> {
  const known = new Map<string, Entity>(roots.map((entity) => [entity.id, entity]));
  const seen = new Set(join.containedBy);
  const absent = new Set<string>();
  const appended: Linked[] = [];
  const shown = new Set(known.keys());
  // What pick and omit say differs by the relationships on the way; without them the id alone tells places apart.
  const projected = options.pick !== undefined || options.omit !== undefined;
  const visited = new Set<string>();
  let level: readonly (Linked & { readonly way: string })[] = roots.map((entity) => ({ entity, options, way: '' }));
  for (let n = 0; n < join.levels && level.length > 0; n++) {
    const next: { id: string; way: string; options: RepresentOptions }[] = [];
    for (const { entity, options: own, way } of level) {
      for (const { name, ids } of linksOf(entity, own)) {
        const below = linkedOptions(own, name);
        const further = projected ? `${way} ${name}` : '';
        for (const id of ids) {
          const place = `${id}${further}`;
          if (seen.has(id) || absent.has(id) || visited.has(place)) continue;
          visited.add(place);
          if (visited.size > linkedMax) throw tooManyLinked();
          next.push({ id, way: further, options: below });
        }
      }
    }
    const wanted = [...new Set(next.map(({ id }) => id))].filter((id) => !known.has(id));
    for (const entity of wanted.length > 0 ? await fetch(wanted) : []) known.set(entity.id, entity);
    for (const id of wanted) if (!known.has(id)) absent.add(id);
    level = next.flatMap(({ id, way, options: own }) => {
      const entity = known.get(id);
      return entity ? [{ entity, way, options: own }] : [];
    });
    for (const { entity, options: own } of level) {
      if (shown.has(entity.id)) continue;
      shown.add(entity.id);
      appended.push({ entity, options: own });
    }
  }
  return { embeddable: { entities: known, levels: join.levels, seen, room: { left: linkedMax } }, appended };
}
