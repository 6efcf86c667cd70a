/** Time spent, from the story: whoever starts is at work until the work rests, and minutes may be typed. Pure. */
import type { StepLine } from './tables.ts';

export type TimeSpent = {
  /** Opaque. */
  readonly who: string;
  readonly minutes: number;
  /** ms: at work since then; absent: not now. */
  readonly since?: number;
};

type Timed = Pick<StepLine, 'who' | 'step' | 'at' | 'doneAt' | 'minutes'>;

/**
 * By person, in the order in which they began.
 * @param now ms: those who are still at work are counted until then
 */
export function timesOf(steps: readonly Timed[], now: number): readonly TimeSpent[] {
  const spentMs = new Map<string, number>();
  const since = new Map<string, number>();
  const add = (who: string, ms: number): void => {
    spentMs.set(who, (spentMs.get(who) ?? 0) + Math.max(0, ms));
  };
  const stop = (who: string, at: number): void => {
    const began = since.get(who);
    if (began === undefined) return;
    add(who, at - began);
    since.delete(who);
  };
  for (const { who, step, at: taken, doneAt, minutes } of steps) {
    const at = doneAt ?? taken;
    switch (step) {
      case 'start':
      case 'clockIn':
        add(who, 0);
        if (!since.has(who)) since.set(who, at);
        break;
      case 'clockOut':
        stop(who, at);
        break;
      case 'time':
        add(who, (minutes ?? 0) * 60_000);
        break;
      case 'pause':
      case 'finish':
      case 'assign':
      case 'cancel':
      case 'decline':
        for (const one of since.keys()) stop(one, at);
        break;
    }
  }
  return [...spentMs].map(([who, ms]) => {
    const began = since.get(who);
    const running = began === undefined ? 0 : Math.max(0, now - began);
    return { who, minutes: Math.round((ms + running) / 60_000), ...(began !== undefined && { since: began }) };
  });
}

export const minutesOf = (times: readonly TimeSpent[]): number => times.reduce((sum, { minutes }) => sum + minutes, 0);
