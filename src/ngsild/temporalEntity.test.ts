import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { scopeIri } from './entity.ts';
import { entityJson, exampleContext, instant } from './fixtures/arbitrary.ts';
import { representPast, representPastValues } from './representTemporal.ts';
import type { JsonObject } from './represent.ts';
import { parseTemporalEntity, parseTemporalFragment, parseTemporalInstance } from './temporalEntity.ts';
import type { TemporalEntity } from './temporalEntity.ts';

const context = compileContext(exampleContext);
const at = '2026-03-01T00:00:00.000Z';
const options = { at };
const past = ({ id = '', type, attrs }: TemporalEntity) => ({
  id,
  type,
  attrs: Object.entries(attrs).map(([name, instances]) => ({
    name,
    instances: instances.map((instance) => ({ ...instance, instanceId: 'urn:i' })),
  })),
});
const parse = (json: unknown) => parseTemporalEntity(json, context, options);

/** Without what only the system knows. */
const bare = (shown: unknown): unknown =>
  JSON.parse(
    JSON.stringify(shown, (key, value: unknown) =>
      ['instanceId', 'createdAt', 'modifiedAt'].includes(key) ? undefined : value,
    ),
  );

/** The same instances again at other times, as an evolution has them. */
const evolution = fc.tuple(entityJson, fc.uniqueArray(instant, { minLength: 1, maxLength: 3 })).map(([json, times]) => {
  const { scope: _, expiresAt: __, ...entity } = json;
  return Object.fromEntries(
    Object.entries(entity).map(([name, value]) => {
      if (name === 'id' || name === 'type') return [name, value];
      const instances = [value].flat() as JsonObject[];
      return [name, times.flatMap((observedAt) => instances.map((instance) => ({ ...instance, observedAt })))];
    }),
  );
});

test('a random evolution comes back as it was posted', () => {
  fc.assert(
    fc.property(evolution, (json) => {
      assert.deepEqual(bare(representPast(past(parse(json)), context, { sysAttrs: true })), json);
    }),
    { numRuns: 300 },
  );
});

test('the simplified representation of an evolution reads back to the same', () => {
  fc.assert(
    fc.property(evolution, (json) => {
      const simplified = representPastValues(past(parse(json)), context);
      assert.deepEqual(representPastValues(past(parse(simplified)), context), simplified);
    }),
    { numRuns: 300 },
  );
});

test('scopes are given as of an entity, or over time', () => {
  const scopes = (scope: unknown) => parse({ id: 'urn:x:1', type: 'T', scope }).attrs[scopeIri];
  assert.deepEqual(scopes('/a'), [{ type: 'Property', value: '/a', createdAt: at, modifiedAt: at }]);
  assert.deepEqual(scopes(['/a', '/b'])?.[0]?.value, ['/a', '/b']);
  const observedAt = '2026-01-01T00:00:00Z';
  const over = scopes([
    { type: 'Property', value: ['/a'], observedAt },
    { type: 'Property', value: '/b' },
  ]);
  assert.deepEqual(
    over?.map(({ value, observedAt: time }) => [value, time]),
    [
      ['/a', observedAt],
      ['/b', undefined],
    ],
  );
  assert.deepEqual(scopes({ type: 'Property', values: [['/a', observedAt]] })?.[0]?.observedAt, observedAt);
});

test('an instance comes alone or in the fragment of its attribute', () => {
  const one = (json: unknown, name = 'flow') => parseTemporalInstance(json, context.expand(name), context, options);
  const instance = { type: 'Property', value: 3, observedAt: '2026-01-01T00:00:00Z' };
  const parsed = { ...instance, createdAt: at, modifiedAt: at };
  assert.deepEqual(one(instance), parsed);
  assert.deepEqual(one({ flow: [instance] }), parsed);
  assert.deepEqual(one({ flow: instance }), parsed);
  assert.throws(() => one({ flow: [instance, instance] }), /exactly one instance/);
  assert.throws(() => one([instance]), /an instance of the attribute/);
});

test('faults are told with their place', () => {
  const refused = (json: object, field: string) =>
    assert.throws(
      () => parse({ id: 'urn:x:1', type: 'T', ...json }),
      (error) => {
        assert.ok(error instanceof Problem && error.kind === 'bad-data', String(error));
        assert.equal(error.field, field, error.message);
        return true;
      },
    );
  refused({ id: 'x' }, 'id');
  refused({ id: undefined }, 'id');
  refused({ type: [] }, 'type');
  refused({ flow: [] }, 'flow');
  refused({ flow: [{ type: 'Property', value: 1 }, 2] }, 'flow[1]');
  refused({ flow: [{ type: 'Property', value: 'urn:ngsi-ld:null' }] }, 'flow[0].value');
  refused({ flow: [{ type: 'Property', value: 1, observedAt: 'now' }] }, 'flow[0].observedAt');
  refused({ flow: { type: 'Property', values: [[1]] } }, 'flow.values[0]');
  refused({ flow: { type: 'Property', values: [[1, 'now']] } }, 'flow.values[0].observedAt');
  refused({ flow: { type: 'Property', values: [] } }, 'flow.values');
  refused({ scope: [{ type: 'Property', value: '9 9' }] }, 'scope[0].value');
  refused({ scope: [{ type: 'Relationship', object: 'urn:a' }] }, 'scope[0]');
  refused({ expiresAt: at }, 'expiresAt');
  assert.throws(() => parse([]), /an entity is a JSON object/);
});

test('no JSON makes the parsers throw anything but a Problem', () => {
  const parts: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, 'urn:ngsi-ld:null', 'Property', 'LanguageProperty', '/a', '', 5, 'urn:a:b', at),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom('id', 'type', 'value', 'values', 'languageMaps', 'flow', 'scope', 'observedAt', '__proto__'),
        tie('json'),
        { maxKeys: 4 },
      ),
    ),
  }))['json'];
  const parsers = [
    parse,
    (json: unknown) => parseTemporalFragment(json, context, options),
    (json: unknown) => parseTemporalInstance(json, context.expand('flow'), context, options),
  ];
  fc.assert(
    fc.property(parts, (json) => {
      for (const parser of parsers) {
        try {
          parser(json);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
