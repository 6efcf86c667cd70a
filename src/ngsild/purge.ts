/** The request "Purge Entities": which entities, and what of them goes. CIM 009 v1.9.1, 5.6.21 and 6.4.3.3. */
import { Problem } from '../base/problem.ts';
import { attributeIri } from './attributeName.ts';
import type { Context } from './context.ts';
import { parseEntityQuery } from './entityQuery.ts';
import type { EntityQuery, QNode } from './query.ts';

export type PurgeRequest = {
  readonly query: EntityQuery;
  /** What goes: these members, or all attributes but these. Absent: the entities. Names are IRIs, besides `scope`. */
  readonly members?: { readonly drop: ReadonlySet<string> } | { readonly keep: ReadonlySet<string> };
};

/** The URL parameters that a purge takes (6.4.3.3). */
export const purgeParameters = [
  ['coordinates', 'csf', 'drop', 'geometry', 'geometryProperty', 'geoproperty', 'georel'],
  ['id', 'idPattern', 'keep', 'local', 'q', 'scopeQ', 'type'],
].flat();

/** @throws Problem bad-data, too-complex, not-supported */
export function parsePurge(source: URLSearchParams, context: Context): PurgeRequest {
  const selecting = new URLSearchParams(source);
  for (const name of ['drop', 'keep', 'geometryProperty']) selecting.delete(name);
  const drop = parseNames(source, 'drop', context);
  const keep = parseNames(source, 'keep', context);
  if (drop && keep) throw new Problem('bad-data', 'drop and keep exclude each other', 'keep');
  // A list of attributes makes the query narrow enough, as does the local scope (5.6.21.4).
  if (drop ?? keep) selecting.set('local', 'true');
  const { query } = parseEntityQuery(selecting, context);
  if (query.q && isLinked(query.q)) throw new Problem('bad-data', 'a purge takes no linked entities', 'q');
  if (keep) return { query, members: { keep } };
  if (!drop) return { query };
  return { query: drop.has('scope') ? query : { ...query, attrs: [...drop] }, members: { drop } };
}

function parseNames(source: URLSearchParams, parameter: string, context: Context): ReadonlySet<string> | undefined {
  const text = source.get(parameter);
  if (text === null) return undefined;
  const names = text.split(',').map((word) => {
    return context.name(word).member === 'scope' ? 'scope' : attributeIri(word, context, parameter);
  });
  return new Set(names);
}

const isLinked = (node: QNode): boolean =>
  'of' in node ? node.of.some(isLinked) : node.path.via !== undefined && node.path.via.length > 0;
