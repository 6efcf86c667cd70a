/** Writing and syncing files so that power loss leaves them whole or absent. */
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Temporary file, sync, rename, sync of the directory: after that the file is whole or was never there. */
export async function writeDurably(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(directory, `${name}.tmp`);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(directory, name));
  await sync(directory);
}

/** Syncs a file, or the names in a directory: a rename is durable only after this. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a finished directory its name: all that is in it is on disk before, the name after. `to` is empty or not there. */
export async function moveDurably(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || entry.isFile()) await sync(path);
  }
  await sync(from);
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
  await sync(dirname(to));
}
