/** The core contexts that ETSI published, bundled: no version of them is ever asked for over the network. */
import v13 from './contexts/v1.3.json' with { type: 'json' };
import v14 from './contexts/v1.4.json' with { type: 'json' };
import v16 from './contexts/v1.6.json' with { type: 'json' };
import v17 from './contexts/v1.7.json' with { type: 'json' };
import v18 from './contexts/v1.8.json' with { type: 'json' };
import v19 from './contexts/v1.9.json' with { type: 'json' };

/** A term's IRI; an object where the core also says how values are typed or kept in order. */
export type TermDefinition = string | { readonly id: string; readonly type?: string; readonly container?: string };
export type TermTable = Readonly<Record<string, TermDefinition>>;

/** A published context as a document, for whoever asks for it. */
export type ContextDocument = { readonly '@context': Readonly<Record<string, unknown>> };

/** A term as compaction needs it. `rank`: among the names of one IRI the lowest is taken (`termRank`). */
export type Term = { readonly iri: string | null; readonly prefix: boolean; readonly rank: number };

type Compiled = readonly (readonly [string, Term])[];

const tables: Record<string, TermTable> = { '1.3': v13, '1.4': v14, '1.6': v16, '1.7': v17, '1.8': v18, '1.9': v19 };
const compiled = new Map<string, Compiled>();

/** Address of the core context that holds unless a request says otherwise. */
export const coreContextUrl = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld';
const corePattern = /^https?:\/\/uri\.etsi\.org\/ngsi-ld\/v1\/ngsi-ld-core-context(?:-v(\d+\.\d+))?\.jsonld$/;

/** True for the address of any version of the core context; none of them needs loading. */
export function isCoreUrl(url: string): boolean {
  return corePattern.test(url);
}

function compile(version: string): Compiled | undefined {
  const known = compiled.get(version);
  if (known) return known;
  const table = tables[version];
  if (!table) return undefined;
  const made = Object.entries(table)
    .filter(([term]) => term !== '@vocab')
    .map(([term, definition]) => {
      const iri = typeof definition === 'string' ? definition : definition.id;
      const rank = typeof definition === 'string' ? termRank() : termRank(definition.type, definition.container);
      return [term, { iri, prefix: typeof definition === 'string' && /[/#]$/.test(iri), rank }] as const;
    });
  compiled.set(version, made);
  return made;
}

/**
 * The terms of a bundled core context; undefined for other addresses. A version without a table of its own (1.0 to
 * 1.2, 1.5, the unversioned address) adds nothing beyond v1.9, which is always applied last.
 */
export function bundledContext(url: string): Compiled | undefined {
  const match = corePattern.exec(url);
  return match ? compile(match[1] ?? '1.9') : undefined;
}

/** The terms of core v1.9. */
export function coreTerms(): Compiled {
  return compile('1.9') ?? [];
}

/**
 * Where a term stands among the names of one IRI. Types and attributes are compacted as nodes: JSON-LD 1.1 looks for terms
 * with `@container: @set` first, then for those without a container, each time first with `@type: @id`, then without
 * ("IRI Compaction", "Term Selection"). It never takes the others, from
 * `unfitRank` on; we do before we write the whole IRI.
 */
export function termRank(type?: string, container?: string): number {
  const coerced = type === '@id' ? 0 : type === undefined ? 1 : 4;
  return coerced + (container === '@set' ? 0 : container === undefined ? 2 : 4);
}
export const unfitRank = 4;

/** A bundled core context as a document, for whoever asks us for it; undefined for other addresses. */
export function coreDocument(url: string): ContextDocument | undefined {
  const match = corePattern.exec(url);
  const table = match && tables[match[1] ?? '1.9'];
  return table ? documentOf(table) : undefined;
}

/** A term table as the document that it was made from. */
export function documentOf(table: TermTable): ContextDocument {
  const context: Record<string, unknown> = {};
  for (const [term, definition] of Object.entries(table)) {
    context[term] =
      typeof definition === 'string'
        ? definition
        : {
            '@id': definition.id,
            ...(definition.type !== undefined && { '@type': definition.type }),
            ...(definition.container !== undefined && { '@container': definition.container }),
          };
  }
  return { '@context': context };
}
