import type { JSX } from 'preact';
import { formatNumber } from '../locales/index.ts';
import { uiWords } from '../messages/index.ts';
import { Links } from './list.tsx';

/** A page of a list; numbers from 1. */
export type PageOf<T> = { readonly rows: readonly T[]; readonly page: number; readonly pages: number };

/** The page that an address asks for; what is no number asks for the first. */
export const pageAsked = (query: URLSearchParams, name = 'page'): number =>
  Math.min(100_000, Math.max(1, Math.trunc(Number(query.get(name) ?? 1)) || 1));

/** Of a list that is all here. After the last page comes no other: whoever asks for more gets the last. */
export function pageOf<T>(all: readonly T[], asked: number, size: number): PageOf<T> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const page = Math.min(asked, pages);
  return { rows: all.slice((page - 1) * size, page * size), page, pages };
}

/** Where one is, and the ways on; nothing when one page is all. @param href with language */
export function PageLinks({
  language,
  page,
  pages,
  href,
}: {
  language: string;
  page: number;
  pages: number;
  href: (page: number) => string;
}): JSX.Element | null {
  const t = uiWords(language);
  if (pages <= 1) return null;
  return (
    <nav aria-label={t('pages')}>
      <p class="proof">{t('pageOf', { page: formatNumber(page, language), pages: formatNumber(pages, language) })}</p>
      <Links
        items={[
          page > 1 && { href: href(page - 1), text: t('previous') },
          page < pages && { href: href(page + 1), text: t('next') },
        ]}
      />
    </nav>
  );
}
