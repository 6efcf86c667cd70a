/**
 * Follows the journal: hands durable records to a handler, in order, one batch at a time, and wakes up when more is
 * durable. It never slows the writer: whoever is late reads from memory or from the segment files.
 */
import { type Log, silentLog } from '../base/log.ts';
import type { Gap, Journal, JournalRecord } from './ports.ts';
import { systemTimers, type Timers } from '../base/timers.ts';

export type FollowOptions = {
  readonly journal: Pick<Journal, 'read' | 'lastSeq'>;
  readonly writer: { onDurable(listener: (lastSeq: number) => void): () => void };
  /** First record wanted. */
  readonly from: number;
  /** Records handed over at once, at most; default 1,000. */
  readonly batch?: number;
  /**
   * Gets every record once, in order, unless it throws: then the same records come again, after a pause that doubles
   * from 100 ms to 30 s. `gap` tells what was no longer kept before the first of them.
   */
  readonly handler: (records: readonly JournalRecord[], gap?: Gap) => Promise<void> | void;
  /**
   * Rest after a batch that reached the end, so that records gather: for handlers whose cost is per batch. Nobody waits for
   * it: `reached` ends the rest. Default 0.
   */
  readonly restMs?: number;
  /** For the log. */
  readonly name?: string;
  readonly log?: Log;
  readonly timers?: Timers;
};

export type Follower = {
  /** Last record that the handler has taken. */
  place(): number;
  /** Resolves when the handler has taken `seq`. */
  reached(seq: number): Promise<void>;
  /** Hands over nothing more; resolves when the handler is idle. */
  stop(): Promise<void>;
};

const firstPauseMs = 100;
const lastPauseMs = 30_000;

export function follow(options: FollowOptions): Follower {
  const { journal, writer, batch = 1000, handler, restMs = 0 } = options;
  const { name = 'follower', log = silentLog, timers = systemTimers } = options;
  let next = options.from;
  let stopped = false;
  let failing = false;
  let running: Promise<void> | undefined;
  let cancelPause: (() => void) | undefined;
  let waiting: { seq: number; resolve: () => void }[] = [];

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timers.after(ms, resolve);
      cancelPause = () => {
        cancel();
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!stopped && next <= journal.lastSeq()) {
      try {
        const end = journal.lastSeq();
        const { records, gap } = await journal.read(next, batch);
        if (stopped) return;
        if (records.length === 0 && !gap) return;
        if (gap) log.warn('a follower missed records that are no longer kept', { follower: name, ...gap });
        await (gap ? handler(records, gap) : handler(records));
        next = (records.at(-1)?.seq ?? gap?.to ?? next - 1) + 1;
        pauseMs = firstPauseMs;
        failing = false;
        const done = waiting.filter(({ seq }) => seq < next);
        waiting = waiting.filter(({ seq }) => seq >= next);
        for (const { resolve } of done) resolve();
        // What came while the handler worked can wait for more; what a large read left over cannot.
        if (restMs > 0 && next > end && waiting.length === 0) await pause(restMs);
        cancelPause = undefined;
      } catch (error) {
        failing = true;
        log.error('a follower failed and tries again', { follower: name, from: next, error: String(error), pauseMs });
        await pause(pauseMs);
        cancelPause = undefined;
        pauseMs = Math.min(pauseMs * 2, lastPauseMs);
      }
    }
  };
  const wake = (): void => {
    if (running || stopped) return;
    running = run().finally(() => {
      running = undefined;
      // Something may have become durable between the last look and here.
      if (!stopped && next <= journal.lastSeq()) wake();
    });
  };
  const forget = writer.onDurable(wake);
  wake();

  return {
    place: () => next - 1,
    reached: (seq) => {
      if (seq < next) return Promise.resolve();
      const reached = new Promise<void>((resolve) => waiting.push({ seq, resolve }));
      if (!failing) cancelPause?.();
      return reached;
    },
    async stop() {
      stopped = true;
      forget();
      cancelPause?.();
      await running;
    },
  };
}
