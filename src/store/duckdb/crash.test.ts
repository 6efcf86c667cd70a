import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { openHistory } from './index.ts';

const child = fileURLToPath(new URL('crash.child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'chorsu-crash-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Runs the child until it has told `records` seqs, kills it a little later. @returns the last seq that it told */
async function runAndKill(directory: string, perRecord: number, sealEvery: number, records: number): Promise<number> {
  const running = spawn(process.execPath, [child, directory, String(perRecord), String(sealEvery)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  const exited = new Promise<void>((resolve) => running.once('close', () => resolve()));
  await new Promise<void>((resolve) => {
    running.stdout.on('data', (text: Buffer) => {
      told += text.toString();
      if (told.split('\n').length > records) resolve();
    });
    void exited.then(resolve);
  });
  running.kill('SIGKILL');
  await exited;
  return Number(told.trim().split('\n').at(-1));
}

const open = (directory: string) =>
  openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });

test('killed while it appends and seals, history has every acknowledged record exactly once', async () => {
  const directory = mkdtempSync(join(root, 'kill-'));
  const perRecord = 40;
  // Records lie 2000 s apart: 43 of them fill a day, so days are sealed while it runs.
  for (const records of [7, 60, 80]) {
    const told = await runAndKill(directory, perRecord, 20, records);
    const history = await open(directory);
    const applied = await history.appliedSeq();
    assert.ok(applied >= told, `${told} was acknowledged, ${applied} is there`);
    const { instances, records: found } = await history.digest({ fromSeq: 1, toSeq: applied });
    assert.deepEqual({ instances, found }, { instances: applied * perRecord, found: applied });
    assert.equal((await history.digest()).instances, applied * perRecord);
    const id = `urn:ngsi-ld:Device:${Math.floor(applied / 10)}`;
    const { entities } = await history.instances(0, [id], { timeproperty: 'observedAt', lastN: 1, attrs: ['a0'] });
    assert.equal(entities[0]?.attrs[0]?.instances[0]?.value, applied + 3.9);
    await history.close();
  }
  assert.ok(readdirSync(join(directory, 'sealed')).length > 0, 'some day was sealed');
});

test('a file that no manifest lists is deleted at start', async () => {
  const directory = mkdtempSync(join(root, 'orphan-'));
  await (await open(directory)).close();
  writeFileSync(join(directory, 'sealed', '2026-01-01-k0-1.parquet.tmp'), 'half a file');
  await (await open(directory)).close();
  assert.deepEqual(readdirSync(join(directory, 'sealed')), []);
});
