/** `chorsu witness`: somebody outside watches a city's log and signs what is consistent with what was seen before. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../base/problem.ts';
import { command, type Command, type Terminal } from './command.ts';
import { directory, flag, integer, text, withDefault } from './kinds.ts';
import { openLogSource, type LogSource } from './logSource.ts';
import type { Looked, Memory } from '../trust/index.ts';

const options = {
  state: withDefault(
    directory('Where the witness keeps its key and what it has seen; made when it is not there.'),
    './witness',
  ),
  name: text('NAME')('Name of the witness, such as university.example/w1; needed once.'),
  logKey: text('KEY')('Key of the log, as its page shows it. Without it the first one seen is believed, and kept.'),
  every: withDefault(integer(1, 86_400, 'SECONDS')('Seconds between two looks.'), 60),
  once: flag('Look once and end.'),
};

export const witnessCommand: Command = command({
  name: 'witness',
  about: "watches a city's transparency log from outside, and signs it while it only grows",
  details:
    'Run by somebody who is not the city, on another machine. It remembers the largest log that it has seen; as long as the log ' +
    'contains that one, its newest checkpoint is signed and the signature given to the city, which shows it (chorsu serve --witness ' +
    'KEY). A log that took something back, or shows another tree than before, is not signed: both checkpoints are kept as proof and ' +
    'the exit code is 1.',
  words: { called: 'URL', about: 'Address of the city.', min: 1, max: 1 },
  options,
  examples: [
    {
      line: 'chorsu witness https://namangan.example --name university.example/w1 --state ./w1',
      does: 'Prints the key to give to the city, and watches.',
    },
  ],
  act: async (given, [url = ''], terminal) => {
    const { formatVerifier, openKeptSigner, parseVerifier, sha256, signatureTypes } = await import('../trust/index.ts');
    await mkdir(given.state, { recursive: true, mode: 0o700 });
    const keyFile = join(given.state, 'witness.key');
    if (!existsSync(keyFile) && given.name === undefined)
      throw new Problem('bad-data', 'a new witness needs a name: --name university.example/w1');
    if (given.name !== undefined && /[\s+]/u.test(given.name))
      throw new Problem('bad-data', 'a name holds neither spaces nor "+"', '--name');
    const signer = await openKeptSigner(keyFile, { name: given.name ?? '', type: signatureTypes.cosignature });
    terminal.err(`Witness key: ${formatVerifier(signer.verifier)}\n`);
    const source = await openLogSource(url);
    const pinned = join(given.state, `${digest(url)}.log-key`);
    const believed = given.logKey ?? (await readText(pinned)) ?? (await source.key());
    if (believed === undefined) throw new Problem('not-found', `${url} does not say its key: name it with --log-key`);
    const log = parseVerifier(sha256, believed);
    await writeText(pinned, believed);
    // By its name, not its address: a log that is shown at two addresses is one log.
    const memory = remember(join(given.state, digest(log.name)));
    const { look } = await import('../trust/index.ts');
    for (;;) {
      let looked: Looked | undefined;
      try {
        looked = await look({ read: source.read, log, signer, memory, now: Math.floor(terminal.now() / 1000) });
      } catch (error) {
        if (given.once || !(error instanceof Problem)) throw error;
        terminal.err(`${error.message}\n`);
      }
      if (looked?.outcome === 'inconsistent') return tellFork(looked, memory, terminal);
      if (looked && !(await handOver(looked, source, terminal)) && given.once) return 1;
      if (given.once) return 0;
      await new Promise((wait) => setTimeout(wait, given.every * 1000));
    }
  },
});

/** @returns whether the city took the signature */
async function handOver(
  looked: Looked & { outcome: 'consistent' },
  source: LogSource,
  terminal: Terminal,
): Promise<boolean> {
  const { size, origin } = looked.checkpoint;
  const growth = looked.before === 0 ? 'first seen' : `contains the ${looked.before} entries seen before`;
  try {
    await source.cosign(looked.cosigned);
    terminal.out(`${origin}: ${size} entries, ${growth}; signed\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    terminal.out(`${origin}: ${size} entries, ${growth}\n`);
    terminal.err(`${error.message}\n`);
    return false;
  }
}

async function tellFork(
  looked: Looked & { outcome: 'inconsistent' },
  memory: Kept,
  terminal: Terminal,
): Promise<number> {
  const path = await memory.accuse(looked.seen, looked.shown);
  terminal.err(
    `The log is not consistent: ${looked.why}. Not signed; both checkpoints, signed by the log, are in ${path}\n`,
  );
  return 1;
}

type Kept = Memory & {
  /** @returns where the evidence is */
  accuse(seen: string, shown: string): Promise<string>;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function remember(folder: string): Kept {
  const path = join(folder, 'checkpoint');
  return {
    load: () => readText(path),
    save: (checkpoint) => writeText(path, checkpoint),
    async accuse(seen, shown) {
      await writeText(join(folder, 'seen.checkpoint'), seen);
      await writeText(join(folder, 'shown.checkpoint'), shown);
      return folder;
    },
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Durable when it resolves. */
async function writeText(path: string, content: string): Promise<void> {
  const { writeDurably } = await import('../store/index.ts');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeDurably(dirname(path), basename(path), Buffer.from(content));
}
