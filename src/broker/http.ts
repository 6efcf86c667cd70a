import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { readBody } from '../http/index.ts';
import { anonymousPrincipal } from '../http/principal.ts';
import type { Answer, Call } from './ngsi/call.ts';
import { ngsiError } from './ngsi/errors.ts';
import type { NgsiDeps } from './ngsi/operation.ts';
import { operations } from './ngsi/operations.ts';
import { checkParameters, router } from './ngsi/router.ts';

const root = '/ngsi-ld/v1';
const find = router(operations);
const noQuery = new URLSearchParams();

/**
 * The NGSI-LD face on node:http (6.1). Sits beside Hono because HTTP is the largest part of a single update
 * (docs/decisions/0007).
 * @returns handle: false when the path is not below `/ngsi-ld/v1`
 */
export function ngsiHandler(deps: NgsiDeps & { metrics: Metrics }) {
  const requests = deps.metrics.counter('chorsu_ngsi_requests_total', 'NGSI-LD requests by status class');
  const count = ['', '1xx', '2xx', '3xx', '4xx', '5xx'].map((status) => requests.series({ status }));
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = request.url ?? '/';
    if (!url.startsWith(root)) return false;
    answer(request, url, deps).then(
      (result) => {
        count[Math.floor(result.status / 100)]?.();
        send(request, response, result);
      },
      (error: unknown) => {
        const body = ngsiError(error, deps.log);
        count[Math.floor(body.status / 100)]?.();
        const allow = error instanceof Problem && error.kind === 'method-not-allowed' ? error.field : undefined;
        send(request, response, {
          status: body.status,
          headers: { 'content-type': 'application/json', ...(allow !== undefined && { allow }) },
          body,
        });
      },
    );
    return true;
  };
}

async function answer(request: IncomingMessage, url: string, deps: NgsiDeps): Promise<Answer> {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const segments = path
    .slice(root.length + 1)
    .split('/')
    .map(decodeSegment);
  const method = request.method ?? 'GET';
  const { operation, parameters } = find(method === 'HEAD' ? 'GET' : method, segments);
  const body = operation.body ? await readBody(request, operation.body.maxBytes) : empty;
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
    who: anonymousPrincipal,
    cause: httpCause,
  };
  if (request.headers['ngsild-tenant'] !== undefined) {
    throw new Problem('not-multi-tenant', 'this city has one tenant; leave the header NGSILD-Tenant away');
  }
  return operation.handle(call, deps);
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
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': text.length });
  response.end(request.method === 'HEAD' ? undefined : text);
}
