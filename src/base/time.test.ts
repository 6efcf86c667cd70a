import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  addDuration,
  formatInstant,
  instantToZoned,
  isTimeZone,
  parseDate,
  parseDuration,
  parseInstant,
  parseTime,
  zonedToInstant,
} from './time.ts';

test('an instant that is formatted parses back, over the whole calendar', () => {
  const range = { min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') };
  fc.assert(
    fc.property(fc.integer(range), (ms) => assert.equal(parseInstant(formatInstant(ms)), ms)),
    {
      numRuns: 2000,
    },
  );
});

test('up to six decimals, with a point or a comma, are read to the millisecond', () => {
  const second = Date.parse('2026-03-01T05:00:00Z');
  assert.equal(parseInstant('2026-03-01T05:00:00Z'), second);
  assert.equal(parseInstant('2026-03-01T05:00:00,5Z'), second + 500);
  assert.equal(parseInstant('2026-03-01T05:00:00.123999Z'), second + 123);
});

test('what is no DateTime of the standard is refused', () => {
  const refused = `
    2026-03-01 2026-03-01T05:00Z 2026-03-01T05:00:00 2026-03-01T05:00:00+05:00 2026-02-29T00:00:00Z
    2026-13-01T00:00:00Z 2026-00-01T00:00:00Z 2026-03-01T24:00:00Z 2026-03-01T05:60:00Z 2026-03-01T05:00:60Z
    2026-03-01T05:00:00.Z 2026-03-01T05:00:00.1234567Z 2026-03-01T05:00:00.12x4Z 2026-3-01T05:00:00Z1
  `;
  for (const text of ['', '2026-03-01 05:00:00Z', ' 2026-03-01T05:00:00Z', ...refused.trim().split(/\s+/)]) {
    assert.equal(parseInstant(text), undefined, text);
  }
  fc.assert(fc.property(fc.string({ minLength: 18, maxLength: 28 }), (text) => parseInstant(text) === undefined));
});

test('dates and times of day are read alone too', () => {
  assert.equal(parseDate('2024-02-29'), Date.parse('2024-02-29'));
  assert.equal(parseDate('2025-02-29'), undefined);
  assert.equal(parseTime('01:02:03.5Z'), 3_723_500);
  assert.equal(parseTime('01:02:03'), undefined);
});

test('durations keep months apart from milliseconds', () => {
  assert.deepEqual(parseDuration('P1Y2M'), { months: 14, ms: 0 });
  assert.deepEqual(parseDuration('PT1H30M'), { months: 0, ms: 5_400_000 });
  assert.deepEqual(parseDuration('P1DT0.5S'), { months: 0, ms: 86_400_500 });
  assert.deepEqual(parseDuration('P2W'), { months: 0, ms: 1_209_600_000 });
  assert.deepEqual(parseDuration('PT0S'), { months: 0, ms: 0 });
  for (const text of ['', 'P', 'PT', 'P1', '1D', 'P1H', 'PT1D', 'P-1D', 'P1.5D', 'p1d', 'P1DT']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('a month later is the same day, or the last one of a shorter month', () => {
  const later = (from: string, months: number): string =>
    formatInstant(addDuration(Date.parse(from), { months, ms: 0 }));
  assert.equal(later('2026-01-31T10:00:00.000Z', 1), '2026-02-28T10:00:00.000Z');
  assert.equal(later('2024-02-29T00:00:00.000Z', 12), '2025-02-28T00:00:00.000Z');
  assert.equal(later('1969-12-15T01:00:00.000Z', 1), '1970-01-15T01:00:00.000Z');
});

test('local times become instants and come back', () => {
  const zones = ['Asia/Dushanbe', 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
  const range = { min: Date.parse('1995-01-01'), max: Date.parse('2037-01-01') };
  fc.assert(
    fc.property(fc.integer(range), fc.constantFrom(...zones), (ms, zone) => {
      const back = zonedToInstant(instantToZoned(ms, zone), zone);
      // The second of two equal wall times becomes the first: an hour (on Lord Howe half an hour) earlier.
      assert.ok(back === ms || ms - back === 3_600_000 || ms - back === 1_800_000, `${formatInstant(ms)} ${zone}`);
      assert.deepEqual(instantToZoned(back, zone), instantToZoned(ms, zone));
    }),
    { numRuns: 500 },
  );
});

test('a wall time that the clocks skip is moved on, one that comes twice is the first', () => {
  const berlin = (month: number, day: number, hour: number, minute: number): string =>
    formatInstant(zonedToInstant({ year: 2026, month, day, hour, minute, second: 0 }, 'Europe/Berlin'));
  assert.equal(berlin(3, 29, 1, 59), '2026-03-29T00:59:00.000Z');
  assert.equal(berlin(3, 29, 2, 30), '2026-03-29T01:30:00.000Z');
  assert.equal(berlin(10, 25, 2, 30), '2026-10-25T00:30:00.000Z');
  assert.equal(berlin(10, 25, 3, 0), '2026-10-25T02:00:00.000Z');
  const dushanbe = { year: 2026, month: 3, day: 1, hour: 5, minute: 0, second: 0 };
  assert.equal(formatInstant(zonedToInstant(dushanbe, 'Asia/Dushanbe')), '2026-03-01T00:00:00.000Z');
});

test('only names of the time zone database are time zones', () => {
  assert.ok(isTimeZone('Asia/Dushanbe'));
  assert.ok(!isTimeZone('Asia/Nowhere'));
});
