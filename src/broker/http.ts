import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem, type ProblemKind } from '../base/problem.ts';
import { demandAction, demandFromHere, failureHeaders, readBody, type Guard } from '../http/index.ts';
import { actionOf } from './access.ts';
import type { Answer, Call } from './ngsi/call.ts';
import { ngsiError } from './ngsi/errors.ts';
import type { NgsiDeps } from './ngsi/operation.ts';
import { operations } from './ngsi/operations.ts';
import { checkParameters, router } from './ngsi/router.ts';

const root = '/ngsi-ld/v1';
const find = router(operations);
const actionsOf = new Map(operations.map((one) => [one, actionOf(one)]));
/** `/ngsi-ld/v1`, with or without more, and not `/ngsi-ld/v10`. */
const isBelow = (url: string): boolean => url.startsWith(root) && '/?'.includes(url[root.length] ?? '/');
const noQuery = new URLSearchParams();

/**
 * The NGSI-LD face on node:http (6.1). Sits beside Hono because HTTP is the largest part of a single update
 * (docs/decisions/0007).
 * @returns handle: false when the path is not below `/ngsi-ld/v1`
 */
export function ngsiHandler(deps: NgsiDeps & { metrics: Metrics }) {
  const requests = deps.metrics.counter('chorsu_ngsi_requests_total', 'NGSI-LD requests by status class');
  const count = ['', '1xx', '2xx', '3xx', '4xx', '5xx'].map((status) => requests.series({ status }));
  return (request: IncomingMessage, response: ServerResponse, guard: Guard): boolean => {
    const url = request.url ?? '/';
    if (!isBelow(url)) return false;
    const tell = (result: Answer): void => {
      count[Math.floor(result.status / 100)]?.();
      send(request, response, result);
    };
    answer(request, url, guard, deps).then(tell, (error: unknown) => tell(failure(error, deps.log)));
    return true;
  };
}

/** 6.3.3; two failures of the transport have no body (6.3.4). */
function failure(error: unknown, log: Log): Answer {
  const body = ngsiError(error, log);
  if (!(error instanceof Problem)) return { status: body.status, body };
  if (bare.has(error.kind)) return { status: body.status };
  const allowed = error.kind === 'method-not-allowed' && error.field !== undefined;
  const headers = { ...failureHeaders(error), ...(allowed && { allow: error.field }) };
  return { status: body.status, body, headers };
}

const bare: ReadonlySet<ProblemKind> = new Set(['length-required', 'unsupported-media-type']);

async function answer(request: IncomingMessage, url: string, guard: Guard, deps: NgsiDeps): Promise<Answer> {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const segments = path
    .slice(root.length + 1)
    .split('/')
    .map(decodeSegment);
  const method = request.method ?? 'GET';
  const { operation, parameters } = find(method === 'HEAD' ? 'GET' : method, segments);
  const who = guard.authenticate(request.headers);
  demandAction(guard, who, actionsOf.get(operation) ?? 'writeEntities');
  demandFromHere(who, method, request.headers);
  // What answers with a document negotiates itself; all else has nothing to show as GeoJSON (6.3.4).
  if (request.headers.accept === 'application/geo+json' && operation.answers[200] === undefined)
    throw new Problem('not-acceptable', 'there is no GeoJSON here: application/json', 'Accept');
  const body = operation.body ? await bodyBytes(request, operation.body.maxBytes) : empty;
  const query = at < 0 ? noQuery : new URLSearchParams(url.slice(at + 1));
  checkParameters(operation, query);
  const call: Call = {
    operation,
    path,
    of: parameters,
    query,
    headers: request.headers,
    body,
    tenant: 0,
    who,
    cause: httpCause,
  };
  const answered = await handled(call, deps);
  // What somebody may see, others who use the same browser or proxy may not. Not `setHeader` before: it costs a fifth of a read.
  return who.kind === 'anonymous' || call.operation.method !== 'GET'
    ? answered
    : { ...answered, headers: { 'cache-control': 'no-store', ...answered.headers } };
}

function handled(call: Call, deps: NgsiDeps): Promise<Answer> {
  const { operation, who, headers } = call;
  const tenant = headers['ngsild-tenant'];
  if (tenant === undefined) return operation.handle(call, deps);
  const { tenants } = deps;
  const name = String(tenant);
  if (operation.makesTenant !== true) return operation.handle({ ...call, tenant: tenants.get(who, name) }, deps);
  return tenants.making(who, name, (made) => operation.handle({ ...call, tenant: made }, deps));
}

/** @throws Problem length-required, too-large */
function bodyBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (request.headers['content-length'] === undefined)
    throw new Problem('length-required', 'a request with a body has the header Content-Length (6.3.4)');
  return readBody(request, maxBytes);
}

const empty = Buffer.alloc(0);
const httpCause = { by: 'http' };

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('invalid-request', `"${segment}" is not a correctly encoded path`);
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const tenant = request.headers['ngsild-tenant'];
  // Every answer tells the tenant that was asked (6.3.14).
  if (tenant !== undefined) response.setHeader('NGSILD-Tenant', tenant);
  if (body === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 }).end();
    return;
  }
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': text.length,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
