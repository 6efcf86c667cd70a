import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Entity, evaluateQ } from '../../ngsild/index.ts';
import { qTest, unsure, yes } from './certainty.ts';
import { createColumns } from './columns.ts';
import { entity, tree } from './queries.arbitrary.ts';

const entities = fc
  .tuple(...Array.from({ length: 6 }, (_, n) => entity(n)))
  .map((made) => JSON.parse(JSON.stringify(made)) as Entity[]);

test('where columns are sure, they say what the query means, with room for texts or without', () => {
  let sure = 0;
  let cases = 0;
  fc.assert(
    fc.property(
      entities,
      fc.array(tree, { minLength: 8, maxLength: 8 }),
      fc.constantFrom(0, 2, 100),
      (made, nodes, texts) => {
        const columns = createColumns({ bytes: 1e9, texts, textLength: 1000 });
        const resolve = (id: string): Entity | undefined => made.find((other) => other.id === id);
        const tools = {
          column: (source: Parameters<typeof columns.of>[0]) => columns.of(source, made.length),
          resolve,
        };
        const tests = nodes.map((node) => qTest(node, tools));
        for (const test of tests) assert.equal(test(0), unsure);
        made.forEach((one, key) => columns.learn(key, one));
        nodes.forEach((node, i) => {
          made.forEach((one, key) => {
            const certainty = tests[i]?.(key);
            cases++;
            if (certainty === unsure) return;
            sure++;
            assert.equal(certainty === yes, evaluateQ(node, one, { resolve }), JSON.stringify({ node, one }));
          });
        });
      },
    ),
    { numRuns: 2000 },
  );
  // Of so many lists, objects and datasets; of a city's readings nearly all.
  assert.ok(sure > cases / 2, `${sure} of ${cases}`);
});

test('what has changed is unsure until it was read again', () => {
  const columns = createColumns();
  const one = (value: number): Entity => ({
    id: 'urn:x',
    type: ['T'],
    createdAt: '',
    modifiedAt: '',
    attrs: { a: [{ type: 'Property', value }] },
  });
  const certainty = qTest(
    { node: 'compare', path: { names: ['a'], inner: [] }, op: '>', value: { kind: 'number', value: 5 } },
    { column: (source) => columns.of(source, 10), resolve: () => undefined },
  );
  columns.learn(3, one(6));
  assert.equal(certainty(3), yes);
  columns.forget(3);
  assert.equal(certainty(3), unsure);
});
