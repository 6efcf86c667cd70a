/**
 * Losses of a district metered area from the flow at night, after the Water Losses Task Force of the IWA (District Metered Areas: Guidance
 * Notes, 2007; FAVAD: Lambert 2001). Pure; m³, hours, bar.
 */
import { hourMs } from '../period.ts';
import { meanOf, median, sum } from '../statistics.ts';

/** The mean of what was measured from `at` for a quarter of an hour. */
export type Quarter = { readonly at: number; readonly mean: number };

export const quarterMs = hourMs / 4;

/**
 * The lowest mean of an hour within the window, the hour moving by a quarter.
 * @param from, to the window in ms; @returns undefined when one of its hours has no value at all
 */
export function minimumNightFlow(
  quarters: readonly Quarter[],
  from: number,
  to: number,
): { readonly flow: number; readonly at: number } | undefined {
  const inside = quarters.filter(({ at }) => at >= from && at < to);
  for (let hour = from; hour < to; hour += hourMs) {
    if (!inside.some(({ at }) => at >= hour && at < hour + hourMs)) return undefined;
  }
  let lowest: { flow: number; at: number } | undefined;
  for (let at = from; at + hourMs <= to; at += quarterMs) {
    const hour = inside.filter((quarter) => quarter.at >= at && quarter.at < at + hourMs);
    if (hour.length === 0) continue;
    const flow = meanOf(hour.map(({ mean }) => mean));
    if (!lowest || flow < lowest.flow) lowest = { flow, at };
  }
  return lowest;
}

/**
 * Hours by which the loss at night is multiplied to be that of a day: by day the pressure, and so the leak, is less. Sum over the
 * hours of (pressure / pressure at night) ^ N1.
 * @param hours pressure by hour of the day; missing ones are taken to be like the others, when 18 are there
 */
export function nightDayFactor(
  hours: readonly (number | undefined)[],
  atNight: number,
  exponent: number,
): number | undefined {
  const known = hours.filter((value) => value !== undefined && value > 0) as number[];
  if (known.length < 18 || atNight <= 0) return undefined;
  return (24 / known.length) * sum(known.map((pressure) => (pressure / atNight) ** exponent));
}

export type Assumptions = {
  /** Hours of the city's day. */
  readonly nightFrom: number;
  readonly nightTo: number;
  /** Legitimate use at night, litres a resident and hour. */
  readonly use: number;
  /** Exponent of the pressure in the flow of a leak. */
  readonly exponent: number;
  /** Hours a day; absent: worked out from the pressure. */
  readonly factor?: number;
};

/** m³ a day that leave the network without being used. Never below nothing: then the use is assumed too high. */
export const lossOf = (nightFlow: number, useM3PerHour: number, factor: number): number =>
  Math.max(0, nightFlow - useM3PerHour) * factor;

/** Of a day, from its hourly means; 18 of 24 hours must be there. */
export function inflowOf(hours: readonly (number | undefined)[]): number | undefined {
  const known = hours.filter((value) => value !== undefined);
  return known.length >= Math.ceil(0.75 * hours.length) ? meanOf(known) * hours.length : undefined;
}

/**
 * What a counter and the flow say of the same time. @param lows, highs lowest and highest reading of each hour, in order of time
 * @returns undefined when the counter ran backwards or says nothing
 */
export function counted(
  hours: readonly { readonly at: number; readonly min: number; readonly max: number }[],
): { readonly volume: number; readonly from: number; readonly to: number } | undefined {
  const [first, last] = [hours[0], hours.at(-1)];
  if (!first || !last || first === last) return undefined;
  for (let n = 1; n < hours.length; n++) if ((hours[n]?.min ?? 0) < (hours[n - 1]?.max ?? 0)) return undefined;
  return { volume: last.min - first.min, from: first.at, to: last.at };
}

/** The middle of the factors of the days: one hour without pressure does not make it. */
export const middleOf = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
};
