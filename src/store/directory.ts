/**
 * The data directory: the city. `format.json` says which format it has; a newer program migrates it after a backup, an
 * older one refuses.
 */
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../base/problem.ts';
import { isObject } from '../base/json.ts';
import { writeDurably } from './durably.ts';
import { type Lock, lockDirectory } from './lock.ts';

/** The format that this program writes. */
export const directoryFormat = 1;

/**
 * What `format.json` holds. `city` is made once and stays: a copy of the directory is the same city. `profile` is the
 * one it was first served with; its `id` stays.
 */
export type DirectoryFormat = {
  readonly format: number;
  readonly program: string;
  readonly city: string;
  readonly profile?: ProfileName;
};

/** Which profile, and where it comes from; what both mean is the affair of whoever reads profiles. */
export type ProfileName = { readonly id: string; readonly from: string };

/** Brings a directory from `from` to `from + 1`; the list is in order and never shortened. */
export type Migration = { readonly from: number; readonly what: string; run(directory: string): Promise<void> };
export const migrations: readonly Migration[] = [];

export type DataDirectory = {
  readonly path: string;
  readonly city: string;
  /** Where parts of the store live. */
  readonly journal: string;
  readonly state: string;
  readonly history: string;
  readonly files: string;
  /** Of the transparency log: static files. */
  readonly log: string;
  /** Accounts, sessions, keys; whoever knows people opens it. */
  readonly trust: string;
  /** Of the vault; its key is no part of the directory. */
  readonly vault: string;
  /** For the files of the city's profile. */
  readonly profile: string;
  /** Emptied at every start. */
  readonly tmp: string;
  release(): void;
};

/**
 * Opens or makes the directory and locks it.
 * @param options program: version of the running program; newCity: makes the city's id when there is none; profile: the
 * one to serve it with, which a directory that knew none remembers
 * @throws Problem conflict (in use, or another city's), not-supported (newer format), bad-data (format.json cannot be read, or the directory holds something else)
 */
export async function openDirectory(options: {
  path: string;
  program: string;
  newCity: () => string;
  profile?: ProfileName;
  /** For tests of the mechanism. */
  target?: { format: number; migrations: readonly Migration[] };
}): Promise<DataDirectory> {
  const { path, program, newCity, target = { format: directoryFormat, migrations } } = options;
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = await lockChecked(path);
  try {
    const known = await readFormat(path);
    if (known && known.format > target.format) {
      throw new Problem(
        'not-supported',
        `the data directory ${path} has format ${known.format}, written by Chorsu ${known.program}; this program (${program}) knows formats up to ${target.format}: use the newer program`,
      );
    }
    refuseOtherCity(path, known?.profile, options.profile);
    const city = known?.city ?? newCity();
    const profile = options.profile ?? known?.profile;
    if (known && known.format < target.format) await migrate(path, known, target);
    const wanted: DirectoryFormat = { format: target.format, program, city, ...(profile && { profile }) };
    if (!isDeepStrictEqual(known, wanted)) await writeFormat(path, wanted);
    const tmp = join(path, 'tmp');
    await rm(tmp, { recursive: true, force: true });
    for (const part of ['journal', 'history', 'files', 'tmp'])
      await mkdir(join(path, part), { recursive: true, mode: 0o700 });
    return {
      path,
      city,
      journal: join(path, 'journal'),
      state: join(path, 'state.db'),
      history: join(path, 'history'),
      files: join(path, 'files'),
      log: join(path, 'tlog'),
      trust: join(path, 'trust.db'),
      vault: join(path, 'vault.db'),
      profile: profileIn(path),
      tmp,
      release: lock.release,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Where a data directory keeps the files of its city's profile. */
export const profileIn = (path: string): string => join(path, 'profile');

/** Values of two cities in one directory could never be told apart again. */
function refuseOtherCity(path: string, known: ProfileName | undefined, wanted: ProfileName | undefined): void {
  if (!known || !wanted) return;
  if (known.id === wanted.id && (known.from === 'sample') === (wanted.from === 'sample')) return;
  const nameOf = ({ id, from }: ProfileName) => (from === 'sample' ? `the sample city "${id}"` : `the city "${id}"`);
  throw new Problem(
    'conflict',
    `the data directory ${path} holds ${nameOf(known)}; served as ${nameOf(wanted)} it would mix the two: name another directory with --data`,
  );
}

/** A directory that holds other things is not taken for a city. */
async function lockChecked(path: string): Promise<Lock> {
  const names = await readdir(path);
  if (names.length > 0 && !names.includes('format.json') && !names.every((name) => name.startsWith('lock'))) {
    throw new Problem('bad-data', `${path} is not empty and not a data directory of Chorsu (no format.json)`);
  }
  return lockDirectory(path);
}

/** undefined when there is none. @throws Problem bad-data */
export async function readFormat(path: string): Promise<DirectoryFormat | undefined> {
  let text: string;
  try {
    text = await readFile(join(path, 'format.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isObject(value)) {
    const { format, program, city, profile } = value;
    const isWhole = Number.isInteger(format) && typeof program === 'string' && typeof city === 'string';
    if (isWhole && profile === undefined) return { format: Number(format), program, city };
    if (isWhole && isObject(profile) && typeof profile['id'] === 'string' && typeof profile['from'] === 'string') {
      return { format: Number(format), program, city, profile: { id: profile['id'], from: profile['from'] } };
    }
  }
  throw new Problem(
    'bad-data',
    `${join(path, 'format.json')} cannot be read: wanted format, program, city and perhaps profile (id, from)`,
  );
}

async function writeFormat(path: string, format: DirectoryFormat): Promise<void> {
  await writeDurably(path, 'format.json', Buffer.from(`${JSON.stringify(format, undefined, 2)}\n`));
}

/** Steps from the known format to the target, each after a copy of the directory beside it. */
async function migrate(
  path: string,
  known: DirectoryFormat,
  target: { format: number; migrations: readonly Migration[] },
): Promise<void> {
  const backup = `${path}.before-format-${target.format}`;
  await rm(`${backup}.partial`, { recursive: true, force: true });
  await cp(path, `${backup}.partial`, { recursive: true, filter: (source) => !/\/(lock.*|tmp)$/.test(source) });
  await rm(backup, { recursive: true, force: true });
  await rename(`${backup}.partial`, backup);
  for (let format = known.format; format < target.format; format++) {
    const step = target.migrations.find(({ from }) => from === format);
    if (!step) throw new Problem('not-supported', `there is no migration from format ${format} of ${path}`);
    await step.run(path);
    await writeFormat(path, { ...known, format: format + 1 });
  }
}
