import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Duplex } from 'node:stream';
import { Hono, type Context } from 'hono';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { smallBodies } from './body.ts';
import { accessOf, checkAccess, guardRoutes, openGuard, type Guard } from './guard.ts';
import type { Module } from './module.ts';
import { problemDetails } from './problems.ts';
import { isForeignRequest, pageHeaders } from './security.ts';

export type HttpServer = {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Stops taking connections, lets running requests finish (at most `graceMs`). */
  close(graceMs?: number): Promise<void>;
};

/**
 * The Hono application of all modules: pages and API. Used by the server and, without a port, by tests
 * (`app.request('/sources')`).
 */
export function createApp(options: {
  modules: readonly Module[];
  log: Log;
  metrics: Metrics;
  isReady: () => boolean;
  /** Default: `--auth off`. */
  guard?: Guard;
  /** What a person with a browser is shown of a failure. Absent: the same as a program. */
  page?: (context: Context, problem: Problem) => Response;
}): Hono {
  const { modules, log, metrics, isReady, page, guard = openGuard } = options;
  const failure = (context: Context, error: unknown): Response => {
    const forPerson =
      context.req.header('accept')?.includes('text/html') === true && !/^\/(api|ngsi-ld)\//.test(context.req.path);
    if (!page || !forPerson) return problemResponse(error, log);
    if (error instanceof Problem) return page(context, error);
    return page(context, new Problem('internal', problemDetails(error, log).detail));
  };
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(pageHeaders)) context.res.headers.set(name, value);
  });
  const access = accessOf(modules);
  app.use(guardRoutes(access, guard));
  app.use(smallBodies(modules.flatMap(({ streams = [] }) => streams)));
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => (isReady() ? context.text('ready\n') : context.text('starting\n', 503)));
  app.get('/metrics', (context) =>
    context.text(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  for (const module of modules) module.routes?.(app);
  checkAccess(app, access);
  app.notFound((context) => {
    const { method, path } = context.req;
    const methods = methodsAt(app, path);
    if (methods.length === 0 || methods.includes(method === 'HEAD' ? 'GET' : method))
      return failure(context, new Problem('not-found', `there is nothing at ${path}`));
    const allow = methods.join(', ');
    const answer = failure(context, new Problem('method-not-allowed', `${method} is not one of ${allow}`, allow));
    answer.headers.set('allow', allow);
    return answer;
  });
  app.onError((error, context) => failure(context, error));
  return app;
}

/** Methods that something answers at this path, without what answers everywhere (RFC 9110, 15.5.6). */
function methodsAt(app: Hono, path: string): readonly string[] {
  const everywhere = app.router.match('', path)[0].length;
  const methods = [...new Set(app.routes.map(({ method }) => method))].filter((method) => method !== 'ALL');
  return methods.filter((method) => app.router.match(method, path)[0].length > everywhere);
}

/** A failure as an HTTP answer (RFC 9457). */
export function problemResponse(error: unknown, log: Log): Response {
  const details = problemDetails(error, log);
  return new Response(JSON.stringify(details), {
    status: details.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

/**
 * Listens. Hot routes (`Module.handle`) sit directly on node:http, everything else goes through Hono
 * (docs/decisions/0007).
 * @param loopbackOnly true while there are no accounts: requests with a foreign Host or from other sites are refused
 * @throws Error of node:net, for instance EADDRINUSE
 */
export async function listen(options: {
  app: Hono;
  modules: readonly Module[];
  host: string;
  port: number;
  loopbackOnly: boolean;
  guard?: Guard;
  log: Log;
}): Promise<HttpServer> {
  const { app, modules, host, port, loopbackOnly, log, guard = openGuard } = options;
  const pages = getRequestListener(app.fetch);
  const hot = modules.flatMap((module) => (module.handle ? [module.handle] : []));
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (loopbackOnly && isForeignRequest(request)) {
      const body = JSON.stringify(
        problemDetails(new Problem('forbidden', 'only this machine is served until there are accounts'), log),
      );
      response.writeHead(403, { 'content-type': 'application/problem+json' }).end(body);
      return;
    }
    for (const handle of hot) if (handle(request, response, guard)) return;
    pages(request, response).catch((error: unknown) => {
      log.error('answer failed', { error: String(error) });
      response.destroy();
    });
  };
  const server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 120_000, headersTimeout: 20_000, noDelay: true },
    answer,
  );
  const upgrades = modules.flatMap((module) => (module.upgrade ? [module.upgrade] : []));
  const taken = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    taken.add(socket);
    socket.on('close', () => taken.delete(socket));
    socket.on('error', () => socket.destroy());
    if (loopbackOnly && isForeignRequest(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    for (const upgrade of upgrades) if (upgrade(request, socket, head, guard)) return;
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
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
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: (graceMs = 5000) => {
      // The server does not know them any more and would wait for their end.
      for (const socket of taken) socket.destroy();
      return close(server, graceMs);
    },
  };
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
