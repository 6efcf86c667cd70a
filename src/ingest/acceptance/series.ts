/** What one attribute of one entity was like over a period: pure, from its values. */
import type { Json } from '../../ngsild/index.ts';

/** A value as history has it; ms. */
export type Told = {
  readonly at: number;
  readonly takenAt: number;
  readonly value: Json;
  readonly unitCode?: string;
  /** Kept, but marked as outside of the range that the mapping declares, or as doubtful by the sender. */
  readonly flagged: boolean;
};

export type Gap = { readonly from: number; readonly to: number; readonly missing: number };
export type Stuck = { readonly from: number; readonly to: number; readonly values: number; readonly value: number };

export type SeriesReport = {
  readonly values: number;
  /** Different instants. */
  readonly received: number;
  /** ms between two values; absent where nothing was said and too few came to tell. */
  readonly everyMs?: number;
  /** Values that should stand between, before and after those that came; absent without an interval. */
  readonly missing?: number;
  readonly gaps: readonly Gap[];
  /** The same instant and value again, and the same instant with another value. */
  readonly duplicates: number;
  readonly contradicting: number;
  /** Recorded after a value that was observed later. */
  readonly late: number;
  readonly flagged: number;
  /** In another unit than most of them. */
  readonly otherUnit: number;
  /** Runs of one number; absent where it cannot be said whether the series varies. */
  readonly stuck?: readonly Stuck[];
};

/** Median distances are told from so many on. */
const distancesMin = 3;
/** What has fewer different numbers need not vary. */
const differentMin = 5;
const runMin = 12;

/**
 * @param period   ms, [from, to)
 * @param everyMs  what was agreed; absent: the median distance of the values
 * @param stuckRun so many equal values in a row are no trouble; absent: 12, or four times what nine tenths of the runs reach
 */
export function seriesReport(
  told: readonly Told[],
  period: { readonly from: number; readonly to: number },
  everyMs?: number,
  stuckRun?: number,
): SeriesReport {
  const inOrder = told.toSorted((a, b) => a.at - b.at || a.takenAt - b.takenAt);
  const instants = inOrder.map(({ at }) => at).filter((at, n, all) => at !== all[n - 1]);
  const every = everyMs ?? medianDistance(instants);
  const gaps = every === undefined ? [] : gapsOf(instants, period, every);
  const stuck = stuckOf(inOrder, stuckRun);
  return {
    values: told.length,
    received: instants.length,
    ...(every !== undefined && { everyMs: every, missing: gaps.reduce((sum, { missing }) => sum + missing, 0) }),
    gaps,
    ...repeated(inOrder),
    late: lateOf(told),
    flagged: told.filter(({ flagged }) => flagged).length,
    otherUnit: otherUnitOf(told),
    ...(stuck && { stuck }),
  };
}

function medianDistance(instants: readonly number[]): number | undefined {
  const distances = instants.slice(1).map((at, n) => at - (instants[n] ?? at));
  if (distances.length < distancesMin) return undefined;
  return distances.toSorted((a, b) => a - b)[Math.floor((distances.length - 1) / 2)];
}

/** A distance of about n intervals lacks n - 1 values; so do the beginning and the end of the period. */
function gapsOf(
  instants: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  every: number,
): readonly Gap[] {
  const [first] = instants;
  const last = instants.at(-1);
  if (first === undefined || last === undefined) {
    const missing = Math.max(1, Math.floor((to - from) / every));
    return [{ from, to, missing }];
  }
  const gaps: Gap[] = [{ from, to: first, missing: Math.floor((first - from) / every) }];
  instants.forEach((at, n) => {
    const before = instants[n - 1];
    if (before !== undefined) gaps.push({ from: before, to: at, missing: Math.round((at - before) / every) - 1 });
  });
  gaps.push({ from: last, to, missing: Math.ceil((to - last) / every) - 1 });
  return gaps.filter(({ missing }) => missing > 0);
}

function repeated(inOrder: readonly Told[]): { duplicates: number; contradicting: number } {
  let duplicates = 0;
  let contradicting = 0;
  let here: { at: number; values: Set<string> } | undefined;
  for (const { at, value } of inOrder) {
    const text = JSON.stringify(value);
    if (here?.at !== at) here = { at, values: new Set([text]) };
    else if (here.values.has(text)) duplicates++;
    else {
      contradicting++;
      here.values.add(text);
    }
  }
  return { duplicates, contradicting };
}

function lateOf(told: readonly Told[]): number {
  const asTaken = told.toSorted((a, b) => a.takenAt - b.takenAt);
  let late = 0;
  let newest = -Infinity;
  let taken = { at: -Infinity, newest: -Infinity };
  for (const { at, takenAt } of asTaken) {
    // What was recorded at one instant has no order.
    if (takenAt > taken.at) taken = { at: takenAt, newest };
    if (at < taken.newest) late++;
    newest = Math.max(newest, at);
  }
  return late;
}

function otherUnitOf(told: readonly Told[]): number {
  const counts = new Map<string, number>();
  for (const { unitCode = '' } of told) counts.set(unitCode, (counts.get(unitCode) ?? 0) + 1);
  return told.length - Math.max(0, ...counts.values());
}

function stuckOf(inOrder: readonly Told[], stuckRun: number | undefined): readonly Stuck[] | undefined {
  const runs: { from: number; to: number; values: number; value: number }[] = [];
  for (const { at, value } of inOrder) {
    if (typeof value !== 'number') continue;
    const last = runs.at(-1);
    if (last?.value !== value) runs.push({ from: at, to: at, values: 1, value });
    else if (last.to !== at) {
      last.to = at;
      last.values++;
    }
  }
  if (new Set(runs.map(({ value }) => value)).size < differentMin) return undefined;
  const lengths = runs.map(({ values }) => values).toSorted((a, b) => a - b);
  const usual = lengths[Math.floor((lengths.length - 1) * 0.9)] ?? 1;
  const limit = stuckRun ?? Math.max(runMin, 4 * usual);
  return runs.filter(({ values }) => values > limit);
}
