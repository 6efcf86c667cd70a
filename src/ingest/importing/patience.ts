import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../base/problem.ts';

const pauseMs = 50;

/**
 * Does a piece of an import again while the broker is full or others change the same entities: who brings a file can
 * wait, devices and pages go before it.
 * @throws what `work` throws, but for Problem overloaded and conflict
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || (error.kind !== 'overloaded' && error.kind !== 'conflict')) throw error;
      await sleep(pauseMs);
    }
  }
}
