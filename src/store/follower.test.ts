import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from './follower.ts';
import type { Gap, JournalRecord } from './ports.ts';
import type { Timers } from '../base/timers.ts';

const record = (seq: number): JournalRecord => ({
  seq,
  at: seq,
  tenant: 0,
  cause: { by: 'test' },
  entities: [],
  rows: [],
});

/** A journal in memory that grows when told, and timers that run at once. */
function memory(first = 1) {
  let last = 0;
  let listener: (seq: number) => void = () => {};
  const pauses: number[] = [];
  const timers: Timers = {
    soon: (run) => void setImmediate(run),
    after(ms, run) {
      pauses.push(ms);
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    },
  };
  return {
    pauses,
    timers,
    grow: (to: number): void => {
      last = to;
      listener(to);
    },
    writer: {
      onDurable(to: (seq: number) => void) {
        listener = to;
        return () => {};
      },
    },
    journal: {
      lastSeq: () => last,
      async read(seq: number, limit: number) {
        const from = Math.max(seq, first);
        const records: JournalRecord[] = [];
        for (let n = from; n <= last && records.length < limit; n++) records.push(record(n));
        return seq < first ? { records, gap: { from: seq, to: first - 1, count: first - seq } } : { records };
      },
    },
  };
}

test('a follower gets every record once and in order, whether old or new', async () => {
  const { journal, writer, timers, grow } = memory();
  grow(5);
  const seen: number[] = [];
  const follower = follow({
    journal,
    writer,
    timers,
    from: 3,
    batch: 2,
    handler: (records) => void seen.push(...records.map(({ seq }) => seq)),
  });
  await follower.reached(5);
  grow(8);
  await follower.reached(8);
  assert.deepEqual(seen, [3, 4, 5, 6, 7, 8]);
  await follower.stop();
  grow(9);
  assert.equal(follower.place(), 8);
});

test('a handler that throws gets the same records again, after longer and longer pauses', async () => {
  const { journal, writer, timers, grow, pauses } = memory();
  grow(4);
  const seen: number[][] = [];
  let failures = 3;
  const follower = follow({
    journal,
    writer,
    timers,
    from: 1,
    batch: 2,
    async handler(records) {
      seen.push(records.map(({ seq }) => seq));
      if (records[0]?.seq === 3 && failures-- > 0) throw new Error('not now');
    },
  });
  await follower.reached(4);
  assert.deepEqual(seen, [
    [1, 2],
    [3, 4],
    [3, 4],
    [3, 4],
    [3, 4],
  ]);
  assert.deepEqual(pauses, [100, 200, 400]);
  await follower.stop();
});

test('a follower whose place is gone is told the gap', async () => {
  const { journal, writer, timers, grow } = memory(4);
  grow(6);
  const seen: { seqs: number[]; gap: Gap | undefined }[] = [];
  const follower = follow({
    journal,
    writer,
    timers,
    from: 2,
    handler: (records, gap) => void seen.push({ seqs: records.map(({ seq }) => seq), gap }),
  });
  await follower.reached(6);
  assert.deepEqual(seen, [{ seqs: [4, 5, 6], gap: { from: 2, to: 3, count: 2 } }]);
  await follower.stop();
});

test('stopping waits for the handler and hands over nothing more', async () => {
  const { journal, writer, timers, grow } = memory();
  grow(4);
  let release = (): void => {};
  let calls = 0;
  const follower = follow({
    journal,
    writer,
    timers,
    from: 1,
    batch: 1,
    handler: () =>
      new Promise<void>((resolve) => {
        calls++;
        release = resolve;
      }),
  });
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = follower.stop();
  release();
  await stopped;
  assert.equal(calls, 1);
});

test('a follower that rests lets records gather, unless somebody waits for it', async () => {
  const { journal, writer, timers, grow, pauses } = memory();
  const taken: number[] = [];
  const follower = follow({
    journal,
    writer,
    timers,
    from: 1,
    restMs: 50,
    handler: (records) => {
      taken.push(records.length);
    },
  });
  grow(3);
  await follower.reached(3);
  grow(5);
  await follower.reached(5);
  assert.equal(
    taken.reduce((sum, n) => sum + n, 0),
    5,
  );
  assert.ok(pauses.every((ms) => ms === 50));
  await follower.stop();
});

test('a follower that rests does so although records come while it works, and not while a read left some over', async () => {
  const { journal, writer, timers, grow, pauses } = memory();
  const rested: number[] = [];
  let last = 4;
  const follower = follow({
    journal,
    writer,
    timers,
    from: 1,
    batch: 2,
    restMs: 50,
    handler: () => {
      rested.push(pauses.length);
      // Two are left over by the first read; from then on one comes with each that is taken.
      if (rested.length > 1 && rested.length < 5) grow(++last);
    },
  });
  grow(last);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(rested.slice(0, 4), [0, 0, 1, 2]);
  await follower.stop();
});
