import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { featureScanner } from './scanner.ts';

/** Scans a text cut at the given places. */
function scan(text: string | Uint8Array, cuts: readonly number[] = []): { features: unknown[]; envelopes: unknown[] } {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const scanner = featureScanner();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const features: unknown[] = [];
  for (let i = 1; i < places.length; i++) {
    for (const { bytes: found, at } of scanner.push(bytes.subarray(places[i - 1], places[i]))) {
      assert.deepEqual(
        Buffer.from(found),
        Buffer.from(bytes.subarray(at, at + found.length)),
        'it is told where it stands',
      );
      features.push(JSON.parse(Buffer.from(found).toString()));
    }
  }
  scanner.end();
  return { features, envelopes: scanner.envelopes().map((one) => JSON.parse(Buffer.from(one).toString()) as unknown) };
}

/** Texts that look like structure. */
const tricky = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', 'ҷ', '\n', '😀'),
  maxLength: 8,
});
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, tricky, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(tricky, tie('value'), { maxKeys: 4 }),
}));
const feature = fc.record({ type: fc.constant('Feature'), properties: json.object, geometry: json.value });
const foreign = fc.dictionary(
  tricky.filter((name) => name !== 'features'),
  json.value,
  { maxKeys: 3 },
);
const cuts = fc.array(fc.nat(2000), { maxLength: 12 });
const indent = fc.constantFrom(undefined, 1, '\t');

test('whatever the collection and wherever its bytes are cut, the features are those of JSON.parse', () => {
  fc.assert(
    fc.property(
      foreign,
      fc.array(feature, { maxLength: 5 }),
      foreign,
      indent,
      cuts,
      (before, features, after, space, at) => {
        const document = { ...before, type: 'FeatureCollection', features, ...after };
        const expected = JSON.parse(JSON.stringify(document)) as { features: unknown[] };
        const scanned = scan(JSON.stringify(document, undefined, space), at);
        assert.deepEqual(scanned.features, expected.features);
        assert.deepEqual(scanned.envelopes, [{ ...expected, features: null }]);
      },
    ),
    { numRuns: 500 },
  );
});

test('objects by lines, and after record separators, are features too', () => {
  fc.assert(
    fc.property(fc.array(feature, { minLength: 1, maxLength: 5 }), cuts, (features, at) => {
      const expected = JSON.parse(JSON.stringify(features)) as unknown[];
      const lines = features.map((one) => JSON.stringify(one));
      assert.deepEqual(scan(lines.join('\n'), at).features, expected);
      assert.deepEqual(scan(lines.map((line) => `\u001e${line}\r\n`).join(''), at).features, expected);
    }),
  );
});

test('a text that is cut off anywhere is refused with the byte', () => {
  const whole = Buffer.from('{"type":"FeatureCollection","features":[{"a":"}"},{"b":[1,2]}],"crs":null}');
  for (let length = 0; length < whole.length; length++) {
    assert.throws(
      () => scan(whole.subarray(0, length)),
      (error) => error instanceof Problem && error.kind === 'bad-data' && error.field === `byte ${length}`,
      `${length} bytes`,
    );
  }
  assert.throws(() => scan('{"features":[{},{"x":"'), /ends inside feature 2/);
});

const refused: readonly (readonly [string, RegExp, string])[] = [
  ['', /is empty/, 'byte 0'],
  ['[{}]', /a list is no GeoJSON/, 'byte 0'],
  ['id,name\n1,a', /this is no GeoJSON/, 'byte 0'],
  ['{"features":[1]}', /feature 1 is no object; found "1"/, 'byte 13'],
  ['{"features":[{} {}]}', /after feature 1: wanted a comma/, 'byte 16'],
  ['{"features":[{"a":]}]}', /after feature 1/, 'byte 19'],
  ['{"features":[],"features":[]}', /two lists of features/, 'byte 26'],
  ['{} x', /wanted another GeoJSON object, found "x"/, 'byte 3'],
];
for (const [text, why, field] of refused) {
  test(`refused: ${text === '' ? 'nothing' : text.replaceAll('\n', ' ')}`, () => {
    assert.throws(
      () => scan(text),
      (error) => error instanceof Problem && why.test(error.message) && error.field === field,
    );
  });
}

test('text in UTF-16 is told so', () => {
  assert.throws(() => scan(Buffer.from('\ufeff{}', 'utf16le')), /UTF-16/);
});
