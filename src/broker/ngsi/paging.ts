import type { Call, MediaType } from './call.ts';

/** Headers of a page, 5.5.9 and 6.3.10: links to its neighbours, and the count when it was asked for. */
export function paged(
  call: Call,
  { limit, offset, more }: { limit: number; offset: number; more: boolean },
  count: number | undefined,
  media: MediaType,
): Record<string, string> {
  const links: string[] = [];
  const link = (to: number, rel: string): void => {
    const query = new URLSearchParams(call.query);
    query.set('offset', String(to));
    query.set('limit', String(limit));
    links.push(`<${call.path}?${query}>;rel="${rel}";type="${media}"`);
  };
  if (limit > 0 && more) link(offset + limit, 'next');
  if (limit > 0 && offset > 0) link(Math.max(0, offset - limit), 'prev');
  return {
    ...(links.length > 0 && { link: links.join(', ') }),
    ...(count !== undefined && { 'ngsild-results-count': String(count) }),
  };
}
