/**
 * A disk in memory that loses power. What was written and not synced may be there afterwards, or not, sector by sector;
 * names that were not synced may be the old ones, from some point of their order on. A killed process loses nothing
 * that it had handed over, but the write it was in may be half done.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Random } from '../../src/base/random.ts';
import type { Disk, DiskFile } from '../../src/store/journal/disk.ts';

type Content = { current: Buffer; durable: Buffer; unsynced: { position: number; bytes: Buffer }[] };
type NameChange = (names: Map<string, Content>) => void;

export type SimulatedDisk = {
  /** The disk for a process that starts now. */
  mount(): Disk;
  /** Ends the world of every open file: their calls never return. What is left is what the next opening sees. */
  crash(kind: 'kill' | 'power'): void;
  /** Flips a byte that is durable. */
  damage(path: string, position: number): void;
  /** Durable bytes by path, for writing them to a real directory. */
  durableFiles(): ReadonlyMap<string, Buffer>;
};

const sector = 512;

/** @param sleep every call takes some of it; the simulation's virtual time or nothing at all */
export function simulatedDisk(random: Random, sleep: (ms: number) => Promise<void>): SimulatedDisk {
  let names = new Map<string, Content>();
  let durableNames = new Map<string, Content>();
  let unsyncedNames: { directory: string; change: NameChange }[] = [];
  let generation = 0;

  const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  const fault = (path: string): Error => Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  /** Does nothing more for whoever was there before the crash. */
  const take = async (ms: number, born: number): Promise<void> => {
    await sleep(ms);
    if (born !== generation) await new Promise<never>(() => {});
  };
  const rename = (path: string, change: NameChange): void => {
    change(names);
    unsyncedNames.push({ directory: directoryOf(path), change });
  };
  const written = (into: Buffer, position: number, bytes: Buffer): Buffer => {
    let target = into;
    if (target.length < position + bytes.length) {
      target = Buffer.alloc(position + bytes.length);
      into.copy(target);
    }
    bytes.copy(target, position);
    return target;
  };
  const syncContent = (content: Content): void => {
    content.durable = Buffer.from(content.current);
    content.unsynced = [];
  };

  const handle = (content: Content, synced: boolean, born: number): DiskFile => {
    return {
      async write(bytes, position) {
        const copy = Buffer.from(bytes);
        const entry = { position, bytes: copy };
        content.unsynced.push(entry);
        await take(random.next() * 2, born);
        content.current = written(content.current, position, copy);
        if (!synced) return;
        content.durable = written(content.durable, position, copy);
        content.unsynced = content.unsynced.filter((other) => other !== entry);
      },
      async read(position, length) {
        await take(random.next(), born);
        return Buffer.from(content.current.subarray(position, position + length));
      },
      async sync() {
        await take(random.next() * 3, born);
        syncContent(content);
      },
      async close() {
        await take(0, born);
      },
    };
  };

  /** The disk as one process sees it: after a crash its calls never return, not even those it had still to make. */
  const mounted = (born: number): Disk => ({
    async open(path, mode) {
      await take(random.next(), born);
      let content = names.get(path);
      if (mode === 'new') {
        const fresh: Content = { current: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] };
        rename(path, (map) => void map.set(path, fresh));
        content = fresh;
      }
      if (!content) throw fault(path);
      return handle(content, mode === 'synced', born);
    },
    async list(directory) {
      await take(random.next(), born);
      return [...names]
        .filter(([path]) => directoryOf(path) === directory)
        .map(([path, { current }]) => ({ name: path.slice(directory.length + 1), size: current.length }));
    },
    async rename(from, to) {
      await take(random.next(), born);
      if (!names.has(from)) throw fault(from);
      rename(to, (map) => {
        const content = map.get(from);
        map.delete(from);
        if (content) map.set(to, content);
      });
    },
    async remove(path) {
      await take(random.next(), born);
      if (!names.has(path)) throw fault(path);
      rename(path, (map) => void map.delete(path));
    },
    async makeDirectory() {
      await take(random.next(), born);
    },
    async syncDirectory(directory) {
      await take(random.next() * 2, born);
      for (const change of unsyncedNames) if (change.directory === directory) change.change(durableNames);
      unsyncedNames = unsyncedNames.filter((change) => change.directory !== directory);
    },
    async compress(bytes) {
      await take(random.next() * 3, born);
      return zstdCompressSync(bytes);
    },
    async decompress(bytes) {
      await take(random.next(), born);
      return zstdDecompressSync(bytes);
    },
  });

  return {
    mount: () => mounted(generation),
    crash(kind) {
      generation++;
      if (kind === 'power') {
        // Names are journalled by the file system in their order: some first part of them arrived.
        for (const { change } of unsyncedNames.slice(0, random.int(0, unsyncedNames.length))) change(durableNames);
        names = durableNames;
      }
      unsyncedNames = [];
      for (const content of new Set(names.values())) {
        let left: Buffer = Buffer.from(kind === 'power' ? content.durable : content.current);
        for (const { position, bytes } of content.unsynced) {
          const whole = kind === 'kill' && random.next() < 0.5;
          for (let at = 0; at < bytes.length; at += sector) {
            if (whole || random.next() < 0.5) left = written(left, position + at, bytes.subarray(at, at + sector));
            // A killed process's write stops somewhere; only a power cut leaves holes.
            else if (kind === 'kill') break;
          }
        }
        content.current = left;
        syncContent(content);
      }
      durableNames = new Map(names);
    },
    damage(path, position) {
      const content = names.get(path);
      if (!content) throw fault(path);
      for (const bytes of [content.current, content.durable]) bytes[position] = (bytes[position] ?? 0) ^ 0x55;
    },
    durableFiles: () => new Map([...durableNames].map(([path, { durable }]) => [path, durable])),
  };
}
