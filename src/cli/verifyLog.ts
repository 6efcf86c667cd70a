/** `chorsu verify log`, `verify records` and `verify receipt`: checked with the keys that are given, trusting nobody else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress } from '../base/progress.ts';
import type { Terminal } from './command.ts';
import { openLogSource } from './logSource.ts';
import { WrongUsage } from './usage.ts';
import type { Keys, OpenedCheckpoint } from '../trust/index.ts';

type Given = { readonly logKey: readonly string[]; readonly witness: readonly string[] };

const wanted = {
  log: 'which log? a URL or a directory',
  records: 'whose records? a data directory or a backup',
  receipt: 'which receipt? a file',
};

/** @returns exit code: 1 when a witness that was named has not signed, or a row is not what was logged */
export async function verifyTrust(
  what: keyof typeof wanted,
  which: string | undefined,
  { logKey, witness }: Given,
  terminal: Terminal,
): Promise<number> {
  if (which === undefined) throw new WrongUsage(wanted[what]);
  if (logKey.length === 0)
    throw new WrongUsage('--log-key is missing: without the key of the log nothing can be proven');
  const { parseVerifier, sha256 } = await import('../trust/index.ts');
  const keys = {
    log: logKey.map((key) => parseVerifier(sha256, key)),
    witnesses: witness.map((key) => parseVerifier(sha256, key)),
  };
  const reading = { log: readLog, records: readRecords, receipt: readReceipt }[what];
  const { cosigned, deviations = 0 } = await reading(which, keys, terminal);
  for (const { verifier, timestamp } of cosigned)
    terminal.out(`witnessed by ${verifier.name} at ${new Date(timestamp * 1000).toISOString()}\n`);
  if (cosigned.length === 0 && witness.length === 0)
    terminal.out('not witnessed: no key of a witness was given, so another log may be shown to others\n');
  const missing = keys.witnesses.filter(({ id }) => !cosigned.some(({ verifier }) => verifier.id === id));
  for (const { name } of missing) terminal.out(`not witnessed by ${name}\n`);
  return missing.length === 0 && deviations === 0 ? 0 : 1;
}

type Reading = OpenedCheckpoint & { readonly deviations?: number };

const barOf = (terminal: Terminal, unit: string) =>
  progress({
    title: 'Reading',
    unit,
    write: terminal.err,
    terminal: terminal.interactive,
    now: terminal.now,
  });

async function readLog(which: string, keys: Keys, terminal: Terminal): Promise<Reading> {
  const { verifyLog, verifyReplaced } = await import('../trust/index.ts');
  const { read, directory } = await openLogSource(which);
  const bar = barOf(terminal, 'entries');
  const opened = await verifyLog(read, keys, (done, total) => bar.at(done, total)).finally(() => bar.end());
  if (directory !== undefined) await verifyReplaced(directory, opened.checkpoint.size);
  terminal.out(`whole: ${opened.checkpoint.size} entries of ${opened.checkpoint.origin}\n`);
  return opened;
}

/** Deviations that are told one by one. */
const deviationsMax = 100;

async function readRecords(which: string, keys: Keys, terminal: Terminal): Promise<Reading> {
  const { openOnlooker } = await import('../store/index.ts');
  const { inDirectory, recordChecks, retentionTables, verifyRecords } = await import('../trust/index.ts');
  const seen = openOnlooker(which);
  const bar = barOf(terminal, 'records and entries');
  let told = 0;
  try {
    const checked = await verifyRecords(
      { seen, read: inDirectory(join(which, 'tlog')), tables: retentionTables, checks: recordChecks },
      keys,
      ({ what, why }) => {
        if (told++ < deviationsMax) terminal.out(`${what}: ${why}\n`);
      },
      (done, total) => bar.at(done, total),
    ).finally(() => bar.end());
    const { checkpoint, versions, waiting, deviations } = checked;
    if (deviations > deviationsMax) terminal.out(`and ${deviations - deviationsMax} more\n`);
    const late = waiting === 0 ? '' : `, ${waiting} wait for the log`;
    terminal.out(
      deviations === 0
        ? `true: ${versions} rows say what ${checkpoint.size} entries of ${checkpoint.origin} were made for${late}\n`
        : `not true: ${deviations} deviations of ${versions} rows from ${checkpoint.size} entries of ${checkpoint.origin}\n`,
    );
    return checked;
  } finally {
    seen.close();
  }
}

async function readReceipt(which: string, keys: Keys, terminal: Terminal): Promise<Reading> {
  const { verifyReceipt } = await import('../trust/index.ts');
  const receipt = verifyReceipt(await readFile(which, 'utf8'), keys);
  const { type, id, version, at, record } = receipt.opening;
  terminal.out(
    `${type} ${id}, version ${version} of ${at}, is entry ${receipt.index} of ${receipt.checkpoint.origin}\n`,
  );
  terminal.out(`${JSON.stringify(record)}\n`);
  return receipt;
}
