import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzConfig } from './config.ts';

const path = (name: string, examples?: readonly string[], type?: string) => ({
  name,
  in: 'path',
  schema: { ...(examples && { examples }), ...(type !== undefined && { type }) },
});
const document = {
  paths: {
    '/a/{id}': { get: { parameters: [path('id')] } },
    '/a/{id}/b': { get: { parameters: [path('id'), path('limit', ['20'], 'integer')] } },
    '/c/{id}': { delete: { parameters: [path('id'), path('unknown')] } },
  },
};

test('values are those of the longest path that is said, then of the name, then the examples of the document', () => {
  const config = fuzzConfig(document, { id: ['any'], '/a id': ['of a'], '/a/{id}/b id': ['of b'] }, 'hooks.py');
  const dictionaries = new Map(
    [...config.matchAll(/\[dictionaries\.(\w+)\]\nvalues = (.*)/g)].map(([, name, values = '']) => [name, values]),
  );
  const bound = [...config.matchAll(/include-name = "(.*)"\n\[operations\.parameters\]\n((?:".*\n?)*)/g)].map(
    ([, operation, lines = '']) => [
      operation,
      ...[...lines.matchAll(/dictionary = "(\w+)"/g)].map(([, name]) => dictionaries.get(name)),
    ],
  );
  assert.deepEqual(bound, [
    ['GET /a/{id}', '["of a"]'],
    ['GET /a/{id}/b', '["of b"]', '[20]'],
    ['DELETE /c/{id}', '["any"]'],
  ]);
});
