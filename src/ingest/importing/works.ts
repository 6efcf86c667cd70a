/** What is being done with imports now: one work at a time per source. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { ImportCounts, ImportRecord } from './tables.ts';

/** An import that is being taken, or taken back. */
export type Work = {
  readonly id: string;
  readonly name: string;
  readonly startedMs: number;
  /** Readings that were taken before it began: by a run that was stopped. */
  readonly before: number;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  counts: ImportCounts;
  done: number;
  total: number;
};

export type Works = {
  /** The work on this import, if there is one. */
  of(record: Pick<ImportRecord, 'id' | 'source'>): Work | undefined;
  isBusy(source: string): boolean;
  /** Claims the source, until `release`. @throws Problem conflict (it is busy), overloaded (the city is closing) */
  claim(record: ImportRecord, signal: AbortSignal | undefined): Work & { release(): void };
  /** Stops all of it, between two records, and takes no more. */
  close(): Promise<void>;
};

export function importWorks(clock: Clock): Works {
  const bySource = new Map<string, Work>();
  let closing = false;
  return {
    of({ id, source }) {
      const work = bySource.get(source);
      return work?.id === id ? work : undefined;
    },
    isBusy: (source) => bySource.has(source),
    claim(record, signal) {
      const { id, name, source, counts } = record;
      if (closing) throw new Problem('overloaded', 'the city is closing');
      const other = bySource.get(source);
      if (other) {
        const what = `${other.name} (import ${other.id})`;
        throw new Problem('conflict', `source ${source} is busy with ${what}; one at a time`, 'source');
      }
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const abort = new AbortController();
      if (signal?.aborted) abort.abort();
      signal?.addEventListener('abort', () => abort.abort(), { once: true });
      const startedMs = clock.now();
      const work: Work = { id, name, startedMs, before: counts.readings, abort, ended, counts, done: 0, total: 0 };
      bySource.set(source, work);
      return Object.assign(work, {
        release(): void {
          bySource.delete(source);
          resolve();
        },
      });
    },
    async close() {
      closing = true;
      const works = [...bySource.values()];
      for (const { abort } of works) abort.abort();
      await Promise.all(works.map(({ ended }) => ended));
    },
  };
}
