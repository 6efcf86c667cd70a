/** Statistics that the views rest on. Pure; each after its textbook. */

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
export const meanOf = (values: readonly number[]): number => sum(values) / values.length;

/** NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** What the median absolute deviation is multiplied with to estimate the standard deviation of a normal sample. */
export const madToSigma = 1.4826;

/** Median absolute deviation from the median. */
export function mad(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/**
 * Modified z-scores (Iglewicz and Hoaglin 1993): 0.6745 (x - median) / MAD; beyond 3.5 a value is an outlier.
 * @param leastSpread the MAD is taken to be at least that, so that equal values make no outlier of a trifle
 */
export function modifiedZ(values: readonly number[], leastSpread = 0): readonly number[] {
  const middle = median(values);
  const spread = Math.max(mad(values), leastSpread);
  return values.map((value) => (spread === 0 ? 0 : (0.6745 * (value - middle)) / spread));
}

export type Line = { readonly slope: number; readonly intercept: number };

/** Points that a line is made of (19,900 pairs); more are thinned, so that pages stay quick. */
const pointsMax = 200;

/** Evenly, but in step with nothing: hours of the day and substations all have their share. */
function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= pointsMax) return points;
  return Array.from(
    { length: pointsMax },
    (_, k) => points[Math.floor(((k * 0.6180339887498949) % 1) * points.length)] as T,
  );
}

/** The median of the slopes of all pairs, which up to 29 % of wild points cannot bend (Theil 1950, Sen 1968). */
export function theilSen(points: readonly (readonly [x: number, y: number])[]): Line | undefined {
  const taken = thinned(points);
  const slopes = new Float64Array((taken.length * (taken.length - 1)) / 2);
  let count = 0;
  for (const [i, [x, y]] of taken.entries()) {
    for (let j = i + 1; j < taken.length; j++) {
      const other = taken[j];
      if (other && other[0] !== x) slopes[count++] = (other[1] - y) / (other[0] - x);
    }
  }
  if (count === 0) return undefined;
  const slope = median(slopes.subarray(0, count));
  return { slope, intercept: median(points.map(([x, y]) => y - slope * x)) };
}

export type Regression = Line & {
  readonly n: number;
  readonly meanX: number;
  /** Sum of squares of x around its mean. */
  readonly sxx: number;
  /** Residual standard deviation, n - 2 degrees of freedom. */
  readonly residual: number;
  readonly r2: number;
  /** Correlation of each residual with the one before, in the order given. */
  readonly lag1: number;
};

/** Ordinary least squares of y on x; undefined for fewer than three points or when x does not vary. */
export function leastSquares(points: readonly (readonly [x: number, y: number])[]): Regression | undefined {
  const n = points.length;
  if (n < 3) return undefined;
  const meanX = meanOf(points.map(([x]) => x));
  const meanY = meanOf(points.map(([, y]) => y));
  const sxx = sum(points.map(([x]) => (x - meanX) ** 2));
  if (sxx < 1e-12 * n) return undefined;
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sxx;
  const intercept = meanY - slope * meanX;
  const residuals = points.map(([x, y]) => y - intercept - slope * x);
  const squares = sum(residuals.map((e) => e * e));
  const syy = sum(points.map(([, y]) => (y - meanY) ** 2));
  const neighbours = sum(residuals.slice(1).map((e, i) => e * (residuals[i] ?? 0)));
  return {
    slope,
    intercept,
    n,
    meanX,
    sxx,
    residual: Math.sqrt(squares / (n - 2)),
    r2: syy === 0 ? 1 : 1 - squares / syy,
    lag1: squares === 0 ? 0 : neighbours / squares,
  };
}

/**
 * Standard deviation of the sum of the errors of predictions at `xs`: the scatter of each and the doubt of the line, which all
 * share (Draper and Smith 1998, 3.1). Positive autocorrelation widens the scatter of a sum by (1 + r) / (1 - r), as ASHRAE Guideline 14
 * counts with fewer effective points.
 */
export function sumError({ n, meanX, sxx, residual, lag1 }: Regression, xs: readonly number[]): number {
  const m = xs.length;
  const wider = lag1 > 0 ? (1 + Math.min(lag1, 0.95)) / (1 - Math.min(lag1, 0.95)) : 1;
  const shared = m ** 2 / n + sum(xs.map((x) => x - meanX)) ** 2 / sxx;
  return residual * Math.sqrt(wider * (m + shared));
}

/** Two-sided 90 %: the 95th percentile of Student's t (Abramowitz and Stegun 26.7.5), good to 0.1 % from five degrees on. */
export function t95(degrees: number): number {
  const z = 1.6448536269514722;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3;
}

export type Step = {
  /** The first value after the step. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
};

/** Values on each side of a step. */
const sideMin = 7;

/**
 * Where a series changed its level most: the split with the least absolute deviations from the medians of both sides.
 * @returns undefined when the change is less than three robust standard deviations of what is left, or than 5 %
 */
export function stepOf(values: readonly number[]): Step | undefined {
  let best: (Step & { readonly cost: number }) | undefined;
  const deviation = (side: readonly number[], middle: number): number =>
    sum(side.map((value) => Math.abs(value - middle)));
  for (let index = sideMin; index <= values.length - sideMin; index++) {
    const [one, other] = [values.slice(0, index), values.slice(index)];
    const [before, after] = [median(one), median(other)];
    const cost = deviation(one, before) + deviation(other, after);
    if (!best || cost < best.cost) best = { index, before, after, cost };
  }
  if (!best) return undefined;
  const { index, before, after } = best;
  const left = values.map((value, n) => Math.abs(value - (n < index ? before : after)));
  const change = Math.abs(after - before);
  const isClear = change > 3 * madToSigma * median(left) && change >= 0.05 * Math.abs(before);
  return isClear ? { index, before, after } : undefined;
}
