/** `npm start`: installs what is missing and serves the sample city. Options after `--` go to `chorsu serve`. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { installMissing, requireBootstrapNode, root, runtime } from './house.mjs';

requireBootstrapNode();
installMissing();

const given = process.argv.slice(2);
const has = (option) => given.some((word) => word === option || word.startsWith(`${option}=`));
const defaults = [];
if (!has('--city') && !has('--demo') && !process.env.CHORSU_CITY && !process.env.CHORSU_DEMO) defaults.push('--demo');
if (!has('--data') && !process.env.CHORSU_DATA) defaults.push('--data', join(root, 'data/namuna'));

const server = spawn(runtime(), [join(root, 'src/main.ts'), 'serve', ...defaults, ...given], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('error', (error) => {
  process.stderr.write(`The server could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
server.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
});
