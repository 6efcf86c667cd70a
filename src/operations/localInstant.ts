/** Times as people write them into forms. */
import { Problem } from '../base/problem.ts';
import { localTime, zoneOffsetMs } from '../ui/index.ts';

/** `22.11.2026 18:00` on the clocks of the zone, in ms. @throws Problem bad-data */
export function parseLocalTime(text: string, timeZone: string, field: string): number {
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4})\s+(\d{1,2}):(\d{2})$/.exec(text);
  const [day, month, year, hour, minute] = match?.slice(1).map(Number) ?? [];
  const wall = match ? Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute) : Number.NaN;
  if (!Number.isFinite(wall)) throw new Problem('bad-data', 'a day and a time are wanted, as 22.11.2026 18:00', field);
  // The offset differs on both sides of a change of the clocks; two rounds settle it.
  const first = wall - zoneOffsetMs(wall, timeZone);
  const at = wall - zoneOffsetMs(first, timeZone);
  const shown = localTime(at, timeZone);
  if (shown.day !== day || shown.month !== month || shown.hour !== hour || shown.minute !== minute)
    throw new Problem('bad-data', 'there is no such day or time', field);
  return at;
}
