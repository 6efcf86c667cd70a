import type { Call, MediaType } from './call.ts';

/** Headers of a page, 5.5.9 and 6.3.10: links to its neighbours, and the count when it was asked for. */
export function paged(
  call: Call,
  page: { limit: number; offset: number },
  shown: number,
  count: number | undefined,
  media: MediaType,
): Record<string, string> {
  const links: string[] = [];
  const link = (offset: number, rel: string): void => {
    const query = new URLSearchParams(call.query);
    query.set('offset', String(offset));
    query.set('limit', String(page.limit));
    links.push(`<${call.path}?${query}>; rel="${rel}"; type="${media}"`);
  };
  const more = count === undefined ? shown === page.limit : page.offset + shown < count;
  if (page.limit > 0 && more) link(page.offset + page.limit, 'next');
  if (page.offset > 0) link(Math.max(0, page.offset - page.limit), 'prev');
  return {
    ...(links.length > 0 && { link: links.join(', ') }),
    ...(count !== undefined && { 'ngsild-results-count': String(count) }),
  };
}
