/** The built product on a data directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Product = {
  /** Asks it to end, and waits until it did. */
  stop(): Promise<void>;
};

const startMsMax = 60_000;
const stopMsMax = 20_000;

/**
 * @param checkout directory of the product, with its node_modules
 * @param directory for its data, and for `product.log`
 * @param options further words for `chorsu serve`
 */
export async function startProduct(
  checkout: string,
  directory: string,
  options: readonly string[],
  url: string,
): Promise<Product> {
  const log = openSync(join(directory, 'product.log'), 'w');
  const words = ['src/main.ts', 'serve', '--data', join(directory, 'city'), '--mqtt-port', 'off', ...options];
  const child = spawn(join(checkout, 'node_modules/.bin/node'), words, { cwd: checkout, stdio: ['ignore', log, log] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = Date.now() + startMsMax;
  while (!(await answers(url))) {
    if (child.exitCode === null && Date.now() < deadline) await sleep(100);
    else {
      child.kill('SIGKILL');
      throw new Error(`the product did not start: ${join(directory, 'product.log')}`);
    }
  }
  return { stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const slow = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await ended;
  clearTimeout(slow);
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/ngsi-ld/v1/entities?type=Nothing&local=true`)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
