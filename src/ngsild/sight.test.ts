import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entity } from './entity.ts';
import type { QNode, Sight } from './query.ts';
import { evaluateSight, sightOfTypes, textsAskedFor } from './sight.ts';

const name = 'https://example.org/district';
const path = { names: [name], inner: [] };
const text = (value: string) => ({ kind: 'string', value }) as const;
const types = ['A', 'B'];

const typesArbitrary = fc.subarray(types, { minLength: 1 });
const textArbitrary = fc.constantFrom('north', 'south', 'east');
const q: fc.Arbitrary<QNode> = fc.oneof(
  fc
    .array(textArbitrary, { minLength: 1, maxLength: 3 })
    .map((values): QNode => ({ node: 'oneOf', path, op: '==', values: values.map(text) })),
  textArbitrary.map((value): QNode => ({ node: 'compare', path, op: '==', value: text(value) })),
  textArbitrary.map((value): QNode => ({ node: 'compare', path, op: '!=', value: text(value) })),
  fc.constant<QNode>({ node: 'exists', path: { names: ['https://example.org/other'], inner: [] } }),
);
const { sight } = fc.letrec<{ sight: Sight }>((tie) => ({
  sight: fc.oneof(
    { maxDepth: 3 },
    q.map((one): Sight => ({ node: 'q', q: one })),
    fc
      .tuple(fc.constantFrom('only' as const, 'none' as const), typesArbitrary)
      .map(([op, of]): Sight => ({ node: 'types', op, types: of })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('sight'), { minLength: 1, maxLength: 3 }))
      .map(([node, of]): Sight => ({ node, of })),
  ),
}));

test('what is left of a sight once the types are known shows the same, and so do the texts that it asks for', () => {
  let told = 0;
  fc.assert(
    fc.property(sight, typesArbitrary, fc.option(textArbitrary, { nil: undefined }), (given, of, district) => {
      const at = '2026-01-01T00:00:00Z';
      const entity: Entity = {
        id: 'urn:x:1',
        type: of,
        createdAt: at,
        modifiedAt: at,
        attrs: district === undefined ? {} : { [name]: [{ type: 'Property', value: district }] },
      };
      const shown = evaluateSight(given, entity);
      const left = sightOfTypes(given, of);
      assert.equal(typeof left === 'string' ? left === 'all' : evaluateSight(left, entity), shown);
      const texts = typeof left === 'string' ? undefined : textsAskedFor(left, name);
      if (!texts) return;
      told++;
      assert.equal(district !== undefined && texts.includes(district), shown);
    }),
    { numRuns: 500 },
  );
  assert.ok(told > 20, `${told} were texts alone`);
});
