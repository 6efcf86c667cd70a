import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { negotiateLanguage } from './negotiate.ts';

const city = ['tg', 'ru', 'uz', 'uz-Cyrl', 'en'] as const;

test('the most wanted language that the city speaks wins', () => {
  assert.equal(negotiateLanguage('de, ru;q=0.7, en;q=0.9', city), 'en');
  assert.equal(negotiateLanguage('ru-TJ,ru;q=0.9,en;q=0.8', city), 'ru');
  assert.equal(negotiateLanguage('fr, *;q=0.1', city), 'tg');
  assert.equal(negotiateLanguage('ru;q=0, en;q=0.1', city), 'en');
});

test('Uzbek in Latin and in Cyrillic are two languages', () => {
  assert.equal(negotiateLanguage('uz-Latn-UZ', city), 'uz');
  assert.equal(negotiateLanguage('uz-UZ', city), 'uz');
  assert.equal(negotiateLanguage('uz-Cyrl-UZ', city), 'uz-Cyrl');
});

test('a reader who says nothing gets the first language of the city', () => {
  assert.equal(negotiateLanguage(undefined, city), 'tg');
  assert.equal(negotiateLanguage('', ['kk', 'ru']), 'kk');
});

test('no header breaks it', () => {
  fc.assert(fc.property(fc.string(), (header) => assert.ok(city.includes(negotiateLanguage(header, city)))));
});
