/**
 * The only outgoing HTTP client. It sits on node:http because what it promises cannot be had from `fetch`: the address
 * that a name resolves to is checked before it is connected to, the bytes are counted before and after decompression, and
 * a redirect is looked at before it is followed (docs/decisions/0015).
 */
import { lookup as resolveName } from 'node:dns';
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import type { Metrics } from '../base/metrics.ts';
import { checkedLookup, isPublicAddress } from './addresses.ts';
import { failureOf, OutboundFailure, shownUrl } from './outbound-failure.ts';

/** What an answer said of its version; given back with the next request, an unchanged document costs no bytes. */
export type Validators = { readonly etag?: string; readonly lastModified?: string };

export type GetOptions = {
  /** Of the answer, decompressed. Default 16 MiB. */
  readonly maxBytes?: number;
  /** For everything: name, connection, redirects, the last byte. Default 30 s. */
  readonly timeoutMs?: number;
  /** Between two bytes. Default 15 s. */
  readonly idleMs?: number;
  /** Sent to the origin of the URL only: a redirect to another does not carry them on. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly validators?: Validators;
  readonly signal?: AbortSignal;
  /** `host` or `host:port`, written by the operator: redirects may lead there although it is no public address. */
  readonly redirectTo?: readonly string[];
  /** The URL was written by somebody outside: it too must lead to a public address, or to one of `redirectTo`. */
  readonly untrusted?: boolean;
};

/** A request of a protocol that reads more than documents, such as OpenID Connect. */
export type SendOptions = Omit<GetOptions, 'validators'> & {
  readonly method: string;
  readonly body?: Uint8Array;
};

export type Fetched = {
  readonly status: number;
  /** 304: what was fetched before still holds; `bytes` is empty. */
  readonly notModified: boolean;
  /** Decompressed. */
  readonly bytes: Uint8Array;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from in the end, without credentials and query. */
  readonly url: string;
  /** For the next request. */
  readonly validators: Validators;
  /** Media type in lower case, without parameters; empty when the answer names none. */
  readonly mediaType: string;
  /** @throws OutboundFailure encoding: bytes that are not what the answer's charset (default UTF-8) says */
  text(): string;
};

export type Outbound = {
  /**
   * Asks for a document.
   * @param url written by the operator, or on the same host as such a one: it may name any host, of the own network too
   *            (`untrusted`: it was not).
   *            User and password in it are sent as Basic credentials and never shown
   * @throws OutboundFailure with a sentence that says what went wrong
   */
  get(url: string, options?: GetOptions): Promise<Fetched>;
  /**
   * One request, whatever it is answered: the status is the caller's to read, and no redirect is followed.
   * @throws OutboundFailure as `get`, but for `status` and `redirect`
   */
  send(url: string, options: SendOptions): Promise<Fetched>;
};

const mebibyte = 2 ** 20;
const redirectsMax = 3;
/** Deflate cannot shrink text a hundredfold, only emptiness; the first MiB is given to everybody. */
const inflationMax = 100;
const hostsCounted = 200;
const decompressors: Readonly<Record<string, () => Duplex & { readonly bytesWritten: number }>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** @param resolve for tests: how names become addresses */
export function outbound(deps: {
  readonly version: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly resolve?: typeof resolveName;
}): Outbound {
  const { version, clock, metrics, resolve = resolveName } = deps;
  const requests = metrics.counter('chorsu_outbound_requests_total', 'Requests to other hosts, by host and outcome');
  const received = metrics.counter('chorsu_outbound_bytes_total', 'Bytes received from other hosts, as sent');
  const hosts = new Set<string>();
  const labelOf = ({ host }: URL): string => {
    if (hosts.size < hostsCounted) hosts.add(host);
    return hosts.has(host) ? host : '(others)';
  };

  const publicLookup = checkedLookup(resolve, isPublicAddress, forbidden);

  const hop = async (url: URL, first: URL, options: HopOptions, signal: AbortSignal): Promise<Hop> => {
    const { maxBytes = 16 * mebibyte, idleMs = 15_000, headers = {}, validators = {}, sent } = options;
    // Same scheme, host and port: what the operator wrote for the first request holds for this one.
    const isOwn = url.origin === first.origin;
    const vouched =
      (isOwn && options.untrusted !== true) ||
      (options.redirectTo ?? []).some((host) => host === url.host || host === url.hostname);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (!vouched && isIP(literal) !== 0 && !isPublicAddress(literal)) throw forbidden(url.hostname);
    const asked: RequestOptions = {
      method: sent?.method ?? 'GET',
      // A connection that was allowed for one request must not serve another that was not.
      agent: false,
      timeout: idleMs,
      signal,
      headers: {
        'user-agent': `Chorsu/${version}`,
        accept: '*/*',
        'accept-encoding': 'gzip, br, deflate',
        ...(validators.etag !== undefined && { 'if-none-match': validators.etag }),
        ...(validators.lastModified !== undefined && { 'if-modified-since': validators.lastModified }),
        ...(isOwn && headers),
      },
      ...(isOwn && first.username !== '' && { auth: credentialsOf(first) }),
      ...(vouched ? { lookup: resolve as LookupFunction } : { lookup: publicLookup }),
    };
    const bare = new URL(url);
    bare.username = '';
    bare.password = '';
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise<Hop>((resolve, reject) => {
      const request = send(bare, asked, (response) => {
        const { socket } = response;
        response.on('close', () => received.add(socket.bytesRead, { host: labelOf(url) }));
        (sent ? takeWhole : take)(response, url, maxBytes).then(resolve, (error: unknown) => {
          response.destroy();
          reject(error);
        });
      });
      request.on('timeout', () =>
        request.destroy(new OutboundFailure('timeout', `${url.host} said nothing for ${seconds(idleMs)}`)),
      );
      request.on('error', reject);
      request.end(sent?.body);
    });
  };

  const takeWhole = async (response: IncomingMessage, url: URL, maxBytes: number): Promise<Hop> => {
    const { statusCode: status = 0, headers } = response;
    return { status, headers, bytes: await readAll(response, url, maxBytes) };
  };

  const take = async (response: IncomingMessage, url: URL, maxBytes: number): Promise<Hop> => {
    const { statusCode: status = 0, headers } = response;
    if (status >= 200 && status < 300) return { status, headers, bytes: await readAll(response, url, maxBytes) };
    response.destroy();
    if (status === 304) return { status, headers, bytes: nothing };
    if (status >= 301 && status <= 308 && status !== 305 && status !== 306) {
      return { status, headers, bytes: nothing, location: headers.location ?? '' };
    }
    const retryAfterMs = parseRetryAfter(headers['retry-after'], clock.now());
    throw new OutboundFailure(
      'status',
      `${shownUrl(url)} answered ${status} ${response.statusMessage ?? ''}`.trimEnd(),
      {
        answered: status,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    );
  };

  /** Follows where the answers send it, within the time that is given. */
  const ask = async (address: string, options: HopOptions): Promise<Fetched> => {
    const { timeoutMs = 30_000 } = options;
    const given = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])]);
    const first = parseUrl(address);
    let url = first;
    try {
      for (let redirects = 0; ; redirects++) {
        const { status, headers, bytes, location } = await hop(url, first, options, given);
        if (location === undefined) {
          requests.add(1, { host: labelOf(url), outcome: status === 304 ? 'unchanged' : 'answered' });
          return answerOf(status, headers, bytes, url);
        }
        url = nextUrl(url, location, redirects);
      }
    } catch (error) {
      const why = options.signal?.aborted
        ? new OutboundFailure('stopped', `the request to ${url.host} was given up`)
        : given.aborted
          ? new OutboundFailure('timeout', `${url.host} did not finish within ${seconds(timeoutMs)}`)
          : failureOf(error, url);
      requests.add(1, { host: labelOf(url), outcome: why.reason });
      throw why;
    }
  };

  return {
    get: (address, options = {}) => ask(address, options),
    send: (address, { method, body, ...options }) =>
      ask(address, { ...options, sent: { method, ...(body && { body }) } }),
  };
}

type HopOptions = GetOptions & {
  /** Of `send`; absent: a document is asked for. */
  readonly sent?: { readonly method: string; readonly body?: Uint8Array };
};

type Hop = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Uint8Array;
  /** Where the answer sends us. */
  readonly location?: string;
};

const nothing = new Uint8Array();
const seconds = (ms: number): string => `${ms / 1000} s`;

function forbidden(name: string, address?: string): OutboundFailure {
  const where = address === undefined ? name : `${name} (${address})`;
  return new OutboundFailure('forbidden', `this leads to ${where}, which is no public address`);
}

/** Of a URL, for Basic authentication. */
export const credentialsOf = ({ username, password }: URL): string =>
  `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;

function parseUrl(address: string): URL {
  const url = URL.parse(address);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new OutboundFailure('url', 'only http and https URLs can be fetched');
}

function nextUrl(from: URL, location: string, redirects: number): URL {
  if (redirects === redirectsMax) {
    throw new OutboundFailure('redirect', `${shownUrl(from)} sends on more than ${redirectsMax} times`);
  }
  const url = location === '' ? null : URL.parse(location, from);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new OutboundFailure('redirect', `${shownUrl(from)} sends on without a usable address`);
  }
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new OutboundFailure('redirect', `${shownUrl(from)} sends on from https to http`);
  }
  return url;
}

/** Collects the body, decompressed, and gives up as soon as it is too large or swells too much. */
async function readAll(response: IncomingMessage, url: URL, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): OutboundFailure =>
    new OutboundFailure('too-large', `${shownUrl(url)} is larger than ${(maxBytes / mebibyte).toFixed(1)} MiB`);
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decompressor = decompressors[encoding]?.();
  if (!decompressor && encoding !== 'identity' && encoding !== '') {
    throw new OutboundFailure(
      'encoding',
      `${url.host} compresses with ${encoding.slice(0, 20)}, which was not asked for`,
    );
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge();
      if (decompressor && length > mebibyte && length > decompressor.bytesWritten * inflationMax) {
        throw new OutboundFailure('too-large', `${shownUrl(url)} swells more than ${inflationMax} times when unpacked`);
      }
      chunks.push(chunk);
    }
  };
  if (decompressor) await pipeline(response, decompressor, collect);
  else await pipeline(response, collect);
  return Buffer.concat(chunks, length);
}

function answerOf(status: number, headers: IncomingHttpHeaders, bytes: Uint8Array, url: URL): Fetched {
  const [mediaType = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const charset = parameters
    .map((parameter) => /^charset="?([^"]+)"?$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  const { etag } = headers;
  const lastModified = headers['last-modified'];
  return {
    status,
    notModified: status === 304,
    bytes,
    headers,
    url: shownUrl(url),
    validators: { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) },
    mediaType: mediaType.toLowerCase(),
    text() {
      try {
        return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(bytes);
      } catch {
        throw new OutboundFailure('encoding', `${shownUrl(url)} is not the ${charset ?? 'utf-8'} that it says it is`);
      }
    },
  };
}

/** Seconds or an HTTP date, to milliseconds from now. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
