import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileContext } from './context.ts';
import { exampleContext } from './fixtures/arbitrary.ts';
import { dueAt, livingAt, sweepOf } from './expiry.ts';
import { parseEntity } from './parse.ts';
import { representEntity } from './represent.ts';

const context = compileContext(exampleContext);
const noon = Date.parse('2026-03-01T12:00:00Z');
const hour = (n: number): string => new Date(noon + n * 3_600_000).toISOString();
const at = hour(-24);
const entity = (members: object) => parseEntity({ id: 'urn:x:1', type: 'T', ...members }, context, { at });

test('what ends is gone from the instant at which it ends', () => {
  const it = entity({
    expiresAt: '2026-03-01T15:00:00Z',
    a: [
      { value: 1, expiresAt: hour(1) },
      { value: 2, datasetId: 'urn:d:1' },
    ],
    b: { value: 3, c: { value: 4, expiresAt: hour(2) }, d: { object: 'urn:x:2' } },
  });
  const seen = (n: number) => {
    const living = livingAt(it, noon + n * 3_600_000);
    return living && representEntity(living, context, { format: 'simplified' });
  };
  assert.equal(dueAt(it), noon + 3_600_000);
  assert.equal(livingAt(it, noon + 3_599_999), it);
  assert.equal(seen(1)?.['a'], 2);
  const b = (n: number) => livingAt(it, noon + n * 3_600_000)?.attrs[context.expand('b')]?.[0];
  assert.deepEqual(Object.keys(b(1)?.sub ?? {}), [context.expand('c'), context.expand('d')]);
  assert.deepEqual([b(2)?.value, Object.keys(b(2)?.sub ?? {})], [3, [context.expand('d')]]);
  assert.equal(seen(3), undefined);
});

test('nothing that has not ended is touched, and what is swept is not due again', () => {
  const end = fc.option(fc.integer({ min: -3, max: 3 }).map(hour), { nil: undefined });
  const attribute = fc.tuple(end, end).map(([own, inner]) => ({
    value: 1,
    ...(own !== undefined && { expiresAt: own }),
    c: { value: 2, ...(inner !== undefined && { expiresAt: inner }) },
  }));
  fc.assert(
    fc.property(
      end,
      fc.dictionary(fc.constantFrom('a', 'b'), attribute),
      fc.integer({ min: -4, max: 4 }),
      (own, attrs, n) => {
        const it = entity({ ...attrs, ...(own !== undefined && { expiresAt: own }) });
        const now = noon + n * 3_600_000;
        const living = livingAt(it, now);
        const ends = JSON.stringify(living ?? {}).match(/(?<="expiresAt":")[^"]+/g) ?? [];
        assert.ok(ends.every((text) => Date.parse(text) > now));
        assert.equal(living === it, dueAt(it) > now);
        assert.equal(living && sweepOf(living, now), undefined);
      },
    ),
  );
});
