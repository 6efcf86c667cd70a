import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

test('a schema is added from files, listed and removed, without a server', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-schemas-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const chorsu = (...given: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, 'schemas', ...given, '--data', join(directory, 'city')],
      {
        encoding: 'utf8',
        cwd: directory,
        env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
      },
    );
    return { status, out: stdout, err: stderr };
  };
  writeFileSync(join(directory, 'pump.json'), '{"allOf": [{"$ref": "https://e.org/x/common.json#/definitions/a"}]}');
  writeFileSync(join(directory, 'common.json'), '{"definitions": {"a": {"required": ["pressure"]}}}');
  const lacking = chorsu('add', 'pump.json', '--type', 'Pump');
  assert.deepEqual([lacking.status, lacking.out], [1, '']);
  assert.match(lacking.err, /leads to https:\/\/e\.org\/x\/common\.json/);
  const added = chorsu('add', 'pump.json', '--ref', 'common.json', '--type', 'Pump', '--mode', 'reject');
  assert.deepEqual([added.status, added.err], [0, '']);
  assert.match(
    added.out,
    /^Pump {2}reject {2}pump\.json {2}checked 0, warned 0, refused 0 {2}https:\/\/.*default-context\/Pump\n$/,
  );
  assert.equal(chorsu().out, added.out);
  assert.equal((JSON.parse(chorsu('--json').out) as { mode: string }[])[0]?.mode, 'reject');
  assert.match(chorsu('remove', '--type', 'Pump').out, /^Pump is no longer checked\n$/);
  assert.equal(chorsu().out, 'No type has a schema.\n');
  assert.equal(chorsu('add', 'pump.json').status, 2);
  assert.equal(chorsu('mend', '--type', 'Pump').status, 2);
});
