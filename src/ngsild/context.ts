/**
 * A compiled @context: names to IRIs and back. CIM 009 v1.9.1, 4.4 and 5.5.7; JSON-LD 1.1, "IRI Compaction". Pure:
 * whoever compiles has loaded the documents before.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { bundledContext, coreTerms, isCoreUrl, unfitRank } from './core.ts';
import { isName, isUri } from './datatypes.ts';
import { valueMembers } from './entity.ts';
import type { AttributeKind } from './entity.ts';
import { define, expandIri, type Terms } from './terms.ts';

export type { TermDefinition, TermTable } from './core.ts';

/** What a key of an entity or attribute means. */
export type Name = {
  readonly iri: string;
  /** Set when the name is a member that the standard keeps for itself (`observedAt`, `value`, `id`); its core term. */
  readonly member: string | undefined;
  /** Set when that member holds a value: the kind of attribute that it tells (4.5.2.3). */
  readonly tells: AttributeKind | undefined;
  /** Set when the name cannot be used: why. */
  readonly fault: string | undefined;
};

export type Context = {
  /**
   * The IRI of a term, a `prefix:name` or an IRI; unknown terms get the default vocabulary.
   * @throws Problem bad-data when the context maps the term to null
   */
  expand(term: string): string;
  /**
   * A name that expands to this IRI, as JSON-LD 1.1 chooses: a term (of several the first by `termRank`, then the shortest),
   * a name of the default vocabulary, the shortest `prefix:name`; then terms that JSON-LD would not take; else the IRI.
   */
  compact(iri: string): string;
  /** Like `expand`, with what a parser needs to know of a key; never throws. */
  name(term: string): Name;
};

/** Members that are no attributes (4.5.1: core terms of non-reified properties), by core term. */
const members = `
  id type scope expiresAt createdAt modifiedAt deletedAt observedAt instanceId datasetId unitCode
  valueType objectType lang ngsildproof entityIdSealed entityTypeSealed value object languageMap vocab
  json valueList objectList entity entityList dataset previousValue previousObject previousLanguageMap
  previousVocab previousJson previousValueList previousObjectList values objects languageMaps vocabs
  jsons valueLists objectsLists
`
  .trim()
  .split(/\s+/);

const defaultVocab = 'https://uri.etsi.org/ngsi-ld/default-context/';
/** More names than any city has; a client that sends random ones only empties the memory of names. */
const cacheSize = 20_000;
const maxDocuments = 32;

/**
 * The URLs that a context names and that must be loaded before `compileContext`; bundled core contexts are not among
 * them. Of a loaded document too: its own URLs are resolved against `base`.
 * @throws Problem bad-data for something that is no context
 */
export function contextUrls(source: unknown, base?: string): string[] {
  const urls = new Set<string>();
  for (const item of contextItems(source)) {
    if (typeof item !== 'string') continue;
    const url = resolveUrl(item, base);
    if (!isCoreUrl(url)) urls.add(url);
  }
  return [...urls];
}

/** A name (4.6.2) or an IRI, and what it stands for is one: its prefix has to be a scheme or in the @context (5.5.7). */
function nameFault(term: string, iri: string): string | undefined {
  const start = `"${term.slice(0, 100)}"`;
  if (!isName(term) && !(term.includes(':') && isUri(term)))
    return `${start} is not a name: letters, digits and _ are allowed, with at most one prefix`;
  return isUri(iri) ? undefined : `${start} stands for no IRI: the @context does not know its prefix`;
}

function contextItems(source: unknown): readonly unknown[] {
  if (isObject(source) && '@context' in source) return contextItems(source['@context']);
  if (source === undefined) return [];
  const items: readonly unknown[] = Array.isArray(source) ? source : [source];
  for (const item of items) {
    if (typeof item !== 'string' && item !== null && !isObject(item)) {
      throw new Problem('bad-data', 'an @context is a URL, an object, or an array of these', '@context');
    }
  }
  return items;
}

function resolveUrl(url: string, base: string | undefined): string {
  if (isUri(url)) return url;
  if (base !== undefined && URL.canParse(url, base)) return new URL(url, base).href;
  throw new Problem('bad-data', `the @context "${url}" is not an absolute URL`, '@context');
}

/**
 * Compiles the value of an @context (URL, object, array of both) or a context document. The core context wins in any
 * position (4.4), so it is applied last.
 * @param load gives the parsed document of a URL, undefined when it could not be had
 * @throws Problem bad-data (scoped contexts, faulty definitions), context-unavailable
 */
export function compileContext(source: unknown, load: (url: string) => unknown = () => undefined): Context {
  const terms: Terms = new Map();
  const state = { terms, vocab: undefined as string | undefined };
  let documents = 0;
  const apply = (from: unknown, base: string | undefined, open: readonly string[]): void => {
    for (const item of contextItems(from)) {
      if (item === null) {
        terms.clear();
        state.vocab = undefined;
        continue;
      }
      if (typeof item !== 'string') {
        define(isObject(item) && '@context' in item ? item['@context'] : item, state);
        continue;
      }
      const url = resolveUrl(item, base);
      const bundled = bundledContext(url);
      if (bundled) {
        for (const [term, definition] of bundled) terms.set(term, definition);
        continue;
      }
      if (isCoreUrl(url) || open.includes(url)) continue;
      if (++documents > maxDocuments) {
        throw new Problem('bad-data', `the @context names more than ${maxDocuments} documents`, '@context');
      }
      const document = load(url);
      if (document === undefined) {
        throw new Problem('context-unavailable', `the @context ${url} could not be loaded`, '@context');
      }
      if (!isObject(document) || !('@context' in document)) {
        throw new Problem('bad-data', `the document ${url} has no @context`, '@context');
      }
      apply(document['@context'], url, [...open, url]);
    }
  };
  apply(source, undefined, []);
  for (const [term, definition] of coreTerms()) terms.set(term, definition);
  return contextOf(terms);
}

const memberIris = new Map<string, string>();

/** `value` tells a Property; whether it is a GeoProperty is seen by the value. */
const kindByMember = new Map<string, AttributeKind>(
  Object.entries(valueMembers)
    .filter(([kind]) => kind !== 'GeoProperty')
    .map(([kind, member]) => [member, kind as AttributeKind]),
);

function contextOf(terms: Terms): Context {
  const names = new Map<string, Name>();
  const compacted = new Map<string, string>();
  const byIri = new Map<string, string>();
  const prefixes: { term: string; iri: string }[] = [];
  /** Names that JSON-LD would not take for a type or an attribute. */
  const spare = new Map<string, string>();
  const ranks = new Map<string, number>();
  for (const [term, { iri, prefix, rank }] of terms) {
    if (iri === null) continue;
    const names = rank < unfitRank ? byIri : spare;
    const other = names.get(iri);
    const best = ranks.get(iri) ?? Infinity;
    if (other === undefined || rank < best || (rank === best && shorter(term, other))) {
      names.set(iri, term);
      if (rank < best) ranks.set(iri, rank);
    }
    if (prefix) prefixes.push({ term, iri });
  }
  const name = (term: string): Name => {
    const known = names.get(term);
    if (known) return known;
    const made = makeName(term);
    if (names.size >= cacheSize) names.clear();
    names.set(term, made);
    return made;
  };
  const makeName = (term: string): Name => {
    const definition = terms.get(term);
    if (definition?.iri === null) {
      return { iri: term, member: undefined, tells: undefined, fault: `the @context maps "${term}" to null` };
    }
    const iri = expandIri(term, terms, defaultVocab);
    const member = memberIris.get(iri) ?? (term === 'ngsildproof' ? term : undefined);
    if (member !== undefined) return { iri, member, tells: kindByMember.get(member), fault: undefined };
    if (iri.startsWith('@')) return { iri, member: iri, tells: undefined, fault: undefined };
    return { iri, member: undefined, tells: undefined, fault: nameFault(term, iri) };
  };
  const compact = (iri: string): string => {
    const known = compacted.get(iri);
    if (known !== undefined) return known;
    const made = makeCompact(iri);
    if (compacted.size >= cacheSize) compacted.clear();
    compacted.set(iri, made);
    return made;
  };
  const makeCompact = (iri: string): string => {
    const term = byIri.get(iri);
    if (term !== undefined) return term;
    if (iri.startsWith(defaultVocab) && iri.length > defaultVocab.length) {
      const rest = iri.slice(defaultVocab.length);
      if (!terms.has(rest) && !rest.includes(':') && !rest.startsWith('@')) return rest;
    }
    let best: string | undefined;
    for (const prefix of prefixes) {
      if (iri.length <= prefix.iri.length || !iri.startsWith(prefix.iri)) continue;
      const candidate = `${prefix.term}:${iri.slice(prefix.iri.length)}`;
      // Only what is a name (4.6.2): `ngsi-ld:default-context/a` would be right and of no use.
      if (terms.has(candidate) || !isName(candidate)) continue;
      if (best === undefined || shorter(candidate, best)) best = candidate;
    }
    // An IRI whose scheme happens to be a prefix would be read as something else; there is no way to write it.
    return best ?? spare.get(iri) ?? iri;
  };
  return {
    name,
    compact,
    expand(term) {
      if (terms.get(term)?.iri === null) {
        throw new Problem('bad-data', `the @context maps "${term}" to null`, term);
      }
      return name(term).iri;
    },
  };
}

const shorter = (a: string, b: string): boolean => a.length < b.length || (a.length === b.length && a < b);

for (const term of members) {
  const iri = expandIri(term, new Map(coreTerms()), defaultVocab);
  memberIris.set(iri, term);
}
memberIris.set('@id', 'id');
memberIris.set('@type', 'type');

/** The core context v1.9 alone: what holds when a request names none (5.5.5). */
export const coreContext: Context = contextOf(new Map(coreTerms()));
