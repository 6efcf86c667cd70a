/**
 * Which members to show, of an entity and of those at the end of its relationships. CIM 009 v1.9.1, 4.21:
 *
 *   projection = term *( ( "," / "|" ) term )
 *   term       = name [ "{" projection "}" ]
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { attributeIri } from './attributeName.ts';

/** Members by IRI, or `id`, `type`, `scope`; with what is said of the entities that a relationship leads to. */
export type Projection = ReadonlyMap<string, Projection | undefined>;

/** Members of an entity that are no attributes and may be picked. */
export const entityWords: ReadonlySet<string> = new Set(['id', 'type', 'scope']);

const maxTerms = 500;

/** @throws Problem bad-data (field `pick, character 5`), too-complex */
export function parseProjection(text: string, context: Context, parameter: 'pick' | 'omit'): Projection {
  let at = 0;
  let terms = 0;
  const where = (): string => `${parameter}, character ${at + 1}`;
  const projection = (): Projection => {
    const members = new Map<string, Projection | undefined>();
    for (;;) {
      const start = at;
      while (at < text.length && !',|{}'.includes(text[at] ?? '')) at++;
      const word = text.slice(start, at);
      if (word === '') throw new Problem('bad-data', 'a name is expected', where());
      if (++terms > maxTerms) throw new Problem('too-complex', `at most ${maxTerms} names`, parameter);
      const member = entityWords.has(word) ? word : attributeIri(word, context, parameter);
      let below: Projection | undefined;
      if (text[at] === '{') {
        at++;
        below = projection();
        if (text[at] !== '}') throw new Problem('bad-data', '"}" is expected', where());
        at++;
      }
      if (members.has(member) && members.get(member) !== below) {
        throw new Problem('bad-data', `"${word}" is named twice, and differently`, where());
      }
      members.set(member, below);
      if (text[at] !== ',' && text[at] !== '|') return members;
      at++;
    }
  };
  const parsed = projection();
  if (at < text.length) throw new Problem('bad-data', `"${text[at]}" is not expected here`, where());
  return parsed;
}

/** A projection as JSON: a member, or one with what is said of the entities that it leads to. */
export type ProjectionTerm = string | { readonly member: string; readonly of: readonly ProjectionTerm[] };

export const projectionTerms = (projection: Projection): readonly ProjectionTerm[] =>
  [...projection].map(([member, below]) => (below ? { member, of: projectionTerms(below) } : member));

export const projectionFrom = (terms: readonly ProjectionTerm[]): Projection =>
  new Map(terms.map((term) => (typeof term === 'string' ? [term, undefined] : [term.member, projectionFrom(term.of)])));

/** Writes a projection, so that it parses back to the same. */
export function printProjection(projection: Projection, context: Context): string {
  return [...projection]
    .map(([member, below]) => {
      const name = entityWords.has(member) ? member : context.compact(member);
      return below ? `${name}{${printProjection(below, context)}}` : name;
    })
    .join(',');
}

/** How many relationships one after another the projection follows. */
export function projectionDepth(projection: Projection | undefined): number {
  let depth = 0;
  for (const below of projection?.values() ?? []) if (below) depth = Math.max(depth, 1 + projectionDepth(below));
  return depth;
}

/** True when the member is to be shown. What is omitted of a linked entity leaves the relationship itself. */
export function isShown(member: string, pick: Projection | undefined, omit: Projection | undefined): boolean {
  if (pick && !pick.has(member)) return false;
  return !(omit?.has(member) === true && omit.get(member) === undefined);
}
