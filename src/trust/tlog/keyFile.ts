/** The file that holds a private key: made once, readable by its owner alone. */
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sync } from '../../store/index.ts';
import { newPrivateKey, openSigner, type Signer } from './keys.ts';

/**
 * The signer whose key stands in the file; a file that is not there is made.
 * @param made what a new key is for
 * @throws Problem bad-data when the file holds no key
 */
export async function openKeptSigner(
  path: string,
  made: { readonly name: string; readonly type: number },
): Promise<Signer> {
  try {
    return openSigner(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${newPrivateKey(made.name, made.type)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // A link, not a rename: a key that somebody else has made in the meantime stays.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  await sync(dirname(path));
  return openSigner(await readFile(path, 'utf8'));
}
