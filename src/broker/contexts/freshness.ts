import type { IncomingHttpHeaders } from 'node:http';

/** How long a downloaded document may be used without asking again. */
export type Freshness = {
  /** False: it may be used for this request and must not be kept (`no-store`). */
  readonly keep: boolean;
  /** ms */
  readonly until: number;
};

const day = 86_400_000;
/** Where the server says nothing: a tenth of the document's age (RFC 7234, 4.2.2), within these bounds. */
const heuristic = { leastMs: day / 24, mostMs: 7 * day, unknownMs: day };

/** CIM 009 v1.9.1, 6.3.16: Cache-Control (`s-maxage` before `max-age`), else Expires, else a heuristic. */
export function freshnessOf(headers: IncomingHttpHeaders, now: number): Freshness {
  const directives = parseDirectives(headers['cache-control'] ?? '');
  const keep = !directives.has('no-store');
  if (!keep || directives.has('no-cache')) return { keep, until: now };
  for (const name of ['s-maxage', 'max-age']) {
    const value = directives.get(name);
    if (value === undefined) continue;
    const seconds = /^\d{1,10}$/.test(value) ? Number(value) : 0;
    return { keep, until: now + Math.max(0, seconds - ageSeconds(headers)) * 1000 };
  }
  if (headers.expires !== undefined) {
    const expires = Date.parse(headers.expires);
    // The two clocks may differ: what counts is how long after its own Date the server lets it live.
    const sent = Date.parse(headers.date ?? '');
    if (Number.isNaN(expires)) return { keep, until: now };
    return { keep, until: now + Math.max(0, expires - (Number.isNaN(sent) ? now : sent)) };
  }
  const modified = Date.parse(headers['last-modified'] ?? '');
  if (Number.isNaN(modified)) return { keep, until: now + heuristic.unknownMs };
  const tenth = (now - modified) / 10;
  return { keep, until: now + Math.min(heuristic.mostMs, Math.max(heuristic.leastMs, tenth)) };
}

function parseDirectives(header: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const part of header.split(',')) {
    const [name = '', value = ''] = part.split('=', 2);
    directives.set(name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1'));
  }
  return directives;
}

function ageSeconds(headers: IncomingHttpHeaders): number {
  const { age } = headers;
  return age !== undefined && /^\d{1,10}$/.test(age) ? Number(age) : 0;
}
