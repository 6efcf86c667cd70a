/** Definitions of an @context object to terms. JSON-LD 1.1, "Context Processing", "Create Term Definition". */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { termRank, type Term } from './core.ts';

/** Terms of the contexts taken so far, the last definition of each. */
export type Terms = Map<string, Term>;

const keywords = new Set(
  ['base', 'container', 'context', 'direction', 'graph', 'id', 'import', 'included', 'index', 'json', 'language']
    .concat(['list', 'nest', 'none', 'prefix', 'propagate', 'protected', 'reverse', 'set', 'type', 'value'])
    .concat(['version', 'vocab'])
    .map((word) => `@${word}`),
);

/** What the definition of a term may say. */
export const definitionKeys = [
  'id',
  'type',
  'container',
  'language',
  'direction',
  'prefix',
  'protected',
  'index',
  'nest',
].map((word) => `@${word}`);

/** Takes one context object into the state. JSON-LD 1.1, "Context Processing" without @base, @language, @import. */
export function define(context: unknown, state: { terms: Terms; vocab: string | undefined }): void {
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
    if (Object.hasOwn(context, value) && !done.has(value)) create(value);
    else if (colon > 0) {
      const prefix = value.slice(0, colon);
      if (Object.hasOwn(context, prefix) && !done.has(prefix)) create(prefix);
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

/** A name that must not be used. */
const noTerm: Term = { iri: null, prefix: false, rank: 0 };

function createTerm(
  term: string,
  definition: unknown,
  field: string,
  expandWithin: (value: string) => string,
  state: { terms: Terms; vocab: string | undefined },
): Term {
  if (term === '') throw new Problem('bad-data', 'a term must not be empty', '@context');
  if (definition === null) return noTerm;
  const simple = typeof definition === 'string';
  if (!simple && !isObject(definition)) {
    throw new Problem('bad-data', 'a term is defined by a string or an object', field);
  }
  const parts: Record<string, unknown> = simple ? { '@id': definition } : definition;
  if ('@context' in parts) throw new Problem('bad-data', 'scoped contexts are not allowed (5.5.7)', field);
  for (const key in parts) {
    if (!definitionKeys.includes(key)) throw new Problem('bad-data', `"${key}" is not supported in a term`, field);
  }
  const id = parts['@id'];
  if (id === null) return noTerm;
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
  return { iri, prefix, rank: termRank(text(parts, '@type', field), text(parts, '@container', field)) };
}

/** A member of a term definition that is a string, or (`@container`) a list of one. */
function text(parts: Record<string, unknown>, key: '@type' | '@container', field: string): string | undefined {
  const given = parts[key];
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string') return given;
  if (key === '@container' && Array.isArray(given) && given.every((one) => typeof one === 'string')) {
    return given.toSorted().join(',');
  }
  throw new Problem('bad-data', `${key} must be a string`, `${field}.${key}`);
}

/** JSON-LD 1.1, "IRI Expansion" of a name in the vocabulary. */
export function expandIri(value: string, terms: Terms, vocab: string | undefined): string {
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
