/** What people and programs send, field by field: of a form, or of a JSON object. */
import { Problem } from '../base/problem.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Trimmed; undefined: nothing was said. @throws Problem bad-data, with the field */
export function textIn(fields: Fields, name: string, max: number): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Problem('bad-data', 'a text is expected', name);
  const text = value.trim();
  if (text.length > max) throw new Problem('bad-data', `at most ${max} characters`, name);
  return text === '' ? undefined : text;
}

/** @throws Problem bad-data, with the field */
export function oneOf<T extends string | number>(value: unknown, known: readonly T[], field: string): T {
  const found = known.find((one) => one === value || String(one) === value);
  if (found === undefined) throw new Problem('bad-data', `one of ${known.join(', ')} is expected`, field);
  return found;
}

/** `location: [long, lat]`, or `long` and `lat` as a form sends them. @throws Problem bad-data */
export function locationIn(fields: Fields): readonly [number, number] | undefined {
  const given = fields['location'] ?? [fields['long'], fields['lat']];
  if (!Array.isArray(given) || given.every((part) => part === undefined || part === '')) return undefined;
  const [long, lat] = given.map(Number);
  if (long === undefined || lat === undefined || !(Math.abs(long) <= 180) || !(Math.abs(lat) <= 90))
    throw new Problem('bad-data', 'a position is [longitude, latitude]', 'location');
  return [long, lat];
}
