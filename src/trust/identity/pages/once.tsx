import { Code, Links, type PageContent, type Reader } from '../../../ui/index.ts';
import { identityWords } from './messages/index.ts';

/** A secret, the one time that it is shown. */
export function shownOnce(
  reader: Reader,
  { title, text, lines, back }: { title: string; text?: string; lines: readonly string[]; back: string },
): PageContent {
  const t = identityWords(reader.language);
  return {
    title,
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <h1>{title}</h1>
        <p class="lede">{text ?? t('shownOnce')}</p>
        <Code label={title} text={lines.join('\n')} />
        <Links items={[{ href: reader.to(back), text: t('backTo') }]} />
      </>
    ),
  };
}
