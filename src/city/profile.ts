/** The city that this process serves: a file, not code. Words by language tag; positions [long, lat], WGS 84. */

/** The seven languages, in the order of fallback for a reader whose own words are missing. */
export const languages = ['tg', 'ru', 'uz', 'uz-Cyrl', 'kk', 'ky', 'tk', 'en'] as const;
export type Language = (typeof languages)[number];

/** A text in several languages. At least one is there. */
export type Words = Readonly<Partial<Record<Language, string>>>;

export type Position = readonly [number, number];
export type AreaGeometry =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] };

export type District = {
  readonly id: string;
  readonly name: Words;
  readonly population?: number;
  readonly geometry: AreaGeometry;
};
export type Street = {
  readonly id?: string;
  readonly name: Words;
  readonly kind: 'avenue' | 'street' | 'lane';
  readonly line: readonly Position[];
  /** People who live along it, where known. */
  readonly residents?: number;
  /** The highest house number: numbers rise along the line, odd ones on its left. */
  readonly numbers?: number;
};
/** Drawn on the map under everything else. */
export type Ground = {
  readonly id?: string;
  readonly kind: 'water' | 'green';
  readonly name?: Words;
  readonly geometry: AreaGeometry;
};
/** A public holiday: `MM-DD` returns every year, `YYYY-MM-DD` is one day. */
export type Holiday = { readonly date: string; readonly name: Words };

export type LawPack = {
  readonly country: string;
  /** Readings of single households may be taken. False unless the pack says otherwise. */
  readonly householdReadings: boolean;
  /** Laws by name only; not advice. */
  readonly laws: readonly string[];
  readonly note?: string;
};

/**
 * What needs attention, as data: entities that match an NGSI-LD query. `title` may hold `{name}`, `{district}`,
 * `{count}` and `{value}`; `value` names the attribute that fills it.
 */
export type Watch = {
  readonly id: string;
  readonly severity: 'trouble' | 'warn';
  /** As in `type=` and `q=` of NGSI-LD; short names of the default context. */
  readonly type: string;
  readonly q: string;
  readonly value?: string;
  readonly title: Words;
  /** What is being done or what to do. */
  readonly text?: Words;
};

export type City = {
  /** Lower case ASCII, in file names and URNs. */
  readonly id: string;
  readonly name: Words;
  /** At least one; the first is what a reader gets who asks for none of them. */
  readonly languages: readonly Language[];
  /** IANA name. */
  readonly timeZone: string;
  readonly center: Position;
  /** West, south, east, north. */
  readonly bbox: readonly [number, number, number, number];
  /** True for the sample city: every value shown, printed or downloaded says so. */
  readonly simulated: boolean;
  readonly districts: readonly District[];
  readonly streets: readonly Street[];
  readonly ground: readonly Ground[];
  readonly holidays: readonly Holiday[];
  readonly lawPack: LawPack;
  readonly watches: readonly Watch[];
  /** Whose geometry it is, as its licence asks; shown with every map of it (`© OpenStreetMap contributors`). */
  readonly credit?: string;
};

/** The text in the reader's language, else in the first language of the fallback order that has one. */
export function inLanguage(words: Words, language: string): { text: string; language: Language } {
  const own = words[language as Language];
  if (own !== undefined) return { text: own, language: language as Language };
  for (const other of languages) {
    const text = words[other];
    if (text !== undefined) return { text, language: other };
  }
  return { text: '', language: 'en' };
}
