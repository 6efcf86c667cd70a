import { spawnSync } from 'node:child_process';
import type { Bench } from './index.ts';

/** P6: what a value costs in history, open and sealed; and how history answers. The figures of `bench/history.ts`. */
export const p6: Bench = {
  name: 'P6 history size and speed, meter-like series',
  run() {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['bench/history.ts'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`bench/history.ts ended with ${status}: ${stderr}`);
    const figures: Record<string, string> = { bar: '<= 5 bytes per value after sealing, with rollups' };
    for (const line of stdout.split('\n')) {
      const [, name, figure] = /^(.*?) {2,}(.*)$/.exec(line) ?? [];
      if (name !== undefined && figure !== undefined) figures[name] = figure;
    }
    return Promise.resolve(figures);
  },
};
