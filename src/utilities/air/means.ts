/** Means of air quality from hourly means, with the share of data that they need. Pure. */

/** Of the hours of a mean, so many must be there: 75 % (Directive 2008/50/EC, annexes VII and XI). */
export const captureMin = 0.75;

/** Hours of one day, in order; undefined where nothing was measured. */
export type Hours = readonly (number | undefined)[];

const isNumber = (value: number | undefined): value is number => value !== undefined;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of a day of 24 hours; undefined when fewer than 18 are there. @param length hours of the day when clocks change */
export function dayMean(hours: Hours, length = 24): number | undefined {
  const known = hours.filter(isNumber);
  return known.length >= Math.ceil(captureMin * length) ? mean(known) : undefined;
}

/**
 * The highest running mean of eight hours, of those that end within the day (Directive 2008/50/EC, annex XI): six of the eight
 * hours must be there, and 18 of the 24 means.
 * @param before the seven hours before the day
 */
export function highestEightHours(before: Hours, hours: Hours): number | undefined {
  const all = [...before.slice(-7), ...hours];
  const offset = all.length - hours.length;
  let highest: number | undefined;
  let counted = 0;
  for (let end = 0; end < hours.length; end++) {
    const known = all.slice(Math.max(0, offset + end - 7), offset + end + 1).filter(isNumber);
    if (known.length < 6) continue;
    counted++;
    const value = mean(known);
    if (highest === undefined || value > highest) highest = value;
  }
  return counted >= Math.ceil(captureMin * hours.length) ? highest : undefined;
}

export type Count = {
  /** How many were above. */
  readonly above: number;
  /** How many had enough data to say it. */
  readonly of: number;
};

/** As many decimals as the level has: a mean of 15.04 is not above 15, as the guideline is stated in whole µg/m³. */
export function countAbove(values: readonly (number | undefined)[], level: number): Count {
  const known = values.filter(isNumber);
  return { above: known.filter((value) => Math.round(value) > level).length, of: known.length };
}

/** The mean of a period, of its days that have one; undefined when they are fewer than 75 %. */
export function periodMean(days: readonly (number | undefined)[], length: number): number | undefined {
  const known = days.filter(isNumber);
  return length > 0 && known.length >= captureMin * length ? mean(known) : undefined;
}
