import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Entity } from '../../ngsild/entity.ts';
import type { ImportReport, ImportView } from './views.ts';

const child = fileURLToPath(new URL('killed.child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'chorsu-killed-'));
after(() => rmSync(root, { recursive: true, force: true }));
const long = process.env['CHORSU_TEST_LONG'] !== undefined;

type Told<R> = { result: R; digest: { instances: number; hash: string }; entities: Entity[] };

/** @returns what the child told at its end; undefined when it was killed before */
async function run<R>(...given: (string | number)[]): Promise<Told<R> | undefined> {
  const running = spawn(process.execPath, [child, ...given.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: root },
  });
  let told = '';
  running.stdout.on('data', (text: Buffer) => (told += text.toString()));
  const signal = await new Promise((resolve) => running.once('close', (_code, by) => resolve(by)));
  return signal === 'SIGKILL' ? undefined : (JSON.parse(told) as Told<R>);
}

const mapping = join(root, 'map.json');
writeFileSync(
  mapping,
  JSON.stringify({
    sources: [
      {
        id: 'stations',
        name: 'Stations',
        purpose: 'Test',
        owner: 'Test',
        legalBasis: 'Test',
        retentionDays: null,
        personal: 'none',
        granularity: 'station',
        kind: 'csv',
      },
    ],
    mappings: [
      {
        source: 'stations',
        payload: 'csv',
        entity: { id: 'urn:ngsi-ld:Station:{station}', type: 'Station' },
        time: { column: 'time' },
        attributes: { level: { column: 'level' } },
      },
    ],
  }),
);
const line = (n: number): string =>
  `s${(n + 10) % 10},${new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString()},${n % 50 === 7 ? 'seven' : n}`;
const file = (name: string, from: number, to: number): string => {
  const path = join(root, name);
  // Some lines stand twice, far from where they stood first, and some late.
  const lines = Array.from({ length: to - from }, (_, i) =>
    line(i % 100 === 99 && i > 500 ? from + i - 500 : from + i),
  );
  writeFileSync(path, ['station,time,level', ...lines, ''].join('\n'));
  return path;
};

test('an import that is killed again and again is taken once, and taken back as if it had never been', async () => {
  const data = join(root, 'city');
  // Half of the stations are there before.
  const there = await run<ImportReport>(data, 'import', file('before.csv', -5, 0), mapping);
  assert.ok(there);
  const whole = file('whole.csv', 0, 3000);
  const kills = long
    ? Array.from({ length: 30 }, (_, n) => [1 + (n % 4), (n * 7) % 40] as const)
    : ([
        [2, 0],
        [1, 3],
        [6, 11],
      ] as const);
  for (const [steps, momentMs] of kills) await run(data, 'import', whole, mapping, steps, momentMs);
  const done = await run<ImportReport>(data, 'import', whole, mapping);
  assert.ok(done);
  const { items, kept, rejected, alreadyThere, born, rejectedBy, resumedAt } = done.result;
  assert.deepEqual(
    { items, kept, rejected, alreadyThere, born, rejectedBy },
    {
      items: 3000,
      kept: 3000 - 60 - 5,
      rejected: 60 + 5,
      alreadyThere: 0,
      born: 5,
      rejectedBy: { type: 60, duplicate: 5 },
    },
  );
  assert.ok(resumedAt > 0, 'it went on where it was');
  assert.equal(done.entities.length, 10);
  // A newborn entity has its source in history too.
  assert.equal(done.digest.instances, there.digest.instances + 3000 - 65 + 5);
  const rejects = readFileSync(`${whole}.rejects.csv`, 'utf8').trim().split('\r\n').slice(1);
  const numbers = rejects.map((text) => Number.parseInt(text, 10));
  assert.equal(numbers.length, 65);
  assert.equal(new Set(numbers).size, 65, 'every rejected row is listed once');

  const id = done.result.id ?? '';
  for (const [steps, momentMs] of kills.slice(0, long ? 8 : 2)) await run(data, 'undo', id, mapping, steps, momentMs);
  const undone = await run<ImportView>(data, 'undo', id, mapping);
  assert.ok(undone);
  assert.equal(undone.result.state, 'undone');
  assert.deepEqual(undone.result.undo, { gone: 5, restored: 5, stays: 0, staying: [] });
  assert.deepEqual([undone.digest.instances, undone.digest.hash], [there.digest.instances, there.digest.hash]);
  assert.deepEqual(undone.entities, there.entities);
});
