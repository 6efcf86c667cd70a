/** Order and search of names in alphabets that ICU does not know (tg) or that browsers sort wrongly (kk, uz, tk). */
import { localeOf } from './tables.ts';

/** Every spelling of the turned comma of oʻ and gʻ that people type. */
const turnedComma = /[ʻʼ’‘'`]/g;

const ranks = new Map<string, { rank: ReadonlyMap<string, string>; longest: number }>();

function ranksOf(language: string): { rank: ReadonlyMap<string, string>; longest: number } {
  let known = ranks.get(language);
  if (!known) {
    const { alphabet } = localeOf(language);
    // Private-use characters sort after digits and Latin and keep the order of the alphabet.
    const rank = new Map(alphabet.map((letter, i) => [letter, String.fromCharCode(0xe000 + i)]));
    known = { rank, longest: Math.max(...alphabet.map((letter) => letter.length)) };
    ranks.set(language, known);
  }
  return known;
}

/** A string whose plain comparison puts texts in the dictionary order of the language. */
export function collationKey(text: string, language: string): string {
  const { rank, longest } = ranksOf(language);
  const lower = text.normalize('NFC').toLowerCase().replace(turnedComma, 'ʻ');
  let key = '';
  for (let i = 0; i < lower.length;) {
    let length = Math.min(longest, lower.length - i);
    while (length > 1 && !rank.has(lower.slice(i, i + length))) length--;
    const letter = lower.slice(i, i + length);
    key += rank.get(letter) ?? (letter === 'ʻ' ? '' : letter);
    i += length;
  }
  return key;
}

export function compareIn(language: string): (a: string, b: string) => number {
  return (a, b) => {
    const keyA = collationKey(a, language);
    const keyB = collationKey(b, language);
    return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
  };
}

const folded: Readonly<Record<string, string>> = {
  ғ: 'г',
  қ: 'к',
  ӯ: 'у',
  ў: 'у',
  ӣ: 'и',
  ҳ: 'х',
  ҷ: 'ч',
  ё: 'е',
  ә: 'а',
  ң: 'н',
  ө: 'о',
  ұ: 'у',
  ү: 'у',
  һ: 'х',
  і: 'и',
  ç: 'c',
  ä: 'a',
  ž: 'z',
  ň: 'n',
  ö: 'o',
  ş: 's',
  ü: 'u',
  ý: 'y',
};

/** Lower case without the letters that people without the right keyboard write differently. */
export function foldForSearch(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(turnedComma, '')
    .replace(/[\u0400-\u04ff\u00c0-\u017f]/g, (letter) => folded[letter] ?? letter);
}
