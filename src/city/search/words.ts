/** Words that say what a thing is and not what it is called: "улица", "кӯчаи", "koʻchasi", "көшесі", "rua". */
import { fold, foldedWords } from './fold.ts';

/** Left out of the comparison; the class tells "Айни Street" from "Айни Avenue" when both are there. */
const classes = {
  street:
    'ул улица улицы кӯча кӯчаи кӯчаҳои куча кучаи кўча кўчаси koʻcha koʻchasi kocha kochasi көше көшесі көчө көчөсү köçe köçesi ' +
    'street st str rua road rd',
  avenue:
    'пр просп проспект проспекти проспектиси хиёбон хиёбони хиебони xiyobon xiyoboni шоҳкӯча шоҳкӯчаи шоҳкўча шоҳкўчаси ' +
    'shohkoʻcha shohkoʻchasi даңғыл даңғылы şaýoly avenue ave av avenida prospekt prospekti шоссе бульвар boulevard blvd bulvari alameda',
  lane: 'пер переулок проезд тупик туп тангкӯча тангкӯчаи тор tor берк berk тұйық тұйығы lane travessa beco',
  square: 'пл площадь майдон майдони maydon maydoni алаң алаңы аянт аянты square praça largo meýdany',
  quarter: 'мкр мкрн микрорайон маҳалла маҳаллаи маҳалласи mahalla mahallasi ықшамаудан шағынаудан гузар гузари guzar',
  district: 'район р-н ноҳия ноҳияи туман тумани tuman tumani аудан ауданы etraby district bairro',
} as const;
export type PlaceClass = keyof typeof classes;

/** "имени", "of", "de": nobody remembers whether they stand in the name. */
const small = 'им имени ба номи номидаги nomidagi атындагы атындағы of the de da do dos das del';

const classOf = new Map<string, PlaceClass>();
for (const [name, words] of Object.entries(classes)) {
  for (const word of words.split(' ')) classOf.set(fold(word), name as PlaceClass);
}
const smallWords = new Set(small.split(' ').map(fold));

export type NameKey = {
  /** The words that count, folded. Never empty unless the text is. */
  readonly words: readonly string[];
  readonly class?: PlaceClass;
};

const known = new Map<string, NameKey>();
const knownMax = 100_000;

/** Comes apart into what a thing is called and what it is. */
export function nameKey(text: string): NameKey {
  const before = known.get(text);
  if (before) return before;
  const key = takenApart(text);
  // Every house repeats the name of its street.
  if (known.size >= knownMax) known.clear();
  known.set(text, key);
  return key;
}

function takenApart(text: string): NameKey {
  const all = foldedWords(text.replace(/пр-к?т/giu, 'проспект').replace(/б-р/giu, 'бульвар'));
  let found: PlaceClass | undefined;
  const words = all.filter((word) => {
    const one = classOf.get(word);
    if (one) found ??= one;
    return !one && !smallWords.has(word);
  });
  // "Майдон" may be the whole name.
  return { words: words.length > 0 ? words : all, ...(found && words.length > 0 && { class: found }) };
}
