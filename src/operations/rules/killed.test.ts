import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluatorOf } from './evaluator.ts';
import type { State } from './machine.ts';
import { killedRules, observedAt } from './killed.fixture.ts';

const child = fileURLToPath(new URL('killed.child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'chorsu-rules-killed-'));
after(() => rmSync(root, { recursive: true, force: true }));
const kills = process.env['CHORSU_TEST_LONG'] === undefined ? 5 : 40;
const series = 12;
const length = 1_500;

type Told = { alerts: [string, number, boolean][]; raised: number; begin: number };

/** @returns what the child told at its end; undefined when it was killed before */
async function run(data: string, momentMs: number): Promise<Told | undefined> {
  const running = spawn(process.execPath, [child, data, ...[momentMs, series, length].map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: root },
  });
  let told = '';
  running.stdout.on('data', (text: Buffer) => (told += text.toString()));
  const signal = await new Promise((resolve) => running.once('close', (_code, by) => resolve(by)));
  return signal === 'SIGKILL' ? undefined : (JSON.parse(told) as Told);
}

test(
  'rules that are killed again and again raise nothing twice and leave nothing out',
  { timeout: 300_000 },
  async () => {
    const data = join(root, 'city');
    let killed = 0;
    let told: Told | undefined;
    for (let n = 0; n < kills && !told; n++) {
      told = await run(data, 60 + ((n * 137) % 400));
      if (!told) killed++;
    }
    told ??= await run(data, 0);
    assert.ok(told);
    assert.ok(killed >= 3 && told.begin > 0, `${killed} times killed, went on at ${told.begin}`);

    const expected = new Map<string, [number, boolean]>();
    for (const rule of killedRules) {
      const evaluator = evaluatorOf(rule.when, 'Asia/Dushanbe');
      for (let n = 0; n < series; n++) {
        let state: State = {};
        let raised = 0;
        for (let step = 0; step < length; step++) {
          for (const observed of observedAt(rule, n, step)) {
            const taken = evaluator.step(state, observed);
            state = taken.state;
            raised += taken.found.filter(({ kind }) => kind === 'raise').length;
          }
        }
        // Time has come long since.
        const last = evaluator.advance(state, Infinity);
        raised += last.found.filter(({ kind }) => kind === 'raise').length;
        state = last.state;
        if (raised > 0) expected.set(`${rule.id} urn:ngsi-ld:Gauge:${n}`, [raised, state.raised !== undefined]);
      }
    }
    for (const { id } of killedRules)
      assert.ok([...expected.keys()].filter((what) => what.startsWith(`${id} `)).length > 5, id);
    const sum = [...expected.values()].reduce((total, [raised]) => total + raised, 0);
    assert.ok(sum > 50, `only ${sum}`);
    const alerts = new Map(told.alerts.map(([what, raised, active]) => [what, [raised, active]]));
    alerts.delete(`level urn:ngsi-ld:Gauge:${series}`);
    assert.deepEqual(
      [...alerts].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [...expected].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    assert.equal(told.raised, sum + 1, 'counted by day');
  },
);
