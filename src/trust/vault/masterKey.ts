/**
 * The key of the vault: a file beside the data directory, never in a backup. City = directory + key. A vault whose key is not there
 * is not opened: a new key would be of no use, and hide that the old one is gone.
 */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { sync, type Database, type DatabaseView } from '../../store/index.ts';
import { textOf } from '../identity/columns.ts';
import { keptText, makeFile, textIn } from '../keptFile.ts';
import { signHead } from './accessLog.ts';
import { keyLength, newKey, seal, unseal } from './cipher.ts';

const checkName = 'check';
const about = ['chorsu vault check'];

/** @throws Problem bad-data: the key of another vault, no key, or none where there was one */
export async function openMasterKey(database: Database, path: string): Promise<Buffer> {
  const known = checkOf(database);
  await finishRotation(path, known);
  // A vault that nobody has used yet loses nothing by a new key: a copy of such a city is served like any other.
  const check = existsSync(path) || isUsed(database) ? known : undefined;
  if (check && !existsSync(path)) {
    throw new Problem(
      'bad-data',
      `the key of the vault is not in ${path}: bring it there, or name its file with --vault-key`,
    );
  }
  const key = parseKey(await keptText(path, () => keyText(newKey())), path);
  if (check) requireOpens(key, check, path);
  else setCheck(database, key);
  return key;
}

/**
 * The key of a vault that another process may have open; nothing is made or changed.
 * @throws Problem bad-data: no key, or that of another vault
 */
export async function readMasterKey(database: DatabaseView, path: string): Promise<Buffer> {
  const check = checkOf(database);
  // A kill amid a rotation leaves the vault's key in the second one.
  for (const file of [path, nextPath(path)]) {
    const text = await textIn(file);
    const key = text === undefined ? undefined : parseKey(text, file);
    if (key && check && opens(key, check)) return key;
  }
  throw new Problem('bad-data', `the key of this vault is not in ${path}: name its file with --vault-key`);
}

/**
 * Gives the vault a new key: whoever has only the old one opens nothing that is sealed from now on. Nobody else may have the
 * vault open. A kill at any moment leaves one key that opens it.
 * @returns how many keys of persons were sealed anew
 */
export async function rotateMasterKey(database: Database, path: string, said: (key: Buffer) => void): Promise<number> {
  const old = await openMasterKey(database, path);
  const next = newKey();
  await makeFile(nextPath(path), keyText(next));
  const count = database.transaction(() => {
    const subjects = database.all('SELECT id, sealed_key FROM subject');
    for (const { id, sealed_key: sealed } of subjects) {
      const name = subjectName(textOf(id));
      const anew = seal(next, unseal(old, sealed as Uint8Array, name), name);
      database.run('UPDATE subject SET sealed_key = ? WHERE id = ?', anew, textOf(id));
    }
    setCheck(database, next);
    signHead(database, next);
    said(next);
    return subjects.length;
  });
  database.scrub();
  await finishRotation(path, checkOf(database));
  return count;
}

/** What a person's key is sealed as. */
export const subjectName = (subject: string): readonly string[] => ['subject', subject];

const nextPath = (path: string): string => `${path}.next`;

/** The key in `.next` is the vault's when it opens the vault, and of no use when it does not. */
async function finishRotation(path: string, check: Uint8Array | undefined): Promise<void> {
  const text = await textIn(nextPath(path));
  if (text === undefined) return;
  if (check && opens(parseKey(text, nextPath(path)), check)) await rename(nextPath(path), path);
  else await rm(nextPath(path));
  await sync(dirname(path));
}

const isUsed = (database: Database): boolean =>
  database.get('SELECT 1 AS one FROM subject UNION ALL SELECT 1 FROM access LIMIT 1') !== undefined;

function checkOf(database: Pick<DatabaseView, 'get'>): Uint8Array | undefined {
  const value = database.get('SELECT value FROM vault WHERE name = ?', checkName)?.['value'];
  return value instanceof Uint8Array ? value : undefined;
}

const setCheck = (database: Database, key: Uint8Array): number =>
  database.run(
    'INSERT OR REPLACE INTO vault (name, value) VALUES (?, ?)',
    checkName,
    seal(key, new Uint8Array(), about),
  );

function opens(key: Uint8Array, check: Uint8Array): boolean {
  try {
    unseal(key, check, about);
    return true;
  } catch {
    return false;
  }
}

function requireOpens(key: Uint8Array, check: Uint8Array, path: string): void {
  if (!opens(key, check)) throw new Problem('bad-data', `${path} is the key of another vault; nothing was changed`);
}

const prefix = 'chorsu-vault-key-1 ';
const keyText = (key: Buffer): string => `${prefix}${key.toString('base64')}\n`;

function parseKey(text: string, path: string): Buffer {
  const key = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length).trim(), 'base64') : Buffer.alloc(0);
  if (key.length !== keyLength) throw new Problem('bad-data', `${path} holds no key of a vault`);
  return key;
}
