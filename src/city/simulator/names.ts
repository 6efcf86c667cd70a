/** Names of devices: patterns in every language of the sample city, filled in. */
import type { Words } from '../profile.ts';

/** Fills `{name}` with the other name's words of the same language. */
export function composed(pattern: Words, name: Words): Words {
  return filled(pattern, '{name}', (language) => name[language] ?? name.en ?? '');
}

/** Fills `{n}` with a number or code. */
export function numbered(pattern: Words, n: number | string): Words {
  return filled(pattern, '{n}', () => String(n));
}

function filled(pattern: Words, mark: string, text: (language: keyof Words) => string): Words {
  const entries = Object.entries(pattern) as [keyof Words, string][];
  return Object.fromEntries(entries.map(([language, words]) => [language, words.replace(mark, () => text(language))]));
}
