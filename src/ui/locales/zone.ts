/** Wall time of a place. Only the server calls this: it asks Node's ICU for the offset and nothing else. */

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * How far the zone is ahead of UTC at that instant.
 * @param timeZone IANA name
 * @returns milliseconds, negative west of Greenwich
 * @throws RangeError for a zone that does not exist
 */
export function zoneOffsetMs(at: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    const fields = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', era: 'short', ...fields });
    formats.set(timeZone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const wall = Date.UTC(
    part['year'] ?? 0,
    (part['month'] ?? 1) - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return wall - Math.floor(at / 1000) * 1000;
}

export type LocalTime = {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Monday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
};

/** The clock and calendar on the wall of that zone. */
export function localTime(at: number, timeZone: string): LocalTime {
  const wall = new Date(at + zoneOffsetMs(at, timeZone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    weekday: (wall.getUTCDay() + 6) % 7,
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
  };
}

/** Midnight in that zone, `days` days after (or before) the day of `at`, as milliseconds since 1970 UTC. */
export function startOfDay(at: number, timeZone: string, days = 0): number {
  const { year, month, day } = localTime(at, timeZone);
  const wall = Date.UTC(year, month - 1, day + days);
  // The offset at midnight may differ from the one at noon; two rounds settle it.
  const first = wall - zoneOffsetMs(wall, timeZone);
  return wall - zoneOffsetMs(first, timeZone);
}
