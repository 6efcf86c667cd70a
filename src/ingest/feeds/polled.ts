import { Problem } from '../../base/problem.ts';
import { OutboundFailure } from '../../http/index.ts';
import { refused } from '../mapping/index.ts';
import { connectionState } from './connection.ts';
import type { Feed, FeedTools } from './feed.ts';
import { pauseAfter, regularPause, usualPauses, type Pauses } from './pauses.ts';

/** `stop` waits this long for a request that is under way. */
const stopMs = 900;
/** A poll that has not ended after this long is given up; its signal is aborted. */
const pollMaxMs = 300_000;
/** Even when a poll takes longer than the pace, the other side gets this much rest. */
const restMinMs = 200;

export type PolledOptions = {
  readonly tools: FeedTools;
  /** Seconds between two polls when all is well. */
  readonly everyS: number;
  /**
   * Asks once and takes what there is. Resolves: all is well, what was faulty in it is counted by the poll itself.
   * Throws OutboundFailure: not reachable. Throws another Problem: it answers, but nothing usable; counted here as a
   * refusal `payload`. In both cases it is tried again after a growing pause.
   */
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Where refusals came from, as shown at the source. */
  readonly from: string;
  readonly pauses?: Omit<Pauses, 'everyMs'>;
};

/** A feed that asks at a regular pace, never twice at once, and less and less often while nothing comes of it. */
export function polled({ tools, everyS, poll, from, pauses = usualPauses }: PolledOptions): Feed {
  const { clock, timers, random, log, metrics } = tools;
  const polls = metrics.counter('chorsu_feed_polls_total', 'Polls of live feeds, by feed and outcome');
  const pace: Pauses = { ...pauses, everyMs: everyS * 1000 };
  const connection = connectionState(tools);
  const stopped = new AbortController();
  let failures = 0;
  let running: Promise<void> | undefined;
  let cancel = (): void => {};

  /** @returns ms until the next poll */
  const once = async (): Promise<number> => {
    const startedMs = clock.now();
    const tooLong = new AbortController();
    const cancelLimit = timers.after(pollMaxMs, () => tooLong.abort());
    try {
      await poll(AbortSignal.any([stopped.signal, tooLong.signal]));
      failures = 0;
      polls.add(1, { feed: from, outcome: 'taken' });
      connection.reachable();
      return Math.max(restMinMs, regularPause(pace, random) - (clock.now() - startedMs));
    } catch (error) {
      if (stopped.signal.aborted) return 0;
      failures++;
      const pause = pauseAfter(failures, pace, random, error instanceof OutboundFailure ? error.retryAfterMs : 0);
      const nextTryMs = clock.now() + pause;
      if (tooLong.signal.aborted) {
        connection.unreachable(`a poll did not end within ${pollMaxMs / 1000} s`, nextTryMs);
      } else if (error instanceof OutboundFailure) connection.unreachable(error.message, nextTryMs);
      else if (error instanceof Problem && error.kind !== 'overloaded' && error.kind !== 'conflict') {
        tools.seen();
        tools.refuse(refused('payload', error.field ? `${error.message} (${error.field})` : error.message), from);
        connection.reachable(error.message, nextTryMs);
      } else {
        // The store is full or broken, or this is a bug: not the other side's doing.
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error('feed: a poll failed here, not at the other side', { error: what });
        connection.reachable('what came could not be stored', nextTryMs);
      }
      polls.add(1, { feed: from, outcome: error instanceof OutboundFailure ? error.reason : 'unusable' });
      return pause;
    } finally {
      cancelLimit();
    }
  };

  const askAfter = (pauseMs: number): void => {
    if (stopped.signal.aborted) return;
    cancel = timers.after(pauseMs, () => {
      running = once().then((pause) => {
        running = undefined;
        askAfter(pause);
      });
    });
  };

  return {
    start() {
      connection.connecting();
      // Feeds that start together ask one after the other.
      askAfter(Math.round(random.next() * Math.min(1000, pace.everyMs / 10)));
    },
    async stop() {
      stopped.abort();
      cancel();
      if (!running) return;
      await new Promise<void>((resolve) => {
        const cancelWait = timers.after(stopMs, resolve);
        void running?.then(() => {
          cancelWait();
          resolve();
        });
      });
    },
  };
}
