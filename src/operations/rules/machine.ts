/** What is known of an entity under a rule, and what a rule does with a reading. */
import { parseDuration } from '../../base/time.ts';
import type { Reference } from './usual.ts';

/** One observation. `value` is absent where it is no number, `usual` where nothing is known to compare it with. */
export type Observed = {
  readonly at: number;
  readonly value?: number;
  readonly unitCode?: string;
  readonly usual?: Reference;
  /** Of a balance: which of its inputs; default: the first. */
  readonly input?: number;
};

/** What is known of one entity under one rule; plain JSON. */
export type State = {
  /** ms: of the newest reading taken, and its number. */
  readonly newest?: number;
  readonly value?: number;
  /** ms: since when what the rule looks for holds, while it is waited whether it lasts. */
  readonly since?: number;
  /** ms: when it was raised and is not over. */
  readonly raised?: number;
  /** Readings of the window of a rate, oldest first: [ms, value]. */
  readonly window?: readonly (readonly [number, number])[];
  /** Readings older than the newest one: they raise nothing and clear nothing. */
  readonly late?: number;
  /** Readings that are no numbers where numbers are compared. */
  readonly unusable?: number;
  /** What could not be judged, since something to compare it with was missing. */
  readonly unjudged?: number;
  /** At which the newest reading was unusual. */
  readonly limit?: number;
  /** Of a balance: ms of the newest reading of each input, windows that are not judged, and the end of the last that is. */
  readonly newestOf?: readonly (number | null)[];
  readonly open?: readonly OpenWindow[];
  readonly judged?: number;
  /** UN/CEFACT code in which the inputs are told. */
  readonly unit?: string;
};

export type Found = {
  readonly kind: 'raise' | 'clear';
  readonly at: number;
  readonly value?: number;
  readonly limit?: number;
};

export type Step = { readonly state: State; readonly found: readonly Found[] };

export type Evaluator = {
  /** Takes a reading. */
  step(state: State, observed: Observed): Step;
  /** Time has come to `now` without another reading. */
  advance(state: State, now: number): Step;
  /** ms: when `advance` will find something, if nothing is read before. */
  due(state: State): number | undefined;
};

export type Window = { readonly from: number; readonly to: number };
/** A window that is not judged yet: sum and number of the readings of each input. */
export type OpenWindow = Window & { readonly sums: readonly (readonly [sum: number, n: number])[] };

/** ms: of the newest reading that was taken of an input. */
export const newestOf = ({ newest, newestOf: inputs }: State, input: number): number | undefined =>
  inputs ? (inputs[input] ?? undefined) : newest;

export const durationMs = (text: string): number => parseDuration(text)?.ms ?? 0;
