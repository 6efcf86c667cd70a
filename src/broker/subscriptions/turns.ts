/**
 * Turns to send, so that whoever is slow or hangs takes nothing from those who answer at once, not even at the same host. A
 * subscription has its turns in the lane of its last attempt; an attempt that takes longer than its lane allows gives its turn
 * back while it goes on. One that fails at once holds nobody up and stays where it is.
 */
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import { createSlots } from './slots.ts';

export type Turns = {
  /** @param name of the subscription */
  run<T>(host: string, name: string, work: () => Promise<T>): Promise<T>;
  /** There is no such subscription any more. */
  forget(name: string): void;
};

/** From the quickest on; `withinMs`: what attempts of a lane may take. */
const laneLimits = [
  { withinMs: 100, perHost: 32, inAll: 300 },
  { withinMs: 1_000, perHost: 32, inAll: 200 },
  { withinMs: Number.POSITIVE_INFINITY, perHost: 8, inAll: 100 },
];
/** Attempts that go on without a turn; when there are more, they keep theirs. With the turns as many as there are sockets. */
const overdueMax = 400;

export function createTurns({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }): Turns {
  const lanes = laneLimits.map(({ withinMs, ...limits }) => ({ withinMs, slots: createSlots(limits) }));
  const [quickest] = lanes as [(typeof lanes)[number]];
  /** Of those who are not quick. */
  const laneOf = new Map<string, (typeof lanes)[number]>();
  let overdue = 0;
  return {
    async run(host, name, work) {
      const lane = laneOf.get(name) ?? quickest;
      const release = await lane.slots.take(host);
      const begunAt = clock.now();
      let isOverdue = false;
      const giveBack = (): void => {
        if (overdue === overdueMax) return;
        isOverdue = true;
        overdue++;
        release();
      };
      const cancel = Number.isFinite(lane.withinMs) ? timers.after(lane.withinMs, giveBack) : () => {};
      try {
        return await work();
      } finally {
        cancel();
        if (isOverdue) overdue--;
        else release();
        const took = clock.now() - begunAt;
        const next = lanes.find(({ withinMs }) => took < withinMs) ?? lane;
        if (next === quickest) laneOf.delete(name);
        else laneOf.set(name, next);
      }
    },
    forget: (name) => void laneOf.delete(name),
  };
}
