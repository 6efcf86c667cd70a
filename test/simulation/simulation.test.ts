import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { runSimulation, type SimulationResult } from './simulation.ts';

/** Time for random seeds, beside the fixed list; `npm test` and `test:long` give more. */
const budgetMs = Number(process.env['CHORSU_TEST_SIMULATION_SECONDS'] ?? 2) * 1000;
/** 207 prunes twice. 915021824: an empty segment, too small for the first group after a crash, was sealed under its successor's name. */
const fixed = [1, 2, 3, 207, 20260301, 915021824];

test('writer, journal and followers agree with the model through kills and power cuts', async (t) => {
  const results: SimulationResult[] = [];
  for (const seed of fixed) results.push(await runSimulation({ seed, steps: 800 }));
  const end = performance.now() + budgetMs;
  const first = Number(process.env['CHORSU_TEST_SEED'] ?? randomInt(2 ** 31));
  for (let seed = first; performance.now() < end; seed++) results.push(await runSimulation({ seed, steps: 800 }));
  const sum = (part: keyof SimulationResult): number => results.reduce((total, result) => total + result[part], 0);
  t.diagnostic(
    `seeds ${fixed.join()} and from ${first} on: ${results.length} runs, ${sum('commits')} commits, ${sum('conflicts')} conflicts, ${sum('kills')} kills, ${sum('cuts')} power cuts, ${sum('pruned')} segments pruned`,
  );
  for (const part of ['commits', 'conflicts', 'kills', 'cuts', 'pruned', 'followed'] as const)
    assert.ok(sum(part) > 0, part);
});
