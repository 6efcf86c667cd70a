import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { historyContract } from '../history.contract.ts';
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
