/** Content-addressed bytes: the name is the SHA-256, so the same bytes are kept once and damage is noticed. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../durably.ts';
import type { Files } from '../ports.ts';

const hashPattern = /^[0-9a-f]{64}$/;

/** @param options tmp: on the same file system as `directory` */
export function openFiles(options: { directory: string; tmp: string }): Files {
  const { directory, tmp } = options;
  const folderOf = (hash: string): string => join(directory, hash.slice(0, 2));
  return {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const folder = folderOf(hash);
      const path = join(folder, hash);
      const known = await stat(path).catch(() => undefined);
      if (known?.size === bytes.length) return hash;
      const temporary = join(tmp, `file-${randomUUID()}`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      await syncDirectory(folder);
      if (made !== undefined) await syncDirectory(directory);
      return hash;
    },
    async get(hash) {
      // The hash comes from outside; a path does not.
      if (!hashPattern.test(hash)) return undefined;
      try {
        const bytes = await readFile(join(folderOf(hash), hash));
        if (createHash('sha256').update(bytes).digest('hex') !== hash) throw new Error(`file ${hash} is damaged`);
        return new Uint8Array(bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
