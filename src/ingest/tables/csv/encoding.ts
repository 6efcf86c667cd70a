/** Which bytes are which letters. UTF-8 is taken for granted; what is not is refused with what it looks like. */

export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1251',
  'windows-1252',
  'windows-1254',
  'koi8-r',
  'ibm866',
] as const;
export type Encoding = (typeof encodings)[number];

/** The encoding that the first bytes name (byte order mark), and how long the mark is. */
export function markOf(head: Uint8Array): { encoding: Encoding; length: number } | undefined {
  const [first, second, third] = head;
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', length: 2 };
  return first === 0xef && second === 0xbb && third === 0xbf ? { encoding: 'utf-8', length: 3 } : undefined;
}

/** The commonest letters of Russian; Tajik, Kazakh and Kyrgyz texts are full of them too. */
const common = new Set('оеаинтсрвлкмдпуыяОЕАИНТСРВЛКМДПУЫЯ');
const candidates = ['windows-1251', 'ibm866', 'koi8-r'] as const;

/**
 * What bytes look like that are not UTF-8. Cyrillic in the wrong encoding gives rare letters, signs and capitals in the
 * middle of words; the encoding in which that does not happen is the likely one.
 * @returns undefined when nothing fits, or too little is there to tell
 */
export function guessEncoding(bytes: Uint8Array): Encoding | undefined {
  const wide = widthGuess(bytes);
  if (wide) return wide;
  let best: { encoding: Encoding; score: number } | undefined;
  for (const encoding of candidates) {
    const score = cyrillicScore(new TextDecoder(encoding).decode(bytes));
    if (score > (best?.score ?? 0)) best = { encoding, score };
  }
  return best && best.score >= 3 ? best.encoding : undefined;
}

/** UTF-16 without a mark: every second byte of digits, signs and Latin letters is 0. */
function widthGuess(bytes: Uint8Array): Encoding | undefined {
  const [even, odd] = zerosOf(bytes);
  if (!isManyOf(Math.max(even, odd), bytes)) return undefined;
  // In both places they are no letters of anything.
  if (Math.min(even, odd) > Math.max(even, odd) / 2) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

const looked = 4096;
const isManyOf = (zeros: number, bytes: Uint8Array): boolean => zeros >= Math.min(bytes.length, looked) / 8;

function zerosOf(bytes: Uint8Array): readonly [even: number, odd: number] {
  let [even, odd] = [0, 0];
  for (let i = 0; i < bytes.length && i < looked; i++) {
    if (bytes[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  return [even, odd];
}

/** A file that was cut off by a full disk or copied while it was written has zeros where its text should be. */
export function isHollow(bytes: Uint8Array): boolean {
  const [even, odd] = zerosOf(bytes);
  return bytes.length > 0 && isManyOf(Math.min(even, odd), bytes) && widthGuess(bytes) === undefined;
}

function cyrillicScore(text: string): number {
  let score = 0;
  let before = '';
  for (const letter of text) {
    if (letter > '\u007f') {
      if (common.has(letter)) score += 1;
      else if (!/[\p{L}№«»–—°]/u.test(letter)) score -= 2;
      // A capital after a small letter does not happen in words.
      if (/\p{Lu}/u.test(letter) && /\p{Ll}/u.test(before)) score -= 3;
    }
    before = letter;
  }
  return score;
}

const strict = new TextDecoder('utf-8', { fatal: true });

/** True when the bytes are UTF-8, a character that is cut off at the end aside. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let cut = 0; cut < 4; cut++) {
    try {
      strict.decode(bytes.subarray(0, bytes.length - cut));
      return true;
    } catch {
      // One more byte may belong to the character that is cut off.
    }
  }
  return false;
}
