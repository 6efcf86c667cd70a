import type { Page } from '../../ngsild/index.ts';
import type { Call, MediaType } from './call.ts';

type Found<T> = { readonly entities: readonly T[]; readonly count?: number };

/**
 * One entity more than asked for tells whether there is a next page. An offset past the end means the last entity
 * (6.3.10).
 */
export async function pageOf<T>(
  ask: (part: { limit: number; offset: number; count?: boolean }) => Promise<Found<T>>,
  { limit, offset, count }: Page,
): Promise<Found<T> & { offset: number; more: boolean }> {
  const found = await ask({ limit: limit === 0 ? 0 : limit + 1, offset, count });
  const counted = found.count === undefined ? {} : { count: found.count };
  if (found.entities.length === 0 && offset > 0 && limit > 0) {
    const all = found.count ?? (await ask({ limit: 0, offset: 0, count: true })).count ?? 0;
    if (all > 0) {
      const { entities } = await ask({ limit: 1, offset: all - 1 });
      return { entities, ...counted, offset: all - 1, more: false };
    }
  }
  const more = found.entities.length > limit;
  return { entities: more ? found.entities.slice(0, limit) : found.entities, ...counted, offset, more };
}

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
