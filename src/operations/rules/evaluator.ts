/**
 * A rule over the readings of one entity: a small machine, without I/O, by the time of the readings. The same readings give
 * the same findings, live and in a dry-run: what lasts `for` is complete at its instant when no reading before that instant
 * says otherwise; live a timer says that it has passed, in a dry-run the next reading does.
 */
import { balanceEvaluator } from './balance.ts';
import { durationMs, type Evaluator, type Found, type Observed, type State, type Step } from './machine.ts';
import type { Change, Silence, Threshold, Usual, When } from './schema.ts';

/** Readings that a window keeps, at most. */
const windowMax = 60;
const hourMs = 3_600_000;
const nothing: readonly Found[] = [];

/** @param timeZone of the city */
export function evaluatorOf(when: When, timeZone: string): Evaluator {
  switch (when.kind) {
    case 'threshold':
      return thresholdEvaluator(when);
    case 'change':
      return changeEvaluator(when);
    case 'silence':
      return silenceEvaluator(when);
    case 'usual':
      return usualEvaluator(when);
    case 'balance':
      return balanceEvaluator(when, timeZone);
  }
}

/** What holds since `since` is found once it has lasted. */
function lasting(forMs: number, limitOf: (state: State) => number | undefined): Pick<Evaluator, 'advance' | 'due'> {
  const due = ({ since, raised }: State): number | undefined =>
    since === undefined || raised !== undefined ? undefined : since + forMs;
  return {
    due,
    advance(state, now) {
      const at = due(state);
      if (at === undefined || at > now) return { state, found: nothing };
      const limit = limitOf(state);
      const value = limit === undefined ? undefined : state.value;
      const found: Found = {
        kind: 'raise',
        at,
        ...(value !== undefined && { value }),
        ...(limit !== undefined && { limit }),
      };
      return { state: { ...state, raised: at }, found: [found] };
    },
  };
}

function thresholdEvaluator({ above, below, clear, for: held }: Threshold): Evaluator {
  const limit = above ?? below ?? 0;
  const end = clear ?? limit;
  const isOver = (value: number): boolean => (above === undefined ? value < limit : value > limit);
  const isBack = (value: number): boolean => (above === undefined ? value >= end : value <= end);
  const time = lasting(held === undefined ? 0 : durationMs(held), () => limit);
  return {
    ...time,
    step: (state, observed) =>
      taken(state, observed, time, (before, { at, value }) => {
        if (value === undefined) return unusable(before);
        const read: State = { ...before, newest: at, value };
        if (read.raised !== undefined) return isBack(value) ? cleared(read, at, value, limit) : keep(read);
        if (!isOver(value)) return keep(without(read, 'since'));
        return time.advance({ ...read, since: read.since ?? at }, at);
      }),
  };
}

function silenceEvaluator({ for: held }: Silence): Evaluator {
  const time = lasting(durationMs(held), () => undefined);
  return {
    ...time,
    step: (state, observed) =>
      taken(state, observed, time, (before, { at }) => {
        const read: State = { ...before, newest: at, since: at };
        if (read.raised === undefined) return keep(read);
        const { state: after, found } = cleared(read, at, undefined, undefined);
        return { state: { ...after, since: at }, found };
      }),
  };
}

function changeEvaluator({ rises, falls, clear, within }: Change): Evaluator {
  const limit = rises ?? falls ?? 0;
  const end = clear ?? limit;
  const withinMs = durationMs(within);
  const slot = (at: number): number => Math.floor((at * windowMax) / withinMs);
  const time: Pick<Evaluator, 'advance' | 'due'> = {
    due: () => undefined,
    advance: (state) => ({ state, found: nothing }),
  };
  return {
    ...time,
    step: (state, observed) =>
      taken(state, observed, time, (before, { at, value }) => {
        if (value === undefined) return unusable(before);
        const known = (before.window ?? []).filter(([then]) => then >= at - withinMs && then < at);
        const [first] = known;
        const last = known.at(-1);
        const window = last && slot(last[0]) === slot(at) ? known : [...known, [at, value] as const];
        const read: State = { ...before, newest: at, value, window };
        // Two readings close to each other tell more of their noise than of a rate.
        if (!first || at - first[0] < withinMs / 2) return keep(read);
        const perHour = ((value - first[1]) / (at - first[0])) * hourMs;
        const rate = rises === undefined ? -perHour : perHour;
        if (read.raised !== undefined) return rate <= end ? cleared(read, at, perHour, limit) : keep(read);
        if (rate <= limit) return keep(read);
        return { state: { ...read, raised: at }, found: [{ kind: 'raise', at, value: perHour, limit }] };
      }),
  };
}

function usualEvaluator({ side = 'both', mads, least, clear = mads, for: held }: Usual): Evaluator {
  const time = lasting(held === undefined ? 0 : durationMs(held), ({ limit }) => limit);
  return {
    ...time,
    step: (state, observed) =>
      taken(state, observed, time, (before, { at, value, usual }) => {
        if (value === undefined) return unusable(before);
        const read: State = { ...before, newest: at, value };
        // Not known is neither usual nor unusual: what is raised stays, what is waited for begins again.
        if (!usual) return keep(without({ ...read, unjudged: (read.unjudged ?? 0) + 1 }, 'since'));
        const unit = Math.max(usual.spread, least / mads);
        const off = (value - usual.centre) / unit;
        const isAbove = side === 'above' || (side === 'both' && off > 0);
        const apart = isAbove ? off : -off;
        const limit = usual.centre + (isAbove ? mads : -mads) * unit;
        if (read.raised !== undefined) return apart <= clear ? cleared(read, at, value, limit) : keep(read);
        if (apart <= mads) return keep(without(read, 'since'));
        return time.advance({ ...read, since: read.since ?? at, limit }, at);
      }),
  };
}

/** What every kind does first: a late reading is counted; time has come to where the reading stands. */
function taken(
  state: State,
  observed: Observed,
  time: Pick<Evaluator, 'advance'>,
  take: (state: State, observed: Observed) => Step,
): Step {
  if (state.newest !== undefined && observed.at < state.newest) return keep({ ...state, late: (state.late ?? 0) + 1 });
  const before = time.advance(state, observed.at);
  const after = take(before.state, observed);
  return before.found.length === 0 ? after : { state: after.state, found: [...before.found, ...after.found] };
}

const keep = (state: State): Step => ({ state, found: nothing });
const unusable = (state: State): Step => keep({ ...state, unusable: (state.unusable ?? 0) + 1 });

function cleared(state: State, at: number, value: number | undefined, limit: number | undefined): Step {
  const found: Found = {
    kind: 'clear',
    // A reading from before the timer went is no end before the beginning.
    at: Math.max(at, state.raised ?? at),
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
  };
  return { state: without(without(state, 'raised'), 'since'), found: [found] };
}

function without(state: State, name: 'raised' | 'since'): State {
  if (state[name] === undefined) return state;
  const { [name]: _gone, ...rest } = state;
  return rest;
}
