/**
 * The outer layer of an OpenStreetMap extract (fileformat.proto): blobs, each with its length, its type and its own
 * compression. Read one after the other, so that memory does not grow with the file.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { PbfReader } from 'pbf';
import { Problem } from '../../base/problem.ts';

export type Blob = {
  /** `OSMHeader`, `OSMData`, or a type of the writer's own, which readers skip. */
  readonly type: string;
  /** Where in the file the blob begins, header and length included. */
  readonly offset: number;
  /** Bytes that it takes in the file, header and length included. */
  readonly size: number;
  /** What it holds, decompressed. */
  readonly bytes: Uint8Array;
};

export type OsmFile = {
  readonly name: string;
  readonly size: number;
  /**
   * The blobs in their order. The next ones are decompressed while one is being worked on.
   * @param wanted false skips a blob by its offset without reading it
   */
  blobs(wanted?: (offset: number) => boolean): AsyncGenerator<Blob>;
  close(): Promise<void>;
};

/** Limits of the format: a header may have 64 KiB, a blob 32 MiB before and after compression. */
const headerBytesMax = 64 * 1024;
const blobBytesMax = 32 * 1024 * 1024;
/** Blobs under way at a time: enough to keep decompression busy on another core. */
const ahead = 4;

const inflated = promisify(inflate);
/** Fields 4 to 7 of `Blob`: compressions that the format allows and that nearly nobody writes. */
const otherCompressions: Readonly<Record<number, string>> = { 4: 'lzma', 5: 'bzip2', 6: 'lz4', 7: 'zstd' };

/** @throws Problem invalid-request when the file cannot be opened */
export async function openOsmFile(path: string): Promise<OsmFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw new Problem('invalid-request', `${path} cannot be read (${(error as { code?: string }).code})`, 'streets');
  }
  const { size } = await handle.stat();
  const name = basename(path);
  return { name, size, blobs: (wanted) => blobsOf(handle, name, size, wanted), close: () => handle.close() };
}

/** A Problem at a byte of the file. */
export function broken(name: string, offset: number, detail: string): Problem {
  return new Problem('bad-data', detail, `${name}: byte ${offset}`);
}

async function* blobsOf(
  handle: FileHandle,
  name: string,
  size: number,
  wanted: (offset: number) => boolean = () => true,
): AsyncGenerator<Blob> {
  const read = async (offset: number, length: number, what: string): Promise<Uint8Array> => {
    if (offset + length > size) {
      throw broken(
        name,
        offset,
        `the file ends inside ${what}: ${length} bytes are announced, ${size - offset} follow`,
      );
    }
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    if (bytesRead < length) throw broken(name, offset + bytesRead, `the file ends inside ${what}`);
    return bytes;
  };
  if (size === 0) throw broken(name, 0, 'the file is empty');
  const waiting: Promise<Blob>[] = [];
  let offset = 0;
  while (offset < size) {
    const start = offset;
    const length = new DataView((await read(start, 4, 'the length of a blob header')).buffer).getUint32(0);
    if (length === 0 || length > headerBytesMax) {
      const looksLike = start === 0 ? 'this is not an OpenStreetMap PBF file' : 'the file is damaged';
      throw broken(
        name,
        start,
        `${looksLike}: a blob header of ${length} bytes is announced, 1 to ${headerBytesMax} are possible`,
      );
    }
    const { type, dataSize } = readBlobHeader(await read(start + 4, length, 'a blob header'), name, start + 4);
    const dataAt = start + 4 + length;
    offset = dataAt + dataSize;
    if (offset > size) {
      throw broken(
        name,
        dataAt,
        `the file ends inside a blob: ${dataSize} bytes are announced, ${size - dataAt} follow`,
      );
    }
    if (!wanted(start)) continue;
    const data = await read(dataAt, dataSize, 'a blob');
    const blobSize = offset - start;
    const blob = readBlob(data, name, dataAt).then((bytes) => ({ type, offset: start, size: blobSize, bytes }));
    // A failure is thrown where its turn comes.
    blob.catch(() => {});
    waiting.push(blob);
    if (waiting.length >= ahead) yield await (waiting.shift() as Promise<Blob>);
  }
  while (waiting.length > 0) yield await (waiting.shift() as Promise<Blob>);
}

function readBlobHeader(bytes: Uint8Array, name: string, at: number): { type: string; dataSize: number } {
  const found = { type: '', dataSize: -1 };
  guarded(name, at, 'a blob header', () => {
    const pbf = new PbfReader(bytes);
    pbf.readFields((field) => {
      if (field === 1) found.type = pbf.readString();
      if (field === 3) found.dataSize = pbf.readVarint();
    }, undefined);
    if (pbf.pos !== bytes.length) throw new Error('a field is longer than the header');
  });
  if (found.type === '' || found.dataSize < 0) throw broken(name, at, 'a blob header without type or size');
  if (found.dataSize > blobBytesMax) {
    throw broken(name, at, `a blob of ${found.dataSize} bytes is announced; at most ${blobBytesMax} are possible`);
  }
  return found;
}

async function readBlob(data: Uint8Array, name: string, at: number): Promise<Uint8Array> {
  let raw: Uint8Array | undefined;
  let zlib: Uint8Array | undefined;
  let rawSize = 0;
  let other: string | undefined;
  guarded(name, at, 'a blob', () => {
    const pbf = new PbfReader(data);
    pbf.readFields((field) => {
      if (field === 1) raw = pbf.readBytes();
      else if (field === 2) rawSize = pbf.readVarint();
      else if (field === 3) zlib = pbf.readBytes();
      else other ??= otherCompressions[field];
    }, undefined);
    if (pbf.pos !== data.length) throw new Error('a field is longer than the blob');
  });
  if (raw) return raw;
  if (!zlib) {
    throw broken(
      name,
      at,
      other === undefined
        ? 'a blob without data'
        : `a blob is compressed with ${other}; zlib and none can be read (osmium cat -f pbf,pbf_compression=zlib)`,
    );
  }
  if (rawSize > blobBytesMax) {
    throw broken(name, at, `a blob of ${rawSize} bytes after decompression; at most ${blobBytesMax} are possible`);
  }
  let bytes: Uint8Array;
  try {
    bytes = await inflated(zlib, { maxOutputLength: Math.max(1, rawSize) });
  } catch (error) {
    throw broken(name, at, `a blob cannot be decompressed (${(error as { code?: string }).code ?? 'zlib'})`);
  }
  if (bytes.length !== rawSize) {
    throw broken(name, at, `a blob has ${bytes.length} bytes after decompression, ${rawSize} were announced`);
  }
  return bytes;
}

/** What the decoder throws over damaged bytes becomes a Problem with the place in the file. */
export function guarded<T>(name: string, at: number, what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw broken(name, at, `${what} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}
