/** `npm start`: installs what is missing and serves the sample city. Options after `--` go to `chorsu serve`. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { installMissing, requireBootstrapNode, root, runtime } from './house.mjs';

requireBootstrapNode();
installMissing();

const given = process.argv.slice(2);
const has = (option) => given.some((word) => word === option || word.startsWith(`${option}=`));
const defaults = [];
if (!has('--city') && !has('--demo') && !process.env.CHORSU_CITY && !process.env.CHORSU_DEMO) defaults.push('--demo');
if (!has('--data') && !process.env.CHORSU_DATA) defaults.push('--data', join(root, 'data', directoryOf(cityGiven())));

/** `--city almaty` or `--city=./my/khujand`; a city of its own never shares the directory of the sample city. */
function cityGiven() {
  const at = given.findLastIndex((word) => word === '--city' || word.startsWith('--city='));
  return at < 0 ? process.env.CHORSU_CITY : given[at] === '--city' ? given[at + 1] : given[at].slice('--city='.length);
}

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
