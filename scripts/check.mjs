/** `npm run check`: everything that judges the code without running it. Two steps at a time; silent about what is well. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installMissing, requireBootstrapNode, root, run, runtime } from './house.mjs';

const folders = ['src', 'test', 'bench', 'scripts'];
const tool = (name) => join(root, 'node_modules/.bin', name);

function steps() {
  const node = runtime();
  const islands = readdirSync(join(root, 'src'), { recursive: true }).some((path) => /\.island\.tsx?$/.test(path));
  return [
    ['types', tool('tsc'), ['-p', '.']],
    ...(islands ? [['types of islands', tool('tsc'), ['-p', 'tsconfig.browser.json']]] : []),
    ['lint', tool('oxlint'), folders],
    ['format', tool('oxfmt'), ['--check', ...folders]],
    ['tidy', node, ['scripts/tidy.ts']],
    ['licences', node, ['scripts/licences.ts']],
  ];
}

/** @returns names of the steps that failed, after their output was shown */
export async function check() {
  const waiting = steps();
  const failed = [];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const [name, command, parameters] = step;
      const begun = performance.now();
      const { code, output } = await run(command, parameters, { capture: true });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
      if (code !== 0 || name === 'tidy') process.stdout.write(output);
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all([worker(), worker()]);
  return failed;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  requireBootstrapNode();
  installMissing();
  const failed = await check();
  if (failed.length > 0) process.stdout.write(`check failed: ${failed.join(', ')}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
