/**
 * A process that is going to be killed between the vault and the journal: `node vault-process.ts DIRECTORY`. Puts a record as pending,
 * commits the row that names it, keeps it; tells its parent each that was committed.
 */
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { openStore } from '../../src/store/index.ts';
import { openPolicy, openVault } from '../../src/trust/index.ts';
import { namingTable } from './vaultTable.ts';

const [directory = ''] = process.argv.slice(2);
const store = await openStore({ directory, clock: systemClock, tables: [namingTable] });
const vault = await openVault({
  path: join(directory, 'vault.db'),
  keyFile: `${directory}.key`,
  policy: openPolicy,
  clock: systemClock,
});
process.send?.('ready');
for (let n = 0; ; n++) {
  const subject = `person-${n % 7}`;
  const bytes = Buffer.from(`secret words of ${subject}, ${n}`);
  const id = vault.records.put({ subject, kind: 'text', bytes, by: subject, pending: true });
  const row = { table: namingTable.name, key: { id }, row: { subject } };
  await store.writer.commit({ tenant: 0, cause: { by: 'crash' }, entities: [], rows: [row] });
  process.send?.(id);
  vault.records.keep([id]);
}
