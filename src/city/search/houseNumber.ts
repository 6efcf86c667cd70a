/** House numbers as people write them: `12`, `12а`, `12 А`, `12/3`, `д. 12 корп. 2`. */
import { slug } from '../naming.ts';

/** Lower case ASCII without spaces: `12 А` and `12a` are one, `12 корп. 2` and `12к2` are one. */
export function houseKey(number: string): string {
  return slug(
    number
      .trim()
      .toLowerCase()
      .replace(/[\s,]*(?:корпус|корп|corpus|korpus|korp|к|k)[\s.]*(?=\d)/gu, 'k')
      .replace(/(\d)\s+(?=\p{L}(?!\p{L}))/gu, '$1'),
  );
}

/** The whole number that it begins with. */
export function houseBase(number: string): number | undefined {
  const found = /^\D{0,3}?(\d{1,5})/.exec(number.trim())?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `before`: the number stands before the name, which may as well be a part of it. */
export type Split = { readonly name: string; readonly number?: string; readonly before?: boolean };

const marks = String.raw`(?:дом|д|уй|uy|үй|хона(?:и|и)?|house|no|nº|n°|№|№\.)\.?`;
const one = String.raw`\d{1,5}\s?(?:\p{L}(?![\p{L}]))?(?:\s?[/-]\s?\d{1,4}\p{L}?)?(?:[\s,]*(?:корпус|корп|korpus|korp|к|k)[\s.]*\d{1,3})?`;
/** Behind the number in Turkic languages: `5-uy`, `5 үй`. */
const behind = String.raw`(?:\s?-?\s?(?:uy|уй|үй|дом|хона))?`;
const atEnd = new RegExp(`^(.*?\\p{L}.*?)[\\s,]+(?:${marks}\\s*)?(${one})${behind}$`, 'iu');
const atBegin = new RegExp(`^(${one})[\\s,]+(.*\\p{L}.*)$`, 'iu');

/**
 * The ways to read a query: as a name alone, as a name with a house number behind it, or before it as in English.
 * "8 марта 12" is a street with a number in its name; which reading is right is told by what there is.
 */
export function readings(query: string): Split[] {
  const text = query.normalize('NFC').trim().replace(/\s+/g, ' ');
  const found: Split[] = [{ name: text }];
  const end = atEnd.exec(text);
  if (end) found.push({ name: end[1] as string, number: end[2] as string });
  const begin = atBegin.exec(text);
  if (begin) found.push({ name: begin[2] as string, number: begin[1] as string, before: true });
  return found;
}
