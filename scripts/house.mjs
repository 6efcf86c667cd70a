/**
 * What the start, test and check scripts share. Plain JavaScript, because it must run on the Node that the machine
 * happens to have (20 or later), before the pinned runtime of `node_modules` is there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const oldestBootstrap = 20;
const oldestRuntime = [24, 12];

/** Ends with exit code 1 and a sentence. */
export function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** `v24.12.0` -> [24, 12]. */
const versionOf = (text) => (/^v?(\d+)\.(\d+)/.exec(text.trim())?.slice(1) ?? []).map(Number);

const atLeast = ([major = 0, minor = 0], [wantMajor, wantMinor]) =>
  major > wantMajor || (major === wantMajor && minor >= wantMinor);

export function requireBootstrapNode() {
  const [major] = versionOf(process.version);
  if (major < oldestBootstrap)
    giveUp(`Chorsu needs Node ${oldestBootstrap} or later to start; this is ${process.version}.`);
}

/**
 * What `package-lock.json` names and `node_modules` does not hold in that version. Optional packages are left out: they
 * are binaries, each for one platform.
 */
export function missingPackages(directory = root) {
  const wanted = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')).packages;
  const installedList = join(directory, 'node_modules/.package-lock.json');
  const installed = existsSync(installedList) ? JSON.parse(readFileSync(installedList, 'utf8')).packages : {};
  return Object.entries(wanted)
    .filter(([path, { optional, version }]) => path !== '' && !optional && installed[path]?.version !== version)
    .map(([path]) => path);
}

/** Brings `node_modules` to what the lock says; does nothing and says nothing when it is there already. */
export function installMissing() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  process.stderr.write(`Installing ${missing.length} packages into node_modules, once ...\n`);
  const npm = spawnSync(
    'npm',
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (npm.error) giveUp(`npm could not be started: ${npm.error.message}.`);
  if (npm.status !== 0) giveUp('npm ci failed; its reason stands above. Nothing was started.');
}

/** The runtime of package.json, else this Node or the system's when it is new enough. Ends the process otherwise. */
export function runtime() {
  const pinned = join(root, 'node_modules/.bin/node');
  for (const candidate of [pinned, process.execPath, 'node']) {
    if (candidate === pinned && !existsSync(pinned)) continue;
    const asked = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (asked.status === 0 && atLeast(versionOf(asked.stdout), oldestRuntime)) return candidate;
  }
  return giveUp(
    `There is no packaged Node for ${process.platform}-${process.arch}, and the system's is ${process.version}. ` +
      `Install Node ${oldestRuntime.join('.')} or later and start again.`,
  );
}

/**
 * Runs a program in the repository and waits. Never throws: a program that cannot be started has code 127.
 * @param options env: added to ours; capture: keep the output instead of showing it; timeoutMs: then it is ended
 */
export function run(command, parameters, { env = {}, capture = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    let output = '';
    child.stdout?.on('data', (bytes) => (output += bytes));
    child.stderr?.on('data', (bytes) => (output += bytes));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, output, signal }));
  });
}
