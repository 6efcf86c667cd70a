/** Cells as spreadsheets name them: `B3`. */

const columnsMax = 16_384;

/** `AB` for column 27; columns from 0. */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** `B3` -> column 1, row 3; undefined for anything else. By hand: every cell of a sheet passes here. */
export function parseReference(text: string): { column: number; row: number } | undefined {
  let at = 0;
  let column = 0;
  for (; at < text.length; at++) {
    const letter = text.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  let row = 0;
  const digits = at;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    row = row * 10 + digit;
  }
  if (column < 1 || column > columnsMax || digits === at || row < 1 || row > 10_000_000) return undefined;
  return { column: column - 1, row };
}
