/** A transparency log where a command finds it: a directory, or a city's address. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../base/problem.ts';
import type { ReadPath } from '../trust/index.ts';

/** A bundle of 256 entries of 64 KiB each is the largest file of a log. */
const largest = 17 * 2 ** 20;
const timeoutMs = 30_000;

export type LogSource = {
  readonly read: ReadPath;
  /** Where its files lie; absent behind an address. */
  readonly directory?: string;
  /** What the log says its key is; undefined when it does not say. */
  key(): Promise<string | undefined>;
  /** @throws Problem with what the log answers; not-supported for a directory */
  cosign(cosigned: string): Promise<void>;
};

/** @param given URL of a city, or the directory of a log, or a data directory or backup that holds one */
export async function openLogSource(given: string): Promise<LogSource> {
  if (/^https?:\/\//.test(given)) return behind(given.replace(/\/+$/, ''));
  const { inDirectory } = await import('../trust/index.ts');
  const directory = existsSync(join(given, 'tlog')) ? join(given, 'tlog') : given;
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new Problem('not-found', `there is no log in ${given}`);
  const refuse = (): Promise<never> =>
    Promise.reject(new Problem('not-supported', 'a directory takes no signatures: name the address of the city'));
  return { directory, read: inDirectory(directory), key: () => Promise.resolve(undefined), cosign: refuse };
}

function behind(city: string): LogSource {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    try {
      return await fetch(`${city}${path}`, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      const { cause } = error as { cause?: Error };
      throw new Problem('unreachable', `${city} does not answer: ${(cause ?? (error as Error)).message}`);
    }
  };
  const read: ReadPath = async (path) => {
    const answer = await ask(`/tlog/${path}`);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Problem('unreachable', `${city}/tlog/${path} answers ${answer.status}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of answer.body ?? []) {
      length += part.length;
      if (length > largest) throw new Problem('too-large', `${city}/tlog/${path} is larger than ${largest} bytes`);
      parts.push(part);
    }
    return new Uint8Array(Buffer.concat(parts));
  };
  return {
    read,
    async key() {
      const bytes = await read('key');
      return bytes && new TextDecoder().decode(bytes).trim();
    },
    async cosign(cosigned) {
      const answer = await ask('/tlog/cosignatures', {
        method: 'POST',
        body: cosigned,
        headers: { 'content-type': 'text/plain' },
      });
      if (answer.ok) return;
      const told = (await answer.text()).slice(0, 300);
      throw new Problem(
        answer.status === 409 ? 'conflict' : 'forbidden',
        `${city} refuses the signature (${answer.status}): ${told}`,
      );
    },
  };
}
