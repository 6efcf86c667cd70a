/**
 * Graceful shutdown. The first SIGTERM or SIGINT asks for it, a second one ends the process at once. A signal that
 * arrives within half a second is the same one: npm and the terminal both pass Ctrl-C on.
 */
export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** The part of `process` that is needed here. */
export type SignalSource = {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
};

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const sameSignalMs = 500;

/**
 * @param exitNow called on the second signal with 128 + its number
 * @returns asked: resolves with the first signal; release: takes the listeners away
 */
export function stopSignals(
  source: SignalSource,
  options: { readonly now: () => number; readonly exitNow: (code: number) => void },
): { readonly asked: Promise<StopSignal>; readonly release: () => void } {
  const { promise: asked, resolve } = Promise.withResolvers<StopSignal>();
  let firstAt: number | undefined;
  const listener = (signal: StopSignal): void => {
    const now = options.now();
    if (firstAt === undefined) {
      firstAt = now;
      resolve(signal);
    } else if (now - firstAt > sameSignalMs)
      options.exitNow(signal === 'SIGTERM' ? 143 : signal === 'SIGINT' ? 130 : 129);
  };
  for (const signal of signals) source.on(signal, listener);
  return {
    asked,
    release: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
