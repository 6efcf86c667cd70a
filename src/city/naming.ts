/** Finds out how a district file calls its names, and makes ids from them. */
import { Problem } from '../base/problem.ts';
import type { Feature } from './geojson.ts';
import { languages, type Language, type Words } from './profile.ts';

/** Endings that files use for languages: tags, and country codes where people mean the language. */
const endings: Readonly<Record<string, Language>> = {
  ...(Object.fromEntries(languages.map((tag) => [tag.toLowerCase(), tag])) as Record<string, Language>),
  kz: 'kk',
  kaz: 'kk',
  kg: 'ky',
  kir: 'ky',
  tj: 'tg',
  tgk: 'tg',
  tm: 'tk',
  tuk: 'tk',
  rus: 'ru',
  eng: 'en',
  uzb: 'uz',
  uz_latn: 'uz',
  uz_cyrl: 'uz-Cyrl',
};

/** A key that holds names: what stands before the language, and the language. */
const withLanguage = /^(name|adm\d|shapename|title)[:_-]?([a-z]{2,3}|uz[-_](?:latn|cyrl))$/i;
const plain = /^(name|shapename|adm\d_name|name_\d|title|[a-z]{2}name)$/i;

export type Naming = {
  /** Which property holds the name in which language. */
  readonly name: Readonly<Partial<Record<Language, string>>>;
  /** The property of the names whose language was guessed from their letters. */
  readonly guessed?: { readonly property: string; readonly language: Language };
};

/**
 * Looks at the properties of all features. Keys such as `name:tg`, `nameRu`, `ADM2_UZ` say their language; a plain
 * `name` or `shapeName` is placed by its letters.
 */
export function findNaming(features: readonly Readonly<Record<string, unknown>>[], own: readonly Language[]): Naming {
  const name: Partial<Record<Language, string>> = {};
  let guessed: Naming['guessed'];
  const keys = new Set(features.flatMap((properties) => Object.keys(properties)));
  const filled = (key: string): string[] =>
    features
      .map((properties) => properties[key])
      .filter((value): value is string => typeof value === 'string' && value.trim() !== '');
  for (const key of keys) {
    const language = endings[withLanguage.exec(key)?.[2]?.toLowerCase() ?? ''];
    if (language && name[language] === undefined && filled(key).length > 0) name[language] = key;
  }
  for (const key of keys) {
    if (!plain.test(key) || guessed || filled(key).length === 0) continue;
    const language = languageOf(filled(key), own);
    if (name[language] !== undefined) continue;
    name[language] = key;
    guessed = { property: key, language };
  }
  return { name, ...(guessed && { guessed }) };
}

/**
 * The names of a feature in the words of the profile.
 * @throws Problem bad-data when it has none
 */
export function namesOf({ properties, at }: Feature, naming: Naming['name']): Words {
  const words: Partial<Record<Language, string>> = {};
  for (const language of languages) {
    const value = properties[naming[language] ?? ''];
    if (typeof value === 'string' && value.trim() !== '') {
      words[language] = language === 'uz' ? uzbekLetters(value.trim()) : value.trim();
    }
  }
  if (Object.keys(words).length === 0) {
    const found = Object.keys(properties).join(', ') || 'none';
    throw new Problem(
      'bad-data',
      `no name found; properties are ${found}; call one of them "name"`,
      `${at}.properties`,
    );
  }
  return words;
}

/** Letters that only one of our languages has. Without any: Russian for Cyrillic, English for Latin, if spoken here. */
const tellTale: readonly (readonly [Language, RegExp])[] = [
  ['tg', /[ҷӣӯ]/i],
  ['kk', /[әұі]/i],
  ['uz-Cyrl', /ў/i],
  ['ky', /[өү]/i],
  ['uz', /[ʻ’‘']/],
  ['tk', /[äžňşý]/i],
];

function languageOf(names: readonly string[], own: readonly Language[]): Language {
  const text = names.join(' ');
  const told = tellTale.find(([language, letters]) => own.includes(language) && letters.test(text))?.[0];
  if (told) return told;
  return /\p{Script=Cyrillic}/u.test(text) ? 'ru' : 'en';
}

/** Words for "street" that only one language has. */
const streetWords: readonly (readonly [Language, RegExp])[] = [
  [
    'ru',
    /(^|[\s.])(улица|ул|проспект|просп|пр-т|переулок|пер|площадь|бульвар|шоссе|набережная|проезд|тупик|микрорайон)([\s.,]|$)/iu,
  ],
  ['tg', /(^|\s)(кӯчаи|кучаи|хиёбони|хиёбон|гузари|маҳаллаи|майдони)(\s|$)/iu],
  ['uz-Cyrl', /(^|\s)(кўчаси|шоҳкўчаси|маҳалласи)(\s|$)/iu],
  ['uz', /(^|\s)(ko\S?chasi|shoh\s?ko\S?chasi|mahallasi|tumani|xiyoboni)(\s|$)/iu],
  ['kk', /(^|\s)(көшесі|даңғылы|ауданы|алаңы)(\s|$)/iu],
  ['ky', /(^|\s)(көчөсү|проспектиси|аянты)(\s|$)/iu],
  ['tk', /(^|\s)(köçesi|şaýoly|etraby)(\s|$)/iu],
  ['en', /(^|\s)(street|avenue|road|lane|square|park)(\s|$)/iu],
];
const cyrillicLanguages: readonly Language[] = ['tg', 'ru', 'kk', 'ky', 'uz-Cyrl'];
const latinLanguages: readonly Language[] = ['uz', 'tk', 'en'];

/**
 * The language of one name that stands there without one: by its word for "street", by letters that only one language
 * has, else the first of the city's languages that writes in that script. A guess, for the order of fallback only.
 */
export function languageOfName(name: string, own: readonly Language[]): Language {
  const told =
    streetWords.find(([, words]) => words.test(name)) ??
    tellTale.find(([language, letters]) => own.includes(language) && letters.test(name));
  if (told) return told[0];
  const isCyrillic = /\p{Script=Cyrillic}/u.test(name);
  const script = isCyrillic ? cyrillicLanguages : latinLanguages;
  return own.find((language) => script.includes(language)) ?? (isCyrillic ? 'ru' : 'en');
}

/** Uzbek in its own letters: U+02BB in oʻ and gʻ, U+02BC for the tutuq, whatever apostrophe the file typed. */
export function uzbekLetters(text: string): string {
  return text.replace(/([og])['’‘`ʼ]/gi, '$1ʻ').replace(/['’‘`]/g, 'ʼ');
}

const cyrillic: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'а:a б:b в:v г:g ғ:gh д:d е:e ё:yo ж:zh з:z и:i ӣ:i й:y к:k қ:q л:l м:m н:n ң:ng о:o ө:o п:p р:r с:s т:t у:u ӯ:u ' +
    'ў:o ұ:u ү:u ф:f х:kh ҳ:h һ:h ц:ts ч:ch ҷ:j ш:sh щ:sh ъ: ы:y і:i ь: э:e ә:a ю:yu я:ya'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Lower case ASCII for ids: `Навруд` is `navrud`, `Mirzo Ulugʻbek tumani` is `mirzo-ulugbek-tumani`. Empty when nothing is left. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Script=Cyrillic}/gu, (letter) => cyrillic[letter] ?? letter)
    .normalize('NFD')
    .replace(/[\u0300-\u036fʻʼ’‘'`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** An id for each name, from English, else any Latin, else transliterated; equal ones are counted. */
export function idsOf(names: readonly Words[]): string[] {
  const used = new Set<string>();
  return names.map((words, i) => {
    const text = words.en ?? words.uz ?? words.tk ?? Object.values(words)[0] ?? '';
    const base = slug(text) || `district-${i + 1}`;
    let id = base;
    for (let n = 2; used.has(id); n++) id = `${base}-${n}`;
    used.add(id);
    return id;
  });
}
