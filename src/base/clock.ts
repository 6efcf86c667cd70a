/** Time is passed in, so that a test or a simulation decides what time it is. */
export type Clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
};

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until told otherwise. */
export function fixedClock(
  start: number | string,
): Clock & { set(at: number | string): void; advance(ms: number): void } {
  let at = typeof start === 'string' ? Date.parse(start) : start;
  return {
    now: () => at,
    set: (to) => {
      at = typeof to === 'string' ? Date.parse(to) : to;
    },
    advance: (ms) => {
      at += ms;
    },
  };
}
