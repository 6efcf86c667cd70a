/** `chorsu restore`: a backup becomes a data directory. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { certificateFile, requireEmpty, type Certificate, type Holding } from './backup.ts';
import { command, type Command } from './command.ts';
import { directory, withDefault } from './kinds.ts';
import type { ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { digestOf, differences } from './verify.ts';

const options = {
  data: withDefault(directory('The data directory to make; it must be empty or not there.'), './data/city'),
};

export function restoreCommand<P extends Served & Holding>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'restore',
    about: 'makes a data directory from a backup',
    details:
      'Copies the backup, opens the copy, and compares what it holds with what the backup held when it was made. The ' +
      'directory appears only when all of that went well. The key of the vault is in no backup: lay DIR.key, and DIR.key.erased ' +
      'when there is one, beside the new directory.',
    words: { called: 'BACKUP', about: 'The directory that chorsu backup made.', min: 1, max: 1 },
    options,
    examples: [
      { line: 'chorsu restore ./backups/monday --data ./data/again', does: 'The city as it was on Monday.' },
      { line: 'chorsu serve --data ./data/again --port 9000', does: 'Serves it.' },
    ],
    act: async (given, [backup = ''], terminal) => {
      const { moveDurably } = await import('../store/index.ts');
      const data = resolve(given.data);
      const certificate = await readCertificate(backup);
      await requireEmpty(data);
      await requirePlain(backup);
      const part = `${data}.part`;
      await rm(part, { recursive: true, force: true });
      try {
        await cp(backup, part, { recursive: true });
        await rm(join(part, certificateFile));
        const found = differences(certificate.digest, await digestOf(part, {}, needs, terminal));
        if (found.length > 0) throw new Problem('bad-data', `the backup is damaged: ${found.join(', ')} differ`);
        await moveDurably(part, data);
      } finally {
        await rm(part, { recursive: true, force: true });
      }
      terminal.out(`${given.data} is the city up to sequence number ${certificate.seq}, as of ${certificate.at}\n`);
      return 0;
    },
  });
}

/** A link in a backup that somebody else has held could lead out of it. @throws Problem bad-data */
async function requirePlain(backup: string): Promise<void> {
  const entries = await readdir(backup, { recursive: true, withFileTypes: true });
  const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (other)
    throw new Problem(
      'bad-data',
      'a backup holds files and directories, nothing else',
      join(other.parentPath, other.name),
    );
}

async function readCertificate(backup: string): Promise<Certificate> {
  const bytes = await readFile(join(backup, certificateFile)).catch(() => {
    throw new Problem('not-found', `${backup} is no backup: it has no ${certificateFile}`);
  });
  const value = parseJson(bytes);
  if (!isObject(value) || typeof value['seq'] !== 'number' || !isObject(value['digest'])) {
    throw new Problem('bad-data', `expected what chorsu backup writes`, certificateFile);
  }
  return value as Certificate;
}
