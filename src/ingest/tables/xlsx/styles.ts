import { Problem } from '../../../base/problem.ts';
import type { Zip } from '../../zip.ts';
import { readPart } from './workbook.ts';

/** How a number is meant that a style shows as a date; undefined: as a number. */
export type DateStyle = 'date' | 'dateTime' | 'time' | 'duration';

/** Styles by the number that a cell gives (`s`). */
export type Styles = readonly (DateStyle | undefined)[];

/**
 * Formats that every program knows by number (ECMA-376, part 1, 18.8.30); 27 to 36 and 50 to 58 are dates in the East
 * Asian versions and nothing in others, 71 to 81 in the Thai one.
 */
function builtIn(id: number): DateStyle | undefined {
  if (id === 22) return 'dateTime';
  if (id === 46) return 'duration';
  if ((id >= 18 && id <= 21) || id === 45 || id === 47 || (id >= 32 && id <= 35) || (id >= 55 && id <= 56))
    return 'time';
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return 'date';
  if (id === 77) return 'dateTime';
  if (id >= 71 && id <= 74) return 'date';
  return id >= 75 && id <= 81 && id !== 76 ? 'time' : undefined;
}

/**
 * What a number format shows: `dd.mm.yyyy hh:mm` is dateTime. The letters of dates count only outside of quoted texts,
 * escaped characters and brackets (colour, currency, language: `[$-419]`); `[h]` counts hours without end.
 */
export function dateStyleOf(code: string): DateStyle | undefined {
  if (/^general$/i.test(code)) return undefined;
  // Positive numbers take the first section.
  const plain = code.replace(/"[^"]*"?|[\\_*]./gs, '').split(';')[0] ?? '';
  // The language decides names of months only, except for two that Windows itself fills in.
  if (/\[\$-F800\]/i.test(plain)) return 'date';
  if (/\[\$-F400\]/i.test(plain)) return 'time';
  if (/\[(h+|m+|s+)\]/i.test(plain)) return 'duration';
  const letters = plain.replace(/\[[^\]]*\]/g, '').toLowerCase();
  // 0.00E+00 and # ?/? are numbers, whatever else stands there.
  if (/[#?]|e[+-]|0[.,]?0*e/.test(letters)) return undefined;
  const clock = /[hs]|am\/pm|a\/p/.test(letters);
  const calendar = /[yd]/.test(letters) || (!clock && /m/.test(letters));
  return calendar ? (clock ? 'dateTime' : 'date') : clock ? 'time' : undefined;
}

/** Spreadsheet programs stop at 65,490. */
const stylesMax = 100_000;

/** @returns none when the workbook has no styles: every number is a number then */
export async function readStyles(zip: Zip, name: string, part: string | undefined): Promise<Styles> {
  if (part === undefined) return [];
  const formats = new Map<number, string>();
  const formatIds: number[] = [];
  let inCellFormats = false;
  await readPart(zip, name, part, {
    open(element, attributes) {
      if (element === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (element === 'cellXfs') inCellFormats = true;
      else if (element !== 'xf' || !inCellFormats) return;
      else if (formatIds.length < stylesMax) formatIds.push(Number(attributes['numFmtId'] ?? 0));
      else throw new Problem('too-large', `${name} has more than ${stylesMax} cell formats`, part);
    },
    close(element) {
      if (element === 'cellXfs') inCellFormats = false;
    },
  });
  return formatIds.map((id) => {
    const code = formats.get(id);
    return code === undefined ? builtIn(id) : dateStyleOf(code);
  });
}
