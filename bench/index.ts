/**
 * `npm run bench [-- P1 P3 ...] [--seconds N]`: the bars of docs/performance.md that this machine can check. Fixed seeds; prints the machine and one
 * line per bar, with its ceiling from the same run. Results are ratios first: absolute figures are this machine's.
 */
import { arch, cpus, totalmem } from 'node:os';

export type Bench = {
  /** Begins with the bar it measures: `P1 ...`. */
  readonly name: string;
  run(options: { seconds: number }): Promise<{ skipped: string } | Record<string, string | number>>;
};

export async function runBenches(benches: readonly Bench[], wanted: readonly string[], seconds: number): Promise<void> {
  const cpu = cpus()[0]?.model ?? 'unknown';
  console.log(
    `machine: ${cpus().length} x ${cpu} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`,
  );
  for (const bench of benches) {
    if (wanted.length > 0 && !wanted.some((name) => bench.name.startsWith(`${name} `))) continue;
    console.log(`\n${bench.name}`);
    const result = await bench.run({ seconds });
    for (const [key, value] of Object.entries(result)) console.log(`  ${key}: ${value}`);
  }
}
