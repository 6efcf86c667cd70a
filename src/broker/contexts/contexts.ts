/** @contexts of requests, and those that this server stores and serves. CIM 009 v1.9.1, 4.4, 5.5.7, 5.13. */
import type { Clock } from '../../base/clock.ts';
import { randomId, type NewId } from '../../base/ids.ts';
import type { Metrics } from '../../base/metrics.ts';
import { Problem } from '../../base/problem.ts';
import type { Outbound } from '../../http/index.ts';
import type { Json } from '../../ngsild/entity.ts';
import {
  compileContext,
  contextUrls,
  coreContext,
  coreContextUrl,
  isCoreUrl,
  type Context,
  type ContextDocument,
} from '../../ngsild/index.ts';
import type { Rows } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import { isoInstant } from '../decision.ts';
import { openDocuments, type Entry } from './documents.ts';
import { openDownloads, type DownloadOptions } from './downloads.ts';
import type { Library } from './library.ts';
import { openShelf, type ContextKind } from './shelf.ts';

export type Contexts = {
  /** The core context alone. */
  readonly core: Context;
  /**
   * Compiles an @context as it stands in a body (URL, object, or array of them) or a Link header. Compiled once.
   * @throws Problem context-unavailable (a URL that is not here and cannot be had), bad-data (not a valid @context)
   */
  of(value: Json): Context | Promise<Context>;
  /**
   * A URL that stands for an @context: the URL that it is, or one of our own, under which it is then served as
   * ImplicitlyCreated (5.13.1). Durable when resolved; the same value gives the same URL.
   * @throws Problem as `of`
   */
  keep(value: Json): Promise<string>;
  /** 5.13.2. @returns the local identifier. @throws Problem bad-data */
  add(document: ContextDocument): Promise<string>;
  /** 5.13.3. */
  list(kind?: ContextKind): readonly ContextDetails[];
  /** 5.13.4. @param name local identifier, or the URL of a Cached one. @throws Problem not-found */
  details(name: string): ContextDetails;
  /** 5.13.4. @throws Problem not-found, not-supported (Cached) */
  serve(name: string): Promise<ContextDocument>;
  /** 5.13.5. @throws Problem not-found, bad-data (the core) */
  delete(name: string): Promise<void>;
  /** 5.13.5. @throws Problem not-found, bad-data (not Cached), context-unavailable (the old one stays) */
  reload(name: string): Promise<void>;
};

/** 5.13.3.5. */
export type ContextDetails = {
  readonly URL: string;
  readonly localId: string;
  readonly kind: ContextKind;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly lastUsage?: string;
  readonly numberOfHits: number;
};

type Compiled = {
  readonly context: Context;
  /** The stored contexts that it is made of. */
  readonly parts: readonly Entry[];
  /** ms; then one of them may have changed. */
  readonly until: number;
  readonly weight: number;
};

/** Inline contexts come from clients: what is kept compiled stands for so many characters. */
const compiledMax = 32 * 2 ** 20;
const documentsMax = 32;

/** @param url where this server is reached, without a slash at the end */
export async function openContexts(
  deps: {
    library: Library;
    writer: Writer;
    rows: Rows;
    outbound: Outbound;
    clock: Clock;
    metrics: Metrics;
    url: () => string;
    newId?: NewId;
  },
  downloads: DownloadOptions,
): Promise<Contexts> {
  const { clock, metrics, newId = randomId } = deps;
  let compiled = new Map<string, Compiled>();
  let weight = 0;
  const documents = await openDocuments(
    { ...deps, newId, shelf: openShelf(deps), downloads: openDownloads(deps, downloads) },
    () => {
      // Whoever is compiling now fills the old map, which nobody asks any more.
      compiled = new Map();
      weight = 0;
    },
  );
  metrics.gauge('chorsu_contexts', 'Stored @contexts, by kind', () => {
    const counts = new Map<string, number>();
    for (const { kind } of documents.list()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].map(([kind, value]) => ({ labels: { kind }, value }));
  });

  const compile = async (key: string, value: Json): Promise<Context> => {
    const target = compiled;
    const loaded = new Map<string, ContextDocument>();
    const parts: Entry[] = [];
    let until = Infinity;
    let size = key.length;
    const load = async (source: unknown, base: string | undefined): Promise<void> => {
      for (const url of contextUrls(source, base)) {
        if (loaded.has(url)) continue;
        if (loaded.size === documentsMax) {
          throw new Problem('bad-data', `the @context names more than ${documentsMax} documents`, '@context');
        }
        const { entry, document } = await documents.load(url);
        loaded.set(url, document);
        parts.push(entry);
        until = Math.min(until, entry.expiresAt ?? Infinity);
        size += entry.size;
        await load(document, url);
      }
    };
    await load(value, undefined);
    const context = compileContext(value, (url) => loaded.get(url));
    for (const part of parts) documents.count(part);
    if (target === compiled) {
      weight += size - (compiled.get(key)?.weight ?? 0);
      compiled.delete(key);
      compiled.set(key, { context, parts, until, weight: size });
      for (const [oldest, old] of compiled) {
        if (weight <= compiledMax || oldest === key) break;
        weight -= old.weight;
        compiled.delete(oldest);
      }
    }
    return context;
  };

  const of: Contexts['of'] = (value) => {
    if (value === coreContextUrl) return coreContext;
    const key = typeof value === 'string' ? value : JSON.stringify(value);
    const known = compiled.get(key);
    if (!known || known.until <= clock.now()) return compile(key, value);
    for (const part of known.parts) documents.count(part);
    return known.context;
  };

  const get = (name: string): Entry => {
    const entry = documents.find(name);
    if (!entry) throw new Problem('not-found', `there is no @context ${name.slice(0, 300)}`);
    return entry;
  };
  const urlOf = (entry: Entry): string => entry.url ?? deps.url() + contextPath(entry.id);
  const detailsOf = (entry: Entry): ContextDetails => ({
    URL: urlOf(entry),
    localId: entry.id,
    kind: entry.kind,
    createdAt: isoInstant(entry.createdAt),
    ...(entry.expiresAt !== undefined && { expiresAt: isoInstant(entry.expiresAt) }),
    ...(entry.usedAt !== undefined && { lastUsage: isoInstant(entry.usedAt) }),
    numberOfHits: entry.hits,
  });

  return {
    core: coreContext,
    of,
    async keep(value) {
      await of(value);
      const items = (Array.isArray(value) ? value : [value]).filter(
        (item) => typeof item !== 'string' || !isCoreUrl(item),
      );
      const [only = coreContextUrl] = items;
      if (items.length <= 1 && typeof only === 'string') return only;
      return urlOf(await documents.put('ImplicitlyCreated', { '@context': value as ContextDocument['@context'] }));
    },
    async add(document) {
      checkContext(document);
      const { id } = await documents.put('Hosted', { '@context': document['@context'] });
      return id;
    },
    list: (kind) =>
      documents
        .list()
        .filter((entry) => kind === undefined || entry.kind === kind)
        .map(detailsOf),
    details(name) {
      const entry = get(name);
      const details = detailsOf(entry);
      documents.count(entry);
      return details;
    },
    async serve(name) {
      const entry = get(name);
      if (entry.kind === 'Cached') {
        throw new Problem('not-supported', `${urlOf(entry)} is a copy for our own use: ask for it there (5.13.4)`);
      }
      documents.count(entry);
      return documents.read(entry);
    },
    async delete(name) {
      const entry = get(name);
      if (isCoreUrl(entry.url ?? '')) throw new Problem('bad-data', 'the core @context cannot be removed (4.4)');
      await documents.remove(entry);
    },
    async reload(name) {
      const entry = get(name);
      if (entry.kind !== 'Cached') {
        throw new Problem('bad-data', `only a Cached @context can be reloaded, and this is ${entry.kind}`, 'reload');
      }
      await documents.reload(entry, (document) => {
        try {
          checkContext(document, entry.url);
        } catch (error) {
          throw error instanceof Problem
            ? new Problem('context-unavailable', `${urlOf(entry)}: ${error.message}`)
            : error;
        }
      });
    },
  };
}

/** Below the address of this server. */
export const contextPath = (id: string): string => `/ngsi-ld/v1/jsonldContexts/${id}`;

/**
 * 5.5.4: shape and definitions. Definitions of a document that names others are looked at when it is used: they may rest
 * on what those say.
 * @throws Problem bad-data
 */
function checkContext(document: ContextDocument, base?: string): void {
  if (contextUrls(document, base).length === 0) compileContext(document);
}
