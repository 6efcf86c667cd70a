/**
 * Requests that a page of another site makes a reader's browser send. A session's cookie goes with them, so whatever changes
 * something under a session shows that a page of ours sent it: by the session's token, in a form or a header, or by what
 * the browser says of where a request comes from, which a form of an old browser may lack.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from '../base/problem.ts';
import { whoOf } from './authenticate.ts';
import type { Principal } from './principal.ts';

/** The field of a form, or the parameter of its action where the body is streamed. */
export const csrfField = 'csrf';

/** Whether two texts are the same, in a time that tells only their length. */
export function sameText(one: string, other: string): boolean {
  // Of 43 letters; two buffers for `timingSafeEqual` cost five times as much.
  let differs = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) differs |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return differs === 0;
}

type Headers = Pick<IncomingHttpHeaders, 'origin' | 'host'> & {
  readonly [name: string]: string | string[] | undefined;
};

/** The browser says that a page of this host sent it (Fetch Metadata; RFC 6454, 7). */
function isFromHere({ origin, host, 'sec-fetch-site': site }: Headers): boolean {
  if (site !== undefined) return site === 'same-origin';
  return origin !== undefined && host !== undefined && origin.replace(/^https?:\/\//, '') === host;
}

const changes = (method: string): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

/**
 * For hot routes, whose bodies are no forms.
 * @throws Problem forbidden: a session asks for a change, and nothing shows that a page of ours does
 */
export function demandFromHere({ session }: Principal, method: string, headers: Headers): void {
  if (!session || !changes(method) || isFromHere(headers)) return;
  const token = headers['x-csrf-token'];
  if (typeof token !== 'string' || !sameText(token, session.csrf)) throw refused();
}

/**
 * For everything else: forms carry the token.
 * @param streams paths whose bodies are read by their handlers alone: their forms carry it in the query
 */
export function checkForms(isStream: (path: string) => boolean): MiddlewareHandler {
  return async (c, next) => {
    const { session } = whoOf(c);
    if (session && changes(c.req.method)) {
      const token = await tokenIn(c, isStream);
      if (token === undefined && !isForm(c)) demandFromHere(whoOf(c), c.req.method, headersOf(c));
      else if (token === undefined || !sameText(token, session.csrf)) throw refused();
    }
    await next();
  };
}

/** What a browser sends to another site without asking it first. */
const isForm = (c: Context): boolean =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain|\s*$)/i.test(
    c.req.header('content-type') ?? '',
  );

async function tokenIn(c: Context, isStream: (path: string) => boolean): Promise<string | undefined> {
  const said = c.req.header('x-csrf-token') ?? c.req.query(csrfField);
  if (said !== undefined) return said;
  const type = c.req.header('content-type') ?? '';
  if (isStream(c.req.path) || !/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type))
    return undefined;
  const field = (await c.req.parseBody())[csrfField];
  return typeof field === 'string' ? field : undefined;
}

const headersOf = (c: Context): Headers => ({
  origin: c.req.header('origin'),
  host: c.req.header('host') ?? new URL(c.req.url).host,
  'sec-fetch-site': c.req.header('sec-fetch-site'),
  'x-csrf-token': c.req.header('x-csrf-token'),
});

const refused = (): Problem =>
  new Problem('forbidden', 'nothing shows that a page of this city sent this; open the page again', csrfField);
