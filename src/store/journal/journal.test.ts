import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JournalRecord } from '../ports.ts';
import { type Disk, realDisk } from './disk.ts';
import { openJournal } from './journal.ts';

const record = (seq: number, text = 'x'.repeat(100)): JournalRecord => ({
  seq,
  at: 1_000_000 + seq,
  tenant: 0,
  cause: { by: 'test' },
  entities: [
    {
      op: 'set',
      id: `urn:e:${seq % 7}`,
      at: '2026-03-01T10:00:00.000Z',
      attrs: { 'https://example.org/note': [{ type: 'Property', value: `${text}${seq}` }] },
    },
  ],
  rows: [],
});
const records = (from: number, to: number): JournalRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => record(from + i));

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-journal-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const small = { segmentBytes: 64 * 1024, recentBytes: 1 };

test('segments roll, are sealed, and read the same afterwards', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    for (let seq = 1; seq <= 3000; seq += 10) await journal.append(records(seq, seq + 9));
    await journal.idle();
    const names = await readdir(directory);
    assert.ok(names.filter((name) => name.endsWith('.zst')).length >= 4, names.join());
    assert.equal(names.filter((name) => name.endsWith('.seg')).length, 1);
    assert.deepStrictEqual((await journal.read(1, 5000)).records, records(1, 3000));
    assert.deepStrictEqual((await journal.read(1234, 7)).records, records(1234, 1240));
    assert.deepStrictEqual((await journal.read(1241, 7)).records, records(1241, 1247));
    await journal.close();
    const again = await openJournal({ directory, ...small });
    assert.equal(again.lastSeq(), 3000);
    assert.deepStrictEqual((await again.read(1, 5000)).records, records(1, 3000));
    await again.append([record(3001)]);
    assert.deepStrictEqual((await again.read(2999, 9)).records, records(2999, 3001));
    await again.close();
  }));

const activeSegment = async (directory: string): Promise<string> =>
  join(
    directory,
    (await readdir(directory))
      .filter((name) => name.endsWith('.seg'))
      .toSorted()
      .at(-1) as string,
  );

/** Overwrites bytes at the first place where `text` stands. */
async function damage(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+');
  const bytes = await file.readFile();
  const at = bytes.indexOf(text);
  assert.ok(at > 0);
  await file.write(Buffer.from([0xff, 0xff]), 0, 2, at);
  await file.close();
}

test('whoever reads on further ahead begins at its last place, not at the beginning of the segment', () =>
  inDirectory(async (directory) => {
    const looked: number[] = [];
    const disk: Disk = {
      ...realDisk,
      async open(path, mode) {
        const file = await realDisk.open(path, mode);
        return { ...file, read: (position, length) => (looked.push(position), file.read(position, length)) };
      },
    };
    const journal = await openJournal({ directory, disk, recentBytes: 1 });
    for (let from = 1; from < 3000; from += 500) await journal.append(records(from, from + 499));
    const first = await journal.read(1, 2000);
    const place = first.records.length;
    assert.ok(place > 100 && place <= 2000);
    looked.length = 0;
    // What lies between was read from memory, say.
    assert.deepEqual((await journal.read(place + 50, 3)).records, records(place + 50, place + 52));
    assert.ok(Math.min(...looked) > 10_000, String(looked));
    looked.length = 0;
    assert.deepEqual((await journal.read(3, 2)).records, records(3, 4), 'backwards is from the beginning');
    assert.ok(Math.min(...looked) < 10_000, String(looked));
    await journal.close();
  }));

test('a torn tail is cut at the last readable record, even when a later part of its write arrived', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    await journal.append(records(1, 3));
    await journal.append(records(4, 8));
    await journal.close();
    await damage(await activeSegment(directory), 'xxx5');
    const again = await openJournal({ directory, ...small });
    assert.equal(again.lastSeq(), 4);
    await again.append([record(5, 'new')]);
    await again.close();
    const third = await openJournal({ directory, ...small });
    assert.deepStrictEqual((await third.read(1, 99)).records, [...records(1, 4), record(5, 'new')]);
    await third.close();
  }));

test('a damaged record with later groups behind it is refused, not cut', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    await journal.append(records(1, 3));
    await journal.append(records(4, 8));
    await journal.close();
    await damage(await activeSegment(directory), 'xxx2');
    await assert.rejects(openJournal({ directory, ...small }), /record 2 at byte \d+ is damaged/);
  }));

test('a reader whose place was pruned is told the gap and goes on from the first record kept', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    for (let seq = 1; seq <= 2000; seq += 10) await journal.append(records(seq, seq + 9));
    const options = { now: 1e12, maxAgeMs: 1000, maxBytes: 1e12 };
    await journal.prune({ ...options, minSeq: 1 });
    assert.equal(journal.firstSeq(), 1);
    const { deletedSegments } = await journal.prune({ ...options, minSeq: 1200 });
    const first = journal.firstSeq();
    assert.ok(deletedSegments > 0 && first > 1 && first <= 1200);
    const { records: kept, gap } = await journal.read(5, 3);
    assert.deepStrictEqual(gap, { from: 5, to: first - 1, count: first - 5 });
    assert.deepStrictEqual(kept, records(first, first + 2));
    await journal.prune({ ...options, minSeq: 1e9 });
    assert.equal(journal.lastSeq(), 2000);
    assert.ok(journal.firstSeq() <= 2001);
    await journal.close();
  }));

test('a group larger than a segment gets a segment of its own size', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    const huge = record(2, 'ю'.repeat(3_000_000));
    await journal.append([record(1)]);
    await journal.append([huge]);
    await journal.append([record(3)]);
    await journal.idle();
    const compare = async (open: typeof journal): Promise<void> => {
      assert.deepStrictEqual((await open.read(1, 9)).records, [record(1), huge], 'a read ends with what is large');
      assert.deepStrictEqual((await open.read(3, 9)).records, [record(3)]);
    };
    await compare(journal);
    await journal.close();
    const again = await openJournal({ directory, ...small });
    await compare(again);
    await again.close();
  }));

test('a missing segment is refused', () =>
  inDirectory(async (directory) => {
    const journal = await openJournal({ directory, ...small });
    for (let seq = 1; seq <= 2000; seq += 10) await journal.append(records(seq, seq + 9));
    await journal.close();
    const names = (await readdir(directory)).filter((name) => !name.endsWith('.tmp')).toSorted();
    await rm(join(directory, names[1] as string));
    await assert.rejects(openJournal({ directory, ...small }), /hole: records/);
  }));
