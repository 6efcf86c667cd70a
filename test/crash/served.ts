/** The whole program in its own process, to be killed and started again on the same directory. */
import { spawn, type ChildProcess } from 'node:child_process';

export type Served = { readonly url: string; readonly child: ChildProcess };

/** Resolves when it serves. @param options more of them, as on the command line */
export function serve(data: string, options: readonly string[] = []): Promise<Served> {
  const given = ['serve', '--data', data, '--port', '0', '--mqtt-port', 'off', '--log-level', 'error', ...options];
  const child = spawn(process.execPath, ['src/main.ts', ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /http:\/\/[\d.]+:\d+/.exec(output)?.[0];
      if (url !== undefined) resolve({ url, child });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
}

export async function end({ child }: Served, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
