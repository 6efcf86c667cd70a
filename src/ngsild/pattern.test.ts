import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compilePattern } from './pattern.ts';

test('random patterns find what the RegExp of the language finds', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(a|b)', '(?:ab)', '(a*)', '^', '$', 'é', '[a-c]');
  const piece = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?'));
  const pattern = fc
    .array(
      fc.array(
        piece.filter(([of, sign]) => sign === '' || !'^$'.includes(of)).map(([of, sign]) => of + sign),
        { maxLength: 4 },
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((alternatives) => alternatives.map((parts) => parts.join('')).join('|'));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', 'é', '\n', '😀'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      assert.equal(compilePattern(source).test(value), new RegExp(source, 'u').test(value));
    }),
    { numRuns: 3000 },
  );
});

test('a pattern that makes backtracking engines hang is quick', () => {
  const started = performance.now();
  assert.equal(compilePattern('^(a|a)*(a+)+b$').test('a'.repeat(20_000)), false);
  assert.ok(performance.now() - started < 1000);
});

test('case is ignored where the pattern begins with (?i)', () => {
  assert.ok(compilePattern('(?i)душанбе').test('г. ДУШАНБЕ'));
  assert.ok(!compilePattern('душанбе').test('ДУШАНБЕ'));
});

test('back references, look-around and faults are refused with their place', () => {
  const refused = (pattern: string, kind = 'bad-data'): void => {
    assert.throws(
      () => compilePattern(pattern, 'q'),
      (error) => error instanceof Problem && error.kind === kind && error.field === 'q',
      pattern,
    );
  };
  for (const pattern of [
    '(a)\\1',
    '(?=a)',
    '(?<!a)b',
    '\\bword',
    '(',
    ')',
    'a)',
    '[a',
    '*a',
    'a{2',
    'a{3,2}',
    'a*+',
    'a**',
  ]) {
    refused(pattern);
  }
  refused('a'.repeat(501), 'too-complex');
  refused('(a{100}){100}', 'too-complex');
});

test('random garbage is compiled or refused with a Problem', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab\\[](){}|*+?.^$-:,0129 ')) }), (source) => {
      try {
        compilePattern(source).test('abc012');
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});
