/** Files of secrets beside the data directory: made once, readable by their owner alone. */
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sync } from '../store/index.ts';

/** The text of the file; one that is not there is made. @param make what a new one holds */
export async function keptText(path: string, make: () => string): Promise<string> {
  const known = await textIn(path);
  if (known !== undefined) return known;
  await makeFile(path, make());
  return readFile(path, 'utf8');
}

/** undefined when there is no such file. */
export async function textIn(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Durable when resolved. A file that is there, or that somebody else made in the meantime, stays. */
export async function makeFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  // A link, not a rename: it does not replace.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  await sync(dirname(path));
}
