import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshnessOf } from './freshness.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const seconds = (headers: Record<string, string>): number => (freshnessOf(headers, now).until - now) / 1000;

test('a document lives as long as its server says', () => {
  assert.equal(seconds({ 'cache-control': 'public, max-age=300' }), 300);
  assert.equal(seconds({ 'cache-control': 'max-age=300, s-maxage="60"' }), 60);
  assert.equal(seconds({ 'cache-control': 'max-age=300', age: '100' }), 200);
  assert.equal(seconds({ 'cache-control': 'max-age=300', age: '1000' }), 0);
  assert.equal(seconds({ 'cache-control': 'max-age=soon' }), 0);
  assert.equal(seconds({ 'cache-control': 'no-cache, max-age=300' }), 0);
  assert.equal(seconds({ 'cache-control': 'max-age=300', expires: 'Sun, 22 Nov 2026 09:00:00 GMT' }), 300);
  assert.equal(seconds({ expires: 'Sun, 22 Nov 2026 09:00:00 GMT' }), 3600);
  // the server's clock is a day late
  assert.equal(seconds({ expires: 'Sat, 21 Nov 2026 09:00:00 GMT', date: 'Sat, 21 Nov 2026 08:00:00 GMT' }), 3600);
  assert.equal(seconds({ expires: '0' }), 0);
});

test('where the server says nothing, a document lives for a tenth of its age, for an hour at least, for a week at most', () => {
  assert.equal(seconds({}), 86_400);
  assert.equal(seconds({ 'last-modified': 'Sun, 22 Nov 2026 07:59:00 GMT' }), 3600);
  assert.equal(seconds({ 'last-modified': 'Thu, 12 Nov 2026 08:00:00 GMT' }), 86_400);
  assert.equal(seconds({ 'last-modified': 'Thu, 12 Nov 2020 08:00:00 GMT' }), 7 * 86_400);
});

test('no-store: used once, and not kept', () => {
  assert.deepEqual(freshnessOf({ 'cache-control': 'no-store, max-age=300' }, now), { keep: false, until: now });
  assert.equal(freshnessOf({ 'cache-control': 'max-age=300' }, now).keep, true);
});
