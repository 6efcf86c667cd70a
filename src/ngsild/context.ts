/**
 * A compiled @context: names to IRIs and back. CIM 009 v1.9.1, 4.4 and 5.5.7; JSON-LD 1.1, "IRI Expansion",
 * "IRI Compaction", "Create Term Definition". Pure: whoever compiles has loaded the documents before.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { bundledContext, coreTerms, isCoreUrl } from './core.ts';
import { isName, isUri } from './datatypes.ts';
import { valueMembers } from './entity.ts';
import type { AttributeKind } from './entity.ts';

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
  /** The shortest name that expands to this IRI: a term, a name of the default vocabulary, `prefix:name`, else the IRI. */
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

type Term = { readonly iri: string | null; readonly prefix: boolean };
type Terms = Map<string, Term>;

const keywords = new Set(
  ['base', 'container', 'context', 'direction', 'graph', 'id', 'import', 'included', 'index', 'json', 'language']
    .concat(['list', 'nest', 'none', 'prefix', 'propagate', 'protected', 'reverse', 'set', 'type', 'value'])
    .concat(['version', 'vocab'])
    .map((word) => `@${word}`),
);

const definitionKeys = new Set([
  '@id',
  '@type',
  '@container',
  '@language',
  '@direction',
  '@prefix',
  '@protected',
  '@index',
  '@nest',
]);

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

function contextItems(source: unknown): readonly unknown[] {
  if (isObject(source) && '@context' in source) return contextItems(source['@context']);
  if (source === undefined || source === null) return [];
  const items: readonly unknown[] = Array.isArray(source) ? source : [source];
  for (const item of items) {
    if (typeof item !== 'string' && !isObject(item)) {
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

/** Takes one context object into the state. JSON-LD 1.1, "Context Processing" without @base, @language, @import. */
function define(context: unknown, state: { terms: Terms; vocab: string | undefined }): void {
  if (!isObject(context)) {
    throw new Problem('bad-data', 'an @context is a URL, an object, or an array of these', '@context');
  }
  if ('@import' in context) throw new Problem('bad-data', '@import is not supported', '@context.@import');
  const vocab = context['@vocab'];
  if (vocab === null) state.vocab = undefined;
  else if (typeof vocab === 'string') state.vocab = expandIri(vocab, state.terms, state.vocab);
  else if (vocab !== undefined) throw new Problem('bad-data', '@vocab must be a string', '@context.@vocab');
  const done = new Set<string>();
  const open = new Set<string>();
  const expandWithin = (value: string): string => {
    const colon = value.indexOf(':');
    if (value in context && !done.has(value)) create(value);
    else if (colon > 0) {
      const prefix = value.slice(0, colon);
      if (prefix in context && !done.has(prefix)) create(prefix);
    }
    return expandIri(value, state.terms, state.vocab);
  };
  const create = (term: string): void => {
    if (done.has(term) || term.startsWith('@')) return;
    const field = `@context.${term}`;
    if (open.has(term)) throw new Problem('bad-data', `the term "${term}" is defined by itself`, field);
    open.add(term);
    state.terms.set(term, createTerm(term, context[term], field, expandWithin, state));
    open.delete(term);
    done.add(term);
  };
  for (const key in context) {
    if (!key.startsWith('@')) create(key);
    else if (keywords.has(key) && key === '@context') {
      throw new Problem('bad-data', 'a context inside a context is not allowed (5.5.7)', '@context');
    }
  }
}

function createTerm(
  term: string,
  definition: unknown,
  field: string,
  expandWithin: (value: string) => string,
  state: { terms: Terms; vocab: string | undefined },
): Term {
  if (term === '') throw new Problem('bad-data', 'a term must not be empty', '@context');
  if (definition === null) return { iri: null, prefix: false };
  const simple = typeof definition === 'string';
  if (!simple && !isObject(definition)) {
    throw new Problem('bad-data', 'a term is defined by a string or an object', field);
  }
  const parts: Record<string, unknown> = simple ? { '@id': definition } : definition;
  if ('@context' in parts) throw new Problem('bad-data', 'scoped contexts are not allowed (5.5.7)', field);
  for (const key in parts) {
    if (!definitionKeys.has(key)) throw new Problem('bad-data', `"${key}" is not supported in a term`, field);
  }
  const id = parts['@id'];
  if (id === null) return { iri: null, prefix: false };
  if (id !== undefined && typeof id !== 'string') throw new Problem('bad-data', '@id must be a string', field);
  const colon = term.indexOf(':') > 0;
  let iri: string;
  if (id === undefined || id === term) {
    const at = term.indexOf(':');
    // A term without @id is its own name: by its prefix, or in the vocabulary.
    const namespace = at > 0 ? (expandWithin(term.slice(0, at)), state.terms.get(term.slice(0, at))) : undefined;
    if (namespace?.iri) iri = namespace.iri + term.slice(at + 1);
    else iri = at > 0 ? term : (state.vocab ?? '') + term;
  } else iri = expandWithin(id);
  if (!iri.includes(':') && !keywords.has(iri)) {
    throw new Problem('bad-data', `"${iri}" is neither an IRI nor a term`, field);
  }
  const flag = parts['@prefix'];
  const prefix =
    flag === true || (flag === undefined && simple && !colon && !term.includes('/') && /[:/?#[\]@]$/.test(iri));
  return { iri, prefix };
}

function expandIri(value: string, terms: Terms, vocab: string | undefined): string {
  if (keywords.has(value)) return value;
  const known = terms.get(value);
  if (known?.iri) return known.iri;
  const colon = value.indexOf(':');
  if (colon > 0) {
    const prefix = value.slice(0, colon);
    const suffix = value.slice(colon + 1);
    if (prefix === '_' || suffix.startsWith('//')) return value;
    const namespace = terms.get(prefix);
    return namespace?.iri && namespace.prefix ? namespace.iri + suffix : value;
  }
  return vocab === undefined ? value : vocab + value;
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
  for (const [term, { iri, prefix }] of terms) {
    if (iri === null) continue;
    const other = byIri.get(iri);
    if (other === undefined || shorter(term, other)) byIri.set(iri, term);
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
    const fault =
      isName(term) || (term.includes(':') && isUri(term))
        ? undefined
        : `"${term.slice(0, 100)}" is not a name: letters, digits and _ are allowed, with at most one prefix`;
    return { iri, member: undefined, tells: undefined, fault };
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
    return best ?? iri;
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
