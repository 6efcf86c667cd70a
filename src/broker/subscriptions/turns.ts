/**
 * Turns to send, so that whoever hangs takes nothing from those who answer, not even at the same host: an attempt that has
 * taken long gives its turn back while it goes on, and the next of that subscription takes its turn among the slow ones.
 * One that fails at once holds nobody up and stays where it is.
 */
import type { Timers } from '../../base/timers.ts';
import { createSlots } from './slots.ts';

export type Turns = {
  /** @param name of the subscription */
  run<T>(host: string, name: string, work: () => Promise<T>): Promise<T>;
  /** There is no such subscription any more. */
  forget(name: string): void;
};

/** From then on an attempt is a slow one. */
const slowFromMs = 500;
/** Attempts that go on without a turn; when there are more, they keep theirs. With the turns no more than the sockets there are. */
const overdueMax = 500;

export function createTurns({ timers }: { readonly timers: Timers }): Turns {
  const prompt = createSlots({ perHost: 32, inAll: 400 });
  const slow = createSlots({ perHost: 8, inAll: 100 });
  /** Whose last attempt took long. */
  const slowOnes = new Set<string>();
  let overdue = 0;
  return {
    async run(host, name, work) {
      const wasSlow = slowOnes.has(name);
      const release = await (wasSlow ? slow : prompt).take(host);
      let [isLate, isOverdue] = [false, false];
      const cancel = timers.after(slowFromMs, () => {
        isLate = true;
        if (wasSlow || overdue === overdueMax) return;
        isOverdue = true;
        overdue++;
        release();
      });
      try {
        return await work();
      } finally {
        cancel();
        if (isLate) slowOnes.add(name);
        else slowOnes.delete(name);
        if (isOverdue) overdue--;
        else release();
      }
    },
    forget: (name) => void slowOnes.delete(name),
  };
}
