import type { IncomingHttpHeaders } from 'node:http';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import type { Json } from '../../ngsild/entity.ts';
import { coreContextUrl, type Context } from '../../ngsild/index.ts';
import type { Cause, Tenant } from '../../store/ports.ts';
import type { Contexts } from '../contexts/index.ts';
import type { Operation } from './operation.ts';

/** One NGSI-LD request, apart from how it arrived. */
export type Call = {
  readonly operation: Operation;
  /** As it came, with its query cut off: `/ngsi-ld/v1/...`. */
  readonly path: string;
  /** Decoded parts of the path, by the names in the operation's path. */
  readonly of: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly tenant: Tenant;
  readonly who: Principal;
  readonly cause: Cause;
};

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
};

export type MediaType =
  | 'application/json'
  | 'application/ld+json'
  | 'application/geo+json'
  | 'application/merge-patch+json';

const contextRel = 'http://www.w3.org/ns/json-ld#context';

/** The @context of a request, and how it is to be named in the answer. */
export type RequestContext = { readonly context: Context; readonly named: Json };

/** 6.3.5: for requests whose @context can only stand in a Link header (GET, DELETE). */
export async function linkedContext(call: Call, contexts: Contexts): Promise<RequestContext> {
  const url = linkedUrl(call);
  return url === undefined
    ? { context: contexts.core, named: coreContextUrl }
    : { context: await contexts.of(url), named: url };
}

/**
 * The body and its @context, 6.3.5: `application/ld+json` carries it in the body and takes no Link; plain JSON takes a
 * Link and no @context.
 * @throws Problem invalid-request (not JSON), bad-data (mixed or missing @context), unsupported-media-type, length-required
 */
export async function bodyOf(call: Call, contexts: Contexts): Promise<{ json: unknown } & RequestContext> {
  const type = checkMedia(call);
  const json = parseJson(call.body);
  const inBody = isObject(json) ? json['@context'] : undefined;
  if (type !== 'application/ld+json') {
    if (inBody !== undefined) {
      throw new Problem('bad-data', 'an @context in the body needs the content type application/ld+json', '@context');
    }
    return { json, ...(await linkedContext(call, contexts)) };
  }
  if (linkedUrl(call) !== undefined)
    throw new Problem('bad-data', 'application/ld+json takes no @context from a Link header', 'Link');
  if (Array.isArray(json)) return { json, context: contexts.core, named: coreContextUrl };
  if (inBody === undefined)
    throw new Problem('bad-data', 'application/ld+json needs an @context in the body', '@context');
  const { '@context': _, ...rest } = json as Record<string, unknown>;
  return { json: rest, context: await contexts.of(inBody as Json), named: inBody as Json };
}

/**
 * The @context of a body by a URL, where the answer names it in a Link header (6.3.6): an array or object gets one of ours.
 */
export async function linkable<C extends RequestContext>(context: C, media: MediaType, contexts: Contexts): Promise<C> {
  if (media === 'application/ld+json' || typeof context.named === 'string') return context;
  return { ...context, named: await contexts.keep(context.named) };
}

/** 6.3.4: the media type of the body. @throws Problem unsupported-media-type, invalid-request (no body) */
export function checkMedia(call: Call): string {
  const type = (call.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const media = call.operation.body?.media ?? [];
  if (!media.some((known) => known === type)) {
    throw new Problem('unsupported-media-type', `content type "${type}": one of ${media.join(', ')} is wanted`);
  }
  if (call.body.length === 0) throw new Problem('invalid-request', 'the request has no body');
  return type;
}

/**
 * The @context of one entity of a batch in application/ld+json: each carries its own (5.6.7).
 */
export async function itemContext(
  item: unknown,
  call: Call,
  shared: RequestContext,
  contexts: Contexts,
): Promise<{ json: unknown; context: Context }> {
  const ld = (call.headers['content-type'] ?? '').startsWith('application/ld+json');
  if (!isObject(item)) return { json: item, context: shared.context };
  const { '@context': own, ...json } = item;
  if (!ld) {
    if (own !== undefined) {
      throw new Problem('bad-data', 'an @context in the body needs the content type application/ld+json', '@context');
    }
    return { json: item, context: shared.context };
  }
  if (own === undefined)
    throw new Problem('bad-data', 'application/ld+json needs an @context in each entity', '@context');
  return { json, context: await contexts.of(own as Json) };
}

function linkedUrl(call: Call): string | undefined {
  const header = call.headers['link'];
  if (header === undefined) return undefined;
  const links = (Array.isArray(header) ? header.join(',') : header).matchAll(/<([^<>]*)>([^,]*)/g);
  const urls: string[] = [];
  for (const [, url = '', parameters = ''] of links) {
    if (new RegExp(`;\\s*rel="?${contextRel}"?(?:;|\\s|$)`).test(parameters)) urls.push(url);
  }
  if (urls.length > 1) throw new Problem('bad-data', 'the Link header names more than one @context', 'Link');
  return urls[0];
}

/** A parameter that is `true` or `false`, in any case; absent: false. @throws Problem bad-data */
export function flag(call: Call, name: string): boolean {
  const value = (call.query.get(name) ?? 'false').toLowerCase();
  if (value !== 'true' && value !== 'false') throw new Problem('bad-data', `${name} is true or false`, name);
  return value === 'true';
}

/** The words of the parameter `options`. */
export const optionsOf = (query: URLSearchParams): readonly string[] => (query.get('options') ?? '').split(',');

/**
 * The media type of the answer, 6.3.4: the client's best, ties in the order json, ld+json, geo+json.
 * @throws Problem not-acceptable
 */
export function accepted(call: Call, offered: readonly MediaType[]): MediaType {
  const header = call.headers.accept;
  const first = offered[0] ?? 'application/json';
  if (header === undefined || header === '' || header === '*/*') return first;
  let best: { type: MediaType; q: number } | undefined;
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters
      .map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1])
      .find((found) => found !== undefined);
    const q = weight === undefined ? 1 : Number(weight);
    if (q <= 0) continue;
    for (const type of offered) {
      if (range.trim() !== type && range.trim() !== '*/*' && range.trim() !== 'application/*') continue;
      if (!best || q > best.q || (q === best.q && offered.indexOf(type) < offered.indexOf(best.type)))
        best = { type, q };
      break;
    }
  }
  if (!best) throw new Problem('not-acceptable', `none of ${offered.join(', ')} is acceptable to "${header}"`);
  return best.type;
}

/**
 * Answers with a document: @context in the body for ld+json and geo+json, else in a Link header (6.3.6).
 * @param extra plainBody: geo+json takes the Link too (`Prefer: body=json`)
 */
export function document(
  media: MediaType,
  named: Json,
  body: unknown,
  extra: { status?: number; headers?: Record<string, string>; plainBody?: boolean } = {},
): Answer {
  const headers: Record<string, string> = { 'content-type': media, ...extra.headers };
  let shown = body;
  if (media === 'application/ld+json' || (media === 'application/geo+json' && extra.plainBody !== true)) {
    if (Array.isArray(body)) shown = body.map((item: unknown) => ({ ...(item as object), '@context': named }));
    else shown = { ...(body as object), '@context': named };
  } else {
    const url = typeof named === 'string' ? named : coreContextUrl;
    const link = `<${url}>; rel="${contextRel}"; type="application/ld+json"`;
    headers['link'] = headers['link'] === undefined ? link : `${link}, ${headers['link']}`;
  }
  return { status: extra.status ?? 200, headers, body: shown };
}
