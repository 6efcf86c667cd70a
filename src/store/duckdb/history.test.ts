import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { historyContract } from '../history.contract.ts';
import { reading } from '../history.subject.ts';
import { historyProperties } from '../history.property.ts';
import type { HistoryStore } from '../ports.ts';
import { openHistory } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'chorsu-history-'));
let open: HistoryStore[] = [];
afterEach(async () => {
  await Promise.all(open.map((store) => store.close().catch(() => {})));
  open = [];
});
after(() => rmSync(root, { recursive: true, force: true }));

const start = async (directory: string, rollupFrom = 8): Promise<HistoryStore> => {
  const store = await openHistory({
    directory,
    rollupFrom,
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
  });
  open.push(store);
  return store;
};

historyContract('DuckDB', async () => {
  const freshDirectory = () => mkdtempSync(join(root, 'store-'));
  const directory = freshDirectory();
  const store = await start(directory);
  return {
    store,
    freshDirectory,
    openCopy: (copy) => start(copy),
    bytes: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
    async reopen() {
      await store.close();
      open = open.filter((other) => other !== store);
      return start(directory);
    },
  };
});

historyProperties('DuckDB', () => start(mkdtempSync(join(root, 'random-'))), 4);
historyProperties('DuckDB with rollups of every day', () => start(mkdtempSync(join(root, 'random-')), 0), 6);

void test('a history of format 1 is brought up: what its files hold enters the manifest', async () => {
  const directory = mkdtempSync(join(root, 'old-'));
  const store = await start(directory);
  const rows = [1, 2].map((n) => reading(String(n), `a${n}`, `2026-01-0${n}T00:00:00Z`, n, n));
  await store.append(rows, 2);
  await store.seal(Date.parse('2026-02-01T00:00:00Z'));
  await store.close();
  const sql = async (...statements: string[]) => {
    const instance = await DuckDBInstance.create(join(directory, 'history.duckdb'));
    const connection = await instance.connect();
    let last;
    for (const statement of statements) last = await connection.run(statement);
    const found = await last?.getRows();
    connection.closeSync();
    instance.closeSync();
    return found;
  };
  const manifest = `SELECT seq_min::INTEGER, seq_max::INTEGER, attr, entity_min, entity_max
    FROM files JOIN contents USING (name) ORDER BY name`;
  const before = await sql(manifest);
  assert.equal(before?.length, 2);
  await sql(
    'ALTER TABLE files DROP COLUMN seq_min',
    'ALTER TABLE files DROP COLUMN seq_max',
    'DROP TABLE contents',
    'UPDATE meta SET format = 1',
  );
  const again = await start(directory);
  const { entities } = await again.instances(0, [rows[1]?.entity ?? ''], { timeproperty: 'observedAt', lastN: 1 });
  assert.deepEqual(entities[0]?.attrs[0]?.instances[0]?.value, 2);
  await again.close();
  assert.deepEqual(await sql(manifest), before);
});
