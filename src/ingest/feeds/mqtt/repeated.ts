import type { FeedTools } from '../feed.ts';
import type { Taken } from '../../mapping/index.ts';

/**
 * What a broker sends again may be durable already: it was taken, and the acknowledgement was lost. History knows. After a
 * kill thousands come again, so what waits is asked for together.
 * @returns what is left of them that is not known
 */
export function repeatedReadings(
  tools: Pick<FeedTools, 'judge'>,
): (taken: readonly Taken[]) => Promise<readonly Taken[]> {
  type Asked = {
    readonly taken: readonly Taken[];
    readonly resolve: (fresh: readonly Taken[]) => void;
    readonly reject: (error: unknown) => void;
  };
  let waiting: Asked[] = [];
  let asking = false;

  const ask = async (): Promise<void> => {
    asking = true;
    // What arrives in this turn of the loop goes with the first.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const left = await tools.judge(group.flatMap(({ taken }) => taken));
        let at = 0;
        for (const { taken, resolve } of group) {
          resolve(left.slice(at, at + taken.length).filter((one) => one !== undefined));
          at += taken.length;
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    asking = false;
  };

  return (taken) =>
    new Promise((resolve, reject) => {
      waiting.push({ taken, resolve, reject });
      if (!asking) void ask();
    });
}
