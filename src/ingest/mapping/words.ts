import { languages, type Words } from '../../city/profile.ts';
import type { Cursor } from './cursor.ts';

/** A text, or a text per language. */
export function readWords(at: Cursor): Words {
  if (typeof at.value === 'string' && at.value !== '') return { en: at.value };
  const texts: Partial<Record<(typeof languages)[number], string>> = {};
  const isText = !at.given || typeof at.value === 'string';
  if (isText || at.entries().length === 0) at.fault(`a text, or one per language: ${languages.join(', ')}`);
  if (isText) return texts;
  for (const [tag, item] of at.entries()) {
    const language = languages.find((known) => known === tag);
    if (language) texts[language] = item.text();
    else item.fault(`a language: ${languages.join(', ')}`, tag);
  }
  return texts;
}
