/** When a schedule switches what: pure, by the city's calendar and the sun over it. */
import { startOfDay, zoneOffsetMs } from '../../ui/index.ts';
import { sunTimes, type City } from '../../city/index.ts';
import type { Schedule, Switching, Value } from './schema.ts';

export type Due = { readonly at: number; readonly value: Value; readonly date: string };
type Place = Pick<City, 'center' | 'timeZone'>;

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Date of the city's calendar, `2026-11-23`. */
export const dateAt = (at: number, timeZone: string): string =>
  new Date(at + zoneOffsetMs(at, timeZone)).toISOString().slice(0, 10);

/** What is switched between two instants, [from, to), in the order of time. */
export function dueBetween(schedule: Schedule, from: number, to: number, place: Place): readonly Due[] {
  const found: Due[] = [];
  // An offset may lead into the day before or after.
  const last = startOfDay(to, place.timeZone, 1);
  for (let day = startOfDay(from, place.timeZone, -1); day <= last; day = startOfDay(day + hourMs, place.timeZone, 1)) {
    const date = dateAt(day + hourMs, place.timeZone);
    const switchings = schedule.exceptions.find((one) => one.date === date)?.switchings ?? schedule.switchings;
    for (const switching of switchings) {
      const at = instantOf(switching, day, schedule.elevation, place);
      if (at !== undefined && at >= from && at < to) found.push({ at, value: switching.value, date });
    }
  }
  return found.toSorted((a, b) => a.at - b.at);
}

/** @param day its midnight. @returns undefined where the sun does not pass the elevation that day */
function instantOf({ at, offset = 0 }: Switching, day: number, elevation: number, place: Place): number | undefined {
  const later = offset * minuteMs;
  if (at === 'dusk' || at === 'dawn') {
    const sun = sunTimes(day + 12 * hourMs, place.center, elevation);
    return sun && Math.round((at === 'dusk' ? sun.set : sun.rise) / minuteMs) * minuteMs + later;
  }
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  // The clock may have been put forward or back since midnight.
  const wall = day + zoneOffsetMs(day + hourMs, place.timeZone) + hours * hourMs + minutes * minuteMs;
  const first = wall - zoneOffsetMs(wall, place.timeZone);
  return wall - zoneOffsetMs(first, place.timeZone) + later;
}
