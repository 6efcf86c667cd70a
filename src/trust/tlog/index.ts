/** The transparency log: versions of records that nobody can change or take back unnoticed (privacy.md, 6). */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Module } from '../../http/module.ts';
import type { Rows } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import type { NavigationEntry, Site } from '../../ui/index.ts';
import { logAccess, logApi, logRoutes } from './http.ts';
import { checkPage } from './pages/check.tsx';
import { logPage, logPageSize } from './pages/log.tsx';
import { logWords } from './pages/messages/index.ts';
import { openKeptSigner } from './keyFile.ts';
import { sha256 } from './keys.ts';
import { openLog } from './log.ts';
import { formatVerifier, parseVerifier, signatureTypes } from './note.ts';
import { transparency as transparencyOf, type Transparency } from './transparency.ts';

export type LogOptions = {
  /** The log's directory: static files. */
  readonly directory: string;
  /** Name of the log, for good. */
  readonly origin: string;
  /** File of the private key; made when it is not there. */
  readonly keyFile: string;
  /** Verifier keys of those outside whose cosignatures are taken. */
  readonly witnesses: readonly string[];
};

/**
 * Opens the city's log; `catchUp` is to be called before it is followed.
 * @throws Problem bad-data: a key or the files cannot be used
 */
export async function openTransparency(
  { directory, origin, keyFile, witnesses }: LogOptions,
  deps: { rows: Rows; writer: Writer; clock: Clock },
): Promise<Transparency> {
  const signer = await openKeptSigner(keyFile, { name: origin, type: signatureTypes.ed25519 });
  if (signer.verifier.name !== origin)
    throw new Problem('bad-data', `${keyFile} is the key of ${signer.verifier.name}, and this log is ${origin}`);
  const log = await openLog({ directory, signer, witnesses: witnesses.map((key) => parseVerifier(sha256, key)) });
  return transparencyOf({ log, ...deps });
}

export function transparencyLog({ transparency, site }: { transparency: Transparency; site: Site }): Module {
  return {
    name: 'log',
    api: logApi,
    access: logAccess,
    routes: (app) => {
      logRoutes(app, transparency);
      const { log, key } = transparency;
      site.page(app, '/log/check', (reader) => checkPage(key, log.witnesses.map(formatVerifier), reader));
      site.page(app, '/log', async (reader) => {
        const before = reader.query.get('before') ?? String(transparency.log.size());
        if (!/^\d{1,15}$/.test(before)) throw new Problem('bad-data', 'a whole number is expected', 'before');
        const entries = await transparency.newest(Number(before), logPageSize);
        return logPage({ transparency, entries, timeZone: site.city.timeZone }, reader);
      });
    },
  };
}

/** For `buildAssets`. */
export const logIslands = { receipt: fileURLToPath(new URL('pages/receipt.island.ts', import.meta.url)) };

/** For the foot of every page. */
export const logLink = (language: string): NavigationEntry => ({ href: '/log', text: logWords(language)('title') });

export { openKeptSigner } from './keyFile.ts';
export { sha256 } from './keys.ts';
export { formatVerifier, parseVerifier, signatureTypes } from './note.ts';
export { commitmentOf, leafTable, newKey, versionTable } from './records.ts';
export { inDirectory, type ReadPath } from './source.ts';
export type { OpenedCheckpoint } from './checkpoint.ts';
export type { Keys } from './receipt.ts';
export { verifyReplaced } from './replaced.ts';
export { verifyLog, verifyReceipt } from './verify.ts';
export { isoText, objectIn, verifyRecords, type CheckedRecords, type RecordsCheck, type Shown } from './rowCheck.ts';
export type { Deviation, Found } from './journalCheck.ts';
export { look, type Looked, type Memory } from './witness.ts';
export type { Transparency } from './transparency.ts';
