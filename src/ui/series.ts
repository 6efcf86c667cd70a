/** Numbers behind a chart: buckets, gaps, ticks, paths. Pure. */
import { formatNumber, localeOf, localTime, startOfDay } from './locales/index.ts';

/** One drawn column: what was measured from `at` until the next step. */
export type Bucket = { readonly at: number; readonly mean: number; readonly min?: number; readonly max?: number };

/**
 * Folds raw values to at most one bucket per step, keeping the extremes, so that no spike is lost and a phone never
 * gets a hundred thousand points. Steps without a value have no bucket: a gap stays a gap.
 */
export function toBuckets(
  points: readonly { at: number; value: number }[],
  from: number,
  stepMs: number,
): readonly Bucket[] {
  const sums = new Map<number, { sum: number; count: number; min: number; max: number }>();
  for (const { at, value } of points) {
    if (!Number.isFinite(value) || at < from) continue;
    const start = from + Math.floor((at - from) / stepMs) * stepMs;
    const known = sums.get(start);
    if (!known) sums.set(start, { sum: value, count: 1, min: value, max: value });
    else {
      known.sum += value;
      known.count++;
      if (value < known.min) known.min = value;
      if (value > known.max) known.max = value;
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([at, { sum, count, min, max }]) => ({ at, mean: sum / count, min, max }));
}

/** Runs of buckets without a hole. `breakMs` is the longest distance that is still one line. */
export function runsOf(buckets: readonly Bucket[], breakMs: number): readonly (readonly Bucket[])[] {
  const runs: Bucket[][] = [];
  let last: Bucket | undefined;
  for (const bucket of buckets) {
    const run = runs.at(-1);
    if (run && last && bucket.at - last.at <= breakMs) run.push(bucket);
    else runs.push([bucket]);
    last = bucket;
  }
  return runs;
}

/** Holes before, between and after the runs, each a step that is missing. */
export function gapsOf(
  runs: readonly (readonly Bucket[])[],
  from: number,
  to: number,
  stepMs: number,
  breakMs: number,
): readonly { from: number; to: number }[] {
  const edges = [from - stepMs, ...runs.flatMap((run) => [run[0]?.at ?? from, run.at(-1)?.at ?? from]), to];
  const gaps: { from: number; to: number }[] = [];
  for (let i = 0; i < edges.length; i += 2) {
    const start = (edges[i] ?? from) + stepMs;
    const end = edges[i + 1] ?? to;
    if (end - start >= breakMs - stepMs) gaps.push({ from: Math.max(from, start), to: Math.min(to, end) });
  }
  return gaps;
}

/** Round numbers that enclose [min, max], two to five of them. */
export function niceScale(
  min: number,
  max: number,
): { from: number; to: number; ticks: readonly number[]; digits: number } {
  // What differs by less than a double can show is one value.
  if (max - min <= Math.abs(max) * 1e-9 || max - min < 1e-12) {
    const room = Math.abs(min) < 1e-9 ? 1 : Math.abs(min) * 0.1;
    return niceScale(min - room, max + room);
  }
  const rough = (max - min) / 2;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const first = Math.floor(min / step);
  const last = Math.ceil(max / step);
  const [from, to] = [first * step, last * step];
  const ticks: number[] = [];
  for (let i = first; i <= last; i++) ticks.push(i * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step)) + (step / power === 2.5 ? 1 : 0));
  return { from, to, ticks, digits };
}

export type TimeTick = {
  readonly at: number;
  readonly text: string;
  /** Left out on a phone. */ readonly minor: boolean;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Ticks on the calendar of the place: hours of a day, days of a week or month, months of a year. */
export function timeTicks(from: number, to: number, language: string, timeZone: string): readonly TimeTick[] {
  const { monthsShort, weekdaysShort } = localeOf(language);
  const span = to - from;
  const two = (n: number): string => String(n).padStart(2, '0');
  const ticks: TimeTick[] = [];
  if (span <= 2 * dayMs) {
    const stepHours = span <= 8 * hourMs ? 1 : 3;
    for (let at = startOfDay(from, timeZone); at <= to; at += stepHours * hourMs) {
      if (at >= from)
        ticks.push({ at, text: `${two(localTime(at, timeZone).hour)}:00`, minor: ticks.length % 2 === 1 });
    }
  } else if (span <= 62 * dayMs) {
    const every = span <= 10 * dayMs ? 1 : 3;
    for (let i = 0, at = startOfDay(from, timeZone); at <= to; i += every, at = startOfDay(from, timeZone, i)) {
      if (at < from) continue;
      const { day, month, weekday } = localTime(at, timeZone);
      const text = every === 1 ? `${weekdaysShort[weekday] ?? ''} ${two(day)}` : `${two(day)}.${two(month)}`;
      ticks.push({ at, text, minor: ticks.length % 2 === 1 });
    }
  } else {
    for (let i = 0, day = startOfDay(from, timeZone); day <= to; i++, day = startOfDay(from, timeZone, i)) {
      const { day: date, month } = localTime(day, timeZone);
      if (date === 1 && day >= from)
        ticks.push({ at: day, text: monthsShort[month - 1] ?? '', minor: month % 3 !== 0 });
    }
  }
  return ticks;
}

/** How many decimals a series needs to tell its values apart. */
export function digitsFor(values: readonly number[]): number {
  const most = Math.max(0, ...values.map((value) => Math.abs(value)));
  return most >= 1000 ? 0 : most >= 20 ? 1 : most >= 1 ? 2 : 3;
}

export const numberText = (value: number | undefined, language: string, digits: number): string =>
  value === undefined ? '–' : formatNumber(value, language, { digits });
