/**
 * Message catalogues: ICU MessageFormat texts by key and language, compiled when first used. Numbers in a message are
 * formatted by our locale tables: `{n, num}`; plurals take our rules, since CLDR has none for Tajik.
 */
import messageFormat from '@messageformat/core';
import type { Language } from '../city/profile.ts';
import { formatNumber, localeOf, type PluralCategory } from './locales/index.ts';

/** Every module writes these; ky, tk and uz-Cyrl may be missing and fall back. */
export const fullLanguages = ['tg', 'ru', 'uz', 'kk', 'en'] as const satisfies readonly Language[];
const fallback = ['tg', 'ru', 'en'] as const satisfies readonly Language[];

export type Messages<K extends string> = Readonly<Record<K, string>>;
export type Values = Readonly<Record<string, string | number>>;

/** Gives the text of a key in one language. */
export type Translate<K extends string> = {
  (key: K, values?: Values): string;
  /** The language that the text of the key is written in: the asked one, or the one that stands in for it. */
  readonly languageOf: (key: K) => Language;
};

export type Catalogue<K extends string> = {
  (language: string): Translate<K>;
  readonly tables: Tables<K>;
};

type Tables<K extends string> = Readonly<Record<(typeof fullLanguages)[number], Messages<K>>> &
  Readonly<Partial<Record<Language, Readonly<Partial<Record<K, string>>>>>>;

// The package's types describe a transpiled default export; Node hands out the class itself.
const MessageFormat = messageFormat as unknown as typeof messageFormat.default;
type Compiler = { compile: (text: string) => (values?: Values) => string };

const compilers = new Map<string, Compiler>();

function compilerOf(language: Language): Compiler {
  let compiler = compilers.get(language);
  if (!compiler) {
    const plural = (n: number | string): PluralCategory => localeOf(language).plural(Number(n));
    const cardinals: PluralCategory[] = language === 'ru' ? ['one', 'few', 'many', 'other'] : ['one', 'other'];
    // The function's name becomes an identifier in the compiled code.
    Object.defineProperty(plural, 'name', { value: language.replace('-', '') });
    compiler = new MessageFormat(Object.assign(plural, { cardinals }), {
      customFormatters: { num: (value) => formatNumber(Number(value), language) },
    });
    compilers.set(language, compiler);
  }
  return compiler;
}

/**
 * Makes a catalogue from one table of messages per language.
 * @param tables the same keys in tg, ru, uz, kk and en; the type checker and `missingMessages` hold that
 * @returns `catalogue(language)` gives `t(key, values)`
 */
export function catalogue<K extends string>(tables: Tables<K>): Catalogue<K> {
  const translators = new Map<string, Translate<K>>();
  const make = (language: string): Translate<K> => {
    const compiled = new Map<K, (values?: Values) => string>();
    const order = [language as Language, ...fallback];
    const languageOf = (key: K): Language => order.find((tag) => tables[tag]?.[key] !== undefined) ?? 'en';
    const translate = (key: K, values?: Values): string => {
      const message = compiled.get(key);
      if (!message) {
        const tag = languageOf(key);
        const text = tables[tag]?.[key] ?? key;
        const made = /[{']/.test(text) ? compilerOf(tag).compile(text) : () => text;
        compiled.set(key, made);
        return made(values);
      }
      return message(values);
    };
    return Object.assign(translate, { languageOf });
  };
  const of = (language: string): Translate<K> => {
    let translate = translators.get(language);
    if (!translate) {
      translate = make(language);
      translators.set(language, translate);
    }
    return translate;
  };
  return Object.assign(of, { tables });
}

/**
 * For tests: what a catalogue lacks or cannot compile, one line each.
 * @param only the languages that must be complete; default the five
 */
export function missingMessages(
  of: { readonly tables: Readonly<Partial<Record<Language, Readonly<Record<string, string | undefined>>>>> },
  only: readonly Language[] = fullLanguages,
): readonly string[] {
  const keys = new Set(Object.values(of.tables).flatMap((table) => Object.keys(table ?? {})));
  const wrong: string[] = [];
  for (const language of only) {
    for (const key of keys) {
      const text = of.tables[language]?.[key];
      if (text === undefined || text === '') {
        wrong.push(`${language}: ${key} is missing`);
        continue;
      }
      try {
        compilerOf(language).compile(text);
      } catch (error) {
        wrong.push(`${language}: ${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return wrong;
}
