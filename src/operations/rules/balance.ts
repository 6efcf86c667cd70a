/**
 * What flows into an area against what flows out of it and is drawn in it, window by window. A window is judged when its end
 * and the time for which late readings are waited have come; an input without a reading in it is missing, never zero.
 */
import { startOfDay } from '../../ui/index.ts';
import {
  durationMs,
  type Evaluator,
  type Found,
  type Observed,
  type OpenWindow,
  type State,
  type Step,
  type Window,
} from './machine.ts';
import type { Balance, Term } from './schema.ts';

export const defaultWait = 'PT10M';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** The inputs, inflow first. */
export const termsOf = ({ inflow, outflow }: Balance): readonly Term[] => [...inflow, ...outflow];

export function balanceEvaluator(when: Balance, timeZone: string): Evaluator {
  const { inflow, least = 0, share = 0, clear = 1, for: held, wait = defaultWait } = when;
  const inputs = termsOf(when).length;
  const waitMs = durationMs(wait);
  const forMs = held === undefined ? 0 : durationMs(held);
  const { windowAt, missedBetween } = windowsOf(when, timeZone);

  const judge = (state: State, window: OpenWindow): Step => {
    const missed = state.judged === undefined ? 0 : missedBetween(state.judged, window.from);
    const before: State = { ...(missed > 0 ? withoutSince(state) : state), judged: window.to };
    const isWhole = window.sums.every(([, n]) => n > 0);
    const unjudged = (state.unjudged ?? 0) + missed + (isWhole ? 0 : 1);
    const counted: State = unjudged === 0 ? before : { ...before, unjudged };
    if (!isWhole) return { state: withoutSince(counted), found: [] };
    const means = window.sums.map(([sum, n]) => sum / n);
    const into = sumOf(means.slice(0, inflow.length));
    const value = into - sumOf(means.slice(inflow.length));
    const limit = Math.max(least, share * Math.abs(into));
    const found = (kind: Found['kind']): Found => ({ kind, at: window.to, value, limit });
    if (counted.raised !== undefined) {
      if (value > clear * limit) return { state: counted, found: [] };
      const { raised: _over, ...rest } = withoutSince(counted);
      return { state: rest, found: [found('clear')] };
    }
    if (value <= limit) return { state: withoutSince(counted), found: [] };
    const since = counted.since ?? window.from;
    if (window.to - since < forMs) return { state: { ...counted, since }, found: [] };
    return { state: { ...counted, since, raised: window.to }, found: [found('raise')] };
  };
  const advance = (state: State, now: number): Step => {
    let after = state;
    const found: Found[] = [];
    for (const window of state.open ?? []) {
      if (window.to + waitMs > now) break;
      const { open = [], ...rest } = after;
      const left = open.slice(1);
      const step = judge(left.length === 0 ? rest : { ...rest, open: left }, window);
      after = step.state;
      found.push(...step.found);
    }
    return { state: after, found };
  };
  return {
    advance,
    due: ({ open }) => (open?.[0] ? open[0].to + waitMs : undefined),
    step(state, observed) {
      const { state: before, found } = advance(state, observed.at);
      return { state: take(before, observed, inputs, windowAt), found };
    },
  };
}

function take(
  state: State,
  { at, value, input = 0, unitCode }: Observed,
  inputs: number,
  windowAt: (at: number) => Window | undefined,
): State {
  const newest = state.newestOf?.[input] ?? -Infinity;
  // The same reading again is no second one.
  if (at === newest) return state;
  if (at < newest || at < (state.judged ?? -Infinity)) return { ...state, late: (state.late ?? 0) + 1 };
  const unit = state.unit ?? unitCode;
  // What is told in another unit is another number.
  if (value === undefined || (unit !== undefined && unitCode !== undefined && unit !== unitCode))
    return { ...state, unusable: (state.unusable ?? 0) + 1 };
  const newestOf = Array.from({ length: inputs }, (_, n) => (n === input ? at : (state.newestOf?.[n] ?? null)));
  const read: State = { ...state, newestOf, ...(unit !== undefined && { unit }) };
  const window = windowAt(at);
  return window ? { ...read, open: withReading(state.open ?? [], window, inputs, input, value) } : read;
}

/** Oldest first. */
function withReading(
  open: readonly OpenWindow[],
  window: Window,
  inputs: number,
  input: number,
  value: number,
): readonly OpenWindow[] {
  const known = open.find(({ from }) => from === window.from);
  const before = known ?? { ...window, sums: Array.from({ length: inputs }, () => [0, 0] as const) };
  const sums = before.sums.map(([sum, n], at) =>
    at === input ? ([sum + value, n + 1] as const) : ([sum, n] as const),
  );
  return [...open.filter((one) => one !== known), { ...before, sums }].toSorted((a, b) => a.from - b.from);
}

/** The windows by the clock of the city. */
function windowsOf(
  { window, between }: Pick<Balance, 'window' | 'between'>,
  timeZone: string,
): {
  windowAt: (at: number) => Window | undefined;
  /** Windows that begin between the end of one and the beginning of a later one. */
  missedBetween: (end: number, from: number) => number;
} {
  if (between) {
    const [begin, end] = between.map(minutesOf);
    const first = (begin ?? 0) * minuteMs;
    const length = (((end ?? 0) - (begin ?? 0) + 1_440) % 1_440 || 1_440) * minuteMs;
    return {
      windowAt(at) {
        // A night may have begun the day before.
        const from = [0, -1].map((days) => startOfDay(at, timeZone, days) + first).find((one) => one <= at);
        return from !== undefined && at < from + length ? { from, to: from + length } : undefined;
      },
      missedBetween: (judged, from) => Math.max(0, Math.round((from - (judged - length)) / dayMs) - 1),
    };
  }
  const length = durationMs(window ?? 'PT1H');
  return {
    windowAt(at) {
      const day = startOfDay(at, timeZone);
      const from = day + Math.floor((at - day) / length) * length;
      return { from, to: from + length };
    },
    missedBetween: (judged, from) => Math.max(0, Math.round((from - judged) / length)),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

function withoutSince(state: State): State {
  const { since: _gone, ...rest } = state;
  return rest;
}
