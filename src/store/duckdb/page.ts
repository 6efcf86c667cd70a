/**
 * Where a page of at most `limit` rows ends, so that it ends with a whole instant, and after the second one at the least:
 * whoever goes on from its last instant, that included or not, misses nothing and gets further.
 * @param timeOf   of the row at a place; the rows are in the order of time, either way
 * @param length   how many rows are known
 * @param complete there are no others
 * @returns undefined when more rows must be seen to tell
 */
export function endOfPage(
  timeOf: (at: number) => number | undefined,
  length: number,
  limit: number,
  complete: boolean,
): number | undefined {
  let instants = 0;
  let end: number | undefined;
  for (let at = 1; at < length; at++) {
    if (timeOf(at) === timeOf(at - 1)) continue;
    instants++;
    if (instants < 2) continue;
    if (at > limit) return end ?? at;
    end = at;
  }
  return end ?? (complete ? length : undefined);
}
