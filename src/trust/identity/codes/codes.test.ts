import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../../base/clock.ts';
import { openDatabase } from '../../../store/index.ts';
import { toBase32 } from './base32.ts';
import { openCodes } from './codes.ts';
import { printedCodes, printedHash } from './printed.ts';
import { codeTables } from './tables.ts';
import { matchTotp, stepAt, totpCode, totpUri } from './totp.ts';

/** RFC 4226, appendix D, and RFC 6238, appendix B (SHA-1; there with eight digits). */
const secret = Buffer.from('12345678901234567890');

test('base32 is that of RFC 4648, 10', () => {
  const of = (text: string): string => toBase32(Buffer.from(text));
  assert.deepEqual(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map(of), [
    '',
    'MY',
    'MZXQ',
    'MZXW6',
    'MZXW6YQ',
    'MZXW6YTB',
    'MZXW6YTBOI',
  ]);
});

test('codes are those of RFC 4226, appendix D', () => {
  assert.deepEqual(
    Array.from({ length: 10 }, (_, counter) => totpCode(secret, counter)),
    ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'],
  );
});

test('codes are those of RFC 6238, appendix B', () => {
  const vectors = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ] as const;
  for (const [seconds, eight] of vectors) assert.equal(totpCode(secret, stepAt(seconds * 1000)), eight.slice(2));
});

test('a code is taken one step early and one late, no more', () => {
  const now = 1_800_000_015_000;
  const step = stepAt(now);
  const taken = [-2, -1, 0, 1, 2].map((offset) => matchTotp(secret, totpCode(secret, step + offset), now, 0));
  assert.deepEqual(taken, [undefined, step - 1, step, step + 1, undefined]);
});

test('a code is taken once, and none before it afterwards', () => {
  const now = 1_800_000_015_000;
  const step = stepAt(now);
  const code = totpCode(secret, step);
  const used = matchTotp(secret, code, now, 0);
  assert.equal(used, step);
  assert.equal(matchTotp(secret, code, now, step), undefined);
  assert.equal(matchTotp(secret, totpCode(secret, step - 1), now, step), undefined);
  assert.equal(matchTotp(secret, totpCode(secret, step + 1), now, step), step + 1);
});

test('what is no code of six digits is none, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = matchTotp(secret, text, 1_800_000_015_000, 0);
      assert.ok(found === undefined || /^\d{6}$/.test(text.replaceAll(/\s/g, '')));
    }),
  );
  assert.equal(matchTotp(secret, '٢٨٧٠٨٢', 30_000, 0), undefined);
  assert.equal(matchTotp(secret, '287 082', 30_000, 0), 1);
});

test('an app is told the issuer, the account and the secret', () => {
  assert.equal(
    totpUri(Buffer.from('foobar'), 'Chorsu Хуҷанд', 'a:b c'),
    'otpauth://totp/Chorsu%20%D0%A5%D1%83%D2%B7%D0%B0%D0%BD%D0%B4:a%3Ab%20c?secret=MZXW6YTBOI&issuer=Chorsu%20%D0%A5%D1%83%D2%B7%D0%B0%D0%BD%D0%B4&algorithm=SHA1&digits=6&period=30',
  );
});

test('printed codes are ten, differ, and are found again however they are typed', () => {
  const codes = printedCodes(randomBytes);
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) {
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    const hash = printedHash('a', code);
    assert.equal(hash?.length, 32);
    const sloppy = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    assert.deepEqual(printedHash('a', sloppy), hash);
    assert.notDeepEqual(printedHash('b', code), hash);
  }
  for (const wrong of ['', '1234', '4TZ8-0QXN-4TZ8-0QX', '4TZ8-0QXN-4TZ8-0QXU'])
    assert.equal(printedHash('a', wrong), undefined);
});

suite('codes of an account', () => {
  const clock = fixedClock('2026-11-22T08:00:00Z');
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-codes-'));
  const database = openDatabase(join(directory, 'trust.db'), [
    'CREATE TABLE account (id TEXT PRIMARY KEY) STRICT',
    codeTables,
  ]);
  for (const id of ['a', 'b']) database.run('INSERT INTO account (id) VALUES (?)', id);
  const codes = openCodes({ database, clock });
  const app = codes.newSecret();
  const codeNow = (): string => totpCode(app, stepAt(clock.now()));
  after(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => clock.advance(60 * 60_000));

  test('an app is there once a code of it has come back', () => {
    assert.throws(() => codes.setApp('a', app, '000000'), /no code of now/);
    assert.deepEqual(codes.of('a'), { printedLeft: 0 });
    codes.setApp('a', app, codeNow());
    assert.deepEqual(codes.of('a'), { appSince: clock.now(), printedLeft: 0 });
    assert.throws(() => codes.prove('a', codeNow()), /taken once/, 'the code that set it up is used');
  });

  test('a code is taken once, and opens no other account', () => {
    const code = codeNow();
    assert.throws(() => codes.prove('b', code), /no code of now/);
    assert.equal(codes.prove('a', code), 'app');
    assert.throws(() => codes.prove('a', code), /taken once/);
  });

  test('printed codes are taken once each, and new ones end the old', () => {
    const [first = '', second = ''] = codes.print('a');
    assert.equal(codes.prove('a', first), 'printed');
    assert.throws(() => codes.prove('a', first), /taken once/);
    assert.throws(() => codes.prove('b', second), /taken once/);
    assert.equal(codes.of('a').printedLeft, 9);
    const [third = ''] = codes.print('a');
    assert.throws(() => codes.prove('a', second), /taken once/);
    assert.equal(codes.prove('a', third), 'printed');
    codes.removePrinted('a');
    assert.equal(codes.of('a').printedLeft, 0);
  });

  test('after five wrong ones in a row the right one waits too', () => {
    for (let n = 0; n < 5; n++) assert.throws(() => codes.prove('a', '12'), { kind: 'bad-data' });
    assert.throws(() => codes.prove('a', codeNow()), { kind: 'too-many-requests' });
    clock.advance(15 * 60_000);
    assert.equal(codes.prove('a', codeNow()), 'app');
  });

  test('an app that was removed opens nothing', () => {
    codes.removeApp('a');
    assert.deepEqual(codes.of('a'), { printedLeft: 0 });
    assert.throws(() => codes.prove('a', codeNow()), /no code of now/);
  });
});
