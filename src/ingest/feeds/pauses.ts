import type { Random } from '../../base/random.ts';

/** How long a feed rests before it asks again. */
export type Pauses = {
  /** ms; between two requests when all is well. */
  readonly everyMs: number;
  /** ms; after the first failure, then twice as long each time. */
  readonly firstMs: number;
  /** ms; never longer, unless the other side itself asks for it. */
  readonly longestMs: number;
};

export const usualPauses = { firstMs: 5_000, longestMs: 600_000 };
/** A server may ask us to stay away for a day, not for good. */
const retryAfterMaxMs = 86_400_000;
/** At the normal pace up to this share earlier or later, so that feeds of one pace do not ask in step. */
const jitter = 0.05;

/** The pause at the normal pace: `everyMs`, 5 % more or less. */
export function regularPause({ everyMs }: Pauses, random: Random): number {
  return Math.round(everyMs * (1 + jitter * (2 * random.next() - 1)));
}

/**
 * The pause after the n-th failure in a row: 5, 10, 20 s ... up to ten minutes, a fifth less at random; at least what the
 * other side asks for.
 * @param failures 1 = the first
 */
export function pauseAfter(failures: number, pauses: Pauses, random: Random, retryAfterMs = 0): number {
  const { firstMs, longestMs } = pauses;
  const grown = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  const shortened = Math.round(grown * (1 - 0.2 * random.next()));
  return Math.max(shortened, Math.min(retryAfterMs, retryAfterMaxMs));
}
