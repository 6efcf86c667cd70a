/** Small parsers of the profile's JSON: each names the field that is wrong. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { languages, type Words } from './profile.ts';

/** Text by language tag; at least one. */
export function words(value: unknown, at: string): Words {
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw new Problem('bad-data', 'expected words by language, such as {"tg": "…", "en": "…"}', at);
  }
  for (const [tag, word] of Object.entries(value)) {
    oneOf(tag, languages, `${at}.${tag}`);
    text(word, `${at}.${tag}`);
  }
  return value;
}

export function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw new Problem('bad-data', 'expected a text', at);
  return value;
}

export function bool(value: unknown, at: string, absent: boolean): boolean {
  if (value === undefined) return absent;
  if (typeof value !== 'boolean') throw new Problem('bad-data', 'expected true or false', at);
  return value;
}

/** A whole number, 0 or more. */
export function count(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Problem('bad-data', `expected a whole number, found ${JSON.stringify(value)}`, at);
  }
  return value as number;
}

export function oneOf<const T extends string>(value: unknown, allowed: readonly T[], at: string): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    throw new Problem('bad-data', `expected one of ${allowed.join(', ')}, found ${JSON.stringify(value)}`, at);
  }
  return found;
}

/** Unknown members are errors: a misspelt one would be lost in silence. */
export function keysOnly(value: Record<string, unknown>, allowed: readonly string[], at: string): void {
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw new Problem('bad-data', `unknown member; expected one of ${allowed.join(', ')}`, `${at}${key}`);
    }
  }
}
