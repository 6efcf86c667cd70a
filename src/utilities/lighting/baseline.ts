/**
 * Energy saved against a baseline: IPMVP Option B (EVO 10000-1:2022), retrofit isolation with all energy measured. The energy of a lamp in a
 * night is a line over the hours of darkness; what the lamps would have used is that line for the nights of the period. Pure.
 */
import { leastSquares, meanOf, sum, sumError, t95, type Regression } from '../statistics.ts';

/** A night, named by the day on which it ended. */
export type Night = { readonly day: number; readonly kwh: number; readonly darkHours: number };

/** Nights that a baseline needs. */
export const baselineMin = 30;
/** Share of the nights of the period that must have an energy. */
export const captureMin = 0.75;
/** Nights outside the darkness of the baseline by more than that are foreseen by a line that was never seen there. */
const beyondHours = 0.25;

export type Why = 'fewBaseline' | 'fewNights' | 'sameDarkness' | 'noLamps';

export type Saving = {
  /** kWh over the nights that have both. */
  readonly actual: number;
  readonly expected: number;
  readonly saved: number;
  /** Of what was expected. */
  readonly share: number;
  /** Half of the 90 % interval of `saved`, kWh. */
  readonly error: number;
  readonly nights: number;
  /** Some nights are longer or shorter than any of the baseline. */
  readonly beyond: boolean;
};

/** What is expected of a night of so many dark hours, kWh. */
export type Model = {
  readonly line: Regression;
  readonly lamps: number;
  readonly shortest: number;
  readonly longest: number;
};

export const expectedOf = ({ line, lamps }: Model, darkHours: number): number =>
  lamps * (line.intercept + line.slope * darkHours);

/** @param lamps that the group had and has; when their number changed, give the model the one of the baseline */
export function modelOf(baseline: readonly Night[], lamps: number | undefined): Model | Why {
  if (lamps === undefined || lamps <= 0) return 'noLamps';
  if (baseline.length < baselineMin) return 'fewBaseline';
  const line = leastSquares(baseline.map(({ darkHours, kwh }) => [darkHours, kwh / lamps] as const));
  if (!line) return 'sameDarkness';
  const dark = baseline.map(({ darkHours }) => darkHours);
  return { line, lamps, shortest: Math.min(...dark), longest: Math.max(...dark) };
}

/** @param asked how many nights the period has */
export function savingOf(model: Model | Why, nights: readonly Night[], asked: number): Saving | Why {
  if (typeof model === 'string') return model;
  if (nights.length === 0 || nights.length < captureMin * asked) return 'fewNights';
  const actual = sum(nights.map(({ kwh }) => kwh));
  const expected = sum(nights.map(({ darkHours }) => expectedOf(model, darkHours)));
  const hours = nights.map(({ darkHours }) => darkHours);
  return {
    actual,
    expected,
    saved: expected - actual,
    share: (expected - actual) / expected,
    error: t95(model.line.n - 2) * model.lamps * sumError(model.line, hours),
    nights: nights.length,
    beyond: hours.some((dark) => dark < model.shortest - beyondHours || dark > model.longest + beyondHours),
  };
}

/** Parts together: energies add, errors of groups that know nothing of each other add as squares. */
export function together(parts: readonly Saving[]): Saving | undefined {
  if (parts.length === 0) return undefined;
  const expected = sum(parts.map((part) => part.expected));
  const actual = sum(parts.map((part) => part.actual));
  return {
    actual,
    expected,
    saved: expected - actual,
    share: (expected - actual) / expected,
    error: Math.sqrt(sum(parts.map(({ error }) => error ** 2))),
    nights: Math.round(meanOf(parts.map(({ nights }) => nights))),
    beyond: parts.some(({ beyond }) => beyond),
  };
}

/** A saving that its error hides cannot be said to be one (ASHRAE Guideline 14). */
export const isShown = ({ saved, error }: Saving): boolean => Math.abs(saved) > error;
