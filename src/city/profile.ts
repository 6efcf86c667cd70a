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
/** `avenue`: main roads; `lane`: service ways and tracks; `path`: for walking and cycling only. */
export type StreetKind = (typeof streetKinds)[number];
export const streetKinds = ['avenue', 'street', 'lane', 'path'] as const;
export type Street = {
  readonly id?: string;
  /** Absent: a street without a name, which is drawn too. */
  readonly name?: Words;
  /** Old names, short ones, other spellings: for search, never shown. */
  readonly otherNames?: readonly string[];
  readonly kind: StreetKind;
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
/** Drawn on the ground, under the streets. */
export type GroundLine = {
  readonly id?: string;
  readonly kind: GroundLineKind;
  readonly name?: Words;
  readonly line: readonly Position[];
};
export type GroundLineKind = (typeof groundLineKinds)[number];
export const groundLineKinds = ['river', 'canal', 'stream', 'rail'] as const;

/** A square, a neighbourhood, a school: what people look for by its name. */
export type Place = {
  readonly id?: string;
  /** `square`, `suburb`, `school`, `hospital`, ...: the values of OpenStreetMap's tags. */
  readonly kind: string;
  readonly name: Words;
  readonly otherNames?: readonly string[];
  readonly at: Position;
};
/** A house number. `street` is the street's name as the address writes it, in any of its languages. */
export type Address = { readonly street: string; readonly number: string; readonly at: Position };
/** House numbers that stand along a line, from its first point to its last. */
export type AddressRange = {
  readonly street: string;
  readonly from: number;
  readonly to: number;
  /** Every second number or every one. */
  readonly step: 'odd' | 'even' | 'all';
  readonly line: readonly Position[];
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
  /** Days that kinds of data are kept, where the law says something else than the platform; null: for good. */
  readonly retention?: Readonly<Record<string, number | null>>;
};

export const factKinds = ['population', 'area', 'districts', 'founded', 'indicator', 'other'] as const;
/** `<` and `>` are bounds and stay bounds; `~` is a figure that its source calls approximate. */
export const qualifiers = ['<', '>', '~'] as const;
export const confidences = ['high', 'medium', 'low'] as const;

/** Where a figure can be looked up; a url or a document is always there. */
export type FactSource = {
  readonly title: string;
  readonly url?: string;
  readonly document?: string;
  readonly page?: string;
};

/** A published figure about the city. It is nobody's measurement here and continues no series. */
export type Fact = {
  readonly kind: (typeof factKinds)[number];
  /** What is counted; there for `indicator` and `other`. */
  readonly label?: Words;
  /** The U4SSC code of an `indicator`. */
  readonly indicator?: string;
  readonly value: number;
  readonly qualifier?: (typeof qualifiers)[number];
  /** UN/CEFACT code (`KMK`, `HAR`, `P1`) or ISO 4217; absent for counts and years. */
  readonly unit?: string;
  /** Null: the source gives none. */
  readonly year: number | null;
  /** How surely the figure says what its kind or indicator says. */
  readonly confidence?: (typeof confidences)[number];
  /** A doubt, in English. */
  readonly note?: string;
  readonly source: FactSource;
};

/** What the box of a city without districts is: the extent of a published border, or a frame chosen for the map. */
export const frameKinds = ['extent', 'chosen'] as const;
export type Frame = { readonly kind: (typeof frameKinds)[number]; readonly sources: readonly FactSource[] };

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
  /** None: the profile has a centre and a box alone, until a file of districts is loaded. */
  readonly districts: readonly District[];
  /** Where centre and box come from, for a city without districts. */
  readonly frame?: Frame;
  readonly streets: readonly Street[];
  readonly ground: readonly Ground[];
  readonly groundLines: readonly GroundLine[];
  readonly places: readonly Place[];
  readonly addresses: readonly Address[];
  readonly addressRanges: readonly AddressRange[];
  readonly holidays: readonly Holiday[];
  readonly lawPack: LawPack;
  readonly watches: readonly Watch[];
  /** Whose geometry it is, as its licence asks; shown with every map of it (`© OpenStreetMap contributors`). */
  readonly credit?: string;
  /** Where the licence of that geometry is explained. */
  readonly creditUrl?: string;
  /** What is published about it. Empty for the sample city: nothing is published about an invented one. */
  readonly facts: readonly Fact[];
};

/** False for a process that was given no city: its box is the world. */
export const hasPlace = ({ bbox: [west, , east] }: Pick<City, 'bbox'>): boolean => east - west < 360;

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
