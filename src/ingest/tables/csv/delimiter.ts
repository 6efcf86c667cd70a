/** Which character stands between the values: a comma in English lists, a semicolon where the comma is decimal. */
export const delimiters = [',', ';', '\t', '|'] as const;

const linesLooked = 40;

/** `sep=;` as the first line tells Excel; it is no row. */
export function saidDelimiter(text: string): string | undefined {
  return /^sep=(.)\r?\n/i.exec(text)?.[1];
}

/**
 * The character that cuts most lines into the same number of values, more than one. Titles above the table and single
 * broken lines do not decide.
 * @param text the beginning of the file
 * @returns a comma when nothing cuts: a table of one column
 */
export function guessDelimiter(text: string): string {
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const counts = new Map<number, number>();
    for (const count of countPerLine(text, delimiter)) if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1);
    for (const [count, lines] of counts) {
      // As many lines as possible; of two that are equal the one that gives more columns.
      const score = lines * 1000 + Math.min(count, 999);
      if (score > best.score) best = { delimiter, score };
    }
  }
  return best.delimiter;
}

/** How often the character stands outside of quotes, line by line; the last line may be cut off and is left out. */
function countPerLine(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let count = 0;
  let quoted = false;
  for (let i = 0; i < text.length && counts.length < linesLooked; i++) {
    const character = text.charAt(i);
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === delimiter) count++;
    else if (character === '\n') {
      counts.push(count);
      count = 0;
    }
  }
  if (counts.length < linesLooked) counts.push(count);
  return counts;
}
