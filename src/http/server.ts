import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { queryCheck } from './apiQuery.ts';
import { whoOf } from './authenticate.ts';
import { smallBodies, streamed } from './body.ts';
import { checkForms } from './csrf.ts';
import { accessOf, checkAccess, guardRoutes, openGuard, type Guard } from './guard.ts';
import type { Module } from './module.ts';
import { problemDetails, failureHeaders } from './problems.ts';
import { refusalOf } from './refusal.ts';
import { pageHeaders } from './security.ts';

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
    if (!page || !wantsPage(context.req.header('accept'), context.req.path)) return problemResponse(error, log);
    if (error instanceof Problem) return page(context, error);
    return page(context, new Problem('internal', problemDetails(error, log).detail));
  };
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(pageHeaders)) context.res.headers.set(name, value);
    // What somebody may see, others who use the same browser or proxy may not.
    if (whoOf(context).kind !== 'anonymous' && !context.req.path.startsWith('/assets/'))
      context.res.headers.set('cache-control', 'no-store');
    // What is not read is soon cut off; who keeps the connection has to know before the next request.
    if (leavesBody(context)) context.res.headers.set('connection', 'close');
  });
  app.use((context, next) => {
    const refusal = refusalOf(context);
    if (refusal) throw refusal;
    return next();
  });
  const checkQuery = queryCheck(modules.flatMap(({ api = [] }) => api));
  app.use('/api/*', (context, next) => {
    const url = new URL(context.req.url);
    checkQuery(context.req.method, url.pathname + url.search);
    return next();
  });
  const access = accessOf(modules);
  app.use(guardRoutes(access, guard));
  const isStream = streamed(modules.flatMap(({ streams = [] }) => streams));
  app.use(smallBodies(isStream));
  app.use(checkForms(isStream));
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

/** Whether more of a body is on its way than is worth taking once the answer is known. */
function leavesBody(context: Context): boolean {
  const { incoming } = (context.env ?? {}) as { incoming?: IncomingMessage };
  if (!incoming || incoming.complete) return false;
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  return encoding !== undefined || Number(length ?? 0) > smallRestBytes;
}
const smallRestBytes = 64 * 1024;

/** Whether a person with a browser asks: a failure is shown as a page. */
export const wantsPage = (accept: string | undefined, path: string): boolean =>
  accept?.includes('text/html') === true && !/^\/(api|ngsi-ld)\//.test(path);

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
    headers: { ...failureHeaders(error), 'content-type': 'application/problem+json' },
  });
}
