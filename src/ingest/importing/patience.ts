import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';

const pauseMs = 50;

/** Does a piece of an import. @throws what the piece throws, but for Problem overloaded and conflict */
export type Patiently = <T>(piece: () => Promise<T>) => Promise<T>;

/**
 * Who brings a file can wait, devices and pages go before it. A piece is begun when state has applied the one before,
 * since a page's query waits for all that is not applied; and it is done again while the broker is full or others change
 * the same entities.
 */
export function patience(broker: Pick<Broker, 'applied'>): Patiently {
  let applied: Promise<void> = Promise.resolve();
  return async (piece) => {
    for (;;) {
      try {
        await applied;
        const done = await piece();
        applied = broker.applied();
        // Whoever comes next hears of a failure.
        applied.catch(() => {});
        return done;
      } catch (error) {
        if (!(error instanceof Problem) || (error.kind !== 'overloaded' && error.kind !== 'conflict')) throw error;
        await sleep(pauseMs);
      }
    }
  };
}
