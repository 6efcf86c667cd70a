import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { collatorOf } from './collation.ts';
import { compileContext } from './context.ts';
import type { Entity } from './entity.ts';
import { exampleContext } from './fixtures/arbitrary.ts';
import { compareOrderKeys, orderKeysOf, parseOrder, printOrder } from './order.ts';
import { parseEntity } from './parse.ts';
import type { EntityOrder } from './query.ts';

const context = compileContext(exampleContext);
const at = '2026-03-01T10:00:00.000Z';
const order = (parameters: Record<string, string>): EntityOrder =>
  parseOrder(new Map(Object.entries(parameters)), context) ?? assert.fail();

/** Ids of the entities, `a` holding each value, in order. */
function sorted(values: Readonly<Record<string, unknown>>, parameters: Record<string, string>): string[] {
  const wanted = order(parameters);
  const compare = compareOrderKeys(wanted);
  return Object.entries(values)
    .map(([id, attrs]): Entity => parseEntity({ id: `urn:${id}`, type: 'T', ...(attrs as object) }, context, { at }))
    .map((entity) => ({ id: entity.id.slice(4), keys: orderKeysOf(entity, wanted) }))
    .sort((x, y) => compare(x.keys, y.keys))
    .map(({ id }) => id);
}
const property = (value: unknown) => ({ a: { type: 'Property', value } });

test('values of different kinds have their order, null and nothing are always last (4.23.2)', () => {
  const values = {
    none: {},
    null: property({ '@type': '@json', '@value': null }),
    dateTime: property('2026-03-01T10:00:00Z'),
    date: property('2026-03-01'),
    time: property('10:00:00Z'),
    true: property(true),
    array: property([1]),
    object: property({ b: 1 }),
    text: property('x'),
    number: property(5),
  };
  const kinds = ['number', 'text', 'object', 'array', 'true', 'time', 'date', 'dateTime'];
  assert.deepEqual(sorted(values, { orderBy: 'a' }).slice(0, 8), kinds);
  assert.deepEqual(sorted(values, { orderBy: 'a;desc' }).slice(0, 8), kinds.toReversed());
  for (const orderBy of ['a', 'a;desc']) assert.equal(sorted(values, { orderBy })[9], 'none');
});

test('texts are ordered as the root collation says, or as asked', () => {
  const texts = { A: 'Zug', B: 'apfel', C: 'Äpfel', D: 'Apfel' };
  const values = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, property(text)]));
  assert.deepEqual(sorted(values, { orderBy: 'a' }), ['B', 'D', 'C', 'A']);
  assert.deepEqual(sorted(values, { orderBy: 'a', collation: 'und-u-kf-upper' }), ['D', 'B', 'C', 'A']);
  assert.deepEqual(sorted(values, { orderBy: 'a,id', collation: 'und-u-ks-level1' }), ['B', 'C', 'D', 'A']);
  // The Swedish alphabet ends in å, ä, ö; a German telephone book reads ö as oe.
  assert.ok(collatorOf('sv')('ä', 'z') > 0 && collatorOf()('ä', 'z') < 0);
  assert.ok(collatorOf('de-u-co-phonebk')('ö', 'of') < 0 && collatorOf('de')('ö', 'of') < 0);
  assert.ok(collatorOf('de-u-co-phonebk')('ö', 'od') > 0 && collatorOf('de')('ö', 'od') < 0);
  assert.equal(collatorOf('und-u-ks-level1')('é', 'E'), 0);
  assert.notEqual(collatorOf('und-u-ks-level1-kc-true')('é', 'E'), 0);
  assert.equal(collatorOf('und-u-ka-shifted')('a-b', 'ab'), 0);
  assert.ok(collatorOf('und-u-kn-true')('a10', 'a9') > 0 && collatorOf('und-x-icu')('a10', 'a9') < 0);
});

test('a collation that ICU does not have is refused', () => {
  for (const tag of ['', 'x', 'german language', 'und-u-ks-level9', 'und-u-vt-0041', 'de-u-co-pinyin', 'und-u-kc-no']) {
    assert.throws(() => collatorOf(tag), Problem, tag);
  }
});

test('terms apply one after the other, into values and sub-attributes', () => {
  const entity = (name: string, city: string, level: number) => ({
    name: { type: 'Property', value: name, level: { type: 'Property', value: level } },
    address: { type: 'Property', value: { city } },
  });
  const values = { A: entity('x', 'Kulob', 1), B: entity('x', 'Bokhtar', 2), C: entity('a', 'Vahdat', 3) };
  assert.deepEqual(sorted(values, { orderBy: 'name,address[city]' }), ['C', 'B', 'A']);
  assert.deepEqual(sorted(values, { orderBy: 'name.level;desc' }), ['C', 'B', 'A']);
  assert.deepEqual(sorted(values, { orderBy: 'type,id;desc' }), ['C', 'B', 'A']);
});

test('of several instances the default one counts', () => {
  const instances = (plain: number, other: number) => ({
    a: [
      { type: 'Property', value: other, datasetId: 'urn:d:1' },
      { type: 'Property', value: plain },
    ],
  });
  assert.deepEqual(sorted({ A: instances(2, 1), B: instances(1, 2) }, { orderBy: 'a' }), ['B', 'A']);
});

test('distances are ordered before everything that is no place', () => {
  const place = (long: number) => ({ a: { type: 'GeoProperty', value: { type: 'Point', coordinates: [long, 38] } } });
  const values = { text: property('x'), far: place(70), near: place(68.1), none: {} };
  const from = { orderFrom: '[68,38]' };
  assert.deepEqual(sorted(values, { orderBy: 'a;dist-asc', ...from }), ['near', 'far', 'text', 'none']);
  assert.deepEqual(sorted(values, { orderBy: 'a;dist-desc', ...from }), ['far', 'near', 'text', 'none']);
  const line = { orderFrom: '[[69.9,37],[69.9,39]]', orderGeometry: 'LineString' };
  assert.deepEqual(sorted(values, { orderBy: 'a;dist-asc', ...line }).slice(0, 2), ['far', 'near']);
});

test('an order, written and parsed, is the same', () => {
  const path = fc.constantFrom('id', 'type', 'a', 'a.b', 'a[b.c]', 'a.b[c]', 'createdAt', 'scope', 'a[en]');
  const direction = fc.constantFrom('', ';asc', ';desc', ';dist-asc', ';dist-desc');
  fc.assert(
    fc.property(fc.array(fc.tuple(path, direction), { minLength: 1, maxLength: 4 }), (parts) => {
      const orderBy = parts.map(([name, way]) => name + way).join(',');
      const made = order({ orderBy, orderFrom: '[1,2]' });
      const printed = printOrder(made, context);
      assert.deepEqual(order(printed), made);
    }),
  );
});

test('the comparison is a total order of random values', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('2026-03-01', '10:00:00Z', at, 'Қубур', 'қубур'),
  );
  const wanted = order({ orderBy: 'a;desc' });
  const compare = compareOrderKeys(wanted);
  const keys = value.map((made) =>
    orderKeysOf(
      {
        id: 'urn:x',
        type: ['T'],
        createdAt: at,
        modifiedAt: at,
        attrs: { [context.expand('a')]: [{ type: 'Property', value: made }] },
      } as Entity,
      wanted,
    ),
  );
  fc.assert(
    fc.property(keys, keys, keys, (x, y, z) => {
      assert.ok(Math.sign(compare(x, y)) + Math.sign(compare(y, x)) === 0);
      if (compare(x, y) <= 0 && compare(y, z) <= 0) assert.ok(compare(x, z) <= 0);
    }),
    { numRuns: 1000 },
  );
});
