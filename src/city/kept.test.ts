import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Problem, type ProblemKind } from '../base/problem.ts';
import { chooseCity, keepProfile } from './index.ts';

const chorrah = fileURLToPath(new URL('../../docs/examples/chorrah/', import.meta.url));
const nothing = { demo: false };
const problem = (kind: ProblemKind, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && words.test(error.message);

test('an own profile is kept whole, and serves where the original is gone', (t) => {
  const top = mkdtempSync(join(tmpdir(), 'chorsu-kept-'));
  t.after(() => rmSync(top, { recursive: true }));
  const [mine, kept] = [join(top, 'mine'), join(top, 'data', 'profile')];
  cpSync(chorrah, mine, { recursive: true });
  const { city, profile, files } = chooseCity({ city: mine, demo: false }, undefined, kept);
  assert.ok(files);
  keepProfile(kept, files);
  const writtenAt = statSync(join(kept, 'city.json')).mtimeMs;
  keepProfile(kept, files);
  assert.equal(statSync(join(kept, 'city.json')).mtimeMs, writtenAt, 'what is equal is not written again');
  rmSync(mine, { recursive: true });
  assert.deepEqual(chooseCity(nothing, profile, kept).city, city);
  assert.deepEqual(readdirSync(kept).sort(), [...files.keys()].sort());
});

test('without a wish the remembered city is served, without a memory the empty one', () => {
  assert.equal(chooseCity(nothing, { id: 'aqkol', from: 'shipped' }, 'none').city.id, 'aqkol');
  assert.equal(chooseCity(nothing, { id: 'namuna', from: 'sample' }, 'none').city.simulated, true);
  const { city, profile } = chooseCity(nothing, undefined, 'none');
  assert.equal(city.simulated, false);
  assert.equal(profile, undefined, 'the empty city is not remembered: it may still become one');
});

test('what cannot be served as it was says what to do', () => {
  assert.throws(
    () => chooseCity(nothing, { id: 'khujand', from: 'own' }, '/nowhere/profile'),
    problem('bad-data', /the profile of khujand is not in .*--city/),
  );
  assert.throws(
    () => chooseCity(nothing, { id: 'khujand', from: 'a newer way' }, '/nowhere'),
    problem('not-supported', /a newer way/),
  );
});

test('a directory of that name goes before a shipped profile', (t) => {
  const top = mkdtempSync(join(tmpdir(), 'chorsu-kept-'));
  const before = process.cwd();
  t.after(() => {
    process.chdir(before);
    rmSync(top, { recursive: true });
  });
  process.chdir(top);
  assert.equal(chooseCity({ city: 'aqkol', demo: false }, undefined, 'none').profile?.from, 'shipped');
  cpSync(chorrah, 'aqkol', { recursive: true });
  assert.equal(chooseCity({ city: 'aqkol', demo: false }, undefined, 'none').profile?.from, 'own');
  writeFileSync(join('aqkol', 'city.json'), '{');
  assert.throws(() => chooseCity({ city: './aqkol', demo: false }, undefined, 'none'), problem('bad-data', /./));
  assert.throws(
    () => chooseCity({ city: './nowhere', demo: false }, undefined, 'none'),
    problem('bad-data', /no such file/),
  );
});
