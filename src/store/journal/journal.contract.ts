/** What every adapter of the Journal port must do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Journal, JournalRecord } from '../ports.ts';

export type JournalSubject = {
  readonly journal: Journal;
  /** Closes the journal and opens it again, as a new process would. */
  readonly reopen: () => Promise<Journal>;
};

const record = (seq: number, size = 50): JournalRecord => ({
  seq,
  at: 1_700_000_000_000 + seq,
  tenant: seq % 3,
  cause: { by: 'contract' },
  entities: [
    {
      op: 'set',
      id: `urn:e:${seq % 5}`,
      at: '2026-03-01T10:00:00.000Z',
      attrs: { 'https://e.org/n': [{ type: 'Property', value: 'я'.repeat(size) }] },
    },
  ],
  rows: [{ table: 'note', key: { id: `n${seq}` }, row: { text: 'x', bytes: new Uint8Array([1, 2, seq % 256]) } }],
});
const range = (from: number, to: number): JournalRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => record(from + i));

/** @param subject an empty journal; its smallest unit of pruning holds at most 1,000 of the records above */
export function journalContract(name: string, subject: () => Promise<JournalSubject>): void {
  describe(`journal: ${name}`, () => {
    it('an empty journal has nothing to read', async () => {
      const { journal } = await subject();
      assert.equal(journal.lastSeq(), 0);
      assert.equal(journal.firstSeq(), 1);
      assert.deepStrictEqual(await journal.read(1, 10), { records: [] });
      assert.equal(await journal.append([]), 0);
    });

    it('records come back as they were given, from any place on, at most as many as wanted', async () => {
      const { journal } = await subject();
      assert.equal(await journal.append(range(1, 3)), 3);
      assert.equal(await journal.append(range(4, 4)), 4);
      assert.deepStrictEqual(await journal.read(1, 10), { records: range(1, 4) });
      assert.deepStrictEqual(await journal.read(2, 2), { records: range(2, 3) });
      assert.deepStrictEqual(await journal.read(5, 2), { records: [] });
    });

    it('a new process reads what the old one appended, and goes on after it', async () => {
      const { journal, reopen } = await subject();
      await journal.append(range(1, 300));
      const again = await reopen();
      assert.equal(again.lastSeq(), 300);
      await again.append(range(301, 302));
      assert.deepStrictEqual(await again.read(299, 10), { records: range(299, 302) });
      assert.deepStrictEqual((await again.read(1, 1000)).records, range(1, 302));
    });

    it('a record out of order is refused', async () => {
      const { journal } = await subject();
      await journal.append(range(1, 2));
      await assert.rejects(journal.append([record(4)]));
    });

    it('pruning keeps what is wanted and tells the reader what is gone', async () => {
      const { journal } = await subject();
      for (let seq = 1; seq <= 4000; seq += 100) await journal.append(range(seq, seq + 99));
      const now = 1_800_000_000_000;
      assert.deepStrictEqual(await journal.prune({ now, maxAgeMs: 1e15, maxBytes: 1e15, minSeq: 4001 }), {
        deletedSegments: 0,
      });
      assert.deepStrictEqual(await journal.prune({ now, maxAgeMs: 0, maxBytes: 0, minSeq: 1 }), { deletedSegments: 0 });
      const { deletedSegments } = await journal.prune({ now, maxAgeMs: 0, maxBytes: 1e15, minSeq: 3000 });
      const first = journal.firstSeq();
      assert.ok(deletedSegments > 0 && first > 1 && first <= 3000);
      assert.deepStrictEqual(await journal.read(1, 1), {
        records: [record(first)],
        gap: { from: 1, to: first - 1, count: first - 1 },
      });
      assert.deepStrictEqual(await journal.read(first, 1), { records: [record(first)] });
      const { firstSeq, lastSeq } = journal.stats();
      assert.deepEqual({ firstSeq, lastSeq }, { firstSeq: first, lastSeq: 4000 });
    });
  });
}
