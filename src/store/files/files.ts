/** Content-addressed bytes: the name is the SHA-256, so the same bytes are kept once and damage is noticed. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metrics } from '../../base/metrics.ts';
import { oneAtATime } from '../../base/queue.ts';
import { sync } from '../durably.ts';
import type { FileKeeper, Files } from '../ports.ts';

/** Bytes are put before the record that names them: so long they may be without one. */
export const unnamedMs = 3_600_000;

const hashPattern = /^[0-9a-f]{64}$/;

/**
 * @param options tmp: on the same file system as `directory`
 * @param options.now the platform's clock, ms: a file is as old as it says
 */
export function openFiles(options: { directory: string; tmp: string; metrics: Metrics; now: () => number }): Files {
  const { directory, tmp, metrics, now } = options;
  const sweptFiles = metrics.counter('chorsu_files_swept_total', 'Files deleted since nothing named them');
  const sweptBytes = metrics.counter('chorsu_files_swept_bytes_total', 'Bytes of the files deleted');
  /** Between a look at a file and what follows from it nobody else may touch it. */
  const inTurn = oneAtATime();
  const folderOf = (hash: string): string => join(directory, hash.slice(0, 2));
  const keepers: (() => Promise<readonly string[]>)[] = [];
  const kept: FileKeeper = {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const folder = folderOf(hash);
      const path = join(folder, hash);
      const known = await inTurn(async () => {
        const there = await stat(path).catch(() => undefined);
        if (there?.size !== bytes.length) return false;
        // Put again: its time without a name begins anew.
        await utimes(path, now() / 1000, now() / 1000);
        return true;
      });
      if (known) return hash;
      const temporary = join(tmp, `file-${randomUUID()}`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.utimes(now() / 1000, now() / 1000);
        await file.sync();
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      await sync(folder);
      if (made !== undefined) await sync(directory);
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
  return {
    get: kept.get,
    keeper(named) {
      keepers.push(named);
      return kept;
    },
    async sweep() {
      const named = new Set((await Promise.all(keepers.map((names) => names()))).flat());
      let files = 0;
      let bytes = 0;
      for (const folder of await readdir(directory)) {
        for (const hash of await readdir(join(directory, folder)).catch(() => [])) {
          if (!hashPattern.test(hash) || named.has(hash)) continue;
          const path = join(directory, folder, hash);
          await inTurn(async () => {
            const { size, mtimeMs } = await stat(path);
            if (now() - mtimeMs < unnamedMs) return;
            await rm(path);
            files++;
            bytes += size;
          });
        }
      }
      sweptFiles.add(files);
      sweptBytes.add(bytes);
      return { files, bytes };
    },
  };
}
