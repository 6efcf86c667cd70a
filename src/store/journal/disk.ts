/**
 * What the journal needs of a disk, and of the processor for sealing. Passed in, so that the simulation can lose power
 * at any write. Every call does its work off the event loop.
 */
import * as fs from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';

export type DiskFile = {
  /** Writes all bytes; durable when resolved if the file was opened `synced`, else after `sync`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Up to `length` bytes; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  sync(): Promise<void>;
  close(): Promise<void>;
};

export type Disk = {
  /** `new` makes or empties the file; `synced` and `read` want it to be there. */
  open(path: string, mode: 'new' | 'synced' | 'read'): Promise<DiskFile>;
  list(directory: string): Promise<readonly { name: string; size: number }[]>;
  /** Durable only after `syncDirectory`, like `remove`. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** zstd, both ways. */
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  decompress(bytes: Uint8Array): Promise<Uint8Array>;
};

const flags = {
  new: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  // One system call per group instead of two, and the same time measured: 0.35-0.45 ms against write + fdatasync.
  synced: constants.O_RDWR | constants.O_DSYNC,
  read: constants.O_RDONLY,
};

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export const realDisk: Disk = {
  compress: (bytes) => compress(bytes),
  decompress: (bytes) => decompress(bytes),
  async open(path, mode) {
    const handle = await fs.open(path, flags[mode], 0o600);
    return {
      async write(bytes, position) {
        let done = 0;
        while (done < bytes.length) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      async read(position, length) {
        const buffer = Buffer.allocUnsafe(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return buffer.subarray(0, done);
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  async list(directory) {
    const names = await fs.readdir(directory);
    return Promise.all(names.map(async (name) => ({ name, size: (await fs.stat(join(directory, name))).size })));
  },
  rename: fs.rename,
  remove: (path) => fs.rm(path),
  async makeDirectory(path) {
    await fs.mkdir(path, { recursive: true, mode: 0o700 });
  },
  async syncDirectory(path) {
    const handle = await fs.open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
