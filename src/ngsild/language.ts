/** Choosing one language of a LanguageProperty. CIM 009 v1.9.1, 4.15; ranges as in RFC 9110 Accept-Language. */
import { Problem } from '../base/problem.ts';
import { isObject } from '../base/json.ts';
import type { Json } from './entity.ts';

/** A wanted language, best first; `*` is any. */
export type LanguageRange = string;

const rangePattern = /^([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/;

/**
 * Reads `tg,ru;q=0.8,*;q=0.5`.
 * @returns ranges in order of preference, without those of quality 0
 * @throws Problem invalid-request, field `lang`
 */
export function parseLanguages(text: string): readonly LanguageRange[] {
  const ranges = text.split(',').map((part, at) => {
    const match = rangePattern.exec(part.trim());
    const quality = Number(match?.[2] ?? 1);
    if (!match?.[1] || quality > 1) {
      throw new Problem('invalid-request', `"${part.trim().slice(0, 50)}" is not a language range`, 'lang');
    }
    return { range: match[1].toLowerCase(), quality, at };
  });
  return ranges
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.at - b.at)
    .map(({ range }) => range);
}

/**
 * The text in the language that fits best: exact tag, then a longer one (`en` takes `en-GB`), then a shorter one;
 * where nothing fits `@none`, then the first there is.
 */
export function bestLanguage(languageMap: Json, ranges: readonly LanguageRange[]): { text: Json; tag: string } {
  if (!isObject(languageMap)) return { text: languageMap, tag: '@none' };
  const map = languageMap as Record<string, Json>;
  const tags = Object.keys(map);
  const found = ranges.map((range) => fit(range, tags)).find((tag) => tag !== undefined);
  const tag = found ?? (Object.hasOwn(map, '@none') ? '@none' : (tags[0] ?? '@none'));
  return { text: map[tag] ?? '', tag };
}

function fit(range: LanguageRange, tags: readonly string[]): string | undefined {
  if (range === '*') return tags.includes('@none') ? '@none' : tags[0];
  const longer = (tag: string): boolean => tag.toLowerCase().startsWith(`${range}-`);
  const shorter = (tag: string): boolean => range.startsWith(`${tag.toLowerCase()}-`);
  return tags.find((tag) => tag.toLowerCase() === range) ?? tags.find(longer) ?? tags.find(shorter);
}
