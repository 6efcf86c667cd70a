/** For tests: a broker that keeps what it was given and may be slow, full or strict. */
import { Problem } from '../base/problem.ts';
import type { Broker, Reading } from '../broker/index.ts';

export type Recorder = Broker & {
  readonly readings: Reading[];
  readonly records: number[];
  /** Runs before a record is taken; may wait or throw. */
  before: (readings: readonly Reading[]) => Promise<void> | void;
};

export function recorder(): Recorder {
  const readings: Reading[] = [];
  const records: number[] = [];
  const born = new Map<string, boolean>();
  const none = (): never => {
    throw new Problem('not-supported', 'the recorder only records');
  };
  const self: Recorder = {
    readings,
    records,
    before: () => {},
    async record(_who, _tenant, given) {
      await self.before(given);
      for (const { id, simulated = false } of given) {
        if ((born.get(id) ?? simulated) !== simulated) throw new Problem('bad-data', `${id} is of the other sort`, id);
        born.set(id, simulated);
      }
      readings.push(...given);
      records.push(given.length);
      return { seq: records.length };
    },
    recordHistory: none,
    get: none,
    find: none,
    query: none,
    types: none,
    history: none,
    aggregate: none,
    follow: none,
  };
  return self;
}
