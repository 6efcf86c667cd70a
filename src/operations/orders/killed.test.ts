import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { killedActs, killedKey, killedOrders } from './killed.fixture.ts';

const child = fileURLToPath(new URL('killed.child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'chorsu-orders-killed-'));
after(() => rmSync(root, { recursive: true, force: true }));
const kills = process.env['CHORSU_TEST_LONG'] === undefined ? 6 : 40;

type Told = { state: string; steps: string[]; acts: string[]; alarm: string[]; photo: number }[];

/** @returns the ids of acts that were acknowledged, and what the child told at its end unless it was killed before */
async function run(data: string, momentMs: number): Promise<{ taken: string[]; told: Told | undefined }> {
  const running = spawn(process.execPath, [child, data, String(momentMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: root },
  });
  let text = '';
  running.stdout.on('data', (part: Buffer) => (text += part.toString()));
  const signal = await new Promise((resolve) => running.once('close', (_code, by) => resolve(by)));
  const lines = text.split('\n').filter((line) => line !== '');
  const last = lines.at(-1) ?? '';
  const told = signal === 'SIGKILL' || !last.startsWith('[') ? undefined : (JSON.parse(last) as Told);
  return { taken: lines.filter((line) => line.startsWith('order-')), told };
}

test(
  'a city that is killed at any step has each act of a crew once, and every one that it acknowledged',
  { timeout: 300_000 },
  async () => {
    const data = join(root, 'city');
    const acknowledged = new Set<string>();
    let killed = 0;
    let told: Told | undefined;
    for (let n = 0; n < kills && !told; n++) {
      const one = await run(data, 5 + ((n * 61) % 130));
      for (const act of one.taken) acknowledged.add(act);
      ({ told } = one);
      if (!told) killed++;
    }
    told ??= (await run(data, 0)).told;
    assert.ok(told);
    assert.ok(killed >= 3, `${killed} times killed`);
    assert.ok(acknowledged.size > 3, `${acknowledged.size} acts were acknowledged before the end`);
    assert.equal(told.length, killedOrders);
    const wanted = Array.from({ length: killedOrders }, (_, n) =>
      killedActs.map((_act, step) => killedKey(n, step + 1)),
    );
    assert.deepEqual(
      told.map(({ acts }) => acts).toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
      wanted,
      'each act once, in order',
    );
    for (const { state, steps, alarm, photo } of told) {
      assert.equal(state, 'done');
      assert.deepEqual(steps, ['make', ...killedActs.map(({ step }) => step)]);
      assert.deepEqual(alarm, ['raise', 'assign'], 'the alarm is given once, with the order');
      assert.ok(photo > 100);
    }
  },
);
