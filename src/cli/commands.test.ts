import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../base/log.ts';
import { commands } from './commands.ts';
import { commandHelp } from './help.ts';
import { optionName, variableName } from './options.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const all = commands({
  open: () => assert.fail('nothing is opened here'),
  log: () => silentLog,
  signals: process,
  exitNow: (code) => assert.fail(`ended with ${code}`),
});

/** The program itself, in a process of its own. */
function chorsu(...given: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
  });
  return { code: status, out: stdout, err: stderr };
}

function emptyDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'chorsu-cli-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

for (const command of all) {
  test(`the help of ${command.name} tells usage, every option with its variable, exit codes and examples`, () => {
    const help = commandHelp(command);
    assert.match(help, new RegExp(`Usage\n  chorsu ${command.name}`));
    for (const [key, { about, required, fallbackText }] of Object.entries(command.options)) {
      assert.match(help, new RegExp(`--${optionName(key)}\\b`));
      assert.match(help, new RegExp(`Variable:\\s+${variableName(key)}\\b`));
      assert.match(about, /[.!]$/, `${key} is told in a sentence`);
      if (required) assert.match(help, /Required\./);
      if (fallbackText !== undefined) assert.match(help.replaceAll(/\s+/g, ' '), /Default: /);
    }
    assert.match(help, /0 done {3}1 failed {3}2 wrong usage/);
    assert.ok(command.examples.length > 0);
    for (const { line } of command.examples) assert.match(line, /^chorsu [a-z]+( |$)/, line);
    assert.ok(
      help.split('\n').every((line) => line.length <= 110),
      'lines fit a terminal',
    );
  });
}

test('the program tells its help and version without opening anything', () => {
  const help = chorsu('--help');
  assert.equal(help.code, 0);
  for (const { name } of all) assert.match(help.out, new RegExp(`\n  ${name} `));
  assert.match(chorsu('--version').out, /^chorsu \d+\.\d+\.\d+\n$/);
});

test('wrong usage of the program is exit code 2', () => {
  const { code, err, out } = chorsu('serve', '--port', 'eighty');
  assert.deepEqual({ code, out }, { code: 2, out: '' });
  assert.equal(
    err,
    'chorsu serve: --port wants a whole number from 0 to 65535, not "eighty". See chorsu serve --help.\n',
  );
});

test('init makes a profile, and refuses a directory that holds something', (t) => {
  const directory = emptyDirectory(t);
  const districts = join(directory, 'districts.geojson');
  const ring = [
    [69, 40],
    [69.1, 40],
    [69.1, 40.1],
    [69, 40],
  ];
  const feature = {
    type: 'Feature',
    properties: { name: 'Марказ' },
    geometry: { type: 'Polygon', coordinates: [ring] },
  };
  writeFileSync(districts, JSON.stringify({ type: 'FeatureCollection', features: [feature] }));
  const out = join(directory, 'city');
  const made = chorsu('init', '--out', out, '--name', 'Хуҷанд', '--country', 'TJ', '--districts', districts);
  assert.equal(made.code, 0, made.err);
  assert.ok(existsSync(join(out, 'city.json')));
  assert.match(made.err, /chorsu serve --data/);
  const again = chorsu('init', '--out', out, '--name', 'Хуҷанд', '--country', 'TJ', '--districts', districts);
  assert.equal(again.code, 1);
  assert.match(again.err, /not empty/);
});
