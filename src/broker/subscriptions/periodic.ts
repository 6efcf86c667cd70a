/** Tells a subscription at its times of everything that matches, whatever changed (5.8.6, timeInterval). */
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import { subscriptionStatus, type Notice } from '../../ngsild/index.ts';
import type { Courier } from './courier.ts';
import { afterFailure, afterSuccess } from './outcome.ts';
import type { Progress, Stored } from './rows.ts';

export type PeriodicNeeds = {
  readonly clock: Clock;
  readonly timers: Timers;
  /** What matches now, a notification's worth at a time. */
  readonly look: (stored: Stored) => AsyncIterable<readonly Notice[]>;
  /** @returns whether any of it may be told */
  readonly send: (stored: Stored, notices: readonly Notice[]) => Promise<boolean>;
  readonly onProgress: () => void;
};

/** An attempt that fails is not repeated: the next tells all that it would have told. */
export function createPeriodic(
  needs: PeriodicNeeds,
  given: { readonly stored: Stored; readonly progress: Progress },
): Courier {
  const { clock, timers, look, send, onProgress } = needs;
  let { stored, progress } = given;
  let running: Promise<void> | undefined;
  let stopped = false;
  let cancel: (() => void) | undefined;
  /** When it last looked, whether or not there was anything to tell. */
  let lookedAt = 0;

  const plan = (): void => {
    cancel?.();
    cancel = undefined;
    if (stopped || running || subscriptionStatus(stored.subscription, clock.now()) !== 'active') return;
    const every = (stored.subscription.timeInterval ?? 1) * 1000;
    const due = Math.max(stored.modifiedAt, progress.lastNotification ?? 0, lookedAt) + every;
    cancel = timers.after(Math.max(0, due - clock.now()), () => {
      running = tick().finally(() => {
        running = undefined;
        plan();
      });
    });
  };

  const tick = async (): Promise<void> => {
    let at = clock.now();
    lookedAt = at;
    try {
      for await (const notices of look(stored)) {
        if (stopped) return;
        at = clock.now();
        if (!(await send(stored, notices))) continue;
        progress = afterSuccess(progress, at, clock.now());
        onProgress();
      }
    } catch (error) {
      if (stopped) return;
      progress = afterFailure(progress, at, clock.now(), error);
      onProgress();
    }
  };

  plan();
  return {
    offer() {},
    change(now) {
      stored = now;
      plan();
    },
    hurry() {},
    rewind() {},
    keepFrom() {},
    stored: () => stored,
    progress: () => progress,
    waiting: () => 0,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
