/** What tables write: numbers, coordinates and days as people put them into cells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDegrees, parsePair } from './degrees.ts';
import { textNumber } from './number.ts';
import { timeReader } from './time.ts';
import { parseUtmZone, utmToDegrees } from './utm.ts';

test('numbers are read with either decimal sign, and with thousands where their sign is known', () => {
  const cases: readonly (readonly [string, ',' | '.' | undefined, number | undefined])[] = [
    ['12.5', undefined, 12.5],
    ['12,5', undefined, 12.5],
    ['-1 234,5', undefined, -1234.5],
    ['1\u00a0234\u202f567', undefined, 1_234_567],
    ["1'234.5", undefined, 1234.5],
    ['\u22123', undefined, -3],
    ['1.234,5', undefined, undefined],
    ['1,234.5', undefined, undefined],
    ['1.234,5', ',', 1234.5],
    ['1.234', ',', 1234],
    ['12.5', ',', undefined],
    ['1,5', ',', 1.5],
    ['1,234.5', '.', 1234.5],
    ['1,234', '.', 1234],
    ['1,5', '.', undefined],
    ['12 34', undefined, undefined],
    ['1 2345', undefined, undefined],
    ['', undefined, undefined],
    ['0x1F', undefined, undefined],
    ['Infinity', ',', undefined],
  ];
  for (const [text, decimal, wanted] of cases) assert.equal(textNumber(text, decimal), wanted, `${text} ${decimal}`);
});

test('a number that is written out comes back, whatever the country writes', () => {
  const styles = [
    { decimal: ',' as const, thousands: '.' },
    { decimal: ',' as const, thousands: '\u00a0' },
    { decimal: '.' as const, thousands: ',' },
    { decimal: undefined, thousands: ' ' },
  ];
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(99), fc.constantFrom(...styles), (whole, cents, style) => {
      const text =
        String(whole).replace(/\B(?=(\d{3})+$)/g, style.thousands) +
        (style.decimal ?? '.') +
        String(cents).padStart(2, '0');
      assert.equal(textNumber(text, style.decimal), Number(`${whole}.${String(cents).padStart(2, '0')}`));
    }),
  );
});

test('degrees are read with decimals, with minutes and seconds, and with the side of the world', () => {
  const read = (text: unknown): unknown => {
    const found = parseDegrees(text);
    return found && [found.value, found.axis];
  };
  assert.deepEqual(read(68.78), [68.78, undefined]);
  assert.deepEqual(read('68,78'), [68.78, undefined]);
  assert.deepEqual(read('-30.5'), [-30.5, undefined]);
  assert.deepEqual(read(`41°18'36"N`), [41.31, 'latitude']);
  assert.deepEqual(read('41° 18′ 36″ с.ш.'), [41.31, 'latitude']);
  assert.deepEqual(read('69°14,4′ в. д.'), [69.24, 'longitude']);
  assert.deepEqual(read('Ю 33.5'), [-33.5, 'latitude']);
  assert.deepEqual(read('W 51.2'), [-51.2, 'longitude']);
  for (const text of ['', 'N', `41°78'`, '41 18 36', 'N41N', '4141.2', '41.2.3', 'abc']) {
    assert.equal(parseDegrees(text), undefined, text);
  }
});

test('two coordinates in one cell are cut where only one cut is possible', () => {
  for (const text of [
    '41,31 69,24',
    '41.31, 69.24',
    '41.31,69.24',
    '41,31; 69,24',
    '(41.31 69.24)',
    'N41.31 E69.24',
    'E69.24, N41.31',
    `41°18'36"N 69°14'24"E`,
    `69° 14' 24" E, 41° 18' 36" N`,
    '41.31 с.ш. 69.24 в.д.',
    'POINT(69.24 41.31)',
  ]) {
    assert.deepEqual(parsePair(text, 'latitude'), [69.24, 41.31], text);
  }
  assert.deepEqual(parsePair('69.24 41.31', 'longitude'), [69.24, 41.31]);
  for (const text of ['41,31', '41,31,69,24', '41.31', '41.31 69.24 900', 'N41.31 N69.24', '', 41.31]) {
    assert.equal(parsePair(text, 'latitude'), undefined, String(text));
  }
});

/** Metres by the series of a textbook (Snyder 1987, 8-9 to 8-15), good to a centimetre near the middle meridian. */
function toUtm(longitude: number, latitude: number, zone: number): [number, number] {
  const radians = Math.PI / 180;
  const [a, e2, k] = [6_378_137, 0.00669437999014, 0.9996];
  const phi = latitude * radians;
  const ep = e2 / (1 - e2);
  const n = a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const [t, c] = [Math.tan(phi) ** 2, ep * Math.cos(phi) ** 2];
  const l = (longitude - (zone * 6 - 183)) * radians * Math.cos(phi);
  const m =
    a *
    ((1 - e2 / 4 - (3 * e2 ** 2) / 64 - (5 * e2 ** 3) / 256) * phi -
      ((3 * e2) / 8 + (3 * e2 ** 2) / 32 + (45 * e2 ** 3) / 1024) * Math.sin(2 * phi) +
      ((15 * e2 ** 2) / 256 + (45 * e2 ** 3) / 1024) * Math.sin(4 * phi) -
      ((35 * e2 ** 3) / 3072) * Math.sin(6 * phi));
  const east =
    k * n * (l + ((1 - t + c) * l ** 3) / 6 + ((5 - 18 * t + t ** 2 + 72 * c - 58 * ep) * l ** 5) / 120) + 500_000;
  const north =
    k *
    (m +
      n *
        Math.tan(phi) *
        (l ** 2 / 2 +
          ((5 - t + 9 * c + 4 * c ** 2) * l ** 4) / 24 +
          ((61 - 58 * t + t ** 2 + 600 * c - 330 * ep) * l ** 6) / 720));
  return [east, north];
}

test('metres of a UTM zone become degrees', () => {
  assert.deepEqual(utmToDegrees(500_000, 0, { zone: 31, south: false }), [3, 0]);
  // The tower of Eiffel, as maps print it.
  assert.deepEqual(utmToDegrees(448_251.795, 5_411_932.678, { zone: 31, south: false }), [2.2945, 48.8582]);
  fc.assert(
    fc.property(
      fc.double({ min: 66.1, max: 71.9, noNaN: true }),
      fc.double({ min: 35, max: 55, noNaN: true }),
      (longitude, latitude) => {
        const [east, north] = toUtm(longitude, latitude, 42);
        const [x = 0, y = 0] = utmToDegrees(east, north, { zone: 42, south: false }) ?? [];
        assert.ok(Math.abs(x - longitude) < 2e-7 && Math.abs(y - latitude) < 2e-7, `${x} ${y}`);
      },
    ),
  );
  const [, south = 0] = utmToDegrees(500_000, 6_678_000, { zone: 22, south: true }) ?? [];
  assert.ok(south < -29 && south > -31);
  assert.equal(utmToDegrees(68.78, 38.5, { zone: 42, south: false }), undefined);
  assert.equal(utmToDegrees(5e6, 1, { zone: 42, south: false }), undefined);
  assert.equal(utmToDegrees(Number.NaN, 1, { zone: 42, south: false }), undefined);
  assert.deepEqual(parseUtmZone('42N'), { zone: 42, south: false });
  for (const text of ['42', '61N', '0S', '42T']) assert.equal(parseUtmZone(text), undefined, text);
});

const read = (format: string | string[], zone: string | undefined, value: unknown): string | undefined => {
  const reader = timeReader(format, zone);
  if (typeof reader === 'string') throw new Error(reader);
  const ms = reader(value);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

test('of several formats the first that reads a value counts', () => {
  const formats = ['dd.MM.yyyy HH:mm', 'dd.MM.yyyy', 'yyyy/MM/dd'];
  const zone = 'Asia/Dushanbe';
  assert.equal(read(formats, zone, '03.04.2025 10:30'), '2025-04-03T05:30:00.000Z');
  assert.equal(read(formats, zone, '03.04.2025'), '2025-04-02T19:00:00.000Z');
  assert.equal(read(formats, zone, '2025/04/03'), '2025-04-02T19:00:00.000Z');
  assert.equal(read(formats, zone, '04/03/2025'), undefined);
  assert.equal(read('dd.MM.yy', zone, '03.04.25'), '2025-04-02T19:00:00.000Z');
  assert.equal(read('yyyy', 'UTC', 2014), '2014-01-01T00:00:00.000Z');
  assert.equal(read('MM.yyyy', 'UTC', '04.2014'), '2014-04-01T00:00:00.000Z');
});

test('a date of a spreadsheet is read beside any local format, and a day as a number where it is said', () => {
  const zone = 'Asia/Tashkent';
  for (const format of ['dd.MM.yyyy', 'iso', 'excel']) {
    assert.equal(read(format, zone, '2025-04-03T10:30:00'), '2025-04-03T05:30:00.000Z', format);
    assert.equal(read(format, zone, '2025-04-03'), '2025-04-02T19:00:00.000Z', format);
    assert.equal(read(format, zone, '2025-02-30'), undefined, format);
  }
  assert.equal(read('excel', zone, '45750,4375'), '2025-04-03T05:30:00.000Z');
  assert.equal(read('excel', zone, 45_750), '2025-04-02T19:00:00.000Z');
  assert.equal(read('excel1904', zone, 44_288), '2025-04-02T19:00:00.000Z');
  assert.equal(read('excel', zone, 60), undefined);
  assert.equal(read('iso', undefined, '2025-04-03T10:30:00'), undefined);
  assert.equal(read('iso', zone, '2025-04-03T10:30:00+03:00'), '2025-04-03T07:30:00.000Z');
});

test('a format that leaves a day open is refused when the mapping is loaded', () => {
  for (const [format, zone] of [
    ['yyyy dd', 'UTC'],
    ['HH:mm yyyy', 'UTC'],
    ['yyyy yy MM dd', 'UTC'],
    ['dd.MM', 'UTC'],
    ['excel', undefined],
    ['dd.MM.yyyy', 'Asia/Nowhere'],
  ] as const) {
    assert.equal(typeof timeReader(format, zone), 'string', format);
  }
  assert.equal(typeof timeReader([], 'UTC'), 'string');
});
