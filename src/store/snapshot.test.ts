import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { openStore, type Store } from './index.ts';
import type { Change, TableDefinition } from './ports.ts';
import { snapshot } from './snapshot.ts';
import { verify } from './verify.ts';

const tables: readonly TableDefinition[] = [{ name: 'report', columns: { id: 'TEXT', state: 'TEXT' }, key: ['id'] }];
const openAt = (directory: string): Promise<Store> =>
  openStore({ directory, clock: systemClock, tables, segmentBytes: 32 * 1024 });
const at = '2026-03-01T10:00:00.000Z';
const change = (n: number): Change => ({
  tenant: 0,
  cause: { by: 'test', source: String(n) },
  entities: [
    {
      op: 'put',
      entity: {
        id: `urn:e:${n % 50}`,
        type: ['https://e.org/T'],
        createdAt: at,
        modifiedAt: at,
        attrs: { 'https://e.org/n': [{ type: 'Property', value: n }] },
      },
    },
  ],
  rows: [{ table: 'report', key: { id: `r${n % 9}` }, row: { state: `s${n}` } }],
});

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-snapshot-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a snapshot under load opens, verifies, and equals the original up to its seq', () =>
  inDirectory(async (directory) => {
    const store = await openAt(join(directory, 'data'));
    const file = await store.files.put(Buffer.from('a photo'));
    let n = 0;
    let stop = false;
    const client = async (): Promise<void> => {
      while (!stop && n < 20_000) await store.writer.commit(change(n++));
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    while (n < 1500) await new Promise((resolve) => setImmediate(resolve));
    const copied = await snapshot(store, join(directory, 'copy'));
    stop = true;
    await clients;
    assert.ok(copied.seq >= 1500 && copied.appliedSeq <= copied.seq && copied.files === 1);
    const copy = await openAt(join(directory, 'copy'));
    assert.equal(copy.writer.lastSeq(), copied.seq);
    assert.equal(copy.directory.city, store.directory.city);
    assert.deepStrictEqual(Buffer.from((await copy.files.get(file)) ?? []).toString(), 'a photo');
    assert.deepStrictEqual(
      (await copy.journal.read(1, 1e6)).records,
      (await store.journal.read(1, copied.seq)).records,
    );
    const verified = await verify(copy);
    assert.deepStrictEqual(verified.problems, []);
    assert.ok(verified.replayed && verified.records === copied.seq);
    await copy.close();
    await store.close();
  }));

test('verify names a damaged record, a damaged file, and a state that the journal does not explain', () =>
  inDirectory(async (directory) => {
    const data = join(directory, 'data');
    const store = await openAt(data);
    for (let n = 0; n < 1000; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => store.writer.commit(change(n + i))));
    }
    const hash = await store.files.put(Buffer.from('a photo'));
    await store.journal.idle();
    await store.state.apply({
      seq: 1000,
      at: 1,
      entities: [],
      rows: [{ table: 'report', key: { id: 'x' }, row: {}, seq: 1 }],
    });
    const [unexplained] = (await verify(store)).problems;
    assert.match(unexplained ?? '', /differs from a replay/);
    await store.close();
    const sealed = (await readdir(join(data, 'journal'))).filter((name) => name.endsWith('.zst')).toSorted();
    assert.ok(sealed.length > 0);
    for (const [path, position] of [
      [join(data, 'journal', sealed[0] as string), 200],
      [join(data, 'files', hash.slice(0, 2), hash), 2],
    ] as const) {
      const handle = await open(path, 'r+');
      await handle.write(Buffer.from([0xff, 0x00, 0xff]), 0, 3, position);
      await handle.close();
    }
    const again = await openAt(data);
    const { problems } = await verify(again);
    assert.equal(problems.length, 2, problems.join('; '));
    assert.match(problems[0] ?? '', /journal: .*damaged/);
    assert.match(problems[1] ?? '', /^file .* is damaged/);
    await again.close();
  }));
