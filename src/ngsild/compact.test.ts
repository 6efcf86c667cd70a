import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
// @ts-expect-error the oracle has no types
import untyped from 'jsonld';
import { Problem } from '../base/problem.ts';
import { compileContext, type Context } from './context.ts';
import { coreContextUrl, coreDocument } from './core.ts';
import { isName } from './datatypes.ts';

type Node = Record<string, unknown>;
const jsonld: { compact(document: unknown, context: unknown): Promise<Node> } = untyped;
const core = coreDocument(coreContextUrl)?.['@context'];
const attribute = { '@type': ['https://uri.etsi.org/ngsi-ld/Property'] };

/** What the npm package jsonld calls an attribute and a type of this IRI. */
async function oracle(context: unknown, iri: string): Promise<{ attribute: string; type: string }> {
  const json = await jsonld.compact({ '@type': [iri], [iri]: [attribute] }, { '@context': [context, core] });
  const { '@context': _, type, ...rest } = json;
  return { attribute: Object.keys(rest)[0] ?? '', type: String(type) };
}

test('of several names of an IRI the one is taken that JSON-LD takes', async () => {
  const iri = 'https://e.org/a/flow';
  for (const [context, name] of [
    [{ flowing: iri, flow: iri, wolf: iri }, 'flow'],
    [{ f: iri, flow: { '@id': iri, '@type': '@id' } }, 'flow'],
    [{ f: iri, flow: { '@id': iri, '@container': '@set' } }, 'flow'],
    [{ f: { '@id': iri, '@container': '@list' }, flow: iri }, 'flow'],
    [{ f: { '@id': iri, '@type': '@vocab' }, flow: iri }, 'flow'],
    [{ a: 'https://e.org/a/', e: 'https://e.org/' }, 'a:flow'],
  ] as const) {
    assert.equal(compileContext(context).compact(iri), name);
    assert.deepEqual(await oracle(context, iri), { attribute: name, type: name });
  }
  // JSON-LD would write the whole IRI here; a name that means the same is of more use.
  assert.equal(compileContext({ f: { '@id': iri, '@type': 'https://e.org/T' } }).compact(iri), 'f');
});

test('random IRIs are compacted as the jsonld package compacts them', async () => {
  const word = fc.constantFrom('a', 'b', 'ex', 'Thing', 'flow', 'flows');
  const iri = fc.constantFrom(
    'https://e.org/',
    'https://e.org/x#',
    'https://e.org/x#flow',
    'https://e.org/thing',
    'urn:e:',
  );
  const definition = fc.oneof(
    iri,
    fc.tuple(word, word).map(([prefix, name]) => `${prefix}:${name}`),
    fc.record(
      { '@id': iri, '@type': fc.constantFrom('@id', '@vocab'), '@container': fc.constantFrom('@set') },
      { requiredKeys: ['@id'] },
    ),
    fc.record({ '@id': iri, '@prefix': fc.boolean() }),
  );
  const context = fc.dictionary(word, definition, { maxKeys: 6 });
  const full = fc.oneof(
    iri,
    fc.tuple(iri, word).map((parts) => parts.join('')),
  );
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(context, full, async (source, name) => {
      let expected: { attribute: string; type: string };
      try {
        expected = await oracle(source, name);
      } catch {
        return; // the oracle refuses the context, or the IRI as one that a prefix would misread
      }
      let compiled: Context;
      try {
        compiled = compileContext(source);
      } catch (error) {
        assert.ok(error instanceof Problem);
        return;
      }
      const found = compiled.compact(name);
      assert.equal(compiled.expand(found), name);
      if (expected.attribute === name && found !== name) return; // ours found a name where JSON-LD takes none
      if (!isName(expected.attribute) && expected.attribute !== name) return; // no name of NGSI-LD (4.6.2)
      compared++;
      assert.equal(found, expected.attribute);
      if (expected.type !== name) assert.equal(found, expected.type);
    }),
    { numRuns: 400 },
  );
  assert.ok(compared > 150, `${compared} compared`);
});
