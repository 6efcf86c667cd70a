import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { attributeKinds, type Instance } from '../../ngsild/entity.ts';
import type { JournalRecord } from '../ports.ts';
import { ByteWriter } from './bytes.ts';
import { RecordDecoder } from './decoder.ts';
import { RecordEncoder } from './encoder.ts';
import { crc32c } from './crc32c.ts';
import { arbitraryRecord } from './records.arbitrary.ts';

const at = Date.parse('2026-03-01T10:00:00.000Z');

function roundTrip(records: readonly JournalRecord[]): JournalRecord[] {
  const encoder = new RecordEncoder();
  const decoder = new RecordDecoder();
  return records.map((record) => {
    const out = new ByteWriter(16);
    encoder.write(out, record);
    return decoder.read(out.bytes, 0, out.length, record.seq);
  });
}

const reading = (value: Instance['value'], extra: Partial<Instance> = {}): JournalRecord => ({
  seq: 1,
  at,
  tenant: 0,
  cause: { by: 'mqtt', source: 'lights' },
  entities: [
    {
      op: 'set',
      id: 'urn:ngsi-ld:Streetlight:1',
      at: '2026-03-01T10:00:00.000Z',
      attrs: { 'https://example.org/power': [{ type: 'Property', value, ...extra }] },
    },
  ],
  rows: [],
});

test('CRC-32C of the check string is the published one', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.from('xx123456789x'), 2, 11), 0xe3069283);
});

test('every record comes back exactly', () => {
  fc.assert(
    fc.property(fc.array(arbitraryRecord, { minLength: 1, maxLength: 6 }), (records) => {
      assert.deepStrictEqual(roundTrip(records), records);
    }),
    { numRuns: 400 },
  );
});

test('every finite double comes back to the last bit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.deepStrictEqual(roundTrip([reading(value)]), [reading(value)]);
    }),
    { numRuns: 3000 },
  );
  for (const value of [0, -0, 0.1, 21.37, -21.3701, 1e300, 5e-324, 2 ** 53, -(2 ** 53), 2 ** 45, 2251799813685249.5])
    assert.deepStrictEqual(roundTrip([reading(value)]), [reading(value)]);
});

test('instants keep their spelling, also impossible and odd ones', () => {
  for (const observedAt of [
    '2026-03-01T10:00:00Z',
    '2026-03-01T10:00:00.000Z',
    '2026-03-01T10:00:00.120000Z',
    '2026-03-01T15:00:00+05:00',
    '2026-02-29T00:00:00Z',
    '2024-02-29T23:59:59.999Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-03-01T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '1969-12-31T23:59:59.999Z',
    '1900-02-29T00:00:00Z',
    'not a time',
    '20x6-03-01T10:00:00Z',
  ])
    assert.deepStrictEqual(roundTrip([reading(1, { observedAt })]), [reading(1, { observedAt })], observedAt);
});

test('a telemetry record takes few bytes once its names are known', () => {
  const encoder = new RecordEncoder();
  const record = reading(21.37, { observedAt: '2026-03-01T09:59:58Z', modifiedAt: '2026-03-01T10:00:00.000Z' });
  encoder.write(new ByteWriter(), record);
  const out = new ByteWriter();
  encoder.write(out, record);
  assert.ok(out.length <= 32, `${out.length} bytes`);
});

test('numbers that JSON cannot say are refused and leave no trace in the dictionary', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, [1, Number.NaN], { a: { b: Number.NEGATIVE_INFINITY } }]) {
    const encoder = new RecordEncoder();
    assert.throws(
      () => encoder.write(new ByteWriter(), reading(value)),
      (error: unknown) => error instanceof Problem && error.kind === 'bad-data',
    );
    encoder.takeBack();
    const out = new ByteWriter();
    encoder.write(out, reading(1));
    assert.deepStrictEqual(new RecordDecoder().read(out.bytes, 0, out.length, 1), reading(1));
  }
});

test('every attribute kind has a code', () => {
  for (const type of attributeKinds)
    assert.deepStrictEqual(roundTrip([reading('x', { type })]), [reading('x', { type })]);
});
