/** @context documents of other hosts. Clients name them, so they may lead to public addresses only. */
import type { Clock } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import type { Metrics } from '../../base/metrics.ts';
import { Problem } from '../../base/problem.ts';
import { OutboundFailure, type Fetched, type Outbound, type Validators } from '../../http/index.ts';
import { contextUrls, type ContextDocument } from '../../ngsild/index.ts';
import { freshnessOf, type Freshness } from './freshness.ts';

export type Downloaded = Freshness & {
  /** Absent: the version that was asked about still holds. */
  readonly document?: ContextDocument;
  /** Bytes of the answer. */
  readonly size: number;
  readonly validators: Validators;
};

export type Downloads = {
  /**
   * @param known what the version that is here was given by its server; an unchanged document is not sent again
   * @param again asks even when the same URL has just failed
   * @throws Problem context-unavailable: off, not reachable, no @context
   */
  get(url: string, known?: Validators, again?: boolean): Promise<Downloaded>;
};

export type DownloadOptions = {
  /** False: every URL is refused at once. */
  readonly allowed: boolean;
  /** `host` or `host:port` that may be asked although it is no public address. */
  readonly hosts: readonly string[];
};

const documentBytesMax = 2 * 2 ** 20;
const timeoutMs = 5000;
/** A URL that failed is not asked again for so long: the next request is told at once. */
const failedMs = 30_000;
const failedMax = 1000;
const atOnceMax = 32;
const accept = 'application/ld+json, application/json;q=0.9, */*;q=0.1';

export function openDownloads(
  deps: { outbound: Outbound; clock: Clock; metrics: Metrics },
  options: DownloadOptions,
): Downloads {
  const { outbound, clock, metrics } = deps;
  const count = metrics.counter('chorsu_context_downloads_total', 'Requests for @context documents, by outcome');
  const failed = new Map<string, { readonly why: string; readonly until: number }>();
  let atOnce = 0;

  const refuse = (url: string, why: string): Problem =>
    new Problem('context-unavailable', `the @context ${url.slice(0, 300)} is not available: ${why}`, '@context');

  const ask = async (url: string, known: Validators): Promise<Fetched> => {
    const get = (address: string): Promise<Fetched> =>
      outbound.get(address, {
        maxBytes: documentBytesMax,
        timeoutMs,
        idleMs: timeoutMs,
        headers: { accept },
        validators: known,
        untrusted: true,
        redirectTo: options.hosts,
      });
    const found = await get(url);
    const other = found.notModified || isJson(found) ? undefined : alternateOf(found, url);
    return other === undefined ? found : get(other);
  };

  return {
    async get(url, known = {}, again = false) {
      if (!options.allowed) throw refuse(url, 'downloads are off, and its file was not given with --contexts');
      const before = failed.get(url);
      if (before && before.until > clock.now() && !again) throw refuse(url, before.why);
      failed.delete(url);
      if (atOnce >= atOnceMax) throw refuse(url, `${atOnceMax} others are being downloaded`);
      atOnce++;
      try {
        const found = await ask(url, known);
        const document = found.notModified ? undefined : documentOf(found, url);
        count.add(1, { outcome: document ? 'taken' : 'unchanged' });
        return {
          ...freshnessOf(found.headers, clock.now()),
          ...(document && { document }),
          size: found.bytes.length,
          validators: found.validators,
        };
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        count.add(1, { outcome: 'failed' });
        if (failed.size >= failedMax) failed.delete(failed.keys().next().value ?? '');
        // What an internal name resolves to is nobody's business.
        const why =
          error instanceof OutboundFailure && error.reason === 'forbidden' ? 'its host is not public' : error.message;
        failed.set(url, { why, until: clock.now() + failedMs });
        throw refuse(url, why);
      } finally {
        atOnce--;
      }
    },
  };
}

const isJson = ({ mediaType }: Fetched): boolean => /^application\/(?:.+\+)?json$/.test(mediaType);

/** JSON-LD 1.1 API, 9.4: an answer that is not JSON may name another that is. */
function alternateOf({ headers }: Fetched, url: string): string | undefined {
  const header = headers['link'];
  const links = (Array.isArray(header) ? header.join(',') : (header ?? '')).matchAll(/<([^<>]*)>([^,]*)/g);
  for (const [, target = '', parameters = ''] of links) {
    if (!/;\s*rel="?alternate"?/i.test(parameters) || !/;\s*type="?application\/ld\+json"?/i.test(parameters)) continue;
    return URL.parse(target, url)?.href;
  }
  return undefined;
}

/** Whatever its media type says: hosts of plain files call an @context text. @throws Problem */
function documentOf(found: Fetched, url: string): ContextDocument {
  let json: unknown;
  try {
    json = JSON.parse(found.text());
  } catch (error) {
    throw error instanceof Problem ? error : new Problem('unreachable', `${found.url} is not JSON`);
  }
  if (!isObject(json) || !('@context' in json)) throw new Problem('unreachable', `${found.url} has no @context`);
  const document = { '@context': json['@context'] as ContextDocument['@context'] };
  contextUrls(document, url);
  return document;
}
