import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemKinds } from '../base/problem.ts';
import { catalogue, missingMessages } from './catalogue.ts';
import { uiWords } from './messages/index.ts';
import { problemWords } from './messages/problems/index.ts';

const words = catalogue({
  tg: { rows: '{n, plural, one {як сатр} other {{n, num} сатр}}', only: 'танҳо' },
  ru: {
    rows: '{n, plural, one {{n, num} строка} few {{n, num} строки} many {{n, num} строк} other {{n, num} строки}}',
    only: 'только',
  },
  uz: { rows: '{n, num} qator', only: 'faqat' },
  kk: { rows: '{n, num} жол', only: 'тек' },
  en: { rows: '{n, plural, one {one row} other {{n, num} rows}}', only: "only {x}, and '{'braces'}'" },
  ky: { only: 'гана' },
});

test('words of the shell are complete in five languages', () => {
  assert.deepEqual(missingMessages(uiWords), []);
});

test('every kind of problem has words in five languages', () => {
  assert.deepEqual(missingMessages(problemWords), []);
  assert.deepEqual(Object.keys(problemWords.tables.tg).sort(), Object.keys(problemKinds).sort());
});

test('a plural takes the form of the language, Tajik by our own rule', () => {
  assert.equal(words('tg')('rows', { n: 1 }), 'як сатр');
  assert.equal(words('tg')('rows', { n: 1240 }), '1\u00a0240 сатр');
  assert.equal(words('ru')('rows', { n: 22 }), '22 строки');
  assert.equal(words('ru')('rows', { n: 12 }), '12 строк');
  assert.equal(words('en')('only', { x: 'this' }), 'only this, and {braces}');
});

test('a language without its own words falls back and says so', () => {
  assert.equal(words('ky')('only'), 'гана');
  assert.equal(words('ky').languageOf('only'), 'ky');
  assert.equal(words('ky')('rows', { n: 3 }), '3 сатр');
  assert.equal(words('ky').languageOf('rows'), 'tg');
  assert.equal(words('uz-Cyrl').languageOf('only'), 'tg');
});

test('a missing or broken message is found', () => {
  const tables = { ...words.tables, uz: { rows: '{n, plural, few {x} other {y}}' } };
  const broken = missingMessages({ tables });
  assert.equal(broken.length, 2);
  assert.match(broken.join('\n'), /uz: only is missing/);
  assert.match(broken.join('\n'), /uz: rows/);
});
