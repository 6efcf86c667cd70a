/** The embedded adapters run the contract suites. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { entityStoreContract } from './entityStore.contract.ts';
import { filesContract } from './files/files.contract.ts';
import { openFiles } from './files/files.ts';
import { journalContract } from './journal/journal.contract.ts';
import { openJournal } from './journal/journal.ts';
import { contractTables, rowsContract } from './rows.contract.ts';
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

rowsContract('SQLite', async () => {
  const store = kept(openState({ path: join(fresh(), 'state.db'), tables: contractTables }));
  return {
    rows: store.rows,
    apply: (seq, deltas) =>
      store.apply({ seq, at: seq, entities: [], rows: deltas.map((delta) => ({ ...delta, seq })) }),
  };
});

filesContract('one directory', async () => {
  const options = { directory: fresh(), tmp: fresh() };
  return { files: openFiles(options), reopen: async () => openFiles(options) };
});
