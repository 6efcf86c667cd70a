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
