/** `npm start`: installs what is missing and serves the sample city. Options after `--` go to `chorsu serve`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { installMissing, requireBootstrapNode, root, runtime } from './house.mjs';

requireBootstrapNode();
installMissing();

const given = process.argv.slice(2);
const has = (option) => given.some((word) => word === option || word.startsWith(`${option}=`));
const defaults = [];
const city = valueOf('--city', process.env.CHORSU_CITY);
const data = valueOf('--data', process.env.CHORSU_DATA);
// A directory that is a city already stays the one it is.
const isCity = data !== undefined && existsSync(join(data, 'format.json'));
if (!city && !has('--demo') && !process.env.CHORSU_DEMO && !isCity) defaults.push('--demo');
if (!data) defaults.push('--data', join(root, 'data', directoryOf(city)));

/** What `--option value` or `--option=value` says last. */
function valueOf(option, otherwise) {
  const at = given.findLastIndex((word) => word === option || word.startsWith(`${option}=`));
  return at < 0 ? otherwise : given[at] === option ? given[at + 1] : given[at].slice(option.length + 1);
}

/** `--city almaty` or `--city=./my/khujand`; a city of its own never shares the directory of the sample city. */
function directoryOf(city) {
  if (!city) return 'namuna';
  const path = resolve(city);
  const name = basename(basename(path) === 'city.json' ? dirname(path) : path);
  return name === 'namuna' ? 'namuna-city' : name;
}

const server = spawn(runtime(), [join(root, 'src/main.ts'), 'serve', ...defaults, ...given], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('error', (error) => {
  process.stderr.write(`The server could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
server.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
});
