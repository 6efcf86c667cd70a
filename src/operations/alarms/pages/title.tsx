import type { JSX } from 'preact';
import { inLanguage } from '../../../ui/index.ts';
import type { Texts } from '../schema.ts';

/** What an alarm is called; in which language, where it is another than the reader's. */
export function Title({ words, language }: { words: Texts; language: string }): JSX.Element {
  const title = inLanguage(words, language);
  return <span lang={title.language === language ? undefined : title.language}>{title.text}</span>;
}
