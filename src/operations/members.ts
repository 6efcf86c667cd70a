/** Members of a JSON file, such as a rule or a control point: read one by one, each fault with its place. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { languages, type Words } from '../city/index.ts';
import { isUri } from '../ngsild/index.ts';

/** Of a text, in characters. */
export const textMax = 500;
/** Ids that stand in addresses. */
export const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** @throws Problem bad-data */
export function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > textMax)
    throw new Problem('bad-data', `expected a text of 1 to ${textMax} characters`, at);
  return value;
}

/** @throws Problem bad-data */
export function number(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Problem('bad-data', 'expected a number', at);
  return value;
}

/** @throws Problem bad-data */
export const oneOf =
  <const T extends string>(known: readonly T[]) =>
  (value: unknown, at: string): T => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new Problem('bad-data', `expected one of ${known.join(', ')}`, at);
    return found;
  };

/** A type or attribute: a short name or an IRI. @throws Problem bad-data */
export function name(value: unknown, at: string): string {
  const given = text(value, at);
  if (!/^\p{L}[\p{L}\p{N}_]*$/u.test(given) && !isUri(given))
    throw new Problem('bad-data', 'expected a name of letters, digits and underscores, or an IRI', at);
  return given;
}

/** @throws Problem bad-data */
export function words(value: unknown, at: string): Words {
  if (!isObject(value) || Object.keys(value).length === 0)
    throw new Problem('bad-data', 'expected words by language, such as { "tg": "…", "en": "…" }', at);
  for (const [tag, word] of Object.entries(value)) {
    if (!languages.some((known) => known === tag))
      throw new Problem('bad-data', `expected one of ${languages.join(', ')}`, `${at}.${tag}`);
    text(word, `${at}.${tag}`);
  }
  return value;
}
