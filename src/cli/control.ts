/**
 * How a second `chorsu` speaks to the one that serves a data directory: a socket in that directory, so that whoever may
 * write the city may do this and nobody else. One JSON line asks; JSON lines answer: progress, then a result or a
 * problem. Nothing of it can be reached from the network.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { isObject, parseJson } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import { Problem, problemKinds, type ProblemKind } from '../base/problem.ts';

/** Told while the work goes on. */
export type Tell = (done: number, total?: number, note?: string) => void;
/** Work that may be asked for. The wish and the answer are JSON; the signal is aborted when the asker has gone. */
export type Deed = (wish: Readonly<Record<string, unknown>>, tell: Tell, signal: AbortSignal) => Promise<unknown>;
export type Deeds = Readonly<Record<string, Deed>>;

/** Paths of sockets are limited to 108 bytes on Linux and 104 elsewhere. */
const longestSocketPath = 100;
const socketFile = (data: string): string => join(data, 'control.sock');
/** Names the socket when the directory's own path is too long for one. */
const pointerFile = (data: string): string => join(data, 'control.path');

/**
 * Listens in the data directory, whose lock the caller holds: what a dead process left there is taken away.
 * @returns close, which waits for what is being done
 */
export async function serveControl(data: string, deeds: Deeds, log: Log): Promise<{ close(): Promise<void> }> {
  await rm(socketFile(data), { force: true });
  await rm(pointerFile(data), { force: true });
  let path = socketFile(data);
  if (Buffer.byteLength(path) > longestSocketPath) {
    path = join(await mkdtemp(join(tmpdir(), 'chorsu-')), 'control.sock');
    await writeFile(pointerFile(data), path, { mode: 0o600 });
  }
  const running = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const work = answer(socket, deeds, log).finally(() => {
      running.delete(work);
      sockets.delete(socket);
      socket.end();
    });
    running.add(work);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.allSettled(running);
      await closed;
      await rm(pointerFile(data), { force: true });
      if (path !== socketFile(data)) await rm(dirname(path), { recursive: true, force: true });
    },
  };
}

async function answer(socket: Socket, deeds: Deeds, log: Log): Promise<void> {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const send = (line: Record<string, unknown>): void => {
    if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
  };
  try {
    const wish = await firstLine(socket);
    if (wish === undefined) return;
    const deed = deeds[String(wish['do'])];
    if (!deed) throw new Problem('not-supported', `the server cannot do "${String(wish['do'])}"`);
    send({ result: (await deed(wish, (done, total, note) => send({ done, total, note }), gone.signal)) ?? null });
  } catch (error) {
    if (!(error instanceof Problem)) log.error('a deed asked over the control socket failed', { error: String(error) });
    const { kind, field } = error instanceof Problem ? error : { kind: 'internal', field: undefined };
    send({ problem: { kind, detail: error instanceof Error ? error.message : String(error), field } });
  }
}

async function firstLine(socket: Socket): Promise<Record<string, unknown> | undefined> {
  for await (const line of createInterface({ input: socket })) {
    const wish = parseJson(Buffer.from(line));
    if (!isObject(wish)) throw new Problem('invalid-request', 'a wish is a JSON object');
    return wish;
  }
  return undefined;
}

/**
 * Asks the process that serves the directory.
 * @returns its answer; undefined when no process serves it
 * @throws Problem as the server threw it; `overloaded` when it went away, or was left by the signal, before it answered
 */
export async function ask(
  data: string,
  wish: Readonly<Record<string, unknown>> & { readonly do: string },
  tell: Tell,
  signal?: AbortSignal,
): Promise<{ readonly result: unknown } | undefined> {
  const path = await readFile(pointerFile(data), 'utf8').catch(() => socketFile(data));
  const socket = await connect(path);
  if (!socket) return undefined;
  signal?.addEventListener('abort', () => socket.destroy());
  socket.write(`${JSON.stringify(wish)}\n`);
  try {
    for await (const line of createInterface({ input: socket })) {
      const said = JSON.parse(line) as {
        done?: number;
        total?: number;
        note?: string;
        result?: unknown;
        problem?: { kind: string; detail: string; field?: string };
      };
      if (said.problem) {
        const kind = said.problem.kind in problemKinds ? (said.problem.kind as ProblemKind) : 'internal';
        throw new Problem(kind, said.problem.detail, said.problem.field);
      }
      if (said.done !== undefined) tell(said.done, said.total, said.note);
      if ('result' in said) return { result: said.result };
    }
  } finally {
    socket.destroy();
  }
  throw new Problem('overloaded', signal?.aborted ? 'stopped' : 'the server went away before it had finished');
}

/** Undefined when nobody listens. */
function connect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    if (Buffer.byteLength(path) > longestSocketPath) return resolve(undefined);
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(error),
    );
  });
}
