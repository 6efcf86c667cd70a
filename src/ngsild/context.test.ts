import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
// @ts-expect-error the oracle has no types
import untyped from 'jsonld';
import { Problem } from '../base/problem.ts';
import { compileContext, contextUrls, coreContext } from './context.ts';
import { coreContextUrl, coreDocument } from './core.ts';

const jsonld: { expand(document: unknown): Promise<Record<string, unknown>[]> } = untyped;
const directory = '../shared/data/contexts';
const read = (file: string): { '@context': unknown } => {
  const text = readFileSync(`${directory}/${file}`, 'utf8');
  return JSON.parse(text.slice(text.indexOf('{')));
};
const defaultVocab = 'https://uri.etsi.org/ngsi-ld/default-context/';

/** What the npm package jsonld makes of a term, with the core context in the last place (4.4). */
async function oracle(context: unknown, term: string): Promise<string | undefined> {
  const expanded = await jsonld.expand({
    '@context': [context, coreDocument(coreContextUrl)?.['@context']],
    [term]: 'x',
  });
  return Object.keys(expanded[0] ?? {})[0];
}

test('core terms, prefixed names, IRIs and unknown terms expand', () => {
  assert.equal(coreContext.expand('location'), 'https://uri.etsi.org/ngsi-ld/location');
  assert.equal(coreContext.expand('ngsi-ld:foo'), 'https://uri.etsi.org/ngsi-ld/foo');
  assert.equal(coreContext.expand('http://example.org/a'), 'http://example.org/a');
  assert.equal(coreContext.expand('temperature'), `${defaultVocab}temperature`);
  assert.equal(coreContext.name('id').member, 'id');
  assert.equal(coreContext.name('@type').member, 'type');
  assert.equal(coreContext.name('https://uri.etsi.org/ngsi-ld/observedAt').member, 'observedAt');
});

test('the core context wins in any position', () => {
  const user = { location: 'https://example.org/place', '@vocab': 'https://example.org/v#', flow: 'flow' };
  for (const source of [[user, coreContextUrl], [coreContextUrl, user], user]) {
    const context = compileContext(source);
    assert.equal(context.expand('location'), 'https://uri.etsi.org/ngsi-ld/location');
    assert.equal(context.expand('flow'), 'https://example.org/v#flow');
    assert.equal(context.expand('unknown'), `${defaultVocab}unknown`);
    assert.equal(context.compact('https://example.org/v#flow'), 'flow');
  }
});

test('a name whose prefix is neither a scheme nor in the @context stands for no IRI, and is refused', () => {
  const field = (context: unknown, name: string) => {
    const { iri, fault } = compileContext(context).name(name);
    return fault === undefined ? iri : 'refused';
  };
  assert.equal(field({}, 'насос:давление'), 'refused');
  assert.equal(field({ насос: 'https://example.org/pump#' }, 'насос:давление'), 'https://example.org/pump#давление');
  assert.equal(field({}, 'pump:давление'), 'pump:давление');
  assert.equal(field({ flow: 'https://example.org/a flow' }, 'flow'), 'refused');
  assert.equal(field({}, 'давление'), 'https://uri.etsi.org/ngsi-ld/default-context/давление');
});

test('scoped contexts, self-reference and nonsense are refused', () => {
  const refused = (source: unknown, kind = 'bad-data'): void => {
    assert.throws(
      () => compileContext(source),
      (error) => error instanceof Problem && error.kind === kind,
    );
  };
  refused({ a: { '@id': 'https://example.org/a', '@context': {} } });
  refused({ a: 'b:c', b: 'a:d' });
  refused({ a: 5 });
  refused({ a: 'constructor' });
  refused([5]);
  refused('relative.jsonld');
  refused({ a: 'noIri' });
  refused({ '@import': 'https://example.org/c' });
  refused('https://example.org/c.jsonld', 'context-unavailable');
  assert.throws(
    () => compileContext({ a: null }).expand('a'),
    (error) => error instanceof Problem && error.field === 'a',
  );
});

test('documents are loaded through the function given, once in a circle', () => {
  const documents: Record<string, unknown> = {
    'https://example.org/a.jsonld': { '@context': ['b.jsonld', { x: 'https://example.org/x' }] },
    'https://example.org/b.jsonld': { '@context': ['https://example.org/a.jsonld', { y: 'https://example.org/y' }] },
  };
  const context = compileContext('https://example.org/a.jsonld', (url) => documents[url]);
  assert.equal(context.expand('x'), 'https://example.org/x');
  assert.equal(context.expand('y'), 'https://example.org/y');
  assert.deepEqual(contextUrls(['https://example.org/a.jsonld', coreContextUrl, { x: 'y:z' }]), [
    'https://example.org/a.jsonld',
  ]);
  assert.deepEqual(contextUrls(documents['https://example.org/a.jsonld'], 'https://example.org/a.jsonld'), [
    'https://example.org/b.jsonld',
  ]);
});

test('a name that compacts to something expands back to the same IRI', () => {
  const context = compileContext({
    ex: 'https://example.org/',
    exa: 'https://example.org/a/',
    Building: 'ex:Building',
    temperature: 'https://example.org/t',
  });
  const iri = fc.oneof(
    fc.constantFrom('https://example.org/', 'https://example.org/a/', defaultVocab, 'https://uri.etsi.org/ngsi-ld/'),
    fc.constant('urn:x:'),
  );
  fc.assert(
    fc.property(iri, fc.stringMatching(/^[A-Za-z0-9_:/#.]{0,12}$/), (start, rest) => {
      const full = start + rest;
      if (full.length === 0) return;
      assert.equal(context.expand(context.compact(full)), full);
    }),
  );
  assert.equal(context.compact('https://example.org/a/b'), 'exa:b');
  assert.equal(context.compact(`${defaultVocab}temperature`), `${defaultVocab}temperature`);
});

test('every term of every sample context expands as the jsonld package says', async (t) => {
  if (!existsSync(directory)) return t.skip(`skipped: ${directory} not found`);
  const files = readdirSync(directory).filter((file) => !file.includes('compound') && !file.startsWith('ngsi-ld-core'));
  assert.ok(files.length >= 5);
  const core = coreDocument(coreContextUrl)?.['@context'] ?? {};
  let terms = 0;
  for (const file of files) {
    // Terms with a colon are defined against JSON-LD 1.1 in one of the files, and the oracle refuses all of it.
    const source = Object.fromEntries(
      Object.entries(read(file)['@context'] as object).filter(([term]) => !term.includes(':')),
    );
    const context = compileContext(source);
    const names = Object.keys(source).filter((term) => !term.startsWith('@') && !(term in core));
    terms += names.length;
    const json = Object.fromEntries(names.map((term) => [term, [{ '@value': 'x' }]]));
    const expanded = await jsonld.expand({ '@context': [source, core], ...json });
    const keys = new Set(Object.keys(expanded[0] ?? {}));
    assert.deepEqual(new Set(names.map((term) => context.expand(term))), keys, file);
  }
  assert.ok(terms > 500);
});

test('random contexts expand names as the jsonld package says', async () => {
  const word = fc.constantFrom('a', 'b', 'c', 'ex', 'Thing', 'flow');
  const iri = fc.constantFrom('https://e.org/', 'https://e.org/x#', 'https://e.org/thing', 'urn:e:');
  const value = fc.oneof(
    iri,
    fc.tuple(word, word).map(([prefix, name]) => `${prefix}:${name}`),
    iri.map((id) => ({ '@id': id })),
    iri.map((id) => ({ '@id': id, '@type': '@id' })),
    fc.constant({ '@type': '@vocab', '@id': 'https://e.org/v' }),
  );
  const context = fc.dictionary(word, value, { maxKeys: 5 });
  const name = fc.oneof(
    word,
    fc.tuple(word, word).map(([prefix, rest]) => `${prefix}:${rest}`),
  );
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(context, name, async (source, term) => {
      let expected: string | undefined;
      try {
        expected = await oracle(source, term);
      } catch {
        return;
      }
      let found: string;
      try {
        found = compileContext(source).expand(term);
      } catch (error) {
        assert.ok(error instanceof Problem);
        return;
      }
      if (expected === undefined || expected.startsWith('@')) return;
      compared++;
      assert.equal(found, expected);
    }),
    { numRuns: 150 },
  );
  assert.ok(compared > 20);
});
