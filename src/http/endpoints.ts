/**
 * Connections to endpoints that clients named: public addresses, and those of the own network that the operator allows. A
 * name is resolved for each connection and every address it has is looked at before one is connected to, so that a name
 * which changes its mind leads nowhere else (docs/decisions/0015).
 */
import { lookup as resolveName } from 'node:dns';
import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { connect as connectTcp, isIP, type LookupFunction } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { checkedLookup, isLoopbackAddress, isPublicAddress } from './addresses.ts';
import { failureOf, OutboundFailure, shownUrl } from './outbound-failure.ts';
import { credentialsOf, parseRetryAfter } from './outbound.ts';

export type Endpoints = {
  /**
   * Tells early what a connection would be refused for. A name that cannot be resolved now may be there later.
   * @throws OutboundFailure forbidden
   */
  check(url: URL): Promise<void>;
  /**
   * Sends a body and waits for the answer, whose body is not read. No redirect is followed.
   * @returns the status, 2xx
   * @throws OutboundFailure with a sentence; status: any other answer
   */
  post(url: URL, message: PostMessage): Promise<number>;
  /** A stream to the host of a URL; TLS for `mqtts`. Errors, a refused name among them, come as `error`. @throws OutboundFailure */
  connect(url: URL): Duplex;
  close(): void;
};

export type PostMessage = {
  readonly body: string;
  /** Names as they are to be sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** For everything, from the name to the status. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

/** Of all hosts: who may have how many is decided by who asks. */
const socketsMax = 1_000;
const idleMs = 30_000;
const checkMs = 1_000;
const answerBytesMax = 64 * 1024;
const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'mqtt:': 1883, 'mqtts:': 8883 };

/**
 * @param options allowed: `HOST` or `HOST:PORT` of the own network that may be reached; loopback: this machine too
 * @param resolve for tests: how names become addresses
 */
export function openEndpoints(
  deps: { readonly version: string; readonly clock: Clock; readonly resolve?: typeof resolveName },
  options: { readonly allowed: readonly string[]; readonly loopback: boolean },
): Endpoints {
  const { version, clock, resolve = resolveName } = deps;
  const pool = { keepAlive: true, maxTotalSockets: socketsMax, timeout: idleMs };
  const agents = { 'http:': new HttpAgent(pool), 'https:': new HttpsAgent(pool) };

  const isOpen = (address: string): boolean =>
    isPublicAddress(address) || (options.loopback && isLoopbackAddress(address));
  const openLookup = checkedLookup(resolve, isOpen, forbidden);
  /** How the host is looked up; a literal address is looked at here, since no lookup is made for one. */
  const lookupFor = (url: URL): LookupFunction => {
    const host = hostOf(url);
    const named = [host, url.hostname, `${url.hostname}:${portOf(url)}`];
    if (options.allowed.some((known) => named.includes(known))) return resolve as LookupFunction;
    if (isIP(host) !== 0 && !isOpen(host)) throw forbidden(host);
    return openLookup;
  };

  const send = (url: URL, { body, headers, signal, timeoutMs }: PostMessage): Promise<number> =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body);
      const bare = new URL(url);
      bare.username = '';
      bare.password = '';
      const asked: RequestOptions = {
        method: 'POST',
        agent: agents[url.protocol as keyof typeof agents],
        lookup: lookupFor(url),
        headers: { 'User-Agent': `Chorsu/${version}`, ...headers, 'Content-Length': bytes.length },
        ...(url.username !== '' && { auth: credentialsOf(url) }),
        ...(signal && { signal }),
      };
      const ask = (again: boolean): ClientRequest => {
        const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(bare, asked, (response) => {
          clearTimeout(timer);
          let received = 0;
          response.on('data', (chunk: Buffer) => {
            received += chunk.length;
            if (received > answerBytesMax) response.destroy();
          });
          response.on('error', () => {});
          const { statusCode: status = 0 } = response;
          if (status >= 200 && status < 300) return resolve(status);
          const retryAfterMs = parseRetryAfter(response.headers['retry-after'], clock.now());
          const said = `${shownUrl(url)} answered ${status} ${response.statusMessage ?? ''}`.trimEnd();
          reject(
            new OutboundFailure('status', said, {
              answered: status,
              ...(retryAfterMs !== undefined && { retryAfterMs }),
            }),
          );
        });
        request.on('error', (error: NodeJS.ErrnoException) => {
          // A kept connection may have been closed while the request was on its way: it was not taken.
          if (again && request.reusedSocket && error.code === 'ECONNRESET') running = ask(false);
          else {
            clearTimeout(timer);
            reject(failureOf(error, url));
          }
        });
        request.end(bytes);
        return request;
      };
      const timer = setTimeout(
        () =>
          running.destroy(new OutboundFailure('timeout', `${url.host} did not answer within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
      let running = ask(true);
    });

  return {
    async check(url) {
      if (lookupFor(url) !== openLookup || isIP(hostOf(url)) !== 0) return;
      await new Promise<void>((done, reject) => {
        const timer = setTimeout(done, checkMs);
        openLookup(hostOf(url), { all: true }, (error) => {
          clearTimeout(timer);
          if (error instanceof OutboundFailure) reject(error);
          else done();
        });
      });
    },
    async post(url, message) {
      return send(url, message);
    },
    connect(url) {
      const host = hostOf(url);
      const to = { host, port: portOf(url), lookup: lookupFor(url) };
      if (url.protocol !== 'mqtts:') return connectTcp(to);
      return connectTls({ ...to, ...(isIP(host) === 0 && { servername: host }) });
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
const portOf = ({ port, protocol }: URL): number => (port === '' ? (defaultPorts[protocol] ?? 0) : Number(port));

function forbidden(name: string, address?: string): OutboundFailure {
  const where = address === undefined ? name : `${name} (${address})`;
  return new OutboundFailure(
    'forbidden',
    `${where} is in the private network; whoever runs the city can allow it (--allow-endpoint)`,
  );
}
