/** The listening server: what it refuses before any route looks, hot routes, then everything else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { isLoopbackAddress } from './addresses.ts';
import { queryCheck } from './apiQuery.ts';
import type { Certificate } from './certificate.ts';
import { connectionLimits, connectionsMax, headersMax, onePart, silentMs } from './connections.ts';
import { openGuard, type Guard } from './guard.ts';
import { networkOf, openLimits } from './limits.ts';
import type { Module } from './module.ts';
import type { Principal } from './principal.ts';
import { TooOften } from './problems.ts';
import { openRates } from './rates.ts';
import { refuse, refuseUpgrade, refuseWithPage } from './refusal.ts';
import { hsts, isCrossSite, isForeignRequest } from './security.ts';
import { senders } from './sender.ts';
import { wantsPage } from './server.ts';

export type HttpServer = {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Stops taking connections, lets running requests finish (at most `graceMs`). */
  close(graceMs?: number): Promise<void>;
};

/** Of refusals one network is shown a page for the first few; a page costs more than the refusal saves. */
const refusalPages = { capacity: 5, perSecond: 0.2, keysMax: 10_000 };

export type DoorSettings = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where people reach this server; under other names, but those of this machine, it is not reached. */
  readonly publicUrl?: string;
  /** How often one may ask, of what is usual (`openLimits`); 0: as often as one likes, as without accounts. */
  readonly rateFactor?: number;
  /** Proxies whose word on the sender of a request is believed: addresses or networks. */
  readonly trustedProxies?: readonly string[];
};

/**
 * Listens. Hot routes (`Module.handle`) sit directly on node:http, everything else goes through Hono
 * (docs/decisions/0007).
 * @param loopbackOnly true while there are no accounts; nobody is told to wait then
 * @param certificate with it TLS is spoken, and nothing else
 * @param now for tests: milliseconds
 * @throws Error of node:net, for instance EADDRINUSE
 */
export async function listen(options: {
  app: Hono;
  modules: readonly Module[];
  settings: DoorSettings;
  loopbackOnly: boolean;
  certificate?: Certificate;
  guard?: Guard;
  log: Log;
  metrics: Metrics;
  now?: () => number;
}): Promise<HttpServer> {
  const { app, modules, loopbackOnly, certificate, log, metrics, guard = openGuard } = options;
  const { host, port, publicUrl, rateFactor = 1, trustedProxies = [] } = options.settings;
  const limits = openLimits({
    factor: loopbackOnly ? 0 : rateFactor,
    metrics,
    ...(options.now && { now: options.now }),
  });
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const pages = getRequestListener(app.fetch);
  const hot = modules.flatMap((module) => (module.handle ? [module.handle] : []));
  const upgrades = modules.flatMap((module) => (module.upgrade ? [module.upgrade] : []));
  const { of: senderOf, isTrusted } = senders(trustedProxies);
  const checkQuery = queryCheck(modules.flatMap(({ api = [] }) => api));
  const shownPages = openRates({ ...refusalPages, now: () => performance.now() });

  // Who sends the request that is looked at now: the limits ask first, a hot route right after them.
  let asked: { readonly headers: object; readonly who: Principal } | undefined;
  const doorGuard: Guard = {
    ...guard,
    authenticate: (headers, quietly) => (asked?.headers === headers ? asked.who : guard.authenticate(headers, quietly)),
  };

  /** @throws Problem */
  const look = (request: IncomingMessage, response?: ServerResponse): void => {
    const sender = senderOf(request);
    if (sender.secure) response?.setHeader('strict-transport-security', hsts);
    if (isForeignRequest(request, publicHost))
      throw new Problem(
        'forbidden',
        loopbackOnly ? 'only this machine is served until there are accounts' : 'this server is not called that',
      );
    if (isCrossSite(request)) throw new Problem('forbidden', 'a page of another site may not do this');
    if (request.rawHeaders.length > 2 * headersMax)
      throw new Problem('too-large', `a request has at most ${headersMax} headers`);
    if (!loopbackOnly) {
      let who: Principal | undefined;
      try {
        who = guard.authenticate(request.headers);
        asked = { headers: request.headers, who };
      } catch {
        // The route says what is wrong with the proof; here it is counted as a guess.
      }
      limits.demand(request, sender.address, who);
    }
    checkQuery(request.method ?? 'GET', request.url ?? '/');
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    try {
      look(request, response);
      for (const handle of hot) if (handle(request, response, doorGuard)) return;
    } catch (problem) {
      const path = request.url ?? '/';
      const mayBePage = problem instanceof TooOften && wantsPage(request.headers.accept, path);
      if (!mayBePage || shownPages.take(networkOf(senderOf(request).address)) > 0) {
        refuse(response, problem, log);
        return;
      }
      refuseWithPage(request, problem);
    } finally {
      asked = undefined;
    }
    pages(request, response).catch((error: unknown) => {
      log.error('answer failed', { error: String(error) });
      response.destroy();
    });
  };
  const server = certificate ? secureServer(certificate, answer) : createServer(connectionLimits, answer);
  server.maxConnections = connectionsMax;
  server.setTimeout(silentMs);
  const isOwn = (address: string): boolean => isLoopbackAddress(address) || isTrusted(address);
  const refused = metrics.counter(
    'chorsu_connections_refused_total',
    'Connections closed because one network has too many',
  );
  server.on('connection', onePart({ isOwn, onRefused: () => refused.add() }));
  const taken = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    taken.add(socket);
    socket.on('close', () => taken.delete(socket));
    socket.on('error', () => socket.destroy());
    try {
      look(request);
      for (const upgrade of upgrades) if (upgrade(request, socket, head, doorGuard)) return;
      throw new Problem('not-found', 'nothing here speaks another protocol');
    } catch (problem) {
      refuseUpgrade(socket, problem, log);
    } finally {
      asked = undefined;
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    port: bound,
    url: `${certificate ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: (graceMs = 5000) => {
      // The server does not know them any more and would wait for their end.
      for (const socket of taken) socket.destroy();
      return close(server, graceMs);
    },
  };
}

function secureServer(
  certificate: Certificate,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): TlsServer {
  const server = createTlsServer({ ...connectionLimits, ...certificate.secure(), handshakeTimeout: 10_000 }, answer);
  certificate.follow((secure) => server.setSecureContext(secure));
  return server;
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
