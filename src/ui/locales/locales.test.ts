import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { languages } from '../../city/profile.ts';
import {
  collationKey,
  compareIn,
  foldForSearch,
  formatDate,
  formatDateTime,
  formatDay,
  formatNumber,
  formatPercent,
  formatRelative,
  formatWeekday,
  localeOf,
  startOfDay,
  unitSymbol,
} from './index.ts';

const march = Date.parse('2025-03-09T14:05:00Z');

test('every language has twelve months and seven weekdays of its own', () => {
  for (const language of languages) {
    const { months, monthsShort, weekdays, weekdaysShort } = localeOf(language);
    assert.equal(new Set(months).size, 12, language);
    assert.equal(new Set(monthsShort).size, 12, language);
    assert.equal(new Set(weekdays).size, 7, language);
    assert.equal(new Set(weekdaysShort).size, 7, language);
  }
});

test('a locale table is about three kilobytes', () => {
  for (const language of languages) {
    const bytes = Buffer.byteLength(JSON.stringify(localeOf(language)));
    assert.ok(bytes < 3 * 1024, `${language}: ${bytes}`);
  }
});

test('numbers have a decimal comma and no-break spaces, in English a point and commas', () => {
  assert.equal(formatNumber(1234567.891, 'tg'), '1\u00a0234\u00a0567,891');
  assert.equal(formatNumber(1234567.891, 'uz'), '1\u00a0234\u00a0567,891');
  assert.equal(formatNumber(1234567.891, 'en'), '1,234,567.891');
  assert.equal(formatNumber(1234.5, 'kk', { digits: 0 }), '1\u00a0235');
  assert.equal(formatNumber(100, 'ru'), '100');
  assert.equal(formatNumber(-0.0001, 'ru', { digits: 2 }), '0');
  assert.equal(formatNumber(-7.5, 'ru'), '\u22127,5');
  assert.equal(formatNumber(Number.NaN, 'ru'), '–');
  assert.equal(formatNumber(4, 'tg', { digits: 1, fixed: true }), '4,0');
  assert.equal(formatPercent(0.968, 'tg'), '96,8\u00a0%');
});

test('a number keeps its digits whatever the language', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(...languages), (n, language) => {
      const { decimal, group } = localeOf(language);
      const back = formatNumber(n / 8, language, { digits: 3 })
        .replaceAll(group, '')
        .replace(decimal, '.')
        .replace('\u2212', '-');
      assert.equal(Number(back), n / 8);
    }),
  );
});

test('dates are day, month, year and 24 hours in the zone of the city', () => {
  for (const language of languages) {
    assert.equal(formatDateTime(march, language, 'Asia/Dushanbe'), '09.03.2025 19:05');
  }
  assert.equal(formatDate(Date.parse('2025-03-09T20:00:00Z'), 'ky', 'Asia/Bishkek'), '10.03.2025');
  assert.equal(formatWeekday(march, 'tg', 'Asia/Dushanbe'), 'якшанбе');
  assert.equal(formatDay(march, march + 60_000, 'ru', 'Asia/Dushanbe'), '19:05');
  assert.equal(formatDay(march, march + 86_400_000, 'ru', 'Asia/Dushanbe'), '09.03. 19:05');
});

test('a day begins at midnight of the place, also where clocks change', () => {
  assert.equal(new Date(startOfDay(march, 'Asia/Dushanbe')).toISOString(), '2025-03-08T19:00:00.000Z');
  const changed = Date.parse('2025-03-30T12:00:00Z');
  assert.equal(new Date(startOfDay(changed, 'Europe/Berlin')).toISOString(), '2025-03-29T23:00:00.000Z');
  assert.equal(new Date(startOfDay(changed, 'Europe/Berlin', 1)).toISOString(), '2025-03-30T22:00:00.000Z');
});

test('Russian counts in three forms, Tajik in one', () => {
  const minutes = (n: number, language: string): string => formatRelative(march - n * 60_000, march, language);
  assert.equal(minutes(1, 'ru'), '1 минуту назад');
  assert.equal(minutes(3, 'ru'), '3 минуты назад');
  assert.equal(minutes(11, 'ru'), '11 минут назад');
  assert.equal(minutes(21, 'ru'), '21 минуту назад');
  assert.equal(minutes(5, 'tg'), '5 дақиқа пеш');
  assert.equal(minutes(180, 'uz'), '3 soat oldin');
  assert.equal(minutes(0, 'kk'), 'қазір');
  assert.equal(formatRelative(march + 7_200_000, march, 'en'), 'in 2 hours');
  assert.equal(minutes(4320, 'tk'), '3 gün öň');
});

test('units are written as readers write them', () => {
  assert.equal(unitSymbol('MQH', 'en'), 'm³/h');
  assert.equal(unitSymbol('MQH', 'ru'), 'м³/ч');
  assert.equal(unitSymbol('KMH', 'tg'), 'км/соат');
  assert.equal(unitSymbol('CEL', 'kk'), '°C');
  assert.equal(unitSymbol('GQ', 'uz'), 'mkg/m³');
  assert.equal(unitSymbol('QQQ', 'uz'), 'QQQ');
});

test('names stand in the order of each alphabet', () => {
  const sorted = (language: string, ...names: string[]): string[] => names.sort(compareIn(language));
  assert.deepEqual(sorted('tg', 'Ҷ', 'Ч', 'Қ', 'Л', 'К', 'Ғ', 'Д'), ['Ғ', 'Д', 'К', 'Қ', 'Л', 'Ч', 'Ҷ']);
  assert.deepEqual(sorted('uz', 'shahar', 'zar', 'oʻrik', 'sabzi', 'olma', "o'tin"), [
    'olma',
    'sabzi',
    'zar',
    'oʻrik',
    "o'tin",
    'shahar',
  ]);
  assert.deepEqual(sorted('kk', 'ің', 'ы', 'и', 'ң', 'н', 'о'), ['и', 'н', 'ң', 'о', 'ы', 'ің']);
  assert.equal(collationKey('Oʻ', 'uz'), collationKey("o'", 'uz'));
});

test('search does not ask for the letters that a keyboard lacks', () => {
  assert.equal(foldForSearch('Кӯчаи Ҷаббор Ғафуров'), foldForSearch('Кучаи Чаббор Гафуров'));
  assert.equal(foldForSearch('Oʻrik'), foldForSearch("o'rik"));
});
