import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatInstant, parseInstant } from './instant.ts';

const at = (from: string, to: string) => fc.integer({ min: Date.parse(from), max: Date.parse(to) });

/** As the platform and its sources write it: `digits` are those after the second. */
const textOf = (ms: number, digits: string): string =>
  `${new Date(ms).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`;

function comesBack(text: string): void {
  const parsed = parseInstant(text);
  assert.ok(parsed, text);
  assert.equal(formatInstant(parsed.us, parsed.decimals), text);
}

test('an instant comes back with its digits, over the whole calendar', () => {
  const digits = fc.stringMatching(/^\d{0,3}$/);
  const calendar = at('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(calendar, digits, (ms, end) => comesBack(textOf(ms, end))),
    { numRuns: 2000 },
  );
});

test('a microsecond comes back from 1685 to 2254, and elsewhere its millisecond', () => {
  const digits = fc.stringMatching(/^\d{4,6}$/);
  fc.assert(
    fc.property(at('1685-06-01T00:00:00Z', '2254-01-01T00:00:00Z'), digits, (ms, end) => comesBack(textOf(ms, end))),
    { numRuns: 2000 },
  );
  const parsed = parseInstant('0050-06-01T00:00:00.123456Z');
  assert.ok(parsed);
  assert.equal(formatInstant(parsed.us, parsed.decimals), '0050-06-01T00:00:00.123Z');
});

test('the years 0 to 99 are themselves, and later instants are greater', () => {
  for (const year of ['0000', '0001', '0050', '0099', '0100', '1969']) comesBack(`${year}-12-31T23:59:59Z`);
  const anywhere = at('0000-01-01T00:00:00Z', '9999-12-31T00:00:00Z');
  fc.assert(
    fc.property(anywhere, anywhere, (one, other) => {
      const us = (ms: number): number => parseInstant(new Date(ms).toISOString())?.us ?? Number.NaN;
      assert.equal(Math.sign(us(one) - us(other)), Math.sign(one - other));
    }),
  );
});

test('an offset, a comma and too many digits are read, and what is no instant is not', () => {
  assert.deepEqual(parseInstant('2026-03-01T05:00:00+05:00'), { us: Date.parse('2026-03-01') * 1000, decimals: 0 });
  assert.deepEqual(parseInstant('1970-01-01T00:00:01,25Z'), { us: 1_250_000, decimals: 2 });
  assert.deepEqual(parseInstant('1970-01-01T00:00:01.123456789Z'), { us: 1_123_000, decimals: 3 });
  for (const text of ['', 'yesterday', '2026-13-01T00:00:00Z']) assert.equal(parseInstant(text), undefined, text);
});
