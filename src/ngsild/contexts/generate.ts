/** Makes a bundled term table from a context as it is published. `core.test.ts` and `models.test.ts` run it and compare. */
import type { TermDefinition } from '../core.ts';

/** A published context: strings, and objects with @id, @type and @container. */
export type PublishedContext = Readonly<
  Record<string, string | number | boolean | { '@id': string; '@type'?: string; '@container'?: string }>
>;

/** Prefixes expanded, keywords of JSON-LD left out; `@vocab` stays. */
export function termTable(context: PublishedContext): Record<string, TermDefinition> {
  const vocab = context['@vocab'];
  const inVocab = (name: string): string => {
    if (typeof vocab !== 'string') throw new Error(`"${name}" is no IRI, and there is no @vocab`);
    return vocab + name;
  };
  const expand = (iri: string): string => {
    const at = iri.indexOf(':');
    const namespace = at > 0 ? context[iri.slice(0, at)] : undefined;
    return typeof namespace === 'string' ? namespace + iri.slice(at + 1) : iri;
  };
  const table: Record<string, TermDefinition> = {};
  for (const [term, definition] of Object.entries(context)) {
    if (term.startsWith('@') && term !== '@vocab') continue;
    if (typeof definition === 'string') {
      const iri = expand(definition);
      table[term] = iri.includes(':') || iri.startsWith('@') ? iri : inVocab(iri);
    } else if (typeof definition === 'object') {
      table[term] = {
        id: expand(definition['@id']),
        ...(definition['@type'] !== undefined && { type: definition['@type'] }),
        ...(definition['@container'] !== undefined && { container: definition['@container'] }),
      };
    }
  }
  return table;
}
