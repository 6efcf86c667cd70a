import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { compileModel, referencesOf } from './compile.ts';

const model = (schema: Record<string, unknown>) => compileModel({ schema, documents: {} });

test('formats are checked, unknown ones are words', () => {
  const good: Record<string, readonly string[]> = {
    'date-time': ['2026-11-22T08:00:00Z', '2026-11-22t08:00:00.123+05:00'],
    date: ['2026-11-22'],
    time: ['08:00:00', '08:00:00.5Z'],
    uri: ['urn:ngsi-ld:Pump:1', 'https://e.org/a'],
    email: ['a@e.org'],
    ipv4: ['127.0.0.1', '255.255.255.0'],
    ipv6: ['::1', '2001:db8::1'],
    'of nobody': ['anything'],
  };
  const bad: Record<string, readonly string[]> = {
    'date-time': ['2026-11-22', '2026-13-22T08:00:00Z'],
    date: ['2026-02-32', 'today'],
    time: ['8'],
    uri: ['no uri'],
    email: ['nobody'],
    ipv4: ['256.1.1.1', '1.1.1', '1.1.1.1.'],
    ipv6: ['127.0.0.1', ':::'],
  };
  for (const [format, texts] of Object.entries(good)) {
    for (const text of texts) assert.equal(model({ format })(text), undefined, `${format}: ${text}`);
  }
  for (const [format, texts] of Object.entries(bad)) {
    for (const text of texts) assert.ok(model({ format })(text), `${format}: ${text}`);
  }
});

test('the place of a misfit is told as a path, and why in words', () => {
  const schema = {
    properties: { 'a/b': { items: { required: ['c'] } }, d: { const: 1 } },
    additionalProperties: false,
  };
  assert.deepEqual(model(schema)({ 'a/b': [{ c: 1 }, {}] }), { path: 'a/b[1].c', why: 'is missing' });
  assert.deepEqual(model(schema)({ d: 2 }), { path: 'd', why: 'is not 1' });
  assert.deepEqual(model(schema)({ e: 2 }), { path: 'e', why: 'is not in the data model' });
  assert.deepEqual(model({ type: 'object' })(5), { path: '', why: 'must be object' });
});

test('references are found at any depth, without fragments', () => {
  const schema = { allOf: [{ $ref: 'b.json#/x' }, { $ref: '#/y' }, { items: { $ref: 'https://e.org/c.json' } }] };
  assert.deepEqual(
    [...referencesOf(schema, 'https://e.org/a/a.json')],
    ['https://e.org/a/b.json', 'https://e.org/c.json'],
  );
  assert.throws(() => referencesOf({ $ref: 'http://[' }, 'https://e.org/a.json'), Problem);
});

test('whatever a schema holds, it compiles or is refused, and whatever is checked gets an answer', () => {
  const word = fc.constantFrom(
    'type',
    'properties',
    'items',
    'enum',
    'required',
    'allOf',
    '$ref',
    'format',
    'pattern',
    'a',
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('object', 'string', '#', '(', 1, true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(word, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(word, json, { maxKeys: 4 }), json, (schema, given) => {
      let compiled;
      try {
        compiled = model(schema);
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
        return;
      }
      const found = compiled(given);
      assert.ok(found === undefined || (typeof found.path === 'string' && found.why !== ''));
    }),
    { numRuns: 500 },
  );
});

test('of a part of an entity only what is there is looked at', () => {
  const fits = model({
    properties: { a: { type: 'number' }, b: { required: ['c'] } },
    required: ['id', 'a'],
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
    additionalProperties: false,
  });
  assert.equal(fits({ a: 1 }, true), undefined);
  assert.equal(fits({ b: { c: 1 } }, true), undefined);
  assert.deepEqual(fits({ a: '1' }, true), { path: 'a', why: 'must be number' });
  assert.deepEqual(fits({ b: {} }, true), { path: 'b.c', why: 'is missing' });
  assert.deepEqual(fits({ d: 1 }, true), { path: 'd', why: 'is not in the data model' });
  assert.deepEqual(fits({ a: 1 }), { path: 'id', why: 'is missing' });
  const whole = model({
    minProperties: 3,
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
    not: { required: ['c'] },
  });
  assert.equal(whole({ a: 1 }, true), undefined);
  assert.ok(whole({ a: 1 }));
});
