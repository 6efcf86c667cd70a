/**
 * What a language needs besides its messages: our own tables, because browsers print US English for tg, ky and tk and
 * stubs for kk and uz, and because Node's data differ from theirs. Server and islands use the same ones.
 */

export type PluralCategory = 'one' | 'few' | 'many' | 'other';

/** Twelve or seven words in order. */
export type Names = readonly string[];

export type Locale = {
  /** The language's name in itself. */
  readonly name: string;
  /** As it stands after a day number. */
  readonly months: Names;
  readonly monthsShort: Names;
  /** From Monday. */
  readonly weekdays: Names;
  readonly weekdaysShort: Names;
  readonly decimal: string;
  /** Between groups of three digits; a no-break space where the decimal sign is a comma. */
  readonly group: string;
  /** Stands before the percent sign. */
  readonly percentGap: string;
  readonly plural: (n: number) => PluralCategory;
  /** `{n}` is the number; `now` covers less than a minute. */
  readonly relative: {
    readonly now: string;
    readonly past: Readonly<Record<RelativeUnit, PluralForms>>;
    readonly future: Readonly<Record<RelativeUnit, PluralForms>>;
  };
  /** UN/CEFACT recommendation 20 code -> symbol, where it differs from the international one. */
  readonly units: Readonly<Record<string, string>>;
  /** Letters in dictionary order; letters of several characters are one entry. */
  readonly alphabet: readonly string[];
  /** Said in the language itself, above a page whose words are shown in another one. */
  readonly notTranslated: string;
};

export type RelativeUnit = 'minute' | 'hour' | 'day';
export type PluralForms = Readonly<Partial<Record<PluralCategory, string>>> & { readonly other: string };

/** tg, kk, ky, uz, tk and en: one thing, or any other number of them. */
export const oneOther = (n: number): PluralCategory => (n === 1 ? 'one' : 'other');

/** Letters of an alphabet written without gaps. */
export const letters = (alphabet: string): readonly string[] => Array.from(alphabet);
