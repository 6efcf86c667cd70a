import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { readBody } from '../http/index.ts';
import { anonymousPrincipal } from '../http/principal.ts';
import type { Answer, Call } from './ngsi/call.ts';
import {
  attributeResource,
  attributesResource,
  entitiesResource,
  entityOperations,
  entityResource,
} from './ngsi/entities.ts';
import type { EntityDeps } from './ngsi/entities.ts';
import { ngsiError } from './ngsi/errors.ts';
import { temporalEntities, temporalEntity } from './ngsi/temporal.ts';

const root = '/ngsi-ld/v1';
const bodyMax = 1024 * 1024;
const batchBodyMax = 32 * 1024 * 1024;
const noQuery = new URLSearchParams();

/**
 * The NGSI-LD face on node:http (6.1). Sits beside Hono because HTTP is the largest part of a single update
 * (docs/decisions/0007).
 * @returns handle: false when the path is not below `/ngsi-ld/v1`
 */
export function ngsiHandler(deps: EntityDeps & { metrics: Metrics }) {
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

async function answer(request: IncomingMessage, url: string, deps: EntityDeps): Promise<Answer> {
  const at = url.indexOf('?');
  const path = (at < 0 ? url : url.slice(0, at))
    .slice(root.length + 1)
    .split('/')
    .map(decodeSegment);
  if (path.at(-1) === '') path.pop();
  const method = request.method ?? 'GET';
  const reads = method === 'GET' || method === 'HEAD' || method === 'DELETE';
  const body = reads ? empty : await readBody(request, path[0] === 'entityOperations' ? batchBodyMax : bodyMax);
  const call: Call = {
    method: method === 'HEAD' ? 'GET' : method,
    path,
    query: at < 0 ? noQuery : new URLSearchParams(url.slice(at + 1)),
    headers: request.headers,
    body,
    tenant: 0,
    who: anonymousPrincipal,
    cause: httpCause,
  };
  if (request.headers['ngsild-tenant'] !== undefined) {
    throw new Problem('not-multi-tenant', 'this city has one tenant; leave the header NGSILD-Tenant away');
  }
  return route(call, deps);
}

const empty = Buffer.alloc(0);
const httpCause = { by: 'http' };

function route(call: Call, deps: EntityDeps): Promise<Answer> {
  const [first, second, third, fourth] = call.path;
  const { length } = call.path;
  if (first === 'entities') {
    if (length === 1) return entitiesResource(call, deps);
    if (length === 2 && second !== undefined) return entityResource(call, second, deps);
    if (second !== undefined && third === 'attrs') {
      if (length === 3) return attributesResource(call, second, deps);
      if (length === 4 && fourth !== undefined) return attributeResource(call, second, fourth, deps);
    }
  }
  if (first === 'entityOperations' && length === 2 && second !== undefined && operations.has(second)) {
    return entityOperations(call, second, deps);
  }
  if (first === 'temporal' && second === 'entities') {
    if (length === 2) return temporalEntities(call, deps);
    if (length === 3 && third !== undefined) return temporalEntity(call, third, deps);
  }
  return Promise.reject(new Problem('not-found', `there is no resource ${root}/${call.path.join('/')}`));
}

const operations = new Set(['create', 'upsert', 'delete']);

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
