/**
 * Substations whose water comes back hotter than their neighbours' at the same supply temperature: robust, so that the worst do not set the
 * measure they are measured with. Pure; °C and K.
 */
import { mad, madToSigma, median, theilSen, type Line } from '../statistics.ts';

/** An hour in which both were measured. */
export type Hour = { readonly at: number; readonly supply: number; readonly back: number };

/** So many substations with enough hours are needed before one can stand out. */
export const neighboursMin = 6;
/** Hours that a substation needs: two days. */
export const hoursMin = 48;
/** Modified z-score from which a value is an outlier (Iglewicz and Hoaglin 1993). */
export const zMax = 3.5;
/** Less is no trouble, whatever the statistics say; it is about what two sensors differ. */
const leastK = 3;
/** Substations that agree to tenths of a degree would make an outlier of a trifle. */
const leastMad = 0.3;
/** Cooling of less than that share of the neighbours' is a short circuit. */
const shortShare = 0.5;

export type Relation = {
  /** Return over supply, of all hours of all substations. */
  readonly line: Line;
  /** Middle of the substations' excesses, K, and their spread (MAD). */
  readonly middle: number;
  readonly spread: number;
  /** An hour this far above the line is above, K. */
  readonly limit: number;
  /** Middle cooling of the substations, K. */
  readonly cooling: number;
  readonly substations: number;
};

export type Reason = 'short' | 'high' | 'low';

export type Judged = {
  readonly supply: number;
  readonly back: number;
  /** Supply less return, K. */
  readonly cooling: number;
  /** Against the neighbours at the same supply temperature, K. */
  readonly excess: number;
  readonly z: number;
  /** Of `hours`, those in which it was above the limit. */
  readonly hoursAbove: number;
  readonly hours: number;
  /** Why it stands out; absent: it does not. */
  readonly reason?: Reason;
};

export const expectedBack = ({ line, middle }: Relation, supply: number): number =>
  line.intercept + line.slope * supply + middle;

/** @returns undefined with fewer than `neighboursMin` substations of `hoursMin` hours */
export function relationOf(substations: readonly (readonly Hour[])[]): Relation | undefined {
  const enough = substations.filter(({ length }) => length >= hoursMin);
  if (enough.length < neighboursMin) return undefined;
  const points = enough.flat().map(({ supply, back }) => [supply, back] as const);
  // Where the supply never changes, the middle of the returns is the relation.
  const line = theilSen(points) ?? { slope: 0, intercept: median(points.map(([, back]) => back)) };
  const excesses = enough.map((hours) => excessOf(hours, line));
  const spread = Math.max(mad(excesses), leastMad);
  return {
    line,
    middle: median(excesses),
    spread,
    limit: Math.max(leastK, zMax * madToSigma * spread),
    cooling: median(enough.map(coolingOf)),
    substations: enough.length,
  };
}

const excessOf = (hours: readonly Hour[], { slope, intercept }: Line): number =>
  median(hours.map(({ supply, back }) => back - intercept - slope * supply));
const coolingOf = (hours: readonly Hour[]): number => median(hours.map(({ supply, back }) => supply - back));

/** @returns undefined when it has too few hours */
export function judge(hours: readonly Hour[], relation: Relation): Judged | undefined {
  if (hours.length < hoursMin) return undefined;
  const excess = excessOf(hours, relation.line) - relation.middle;
  const z = (0.6745 * excess) / relation.spread;
  const cooling = coolingOf(hours);
  const isOut = Math.abs(z) > zMax && Math.abs(excess) >= leastK;
  const reason: Reason | undefined = !isOut
    ? undefined
    : excess < 0
      ? 'low'
      : cooling < shortShare * relation.cooling
        ? 'short'
        : 'high';
  return {
    supply: median(hours.map(({ supply }) => supply)),
    back: median(hours.map(({ back }) => back)),
    cooling,
    excess,
    z,
    hoursAbove: hours.filter(({ supply, back }) => back - expectedBack(relation, supply) > relation.limit).length,
    hours: hours.length,
    ...(reason && { reason }),
  };
}
