import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalized } from './words.ts';

test('one spelling of a text stays what it is', () => {
  assert.equal(normalized(' ﬁ '), 'ﬁ');
  assert.equal(normalized(' ﬁ ', 'NFKC'), 'fi');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => normalized(text) === text.trim().normalize('NFC').trim()),
  );
});

test('a megabyte of marks takes no time', () => {
  const marks = `a${'\u0301\u0323'.repeat(250_000)}`;
  const began = performance.now();
  assert.equal(normalized(marks), marks);
  assert.ok(performance.now() - began < 500);
});
