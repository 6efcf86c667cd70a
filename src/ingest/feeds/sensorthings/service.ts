import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import type { Outbound } from '../../../http/index.ts';

/** A collection, page by page; the next page is asked for when this one has been dealt with. */
export type Service = {
  /** @param address below the service root, with its query, or a whole address that the service itself gave */
  pages(address: string, signal: AbortSignal): AsyncGenerator<readonly unknown[]>;
};

const pageMaxBytes = 16 * 2 ** 20;
const pagesMax = 10_000;

/** @param credentials asked for with each request, so that a changed password file is read */
export function sensorThingsService(options: {
  readonly url: string;
  readonly outbound: Outbound;
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
}): Service {
  const { url, outbound, credentials } = options;
  const { origin, host } = new URL(url);
  return {
    async *pages(address, signal) {
      let next: string | undefined = address.startsWith('http') ? address : `${url}/${address}`;
      const asked = new Set<string>();
      while (next !== undefined) {
        if (asked.has(next) || asked.size >= pagesMax)
          throw new Problem('bad-data', `the pages of ${host} have no end`);
        asked.add(next);
        const headers = { accept: 'application/json', ...(await credentials()) };
        const { bytes } = await outbound.get(next, { headers, maxBytes: pageMaxBytes, signal });
        const page = parseJson(bytes);
        if (!isObject(page) || !Array.isArray(page['value'])) {
          throw new Problem('bad-data', 'the answer has no "value" list, as a SensorThings service sends it');
        }
        yield page['value'];
        next = nextLink(page['@iot.nextLink'], next, origin);
      }
    },
  };
}

/** The next page stands on the same server, or it is not asked for: a link must not lead us elsewhere. */
function nextLink(link: unknown, from: string, origin: string): string | undefined {
  if (link === undefined || link === null) return undefined;
  const url = typeof link === 'string' ? URL.parse(link, from) : null;
  if (!url) throw new Problem('bad-data', '@iot.nextLink is no address');
  if (url.origin === origin) return url.href;
  throw new Problem(
    'bad-data',
    `the next page is said to be at ${url.origin.slice(0, 80)}, not at ${origin}: the service does not know its own address`,
  );
}
