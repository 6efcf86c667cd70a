/**
 * `npm test` (and `npm run test:long`): every check and test. The last line is always `N passed, N failed, N skipped`;
 * the exit code is 0 only when something ran and nothing failed. A check that fails counts as one failed test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import { installMissing, requireBootstrapNode, root, run, runtime } from './house.mjs';

const long = process.argv.includes('--long');
const minutes = 60_000;
const totals = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

requireBootstrapNode();
installMissing();
const node = runtime();
const scratch = mkdtempSync(join(tmpdir(), 'chorsu-test-'));

const say = (text) => process.stdout.write(`\n== ${text}\n`);
const fail = (reason) => {
  totals.failed += 1;
  notes.push(reason);
};

/** Test files below the folders, in order; the named subfolders left out. */
function testFiles(folders, except = []) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((path) => /\.test\.tsx?$/.test(path) && !except.some((folder) => path.startsWith(`${folder}/`)))
    .sort();
}

/** Runs the files with node:test and adds to the totals. A run that ends without a summary has failed. */
async function tests(title, files, { env = {}, timeoutMs, atOnce = 2 }) {
  say(`${title}: ${files.length} files`);
  if (files.length === 0) return;
  const summary = join(scratch, `counts-${totals.passed}-${title.replaceAll(/\W/g, '')}.json`);
  const { code, signal } = await run(
    node,
    `--import ./scripts/cases.mjs --import ./src/tsx.ts --test --test-concurrency=${atOnce}
     --test-reporter=spec --test-reporter-destination=stdout
     --test-reporter=./scripts/counts.mjs --test-reporter-destination=${summary}`
      .split(/\s+/)
      .concat(files),
    { env, timeoutMs },
  );
  const text = existsSync(summary) ? readFileSync(summary, 'utf8').trim() : '';
  if (text === '') return fail(`${title}: ended without a result (${signal ?? `exit code ${code}`})`);
  const counts = JSON.parse(text.split('\n').at(-1));
  totals.passed += counts.passed;
  totals.failed += counts.failed + counts.cancelled;
  totals.skipped += counts.skipped + counts.todo;
  if (counts.tests === 0) fail(`${title}: no test ran`);
  else if (code !== 0 && counts.failed + counts.cancelled === 0) fail(`${title}: exit code ${code}`);
}

/** Path of a Chromium, or undefined. CI installs Debian's when there is none. */
function chromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const find = () =>
    [process.env.CHORSU_CHROMIUM, ...names.map((name) => `/usr/bin/${name}`)].find((path) => path && existsSync(path));
  const found = find();
  if (found || process.env.CI !== 'true' || !existsSync('/usr/bin/apt-get')) return found;
  say('installing Chromium');
  const apt = (...words) =>
    spawnSync('apt-get', ['-q', '-y', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 4 * minutes,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (apt('update').status !== 0 || apt('install', '--no-install-recommends', 'chromium').status !== 0) {
    process.stdout.write('Chromium could not be installed here: the browser tests are skipped.\n');
  }
  return find();
}

const begun = performance.now();
say('check');
for (const name of await check()) fail(`check: ${name}`);

const browser = chromium();
const amount = long
  ? {
      CHORSU_TEST_LONG: '1',
      CHORSU_TEST_CASES: '10',
      CHORSU_TEST_KILLS: '100',
      CHORSU_TEST_POWER_CUTS: '100',
      CHORSU_TEST_SIMULATION_SECONDS: '600',
    }
  : { CHORSU_TEST_KILLS: '20', CHORSU_TEST_POWER_CUTS: '20', CHORSU_TEST_SIMULATION_SECONDS: '60' };
// Every test file is a process, and half of its start is stripping and compiling what the one before it has compiled.
const env = {
  ...amount,
  ...(browser ? { CHORSU_CHROMIUM: browser } : {}),
  NODE_COMPILE_CACHE: join(scratch, 'compiled'),
};
const own = ['test/crash', 'test/simulation', 'test/e2e', 'test/long'];
const unit = testFiles(['src', 'test', 'bench'], own);

// Against tests that hang, not slow machines: the unit tests take four to eight minutes, twice that beside other work.
const patience = (long ? 90 : 25) * minutes;

// No code asks for the zone of the machine (a rule of test/architecture.test.ts). So one run is enough, in a zone of 12:45
// and 13:45 hours where no city of ours lies: local time that came in all the same shows there (docs/decisions/0034).
await tests('unit tests', unit, { env: { ...env, TZ: 'Pacific/Chatham' }, timeoutMs: patience });
if (long) {
  for (const TZ of ['UTC', 'Asia/Dushanbe']) {
    const zoned = { ...env, TZ, CHORSU_TEST_CASES: '1' };
    await tests(`unit tests, TZ=${TZ}`, unit, { env: zoned, timeoutMs: patience });
  }
}
await tests('simulation', testFiles(['test/simulation']), { env, timeoutMs: patience, atOnce: 1 });
await tests('crashes', testFiles(['test/crash']), { env, timeoutMs: patience, atOnce: 1 });
await tests('browser pages', testFiles(['test/e2e']), { env, timeoutMs: patience, atOnce: 1 });
if (long) await tests('long', testFiles(['test/long']), { env, timeoutMs: patience, atOnce: 1 });

rmSync(scratch, { recursive: true, force: true });
if (totals.passed === 0) fail('no test passed');
say(`done in ${((performance.now() - begun) / minutes).toFixed(1)} minutes`);
for (const note of notes) process.stdout.write(`failed: ${note}\n`);
process.exitCode = totals.failed > 0 ? 1 : 0;
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
