/** Local time to UTC. Offsets come from the runtime's time zone data, asked once per zone and quarter of an hour. */

const quarterMs = 900_000;

export type Zone = {
  /**
   * @param localMs the wall clock's reading, counted as if it were UTC
   * @returns the instant; of two (clock set back) the earlier; undefined for a time that the clock skipped
   */
  toUtc(localMs: number): number | undefined;
};

/** @returns undefined when the runtime knows no zone of that name */
export function zone(name: string): Zone | undefined {
  if (name === 'UTC' || name === 'Z') return { toUtc: (localMs) => localMs };
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch {
    return undefined;
  }
  const offsets = new Map<number, number>();
  const offsetAt = (utcMs: number): number => {
    const quarter = Math.floor(utcMs / quarterMs);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(quarter * quarterMs)) parts[type] = value;
    const number = (type: string): number => Number(parts[type] ?? 0);
    const local = Date.UTC(
      number('year'),
      number('month') - 1,
      number('day'),
      number('hour'),
      number('minute'),
      number('second'),
    );
    const offset = local - quarter * quarterMs;
    if (offsets.size > 100_000) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  };
  return {
    toUtc(localMs) {
      // The offset in force is the one of a few hours before or after; both are tried, the earlier instant wins.
      const before = localMs - offsetAt(localMs - 86_400_000);
      const after = localMs - offsetAt(localMs + 86_400_000);
      const first = Math.min(before, after);
      const second = Math.max(before, after);
      if (first + offsetAt(first) === localMs) return first;
      if (second + offsetAt(second) === localMs) return second;
      return undefined;
    },
  };
}
