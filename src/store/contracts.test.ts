/** The embedded adapters run the contract suites. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { createMetrics } from '../base/metrics.ts';
import type { Entity } from '../ngsild/entity.ts';
import { entityStoreContract } from './entityStore.contract.ts';
import { filesContract } from './files/files.contract.ts';
import { openFiles, unnamedMs } from './files/files.ts';
import { journalContract } from './journal/journal.contract.ts';
import { openJournal } from './journal/journal.ts';
import { contractTables, rowsContract } from './rows.contract.ts';
import type { EntityWrite } from './sqlite/apply.ts';
import { entityWrite } from './sqlite/shape.ts';
import { openState } from './sqlite/state.ts';

const directories: string[] = [];
const open = new Set<{ close(): Promise<void> }>();
after(async () => {
  for (const one of open) await one.close();
  for (const directory of directories) rmSync(directory, { recursive: true });
});
const fresh = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-contract-'));
  directories.push(directory);
  return directory;
};
/** Closed at the end, or when it is reopened. */
const kept = <T extends { close(): Promise<void> }>(one: T): T => {
  open.add(one);
  return one;
};
const close = async (one: { close(): Promise<void> }): Promise<void> => {
  open.delete(one);
  await one.close();
};

for (const [name, options] of [
  ['segment files', { recentBytes: 1 }],
  ['segment files, recent records in memory', {}],
] as const) {
  journalContract(name, async () => {
    const all = { directory: fresh(), segmentBytes: 128 * 1024, ...options };
    const journal = kept(await openJournal(all));
    return {
      journal,
      async reopen() {
        await close(journal);
        return kept(await openJournal(all));
      },
    };
  });
}

entityStoreContract('SQLite', async () => {
  const path = join(fresh(), 'state.db');
  const store = kept(openState({ path }));
  return {
    store,
    apply: (seq, changes) =>
      store.apply({
        seq,
        at: seq,
        entities: changes.map(({ tenant, id, entity }) => entityWrite(tenant, id, seq, entity)),
        rows: [],
      }),
    async reopen() {
      await close(store);
      return kept(openState({ path }));
    },
  };
});

test('a checkpoint may come at any moment, in the middle of a batch too', async () => {
  const store = kept(openState({ path: join(fresh(), 'state.db') }));
  const entity = (n: number): Entity => ({
    id: `urn:bus:${n}`,
    type: ['Bus'],
    createdAt: '',
    modifiedAt: '',
    attrs: {},
  });
  let asked: Promise<number> | undefined;
  function* entities(): Generator<EntityWrite> {
    for (let n = 0; n < 2_000; n++) {
      if (n === 1_500) asked = store.checkpoint();
      yield entityWrite(0, `urn:bus:${n}`, 1, entity(n));
    }
  }
  await store.apply({ seq: 1, at: 1, entities: entities(), rows: [] });
  assert.equal(await asked, 0, 'what is not committed is not durable');
  assert.equal(await store.checkpoint(), 1);
});

test('a state of format 1 is counted when it is opened', async () => {
  const path = join(fresh(), 'state.db');
  const before = openState({ path });
  const entities = [1, 2, 3].map((n) =>
    entityWrite(n === 3 ? 1 : 0, `urn:bus:${n}`, 1, {
      id: `urn:bus:${n}`,
      type: ['Bus'],
      createdAt: '',
      modifiedAt: '',
      attrs: {},
    }),
  );
  await before.apply({ seq: 1, at: 1, entities, rows: [] });
  await before.close();
  const db = new DatabaseSync(path);
  db.exec('DROP TABLE chorsu_count; PRAGMA user_version = 1');
  db.close();
  const store = kept(openState({ path }));
  assert.deepEqual(await store.types(0), [{ type: 'Bus', count: 2 }]);
  await store.apply({ seq: 2, at: 2, entities: [entityWrite(0, 'urn:bus:1', 2, undefined)], rows: [] });
  assert.deepEqual(await store.types(0), [{ type: 'Bus', count: 1 }]);
});

rowsContract('SQLite', async () => {
  const store = kept(openState({ path: join(fresh(), 'state.db'), tables: contractTables }));
  return {
    rows: store.rows,
    apply: (seq, deltas) =>
      store.apply({ seq, at: seq, entities: [], rows: deltas.map((delta) => ({ ...delta, seq })) }),
  };
});

filesContract('one directory', async () => {
  let nowMs = Date.now();
  const options = { directory: fresh(), tmp: fresh(), metrics: createMetrics(), now: () => nowMs };
  return {
    files: openFiles(options),
    reopen: async () => openFiles(options),
    later: () => {
      nowMs += unnamedMs + 1;
    },
  };
});
