/** `chorsu vault`: the key and the access log of the vault, while no city is served. */
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
  data: withDefault(directory('The data directory; nobody may be serving it.'), './data/city'),
  vaultKey: file('Key of the vault. Default: the data directory with .key.'),
};

export const vaultCommand: Command = command({
  name: 'vault',
  about: 'gives the vault a new key, or checks its access log',
  details:
    'rotate: seals the keys of all persons under a new key of the vault, which takes the place of the old one. Destroy every ' +
    'copy of the old key afterwards: backups that were made with it then open no more, which is wanted after an erasure. ' +
    'verify: reads the access log of the vault, and tells whether any entry was changed or taken out.',
  words: { called: 'rotate|verify', about: 'What to do.', min: 1, max: 1 },
  options,
  examples: [{ line: 'chorsu vault rotate --data ./data/khujand', does: 'A new key in ./data/khujand.key.' }],
  act: async ({ data, vaultKey: keyFile = `${data}.key` }, [what], terminal) => {
    if (what !== 'rotate' && what !== 'verify') throw new WrongUsage(`"${what}" is neither rotate nor verify`);
    const path = join(data, 'vault.db');
    if (!existsSync(path)) throw new Problem('not-found', `there is no vault in ${data}`);
    const { openDirectory } = await import('../store/index.ts');
    const { openPolicy, openVault, rotateVaultKey } = await import('../trust/index.ts');
    const held = await openDirectory({ path: data, program: about.version, newCity: randomId });
    try {
      if (what === 'rotate') {
        const count = await rotateVaultKey({ path, keyFile, clock: systemClock, by: 'system' });
        terminal.out(
          `${keyFile} is a new key; it seals the keys of ${count} persons. Destroy every copy of the old one.\n`,
        );
        return 0;
      }
      const vault = await openVault({ path, keyFile, policy: openPolicy, clock: systemClock });
      try {
        const { entries } = vault.accessLog.verify([]);
        terminal.out(`${entries} entries of the access log are as they were written\n`);
      } finally {
        await vault.close();
      }
      return 0;
    } finally {
      held.release();
    }
  },
});
