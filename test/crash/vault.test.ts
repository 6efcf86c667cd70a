import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import { openStore } from '../../src/store/index.ts';
import { openPolicy, openVault } from '../../src/trust/index.ts';
import { namingTable } from './vaultTable.ts';

const kills = Number(process.env['CHORSU_TEST_KILLS'] ?? 5);
const seed = Number(process.env['CHORSU_TEST_SEED'] ?? randomInt(2 ** 31));

test(`${kills} kills between the vault and the journal leave no dangling name, and no record without one`, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const root = mkdtempSync(join(tmpdir(), 'chorsu-vault-crash-'));
  const directory = join(root, 'city');
  const told = new Set<string>();
  let orphans = 0;
  try {
    for (let run = 0; run < kills; run++) {
      const child = fork(new URL('./vault-process.ts', import.meta.url), [directory], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      await new Promise<void>((resolve, reject) => {
        child.on('message', (message: string) => (message === 'ready' ? resolve() : void told.add(message)));
        ended.then(() => reject(new Error('the process ended before it was ready')), reject);
      });
      await sleep(random.int(1, 120));
      child.kill('SIGKILL');
      assert.equal(await ended, 'SIGKILL');

      const store = await openStore({ directory, clock: systemClock, tables: [namingTable] });
      const vault = await openVault({
        path: join(directory, 'vault.db'),
        keyFile: `${directory}.key`,
        policy: openPolicy,
        // The hour after which what nothing names is swept is over.
        clock: { ...systemClock, now: () => Date.now() + 7_200_000 },
      });
      const rows = await store.rows.all('SELECT id, subject FROM naming');
      const named = new Map(rows.map((row) => [String(row['id']), String(row['subject'])]));
      for (const id of told) assert.ok(named.has(id), `${id} was acknowledged`);
      vault.namedBy(async (ids) => new Set(ids.filter((id) => named.has(id))));
      orphans += await vault.sweep();
      const held = [...new Set(named.values())].flatMap((subject) =>
        vault.records.of(subject).map(({ id, bytes }) => {
          assert.match(Buffer.from(bytes).toString(), new RegExp(`^secret words of ${subject}, `));
          return id;
        }),
      );
      assert.deepEqual(held.toSorted(), [...named.keys()].toSorted());
      assert.equal(vault.records.counts().records, named.size);
      vault.accessLog.verify([]);
      await vault.close();
      await store.close();
    }
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile())
        assert.equal(readFileSync(join(entry.parentPath, entry.name)).includes('secret words'), false, entry.name);
    }
    t.diagnostic(`${told.size} records named, ${orphans} left behind and swept`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
