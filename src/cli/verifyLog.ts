/** `chorsu verify log` and `verify receipt`: checked with the keys that are given, trusting nobody else. */
import { readFile } from 'node:fs/promises';
import { progress } from '../base/progress.ts';
import type { Terminal } from './command.ts';
import { openLogSource } from './logSource.ts';
import { WrongUsage } from './usage.ts';
import type { Keys, OpenedCheckpoint } from '../trust/index.ts';

type Given = { readonly logKey: readonly string[]; readonly witness: readonly string[] };

/** @returns exit code: 1 when a witness that was named has not signed */
export async function verifyTrust(
  what: 'log' | 'receipt',
  which: string | undefined,
  { logKey, witness }: Given,
  terminal: Terminal,
): Promise<number> {
  if (which === undefined)
    throw new WrongUsage(what === 'log' ? 'which log? a URL or a directory' : 'which receipt? a file');
  if (logKey.length === 0)
    throw new WrongUsage('--log-key is missing: without the key of the log nothing can be proven');
  const { parseVerifier, sha256 } = await import('../trust/index.ts');
  const keys = {
    log: logKey.map((key) => parseVerifier(sha256, key)),
    witnesses: witness.map((key) => parseVerifier(sha256, key)),
  };
  const { cosigned } = what === 'log' ? await readLog(which, keys, terminal) : await readReceipt(which, keys, terminal);
  for (const { verifier, timestamp } of cosigned)
    terminal.out(`witnessed by ${verifier.name} at ${new Date(timestamp * 1000).toISOString()}\n`);
  if (cosigned.length === 0 && witness.length === 0)
    terminal.out('not witnessed: no key of a witness was given, so another log may be shown to others\n');
  const missing = keys.witnesses.filter(({ id }) => !cosigned.some(({ verifier }) => verifier.id === id));
  for (const { name } of missing) terminal.out(`not witnessed by ${name}\n`);
  return missing.length === 0 ? 0 : 1;
}

async function readLog(which: string, keys: Keys, terminal: Terminal): Promise<OpenedCheckpoint> {
  const { verifyLog } = await import('../trust/index.ts');
  const { read } = await openLogSource(which);
  const bar = progress({
    title: 'Reading',
    unit: 'entries',
    write: terminal.err,
    terminal: terminal.interactive,
    now: terminal.now,
  });
  const opened = await verifyLog(read, keys, (done, total) => bar.at(done, total)).finally(() => bar.end());
  terminal.out(`whole: ${opened.checkpoint.size} entries of ${opened.checkpoint.origin}\n`);
  return opened;
}

async function readReceipt(which: string, keys: Keys, terminal: Terminal): Promise<OpenedCheckpoint> {
  const { verifyReceipt } = await import('../trust/index.ts');
  const receipt = verifyReceipt(await readFile(which, 'utf8'), keys);
  const { type, id, version, at, record } = receipt.opening;
  terminal.out(
    `${type} ${id}, version ${version} of ${at}, is entry ${receipt.index} of ${receipt.checkpoint.origin}\n`,
  );
  terminal.out(`${JSON.stringify(record)}\n`);
  return receipt;
}
