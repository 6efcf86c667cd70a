/** Virtual time: events in order of their instant, one at a time, with everything they set off settled in between. */
import type { Clock } from '../../src/base/clock.ts';
import type { Timers } from '../../src/base/timers.ts';

export type VirtualTime = {
  readonly clock: Clock;
  readonly timers: Timers;
  sleep(ms: number): Promise<void>;
  /** Runs the next event; false when there is none. */
  step(): Promise<boolean>;
  /** Forgets everything planned: whatever waits for it waits for ever. */
  forget(): void;
};

export function virtualTime(start: number): VirtualTime {
  let now = start;
  let order = 0;
  let events: { at: number; order: number; run: () => void }[] = [];
  const after = (ms: number, run: () => void): (() => void) => {
    const event = { at: now + ms, order: order++, run };
    events.push(event);
    return () => {
      events = events.filter((other) => other !== event);
    };
  };
  return {
    clock: { now: () => Math.floor(now) },
    timers: { soon: (run) => void after(0, run), after },
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async step() {
      const [first] = events;
      if (!first) {
        await new Promise((resolve) => setImmediate(resolve));
        return false;
      }
      let next = first;
      for (const event of events) {
        if (event.at < next.at || (event.at === next.at && event.order < next.order)) next = event;
      }
      events = events.filter((event) => event !== next);
      now = Math.max(now, next.at);
      next.run();
      // A turn of the real event loop ends when every promise that could go on has gone on.
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    },
    forget() {
      events = [];
    },
  };
}
