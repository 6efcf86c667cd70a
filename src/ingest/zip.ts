/** Reads ZIP files (XLSX, GTFS) that strangers may have written: every limit is held before memory or time is spent. */
import { basename } from 'node:path';
import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import { Problem } from '../base/problem.ts';
import { BytesForYauzl, openBytes, type Bytes } from './zipBytes.ts';

export type ZipEntry = {
  /** With `/` between folders; relative, without `..`. Folders are no entries. */
  readonly name: string;
  /** Inflated bytes, as the directory of the file says; reading fails when it is not so. */
  readonly size: number;
  readonly compressedSize: number;
};

export type ZipLimits = {
  readonly entries: number;
  /** Of all names and their extra fields. */
  readonly directoryBytes: number;
  /** Of one entry that is read whole. */
  readonly wholeBytes: number;
  /** Inflated, of all entries that are read. */
  readonly inflatedBytes: number;
  /** Inflated to compressed, of an entry of more than `ratioFromBytes`. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
};

/**
 * Sheets with a million rows inflate to 2 or 3 GB, and 20 to 50 times their size; rows that repeat reach 100. Deflate
 * itself ends at 1,032: what lies between is no table. Below 1 MB a ratio says nothing.
 */
export const zipLimits: ZipLimits = {
  entries: 10_000,
  directoryBytes: 16_000_000,
  wholeBytes: 64_000_000,
  inflatedBytes: 4 * 2 ** 30,
  ratio: 200,
  ratioFromBytes: 1_000_000,
};

export type Zip = {
  /** In the order of the directory. */
  readonly entries: readonly ZipEntry[];
  /** Of the file. */
  readonly bytes: number;
  find(name: string): ZipEntry | undefined;
  /** @throws Problem too-large; bad-data for an entry that is damaged; not-found */
  readEntry(name: string): Promise<Uint8Array>;
  /**
   * In chunks of some ten kilobytes; may be read again.
   * @param onRead told the compressed bytes read so far
   * @throws Problem as readEntry, while it is iterated
   */
  streamEntry(name: string, onRead?: (compressedBytes: number) => void): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
};

export type ZipOptions = {
  /** For messages. Default: the file's name. */
  readonly name?: string;
  readonly limits?: Partial<ZipLimits>;
};

type Found = ZipEntry & { readonly entry: Entry; readonly start: number; readonly end: number };

const chunkBytes = 64 * 1024;
const localHeaderBytes = 30;

/**
 * Opens a ZIP file and reads its directory.
 * @param source path of the file, or its bytes
 * @throws Problem not-found; bad-data (no ZIP, cut off, damaged, names that lead out, entries that overlap or stand
 *   twice); not-supported (password); too-large. `field` is the entry, where one is meant
 */
export async function openZip(source: string | Uint8Array, options: ZipOptions = {}): Promise<Zip> {
  const name = options.name ?? (typeof source === 'string' ? basename(source) : 'the file');
  const limits = { ...zipLimits, ...options.limits };
  const bytes = await openBytes(source);
  try {
    const directory = await openDirectory(bytes, name);
    const found = await readDirectory(directory, name, limits);
    return zipOf({ bytes, directory, found, name, limits });
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function openDirectory(bytes: Bytes, name: string): Promise<ZipFile> {
  try {
    const reader = new BytesForYauzl(bytes);
    return await fromRandomAccessReaderPromise(reader, bytes.size, {
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
    });
  } catch (error) {
    const head = new Uint8Array(4);
    await bytes.read(head, 0);
    const begins = String.fromCharCode(...head) === 'PK\u0003\u0004';
    if (/signature not found/.test((error as Error).message)) {
      throw new Problem(
        'bad-data',
        begins
          ? `${name}: the file is cut off: the directory at the end of the ZIP is missing. Copy or download it again`
          : `${name} is no ZIP file`,
      );
    }
    throw damaged(name, error);
  }
}

async function readDirectory(directory: ZipFile, name: string, limits: ZipLimits): Promise<ReadonlyMap<string, Found>> {
  // Without a listener an error of closing would end the process.
  directory.on('error', () => {});
  if (directory.entryCount > limits.entries) {
    throw new Problem('too-large', `${name} has ${directory.entryCount} entries; at most ${limits.entries} are read`);
  }
  const all: Found[] = [];
  let directoryBytes = 0;
  try {
    for await (const entry of directory.eachEntry()) {
      const { fileName, fileNameLength, extraFieldLength, fileCommentLength } = entry;
      directoryBytes += fileNameLength + extraFieldLength + fileCommentLength;
      if (directoryBytes > limits.directoryBytes) throw new Problem('too-large', `${name}: its directory is too large`);
      if (entry.isEncrypted()) throw encrypted(name, fileName);
      const start = entry.relativeOffsetOfLocalHeader;
      // The local header has at least the name; what else it has is looked at when the entry is read.
      const end = start + localHeaderBytes + fileNameLength + entry.compressedSize;
      const { uncompressedSize: size, compressedSize } = entry;
      all.push({ name: fileName, size, compressedSize, entry, start, end });
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    const message = (error as Error).message;
    if (/encryption/.test(message)) throw encrypted(name, undefined);
    const path = /^(?:absolute path|invalid relative path|invalid characters in fileName): (.*)$/s.exec(message)?.[1];
    if (path === undefined) throw damaged(name, error);
    throw new Problem('bad-data', `${name}: the entry "${path.slice(0, 100)}" leads out of the ZIP file`, path);
  }
  return checked(all, name);
}

/** Entries that share bytes are how a small file becomes a huge one; entries of the same name, how two readers see two files. */
function checked(all: readonly Found[], name: string): ReadonlyMap<string, Found> {
  const byName = new Map<string, Found>();
  const inOrder = [...all].sort((a, b) => a.start - b.start);
  for (const [index, found] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next && found.end > next.start) {
      throw new Problem('bad-data', `${name}: the entries ${found.name} and ${next.name} overlap`, next.name);
    }
  }
  for (const found of all) {
    if (byName.has(found.name)) throw new Problem('bad-data', `${name} holds ${found.name} twice`, found.name);
    byName.set(found.name, found);
  }
  return byName;
}

type Opened = {
  readonly bytes: Bytes;
  readonly directory: ZipFile;
  readonly found: ReadonlyMap<string, Found>;
  readonly name: string;
  readonly limits: ZipLimits;
};

function zipOf({ bytes, directory, found, name, limits }: Opened): Zip {
  const files = [...found.values()].filter((entry) => !entry.name.endsWith('/'));
  /** Entries that were read, so that reading one again costs nothing of the limit. */
  const read = new Set<string>();
  let inflatedBytes = 0;

  const admitted = (entryName: string): Found => {
    const entry = found.get(entryName);
    if (!entry) throw new Problem('not-found', `${name} holds no ${entryName}`, entryName);
    const { size, compressedSize } = entry;
    if (size > limits.ratioFromBytes && size > limits.ratio * compressedSize) {
      throw new Problem(
        'too-large',
        `${name}: ${entryName} would inflate ${Math.round(size / Math.max(1, compressedSize))} times, to ${size} bytes; more than ${limits.ratio} times is taken for a ZIP bomb`,
        entryName,
      );
    }
    if (!read.has(entryName)) inflatedBytes += size;
    read.add(entryName);
    if (inflatedBytes > limits.inflatedBytes) {
      throw new Problem(
        'too-large',
        `${name} would inflate to ${inflatedBytes} bytes; at most ${limits.inflatedBytes} are read`,
        entryName,
      );
    }
    return entry;
  };

  async function* stream(entryName: string, onRead?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    const { entry, size, start, end } = admitted(entryName);
    const fault = (what: string): Problem => new Problem('bad-data', `${name}: ${entryName} ${what}`, entryName);
    const { fileDataStart } = await directory
      .readLocalFileHeaderPromise(entry, { minimal: true })
      .catch((error: unknown) => {
        throw damaged(name, error, entryName);
      });
    const dataEnd = fileDataStart + entry.compressedSize;
    for (const other of found.values()) {
      if (other.start > start && other.start < dataEnd && dataEnd >= end) throw fault(`overlaps ${other.name}`);
    }
    const packed = Readable.from(ranges(bytes, fileDataStart, dataEnd, onRead), { objectMode: false });
    let plain: Readable = packed;
    if (entry.compressionMethod === 8) {
      plain = pipeline(packed, createInflateRaw({ chunkSize: chunkBytes }), () => {});
    } else if (entry.compressionMethod !== 0) {
      packed.destroy();
      throw new Problem(
        'not-supported',
        `${name}: ${entryName} is compressed by method ${entry.compressionMethod}; only deflate is read`,
        entryName,
      );
    }
    let length = 0;
    let sum = 0;
    try {
      for await (const chunk of plain as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > size) throw fault(`holds more than the ${size} bytes that it says`);
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw damaged(name, error, entryName);
    }
    if (length !== size) throw fault(`holds ${length} bytes and says ${size}`);
    if (sum !== entry.crc32) throw fault('is damaged: its checksum (CRC-32) is another');
  }

  return {
    entries: files.map(({ name, size, compressedSize }) => ({ name, size, compressedSize })),
    bytes: bytes.size,
    find: (entryName) => (entryName.endsWith('/') ? undefined : found.get(entryName)),
    async readEntry(entryName) {
      const size = found.get(entryName)?.size ?? 0;
      if (size > limits.wholeBytes) {
        throw new Problem(
          'too-large',
          `${name}: ${entryName} has ${size} bytes; at most ${limits.wholeBytes} are read at once`,
          entryName,
        );
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream(entryName)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    streamEntry: stream,
    close: () => bytes.close(),
  };
}

async function* ranges(
  bytes: Bytes,
  start: number,
  end: number,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - at));
    const count = await bytes.read(chunk, at);
    if (count === 0) throw new Error('the file ends early');
    at += count;
    onRead?.(at - start);
    yield chunk.subarray(0, count);
  }
}

function encrypted(name: string, entry: string | undefined): Problem {
  return new Problem('not-supported', `${name} is protected by a password; save it without one`, entry);
}

/** Whatever a library says of a file that is not as it should be. */
function damaged(name: string, error: unknown, entry?: string): Problem {
  return new Problem(
    'bad-data',
    `${name}${entry === undefined ? '' : `: ${entry}`} is damaged (${(error as Error).message})`,
    entry,
  );
}
