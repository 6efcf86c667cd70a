/** Who follows the journal of a city by name, and how far behind each of them is. */
import type { Log } from './base/log.ts';
import type { Metrics } from './base/metrics.ts';
import type { Broker } from './broker/index.ts';
import { follow, type Follower, type Store } from './store/index.ts';

export type Followers = {
  readonly all: ReadonlyMap<string, Follower>;
  readonly follow: Broker['follow'];
  /** Records that were no longer kept when it asked for them. */
  missed(name: string, count: number): void;
};

export function openFollowers(deps: {
  readonly journal: Store['journal'];
  readonly writer: Store['writer'];
  readonly log: Log;
  readonly metrics: Metrics;
}): Followers {
  const { journal, writer, log, metrics } = deps;
  const all = new Map<string, Follower>();
  metrics.gauge('chorsu_follower_behind', 'Records that a follower has not yet taken', () =>
    [...all].map(([name, follower]) => ({
      labels: { follower: name },
      value: writer.lastSeq() - follower.place(),
    })),
  );
  const missed = metrics.counter(
    'chorsu_follower_missed_total',
    'Records no longer kept when a follower asked for them',
  );
  return {
    all,
    follow: (name, handler, options = {}) => {
      const follower = follow({
        journal,
        writer,
        name,
        handler,
        log,
        from: options.from ?? writer.lastSeq() + 1,
        ...(options.batch !== undefined && { batch: options.batch }),
        ...(options.restMs !== undefined && { restMs: options.restMs }),
      });
      all.set(name, follower);
      return async () => {
        all.delete(name);
        await follower.stop();
      };
    },
    missed: (name, count) => missed.add(count, { follower: name }),
  };
}
