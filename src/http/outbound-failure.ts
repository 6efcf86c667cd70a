import { Problem } from '../base/problem.ts';

/** Why a request to another host gave nothing; a closed set, so that it can be counted under a label. */
export const outboundReasons = [
  'url', // no http or https URL
  'name', // the name cannot be resolved
  'refused', // nobody listens there
  'network', // no way to it, connection broken off
  'tls', // its certificate is not accepted
  'timeout', // too slow, as a whole or between two bytes
  'status', // answered with 4xx or 5xx
  'redirect', // sent on too often, or without saying where
  'forbidden', // sent on to an address that is not public
  'too-large',
  'encoding', // compressed in a way that cannot be read, or damaged
  'stopped', // given up by the caller
] as const;
export type OutboundReason = (typeof outboundReasons)[number];

/** The other side gave nothing usable. The message is a sentence for whoever runs the city; it holds no credentials. */
export class OutboundFailure extends Problem {
  readonly reason: OutboundReason;
  /** Status of the answer, where there was one. */
  readonly answered: number | undefined;
  /** How long the other side asks us to wait (Retry-After, RFC 9110, 10.2.3). */
  readonly retryAfterMs: number | undefined;

  constructor(reason: OutboundReason, detail: string, more: { answered?: number; retryAfterMs?: number } = {}) {
    super('unreachable', detail);
    this.name = 'OutboundFailure';
    this.reason = reason;
    this.answered = more.answered;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** A URL as it may be shown and logged: without user, password and query (keys stand in queries too). */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?...'}`;
}

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL', 'ENODATA']);
const unroutable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN']);
const broken = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What an error of sockets, TLS, HTTP or decompression means, in a sentence. */
export function failureOf(error: unknown, url: URL): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  const host = url.host;
  if (unresolved.has(code)) return new OutboundFailure('name', `the name ${url.hostname} cannot be resolved (${code})`);
  if (code === 'ECONNREFUSED') return new OutboundFailure('refused', `${host} refuses the connection: nobody listens`);
  if (unroutable.has(code)) return new OutboundFailure('network', `there is no way to ${host} (${code})`);
  if (broken.has(code)) return new OutboundFailure('network', `${host} broke the connection off (${code})`);
  if (code === 'ETIMEDOUT') return new OutboundFailure('timeout', `${host} did not take the connection in time`);
  if (/^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code)) {
    const what =
      code === 'EPROTO' || code.startsWith('ERR_SSL') ? 'no TLS connection' : 'the certificate is not accepted';
    return new OutboundFailure('tls', `${host}: ${what} (${code})`);
  }
  if (code.startsWith('HPE_')) return new OutboundFailure('network', `${host} does not speak HTTP (${code})`);
  if (/^(Z_|ERR_.*BROTLI|ERR__ERROR|ERR_PADDING|ERR_ZLIB)/i.test(code)) {
    return new OutboundFailure('encoding', `the compressed answer of ${host} is damaged (${code})`);
  }
  return new OutboundFailure('network', `${host}: ${message.slice(0, 200)}${code === '' ? '' : ` (${code})`}`);
}
