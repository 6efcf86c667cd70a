/** Entities at the end of relationships, for answers that show them too. CIM 009 v1.9.1, 4.5.23. */
import { Problem } from '../base/problem.ts';
import type { Entity } from './entity.ts';
import { isShown } from './projection.ts';
import type { RepresentOptions } from './represent.ts';

/** What an answer can embed: found beforehand, a level at a time, so that showing asks nobody. */
export type LinkedEntities = {
  readonly entities: ReadonlyMap<string, Entity>;
  /** Levels still to show. */
  readonly levels: number;
  /** Met on the way here, and what the client has already: never shown again, so that no circle is followed. */
  readonly seen: ReadonlySet<string>;
  /** How many more may be shown in this answer. */
  readonly room: { left: number };
};

/** Entities embedded in or appended to one answer. */
export const linkedMax = 10_000;

export const tooManyLinked = (): Problem =>
  new Problem('too-many-results', `more than ${linkedMax} linked entities; ask for fewer levels or entities`, 'join');

/** Which ids a shown relationship leads to, and how what is there is to be shown. */
export type Link = { readonly name: string; readonly ids: readonly string[] };

/** The relationships of an entity that an answer shows. Only attributes of the entity itself link (4.9, 4.5.23). */
export function linksOf({ attrs }: Entity, options: RepresentOptions): readonly Link[] {
  const { pick, omit, datasetIds } = options;
  const links: Link[] = [];
  for (const name in attrs) {
    if (options.attrs?.has(name) === false || !isShown(name, pick, omit)) continue;
    const ids = (attrs[name] ?? []).flatMap(({ type, value, datasetId = '@none' }) => {
      if (type !== 'Relationship' && type !== 'ListRelationship') return [];
      if (datasetIds?.has(datasetId) === false) return [];
      return [value].flat().filter((id) => typeof id === 'string');
    });
    if (ids.length > 0) links.push({ name, ids });
  }
  return links;
}

/**
 * How the entities at the end of a relationship are shown: whole, unless pick or omit say something of them. `attrs`
 * and datasets choose among the attributes of the entities that were asked for.
 * @param from the entity that links
 */
export function linkedOptions(options: RepresentOptions, name: string, from?: string): RepresentOptions {
  const { format, sysAttrs, lang, linked } = options;
  const pick = options.pick?.get(name);
  const omit = options.omit?.get(name);
  return {
    ...(format && { format }),
    ...(sysAttrs !== undefined && { sysAttrs }),
    ...(lang && { lang }),
    ...(pick && { pick }),
    ...(omit && { omit }),
    ...(linked &&
      linked.levels > 1 && {
        linked: {
          ...linked,
          levels: linked.levels - 1,
          seen: from === undefined ? linked.seen : new Set([...linked.seen, from]),
        },
      }),
  };
}
