/** Scheduling is passed in, so that the simulation runs on virtual time. */
export type Timers = {
  /** Runs when what is ready now has run. */
  soon(run: () => void): void;
  /** @returns cancel */
  after(ms: number, run: () => void): () => void;
};

export const systemTimers: Timers = {
  soon: (run) => void setImmediate(run),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * What comes within so many milliseconds; undefined when it does not. Nobody is left then to hear of a failure that comes
 * later: who wants to know listens to the promise itself.
 */
export async function within<T>(ms: number, value: Promise<T>, timers: Timers = systemTimers): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = timers.after(ms, () => late.resolve(undefined));
  try {
    return await Promise.race([value, late.promise]);
  } finally {
    cancel();
    value.catch(() => {});
  }
}
