import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { commandScan } from './scanner.ts';
import { openUploads } from './uploads.ts';

let directory: string;
let scanner: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-scan-'));
  scanner = join(directory, 'scan');
  await writeFile(scanner, '#!/bin/sh\n[ "$1" = --quiet ] || exit 2\ngrep -q EICAR "$2" && exit 1\nexit 0\n');
  await chmod(scanner, 0o700);
  await writeFile(`${scanner}.slow`, '#!/bin/sh\nexec sleep 30\n', { mode: 0o700 });
});
after(() => rm(directory, { recursive: true }));

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'taken',
    (error: unknown) => (error instanceof Problem ? error.kind : 'not a Problem'),
  );

test('a file that the scanner refuses is not kept, and neither is one that it cannot look at', async () => {
  const received = (command: string, words: string): Promise<string> => {
    const home = join(directory, 'uploads');
    const uploads = openUploads({
      directory: home,
      clock: systemClock,
      newId: () => 'ID00000001',
      scan: commandScan(command, 1_000),
    });
    const form = new FormData();
    form.append('file', new Blob([words]), '$(touch harm); "a b".csv');
    return kindOf(uploads.receive(new Request('http://localhost/imports', { method: 'POST', body: form }))).then(
      async (kind) => {
        const left = await readdir(home);
        await rm(home, { recursive: true, force: true });
        return `${kind}, ${left.length} left`;
      },
    );
  };
  assert.equal(await received(`${scanner} --quiet`, 'a,b\n1,2\n'), 'taken, 1 left');
  assert.equal(await received(`${scanner}  --quiet`, 'EICAR'), 'bad-data, 0 left');
  assert.equal(await received(scanner, 'a,b\n'), 'unreachable, 0 left');
  assert.equal(await received(join(directory, 'none'), 'a,b\n'), 'unreachable, 0 left');
  assert.equal(await received(`${scanner}.slow`, 'a,b\n'), 'unreachable, 0 left');
});
