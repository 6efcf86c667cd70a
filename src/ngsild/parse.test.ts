import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { entityJson, exampleContext } from './fixtures/arbitrary.ts';
import { compileContext } from './context.ts';
import type { Json } from './entity.ts';
import { parseEntity } from './parse.ts';
import { representEntity } from './represent.ts';
import { parseTemporalEntity } from './temporalEntity.ts';

const context = compileContext(exampleContext);
const at = '2026-03-01T00:00:00.000Z';
const parse = (attrs: object, options: { simplified?: boolean } = {}) =>
  parseEntity({ id: 'urn:x:1', type: 'T', ...attrs }, context, { at, ...options });
const first = (attrs: object, options: { simplified?: boolean } = {}) => Object.values(parse(attrs, options).attrs)[0];

/** The same without these members, wherever they are. */
const without = (json: unknown, members: readonly string[]): unknown =>
  JSON.parse(JSON.stringify(json, (key, value: unknown) => (members.includes(key) ? undefined : value)));

function refused(attrs: object, field: string): void {
  assert.throws(
    () => parse(attrs),
    (error) => {
      assert.ok(error instanceof Problem, String(error));
      assert.equal(error.kind, 'bad-data');
      assert.equal(error.field, field, error.message);
      return true;
    },
  );
}

test('a random normalized entity comes back as it was posted', () => {
  fc.assert(
    fc.property(entityJson, (json) => {
      const entity = parseEntity(json, context, { at });
      const shown = representEntity(entity, context, { sysAttrs: true });
      assert.deepEqual(without(shown, ['createdAt', 'modifiedAt']), json);
      // What is the system's is shown when it is asked for (6.3.11).
      assert.deepEqual(representEntity(entity, context), without(json, ['expiresAt']));
    }),
    { numRuns: 500 },
  );
});

test('concise representation is lossless: reading it back gives the same entity', () => {
  fc.assert(
    fc.property(entityJson, fc.boolean(), (json, sysAttrs) => {
      const entity = parseEntity(sysAttrs ? json : without(json, ['expiresAt']), context, { at });
      const concise = representEntity(entity, context, { format: 'concise', sysAttrs });
      assert.deepEqual(parseEntity(concise, context, { at }), entity);
    }),
    { numRuns: 500 },
  );
});

test('whatever two names stand for is refused, not taken once', () => {
  const entity = { id: 'urn:a:b', type: 'T' };
  for (const [term, iri, value] of [
    ['temperature', context.expand('temperature'), 1],
    ['value', 'https://uri.etsi.org/ngsi-ld/hasValue', 1],
    ['scope', 'https://uri.etsi.org/ngsi-ld/scope', '/a'],
    ['expiresAt', 'https://uri.etsi.org/ngsi-ld/expiresAt', '2030-01-01T00:00:00Z'],
  ] as const) {
    parseEntity({ ...entity, [iri]: value }, context, { at });
    assert.throws(() => parseEntity({ ...entity, [term]: value, [iri]: value }, context, { at }), Problem, term);
    if (term !== 'expiresAt')
      assert.throws(
        () => parseTemporalEntity({ ...entity, [term]: value, [iri]: value }, context, { at }),
        Problem,
        term,
      );
  }
});

test('no JSON makes the parser throw anything but a Problem', () => {
  const parts: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, 'urn:ngsi-ld:null', 'Property', 'Relationship', 'Point', '', 5, 'urn:a:b', '@none'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc
          .constantFrom('id', 'type', '@type', 'value', 'object', 'languageMap', 'json', 'a', 'observedAt', '@context')
          .chain((key) =>
            fc.constantFrom(key, 'coordinates', 'dataset', 'datasetId', 'scope', 'constructor', '__proto__'),
          ),
        tie('json'),
        { maxKeys: 4 },
      ),
    ),
  }))['json'] as fc.Arbitrary<unknown>;
  fc.assert(
    fc.property(parts, fc.boolean(), (json, simplified) => {
      try {
        parseEntity({ id: 'urn:x:1', type: 'T', a: json }, context, { at, simplified });
        parseEntity(json, context, { at, simplified });
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('names, types and vocab terms become IRIs', () => {
  const entity = parse({ flow: { type: 'VocabProperty', vocab: 'ex:High', 'ex:unit': { value: 1 } } });
  assert.deepEqual(entity.type, ['https://uri.etsi.org/ngsi-ld/default-context/T']);
  assert.deepEqual(entity.attrs['https://smartdatamodels.org/flow'], [
    {
      type: 'VocabProperty',
      value: 'https://example.org/High',
      sub: { 'https://example.org/unit': [{ type: 'Property', value: 1 }] },
      createdAt: at,
      modifiedAt: at,
    },
  ]);
});

test('concise attributes are understood by their value', () => {
  const kinds = (attrs: object) => first(attrs)?.map(({ type, value }) => [type, value]);
  assert.deepEqual(kinds({ a: 5 }), [['Property', 5]]);
  assert.deepEqual(kinds({ a: { street: 'Rudaki' } }), [['Property', { street: 'Rudaki' }]]);
  assert.deepEqual(kinds({ a: ['x', 'y'] }), [['Property', ['x', 'y']]]);
  assert.deepEqual(kinds({ a: { object: 'urn:x:2' } }), [['Relationship', 'urn:x:2']]);
  assert.deepEqual(kinds({ a: { languageMap: { tg: 'об' } } }), [['LanguageProperty', { tg: 'об' }]]);
  assert.deepEqual(kinds({ a: { json: { id: 5, x: null } } }), [['JsonProperty', { id: 5, x: null }]]);
  assert.deepEqual(kinds({ a: { valueList: [2, 1] } }), [['ListProperty', [2, 1]]]);
  assert.deepEqual(kinds({ a: { objectList: ['urn:x:2', { object: 'urn:x:3' }] } }), [
    ['ListRelationship', ['urn:x:2', 'urn:x:3']],
  ]);
  const point = { type: 'Point', coordinates: [68.78, 38.56] };
  assert.deepEqual(kinds({ a: point }), [['GeoProperty', point]]);
  assert.deepEqual(kinds({ a: { value: point, observedAt: at } }), [['GeoProperty', point]]);
  assert.deepEqual(kinds({ a: { type: 'GeoProperty', value: JSON.stringify(point) } }), [['GeoProperty', point]]);
  assert.deepEqual(kinds({ a: { type: 'Property', value: point } }), [['Property', point]]);
});

test('simplified input keeps objects as values, and reads datasets', () => {
  const car: Json = { type: 'Car', value: 5 };
  assert.deepEqual(first({ a: car }, { simplified: true })?.[0]?.value, car);
  const instances = first({ a: { dataset: { '@none': 1, 'urn:d:1': 2 } } });
  assert.deepEqual(
    instances?.map(({ value, datasetId }) => [value, datasetId]),
    [
      [1, undefined],
      [2, 'urn:d:1'],
    ],
  );
});

test('what the platform makes itself is ignored on input', () => {
  const shown = { createdAt: 'x', instanceId: 'y', previousValue: 2 };
  const entity = parse({ createdAt: 'x', modifiedAt: 5, a: { value: 1, ...shown } });
  assert.deepEqual(Object.values(entity.attrs), [[{ type: 'Property', value: 1, createdAt: at, modifiedAt: at }]]);
  const linked = parse({ a: { object: 'urn:x:2', entity: { id: 'urn:x:2', type: 'T' }, previousObject: 'urn:x:3' } });
  assert.deepEqual(Object.values(linked.attrs)[0]?.[0]?.value, 'urn:x:2');
});

test('a JSON literal is a value, null too', () => {
  const nothing = { '@type': '@json', '@value': null };
  assert.deepEqual(first({ a: nothing })?.[0], { type: 'Property', value: nothing, createdAt: at, modifiedAt: at });
  assert.deepEqual(first({ a: { value: nothing } })?.[0]?.value, nothing);
  assert.deepEqual(first({ a: { value: { b: [nothing] } } })?.[0]?.value, { b: [nothing] });
  const date = { '@type': 'Date', '@value': '2026-03-01' };
  assert.deepEqual(first({ a: date }, { simplified: true })?.[0]?.value, date);
});

test('every fault names its place', () => {
  refused({ id: 'no uri' }, 'id');
  refused({ type: [] }, 'type');
  refused({ type: 'two words' }, 'type');
  refused({ 'a-b': 1 }, 'a-b');
  refused({ datasetId: { value: 1 } }, 'datasetId');
  refused({ a: null }, 'a');
  refused({ a: 'urn:ngsi-ld:null' }, 'a');
  refused({ a: { value: { b: [{ c: null }] } } }, 'a.value.b[0].c');
  refused({ a: { value: { b: 'urn:ngsi-ld:null' } } }, 'a.value.b');
  refused({ a: { type: 'Prop', value: 1 } }, 'a.type');
  refused({ a: { type: 'Property' } }, 'a.value');
  refused({ a: { type: 'Property', object: 'urn:x:1' } }, 'a.object');
  refused({ a: { value: 1, object: 'urn:x:1' } }, 'a.object');
  refused({ a: { object: 'no uri' } }, 'a.object');
  refused({ a: { object: [] } }, 'a.object');
  refused({ a: { object: 'urn:x:1', unitCode: 'CEL' } }, 'a.unitCode');
  refused({ a: { value: 1, observedAt: '2026-03-01T00:00:00+05:00' } }, 'a.observedAt');
  refused({ a: { value: 1, datasetId: 5 } }, 'a.datasetId');
  refused({ a: { value: 1, '@context': {} } }, 'a.@context');
  refused({ a: { value: 1, previousObject: 'urn:x:1' } }, 'a.previousObject');
  refused({ a: { value: 1, entity: { id: 'urn:x:1' } } }, 'a.entity');
  refused({ a: { value: 1, b: { value: null } } }, 'a.b.value');
  refused({ a: [{ value: 1 }, { value: 2 }] }, 'a');
  refused({ a: [{ value: 1 }, 5] }, 'a[1]');
  refused({ a: { languageMap: { 'not a tag': 'x' } } }, 'a.languageMap');
  refused({ a: { languageMap: { en: 5 } } }, 'a.languageMap.en');
  refused({ a: { type: 'GeoProperty', value: { type: 'Point', coordinates: [200, 0] } } }, 'a.value.coordinates');
  refused({ a: { type: 'GeoProperty', value: { type: 'GeometryCollection', geometries: [] } } }, 'a.value.type');
  refused(
    {
      a: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
    }, // prettier: one ring, open
    'a.coordinates[0]',
  );
  refused({ scope: '/a/ b' }, 'scope');
  refused({ expiresAt: 'tomorrow' }, 'expiresAt');
});
