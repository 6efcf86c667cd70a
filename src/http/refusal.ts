/** Requests that are refused before any route looks at them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context } from 'hono';
import type { Log } from '../base/log.ts';
import type { Problem } from '../base/problem.ts';
import { problemDetails, failureHeaders } from './problems.ts';

const forPages = new WeakMap<IncomingMessage, Problem>();

/** Gives the refusal to the application, which knows how a page looks. */
export const refuseWithPage = (request: IncomingMessage, problem: Problem): void => void forPages.set(request, problem);

/** Why the request of this context is refused; undefined: it is not. */
export function refusalOf(c: Context): Problem | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  return incoming && forPages.get(incoming);
}

export function refuse(response: ServerResponse, problem: unknown, log: Log): void {
  const details = problemDetails(problem, log);
  const body = Buffer.from(JSON.stringify(details));
  response.writeHead(details.status, {
    ...failureHeaders(problem),
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
    'content-length': body.length,
  });
  response.end(body);
}

/** Of a connection that wanted another protocol. */
export function refuseUpgrade(socket: Duplex, problem: unknown, log: Log): void {
  const { status, title } = problemDetails(problem, log);
  const headers = Object.entries(failureHeaders(problem)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${headers.join('')}Connection: close\r\n\r\n`);
}
