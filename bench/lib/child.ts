import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A program under measurement in its own process, so that the generator and the server do not share an event loop. */
export type Child = {
  readonly pid: number;
  /** Resident memory in MB. */
  rssMb(): number;
  /** Processor time so far, ms: of its main thread, and of all. */
  cpuMs(): { main: number; all: number };
  stop(): Promise<void>;
};

/**
 * @param ready text on its output that says it serves; what follows it up to white space is returned as `told`
 */
export async function startChild(
  args: readonly string[],
  ready: string,
  env: Record<string, string> = {},
): Promise<Child & { told: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const told = await new Promise<string>((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const at = output.indexOf(ready);
      if (at < 0) return;
      const end = output.slice(at + ready.length).search(/\s/);
      if (end >= 0) resolve(output.slice(at + ready.length, at + ready.length + end));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready:\n${output}`)));
  });
  child.removeAllListeners('exit');
  return {
    told,
    pid: child.pid ?? 0,
    rssMb: () => rssMb(child.pid ?? 0),
    cpuMs: () => ({
      main: cpuMs(`/proc/${child.pid}/task/${child.pid}/stat`),
      all: cpuMs(`/proc/${child.pid}/stat`),
    }),
    stop: () => stop(child),
  };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** User and system time; the kernel counts in hundredths of a second. */
function cpuMs(file: string): number {
  const [, numbers = ''] = readFileSync(file, 'utf8').split(') ');
  const fields = numbers.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MB, from the kernel. */
export function rssMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb ?? 0) / 1024;
}
