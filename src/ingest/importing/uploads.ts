/**
 * Files that a browser sent: they lie in the data directory until what they hold is taken, so that an import which was
 * stopped can go on after a restart. What is known of a file, and what of it was refused, stays a week; so does a file that
 * nobody took.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Scan } from './scanner.ts';

export type Upload = {
  readonly id: string;
  /** As the browser called it, without folders. */
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Where it lies. The name's ending is kept: doors recognise a file by it. */
  readonly path: string;
  /** What it holds is taken, whole: the file itself is gone. */
  readonly taken: boolean;
};

export type Uploads = {
  /**
   * Streams the one file of a `multipart/form-data` body to disk; memory stays flat.
   * @throws Problem unsupported-media-type, bad-data (no file, several, a body cut off), too-large; nothing is kept then
   */
  receive(request: Request): Promise<Upload>;
  /** @throws Problem not-found */
  get(id: string): Promise<Upload>;
  /** Newest first. */
  list(): Promise<readonly Upload[]>;
  remove(id: string): Promise<void>;
  /** Lets the file go, since what it holds is taken; what is known of it stays. @throws Problem not-found */
  finish(id: string): Promise<void>;
  /** Takes away what was never finished and what has waited too long; done before each file that is received, too. */
  sweep(): Promise<void>;
  /** What a person has said of the file so far; it is there again after a reload and a restart. */
  note(id: string, choices: Readonly<Record<string, unknown>>): Promise<void>;
  noted(id: string): Promise<Readonly<Record<string, unknown>>>;
};

/** Larger files go by the command line, which needs no copy. */
export const uploadMaxBytes = 2_000_000_000;
/** Of a form around its file: borders, headers, other fields. */
const aroundMaxBytes = 1_000_000;
const keptMs = 7 * 86_400_000;
const idPattern = /^[0-9A-Z]{10}$/;

/** Of what waits here, together: a disk is not filled through a form. */
const filesMax = 100;
const allMaxBytes = 10 * uploadMaxBytes;

export function openUploads(deps: {
  directory: string;
  clock: Clock;
  newId: NewId;
  maxBytes?: number;
  /** Looks at a file that has arrived; what it refuses is not kept. */
  scan?: Scan;
}): Uploads {
  const { directory, clock, newId, maxBytes = uploadMaxBytes, scan } = deps;

  const find = async (id: string): Promise<Upload | undefined> => {
    if (!idPattern.test(id)) return undefined;
    const home = join(directory, id);
    try {
      const about: unknown = JSON.parse(await readFile(join(home, 'about.json'), 'utf8'));
      if (!isObject(about)) return undefined;
      const { name, receivedAt, takenBytes } = about;
      if (typeof name !== 'string' || typeof receivedAt !== 'string') return undefined;
      const path = join(home, storedName(name));
      const taken = typeof takenBytes === 'number';
      return { id, name, receivedAt, path, taken, bytes: taken ? takenBytes : (await stat(path)).size };
    } catch {
      return undefined;
    }
  };

  const get = async (id: string): Promise<Upload> => {
    const upload = await find(id);
    if (!upload)
      throw new Problem('not-found', 'there is no such file; files that nobody takes go after a week', 'upload');
    return upload;
  };

  const list = async (): Promise<Upload[]> => {
    const ids = await readdir(directory).catch(() => [] as string[]);
    const found = await Promise.all(ids.map((id) => find(id)));
    return found
      .filter((upload) => upload !== undefined)
      .sort((one, other) => other.receivedAt.localeCompare(one.receivedAt));
  };

  const remove = async (id: string): Promise<void> => {
    if (idPattern.test(id)) await rm(join(directory, id), { recursive: true, force: true });
  };

  const sweep = async (): Promise<void> => {
    const kept = new Map((await list()).map((upload) => [upload.id, Date.parse(upload.receivedAt)]));
    for (const id of await readdir(directory).catch(() => [] as string[])) {
      const receivedMs = kept.get(id);
      // Another sweep may have been faster.
      const startedMs = receivedMs ?? (await stat(join(directory, id)).catch(() => undefined))?.mtimeMs;
      if (startedMs === undefined) continue;
      if (clock.now() - startedMs > (receivedMs === undefined ? 86_400_000 : keptMs)) await remove(id);
    }
  };

  return {
    async receive(request) {
      const type = request.headers.get('content-type') ?? '';
      if (!/^multipart\/form-data\s*;/i.test(type) || request.body === null) {
        throw new Problem('unsupported-media-type', 'expected a file as multipart/form-data', 'content-type');
      }
      // Said before the body is sent where its length is told; a little more than the file is around it.
      const announced = Number(request.headers.get('content-length') ?? 0);
      if (announced > maxBytes + aroundMaxBytes) throw tooLarge(maxBytes);
      await sweep();
      const waiting = (await list()).filter(({ taken }) => !taken);
      const bytes = waiting.reduce((sum, one) => sum + one.bytes, announced);
      if (waiting.length >= filesMax || bytes > allMaxBytes)
        throw new Problem('too-large', 'too many files wait here to be taken: take or remove some', 'file');
      const id = newId();
      const home = join(directory, id);
      await mkdir(home, { recursive: true, mode: 0o700 });
      try {
        const name = await fileOf(request.body, type, home, maxBytes);
        await scan?.(join(home, storedName(name)));
        await keep(join(home, 'about.json'), { name, receivedAt: new Date(clock.now()).toISOString() });
      } catch (error) {
        await rm(home, { recursive: true, force: true });
        throw error;
      }
      const upload = await find(id);
      if (!upload) throw new Problem('internal', 'the file was received and is not there');
      return upload;
    },
    get,
    list,
    remove,
    sweep,
    async finish(id) {
      const { path, name, receivedAt, bytes } = await get(id);
      await keep(join(dirname(path), 'about.json'), { name, receivedAt, takenBytes: bytes });
      await rm(path, { force: true });
    },
    async note(id, choices) {
      const { path } = await get(id);
      await keep(join(dirname(path), 'choices.json'), choices);
    },
    async noted(id) {
      const { path } = await get(id);
      try {
        const choices: unknown = JSON.parse(await readFile(join(dirname(path), 'choices.json'), 'utf8'));
        return isObject(choices) ? choices : {};
      } catch {
        return {};
      }
    },
  };
}

/** Written beside it and renamed: a kill leaves the old words or the new ones. */
async function keep(path: string, words: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(words), { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    'too-large',
    `the file is larger than ${Math.floor(maxBytes / 1_000_000)} MB; take it with "chorsu import" on the command line`,
    'file',
  );

/** On disk a file has no name of the outside but its ending. */
const storedName = (name: string): string => `file${/(\.[A-Za-z0-9]{1,8}){0,2}$/.exec(name)?.[0].toLowerCase() ?? ''}`;

/** @throws Problem bad-data: the type has no boundary between the parts, or one that is longer than a boundary can be */
function formReader(type: string, fileSize: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { files: 1, fields: 20, fileSize, fieldSize: 10_000 },
    });
  } catch (error) {
    throw new Problem(
      'bad-data',
      `the parts of the form cannot be told apart (${(error as Error).message})`,
      'content-type',
    );
  }
}

/** @returns the name of the file, which then lies whole in `home` */
async function fileOf(
  body: NonNullable<Request['body']>,
  type: string,
  home: string,
  maxBytes: number,
): Promise<string> {
  const form = formReader(type, maxBytes);
  let name: string | undefined;
  let written: Promise<void> | undefined;
  let tooMany = false;
  form.on('file', (_field, stream, fileName) => {
    const own = (fileName ?? '').split(/[/\\]/).at(-1)?.trim().slice(0, 200) ?? '';
    if (own === '') {
      stream.resume();
      return;
    }
    name = own;
    written = pipeline(stream, createWriteStream(join(home, storedName(own)), { mode: 0o600, flush: true })).then(
      () => {
        if (stream.truncated) {
          throw tooLarge(maxBytes);
        }
      },
    );
    // Seen below; a failure must not be unhandled while the rest of the body arrives.
    written.catch(() => {});
  });
  form.on('filesLimit', () => {
    tooMany = true;
  });
  try {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), form);
  } catch (error) {
    throw new Problem('bad-data', `the file did not arrive whole (${(error as Error).message})`, 'file');
  }
  await written;
  if (tooMany) throw new Problem('bad-data', 'expected one file, found several', 'file');
  if (name === undefined) throw new Problem('bad-data', 'no file was chosen', 'file');
  return name;
}
