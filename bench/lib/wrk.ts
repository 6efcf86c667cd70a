import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type WrkResult = { perSecond: number; p50Ms: number; p99Ms: number; failed: number; requests: number };

/** True when the load generator is there (Debian package wrk). */
export const hasWrk = (): boolean => spawnSync('wrk', ['--version']).error === undefined;

/** Runs wrk with 64 keep-alive connections from one thread. `script` is its Lua. */
export function wrk(url: string, script: string, seconds: number, connections = 64): WrkResult {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-wrk-'));
  const file = join(directory, 'request.lua');
  writeFileSync(
    file,
    `${script}
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  const run = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', file, url], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  const [, requests, durationUs, p50Us, p99Us, failed] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(run.stdout) ?? [];
  if (requests === undefined) throw new Error(`wrk gave no result: ${run.stdout}${run.stderr}`);
  return {
    requests: Number(requests),
    perSecond: Number(requests) / (Number(durationUs) / 1e6),
    p50Ms: Number(p50Us) / 1000,
    p99Ms: Number(p99Us) / 1000,
    failed: Number(failed),
  };
}
