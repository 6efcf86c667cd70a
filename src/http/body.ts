import type { IncomingMessage } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../base/problem.ts';

/**
 * Reads a request's body.
 * @param maxBytes more than that is refused without being kept
 * @throws Problem too-large, invalid-request (the client went away)
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data');
        reject(tooLarge(maxBytes));
        return;
      }
      if (first === undefined) first = chunk;
      else (rest ??= []).push(chunk);
    });
    request.on('end', () => {
      if (first === undefined) resolve(empty);
      else resolve(rest === undefined ? first : Buffer.concat([first, ...rest], length));
    });
    request.on('error', reject);
    request.on('aborted', () => reject(new Problem('invalid-request', 'the request ended before its body did')));
  });
}

/** Of requests through Hono, whose handlers read a body whole. */
const smallMax = 2 ** 20;

/**
 * Refuses bodies of more than 1 MB, whether the request says so or only turns out to be.
 * @param isStream paths of handlers that count for themselves
 */
export function smallBodies(isStream: (path: string) => boolean): MiddlewareHandler {
  const limited = bodyLimit({
    maxSize: smallMax,
    onError: () => {
      throw tooLarge(smallMax);
    },
  });
  return (c, next) => (isStream(c.req.path) ? next() : limited(c, next));
}

/** Whether a path, with or without language, is one of those. */
export const streamed =
  (streams: readonly RegExp[]) =>
  (path: string): boolean => {
    const bare = path.replace(/^\/(?:[a-z]{2}|[a-z]{2}-[A-Z][a-z]{3})(?=\/)/, '');
    return streams.some((own) => own.test(bare));
  };

const empty = Buffer.alloc(0);
const tooLarge = (maxBytes: number) => new Problem('too-large', `the body is larger than ${maxBytes} bytes`);
