/** `chorsu vault`: a new key of the vault, while no city is served; its access log checked, also while one is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { randomId } from '../base/ids.ts';
import { Problem } from '../base/problem.ts';
import about from '../../package.json' with { type: 'json' };
import { command, type Command } from './command.ts';
import { directory, file, withDefault } from './kinds.ts';
import { WrongUsage } from './usage.ts';

const options = {
  data: withDefault(directory('The data directory. To rotate, nobody may be serving it.'), './data/city'),
  vaultKey: file('Key of the vault. Default: the data directory with .key.'),
};

export const vaultCommand: Command = command({
  name: 'vault',
  about: 'gives the vault a new key, or checks its access log',
  details:
    'rotate: seals the keys of all persons under a new key of the vault, which takes the place of the old one. Destroy every ' +
    'copy of the old key afterwards: backups that were made with it then open no more, which is wanted after an erasure. ' +
    'verify: reads the access log of the vault, also while the city is served, and tells whether any entry was changed or taken ' +
    'out, as far as the key of the vault and what the transparency log was told can show it. It writes nothing.',
  words: { called: 'rotate|verify', about: 'What to do.', min: 1, max: 1 },
  options,
  examples: [
    { line: 'chorsu vault verify --data ./data/khujand', does: 'Checks the access log.' },
    { line: 'chorsu vault rotate --data ./data/khujand', does: 'A new key in ./data/khujand.key.' },
  ],
  act: async ({ data, vaultKey: keyFile = `${data}.key` }, [what], terminal) => {
    if (what !== 'rotate' && what !== 'verify') throw new WrongUsage(`"${what}" is neither rotate nor verify`);
    const path = join(data, 'vault.db');
    if (!existsSync(path)) throw new Problem('not-found', `there is no vault in ${data}`);
    if (what === 'verify') {
      terminal.out(await verified(data, path, keyFile));
      return 0;
    }
    const { openDirectory } = await import('../store/index.ts');
    const { rotateVaultKey } = await import('../trust/index.ts');
    const held = await openDirectory({ path: data, program: about.version, newCity: randomId });
    try {
      const count = await rotateVaultKey({ path, keyFile, clock: systemClock, by: 'system' });
      terminal.out(
        `${keyFile} is a new key; it seals the keys of ${count} persons. Destroy every copy of the old one.\n`,
      );
      return 0;
    } finally {
      held.release();
    }
  },
});

/** What the transparency log was told is read first: while a city is served, the vault goes on. */
async function verified(data: string, path: string, keyFile: string): Promise<string> {
  const { viewDatabase } = await import('../store/index.ts');
  const { anchorsIn, anchorsSql, verifyVault } = await import('../trust/index.ts');
  const state = viewDatabase(join(data, 'state.db'));
  const anchors = anchorsIn(state.all(anchorsSql));
  state.close();
  const { entries } = await verifyVault({ path, keyFile, anchors });
  return `${entries} entries of the access log are as they were written; the transparency log knows ${anchors.length} of them\n`;
}
