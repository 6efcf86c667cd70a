import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMembers } from './members.ts';
import { openForReading, openForWriting } from './schema.ts';

test('keys come in order of ids, in parts of any number, and those that came or went since are seen when it is told', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-members-'));
  const path = join(directory, 'state.db');
  const writing = openForWriting(path);
  const db = openForReading(path);
  t.after(async () => {
    db.close();
    writing.close();
    await rm(directory, { recursive: true });
  });
  const insert = writing.prepare(
    "INSERT INTO chorsu_entity (tenant, id, seq, shape, body) VALUES (?, ?, 1, ?, '{}') RETURNING key",
  );
  const ids = new Map<number, string>();
  const add = (from: number, to: number): void => {
    writing.exec('BEGIN');
    for (let n = from; n < to; n++) {
      const id = `urn:x:${(n * 7919) % 10_007}`;
      ids.set((insert.get(0, id, 1) as { key: number }).key, id);
      insert.get(1, id, 1);
      insert.get(0, `${id}:2`, 2);
    }
    writing.exec('COMMIT');
  };
  const members = createMembers(db);
  const expected = (): number[] => [...ids].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([key]) => key);
  for (const to of [0, 255, 256, 257, 256 + 1024, 256 + 1024 + 4096]) {
    add(ids.size, to);
    members.forget(1);
    assert.deepEqual([...members.of(0, 1)], expected());
    assert.deepEqual([...members.of(0, 1)], expected());
  }
  members.clear();
  for (const key of members.of(0, 1)) {
    assert.equal(key, expected()[0]);
    break;
  }
  add(ids.size, 6000);
  assert.deepEqual([...members.of(0, 1)], expected(), 'what was not taken to the end is not kept');
});
