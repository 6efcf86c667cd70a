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

/** Compiled: `prefix` is true where `term:name` may be written. */
type Compiled = readonly (readonly [string, { readonly iri: string; readonly prefix: boolean }])[];

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
      return [term, { iri, prefix: typeof definition === 'string' && /[/#]$/.test(iri) }] as const;
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

/** A bundled core context as a document, for whoever asks us for it; undefined for other addresses. */
export function coreDocument(url: string): { '@context': Record<string, unknown> } | undefined {
  const match = corePattern.exec(url);
  const table = match && tables[match[1] ?? '1.9'];
  if (!table) return undefined;
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
