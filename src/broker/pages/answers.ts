/**
 * Answers that are kept for a few seconds, so that a thousand readers of the home page cost the broker no more than one;
 * and while a new one is long in coming, a reader gets the one before.
 */
import { systemTimers, type Timers, within } from '../../base/timers.ts';

/** @throws what `ask` throws */
export type KeepAnswer = <T>(key: string, ask: () => Promise<T>) => Promise<T>;

const keptMs = 3000;
/** A reader waits that long for a new answer when there is one already. */
const patienceMs = 100;
/** What is slow is asked less often, so that it takes a third of the time at most. */
const restPerWork = 2;
const answersMax = 200;

type Kept = {
  readonly at: number;
  readonly answer: Promise<unknown>;
  /** Until the answer is there: the one before it. */
  before: Promise<unknown> | undefined;
  tookMs?: number;
};

export function keptAnswers(now: () => number, timers: Timers = systemTimers): KeepAnswer {
  const kept = new Map<string, Kept>();
  const fresh = ({ at, tookMs }: Kept): boolean =>
    tookMs === undefined || (now() >= at && now() - at < Math.max(keptMs, tookMs * (1 + restPerWork)));
  const asked = (key: string, ask: () => Promise<unknown>, before: Kept | undefined): Kept => {
    const made: Kept = { at: now(), answer: ask(), before: before?.answer };
    kept.set(key, made);
    made.answer.then(
      () => {
        made.tookMs = now() - made.at;
        made.before = undefined;
      },
      () => {
        // A failed answer is nobody's answer: the next reader asks again.
        if (kept.get(key) === made) kept.delete(key);
      },
    );
    if (kept.size > answersMax) kept.delete(kept.keys().next().value ?? '');
    return made;
  };
  return async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    const { answer, before } = known && fresh(known) ? known : asked(key, ask, known);
    const found = before ? ((await within(patienceMs, answer, timers)) ?? before) : answer;
    return found as Promise<T>;
  };
}
