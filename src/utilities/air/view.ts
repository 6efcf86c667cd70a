/** Air stations over a period: means, data capture, and how often they were above which limit. */
import type { City } from '../../ui/index.ts';
import { dayMs, hourMs, type Period } from '../period.ts';
import { assetsOf, bucketsOf, dayIndex, newest, numberOf, seriesAt, type Asset, type Reads } from '../series.ts';
import { nationalLimits, whoLimits, type Limit, type Limits } from './limits.ts';
import { countAbove, dayMean, highestEightHours, periodMean, type Count, type Hours } from './means.ts';
import { factorOf, pollutants, spellings, type Pollutant } from './units.ts';

/** All concentrations in µg/m³. */
export type AirDay = {
  /** Midnight, ms. */
  readonly day: number;
  /** Hours with a value. */
  readonly hours: number;
  /** Undefined: fewer than three quarters of the hours. */
  readonly mean?: number;
  readonly highestHour?: number;
  readonly highestEightHours?: number;
};

export type Compared = {
  readonly limit: Limit;
  /** Days (hours for a limit of an hour) above, of those with enough data. Absent: a yearly mean of less than a year. */
  readonly count?: Count;
  /** Hours whose own mean was above the level, whatever time the limit is meant for; none for a year's. */
  readonly hoursAbove?: number;
  /** For a yearly limit: whether the period's mean is above; absent: it is not a year, or has too few data. */
  readonly meanAbove?: boolean;
};

export type AirSeries = {
  readonly asset: Asset;
  readonly pollutant: Pollutant;
  /** The newest value; `at` ms. */
  readonly now?: { readonly value: number; readonly at: number };
  /** Share of the hours of the period that have a value. */
  readonly capture: number;
  readonly mean?: number;
  readonly days: readonly AirDay[];
  readonly who: readonly Compared[];
  readonly national: readonly Compared[];
};

export type AirView = {
  readonly period: Period;
  readonly stations: number;
  readonly series: readonly AirSeries[];
  /** Values that are not used, since their unit is missing or is none of a concentration. */
  readonly unusable: readonly { readonly asset: Asset; readonly pollutant: Pollutant; readonly unitCode?: string }[];
  readonly limits: { readonly who: Limits; readonly national: Limits };
  readonly simulated: boolean;
};

/** Days that stand for a year, when a yearly mean is looked at. */
const yearDays = 365;

export async function airView(reads: Reads, city: City, period: Period): Promise<AirView> {
  const assets = await assetsOf(reads, 'AirQualityObserved', city);
  const limits = { who: whoLimits, national: nationalLimits(city.lawPack?.country ?? '') };
  const measured = assets.flatMap((asset) =>
    pollutants.flatMap((pollutant) => {
      const name = spellings[pollutant].find((spelling) => numberOf(asset.entity, spelling) !== undefined);
      if (name === undefined) return [];
      const unitCode = newest(asset.entity, name)?.unitCode;
      return [{ asset, pollutant, name, unitCode, factor: factorOf(pollutant, unitCode) }];
    }),
  );
  const found = await bucketsOf(reads, {
    ids: assets.map(({ id }) => id),
    names: [...new Set(measured.map(({ name }) => name))],
    // A mean of eight hours that ends in the first day begins in the evening before.
    from: period.from - 7 * hourMs,
    to: period.to,
  });
  const series = measured.flatMap(({ asset, pollutant, name, factor }): AirSeries[] => {
    if (factor === undefined) return [];
    const hours = byDay(
      seriesAt(found, asset.id, name).map(({ at, mean }) => ({ at, value: mean * factor })),
      period,
    );
    const days = period.days.map((day, n) => airDay(day, hours[n] ?? [], hours[n - 1] ?? hours[-1] ?? []));
    const instance = newest(asset.entity, name);
    const at = instance?.observedAt === undefined ? undefined : Date.parse(instance.observedAt);
    const elapsed = (period.to - period.from) / hourMs;
    const compared = ({ limits: all }: Limits): Compared[] =>
      all.filter((limit) => limit.pollutant === pollutant).map((limit) => comparedWith(limit, days, hours));
    const mean = periodMean(
      days.map((day) => day.mean),
      days.length,
    );
    return [
      {
        asset,
        pollutant,
        ...(at !== undefined && { now: { value: Number(instance?.value) * factor, at } }),
        capture: days.reduce((sum, day) => sum + day.hours, 0) / elapsed,
        ...(mean !== undefined && { mean }),
        days,
        who: compared(limits.who),
        national: compared(limits.national),
      },
    ];
  });
  return {
    period,
    stations: assets.length,
    series,
    unusable: measured
      .filter(({ factor }) => factor === undefined)
      .map(({ asset, pollutant, unitCode }) => ({ asset, pollutant, ...(unitCode !== undefined && { unitCode }) })),
    limits,
    simulated: assets.some(({ simulated }) => simulated),
  };
}

/** Hourly means by day, each at its hour; at -1 the seven hours before the first day. */
export function byDay(
  points: readonly { at: number; value: number }[],
  { days, from }: Period,
): Readonly<Record<number, Hours>> {
  const result: Record<number, (number | undefined)[]> = { [-1]: [] };
  for (let n = 0; n < days.length; n++) result[n] = [];
  for (const { at, value } of points) {
    const n = dayIndex(days, at);
    const start = n < 0 ? from - 7 * hourMs : (days[n] ?? from);
    const hours = result[n];
    if (hours) hours[Math.floor((at - start) / hourMs)] = value;
  }
  // Holes of the array are hours without a value.
  for (const key in result) {
    const n = Number(key);
    // A day on which clocks change is longer or shorter; the last one is as long as most.
    const length = n < 0 ? 7 : Math.round(((days[n + 1] ?? (days[n] ?? 0) + dayMs) - (days[n] ?? 0)) / hourMs);
    result[n] = Array.from({ length }, (_, h) => result[n]?.[h]);
  }
  return result;
}

function airDay(day: number, hours: Hours, before: Hours): AirDay {
  const known = hours.filter((value) => value !== undefined);
  const mean = dayMean(hours, hours.length);
  const highest = highestEightHours(before, hours);
  return {
    day,
    hours: known.length,
    ...(mean !== undefined && { mean }),
    ...(known.length > 0 && { highestHour: Math.max(...known) }),
    ...(highest !== undefined && { highestEightHours: highest }),
  };
}

function comparedWith(limit: Limit, days: readonly AirDay[], hours: Readonly<Record<number, Hours>>): Compared {
  const { averaging, level } = limit;
  const all = days.flatMap((_, n) => hours[n] ?? []);
  const hoursCount = countAbove(all, level);
  const base = { limit, hoursAbove: hoursCount.above };
  switch (averaging) {
    case 'hour':
      return { ...base, count: hoursCount };
    case 'eightHours':
      return {
        ...base,
        count: countAbove(
          days.map((day) => day.highestEightHours),
          level,
        ),
      };
    case 'day':
      return {
        ...base,
        count: countAbove(
          days.map((day) => day.mean),
          level,
        ),
      };
    case 'year': {
      const mean = periodMean(
        days.map((day) => day.mean),
        days.length,
      );
      return { limit, ...(days.length >= yearDays && mean !== undefined && { meanAbove: Math.round(mean) > level }) };
    }
  }
}

/** Days above of the limit that readers know best, the one of a day. */
export const dayLimit = (compared: readonly Compared[]): Compared | undefined =>
  compared.find(({ limit }) => limit.averaging === 'day') ??
  compared.find(({ limit }) => limit.averaging === 'eightHours') ??
  compared.find(({ limit }) => limit.averaging === 'hour');

/** The newest day that has a mean, as overview and first sentence want it. */
export const lastDay = ({ days }: AirSeries): AirDay | undefined => days.findLast((day) => day.mean !== undefined);
