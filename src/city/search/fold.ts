/**
 * One spelling for all: "Rudaki", "Рудаки" and "Рӯдакӣ" fold to the same key, as do "Amir Temur" and "Амир Темур".
 *
 * Letters that keyboards lack, that transliterations disagree about, or that two alphabets write differently become
 * one: х ҳ kh x are h; ж ҷ ч j zh ch are j; с ш ц sh ts are s; all vowels but и are a, since ё is yo here and е there,
 * Юлдаш is Yoʻldosh and Чиланзар is Chilonzor. A key is for finding only: what was found is ranked by how it is written,
 * so that the merged letters cost nothing but a few more candidates.
 */

const cyrillic: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'а:a б:b в:v г:g ғ:g ґ:g д:d е:e ё:io є:ie ж:j з:z и:i ӣ:i й:i і:i ї:i к:k қ:k л:l м:m н:n ң:n о:o ө:o п:p р:r с:s ' +
    'т:t у:u ӯ:u ў:o ұ:u ү:u ф:f х:h ҳ:h һ:h ц:s ч:j ҷ:j җ:j ш:s щ:s ъ: ы:i ь: э:e ә:a ю:iu я:ia'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
/** Latin letters that do not come apart into a plain letter and a mark, or mean another sound than that letter. */
const latin: Readonly<Record<string, string>> = { ı: 'i', ə: 'a', ž: 'j', æ: 'ae', ø: 'o', ß: 's', ł: 'l', đ: 'd' };

const own = /[\u0400-\u052fıəžæøßłđ]/g;
const letterOf = (letter: string): string => cyrillic[letter] ?? latin[letter] ?? letter;

/** Every mark that people type for the apostrophe of oʻ, gʻ and the tutuq. */
const apostrophes = /[ʻʼ’‘'`´ʹ′]/g;

/** Pairs first, then single letters. */
const pairs: readonly (readonly [RegExp, string])[] = [
  [/shch|s(?:c?h|z)|t(?:s|z(?!h))/g, 's'],
  [/dzh|dj|[zc]h/g, 'j'],
  [/kh/g, 'h'],
  [/gh/g, 'g'],
  [/ph/g, 'f'],
  [/ng/g, 'n'],
];
const singles: Readonly<Record<string, string>> = { y: 'i', x: 'h', w: 'v', q: 'k', c: 'k' };

/** Words of a name as keys, in their order. Anything but letters and digits separates words. */
export function foldedWords(text: string): string[] {
  const key = fold(text);
  return key === '' ? [] : key.split(' ');
}

/** The key of a text: words with one space between. Folding a key gives the key. */
export function fold(text: string): string {
  let key = text
    .normalize('NFC')
    .toLowerCase()
    .replace(apostrophes, '')
    .replace(own, letterOf)
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    // Without its mark a letter may be one of ours.
    .replace(own, letterOf)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  // What one rule makes may be a pair for another; each makes the key shorter or its letters fewer.
  for (let before = ''; before !== key;) {
    before = key;
    for (const [pair, letter] of pairs) key = key.replace(pair, letter);
    key = key
      .replace(/[yxwqc]/g, (letter) => singles[letter] ?? letter)
      // я and ia, ё and yo are heard alike: "район", "rayon"; "Алиев", "Aliyev"; "Хиёбон", "Khiyobon".
      .replace(/i+(?=[aeou])/g, '')
      .replace(/[eou]/g, 'a')
      .replace(/(\p{L})\1+/gu, '$1');
  }
  return key;
}

/** As it is written, without what nobody types: for telling the better of two equal keys. */
export function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(apostrophes, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
