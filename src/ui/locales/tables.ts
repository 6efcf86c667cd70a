import { en } from './en.ts';
import { kk } from './kk.ts';
import { ky } from './ky.ts';
import type { Locale } from './locale.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { tk } from './tk.ts';
import { uzCyrl } from './uz-cyrl.ts';
import { uz } from './uz.ts';

const locales: Readonly<Record<string, Locale>> = { tg, ru, uz, 'uz-Cyrl': uzCyrl, kk, ky, tk, en };

/** The tables of a language; English ones for a tag that we do not have. */
export const localeOf = (language: string): Locale => locales[language] ?? en;
