/** Instants as people at the stop read them. */
import { instantToZoned } from '../../base/time.ts';
import { zoneOffsetMs } from '../../city/index.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** ISO 8601 with the offset of the zone: `2019-05-14T12:02:00-03:00`. */
export function toZonedIso(ms: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = instantToZoned(ms, timeZone);
  const offset = Math.round(zoneOffsetMs(timeZone, ms) / 60_000);
  const ahead = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone}`;
}

/** `20190415` as `2019-04-15`. */
export function toIsoDate(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

/** Seconds of a service day as GTFS writes them: `25:10:00`. */
export function toGtfsTime(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
