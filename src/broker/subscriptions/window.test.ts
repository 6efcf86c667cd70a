import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import type { DerivedWrite } from '../../store/ports.ts';
import { openStore } from '../../store/index.ts';
import { hitTable, subscriptionTable, subscriptionTables } from './rows.ts';
import { subscriptionStore } from './store.ts';
import { passedBy } from './window.ts';

test('what is too old, too much or too large goes, and who holds most gives most', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-window-'));
  const store = await openStore({ directory, clock: fixedClock(0), tables: subscriptionTables });
  try {
    const hits = (id: string, n: number, bytes: number): DerivedWrite[] =>
      Array.from({ length: n }, (_, i) => ({
        table: hitTable.name,
        key: { tenant: 0, subscription: id, seq: i + 1, place: 0 },
        row: { at: (i + 1) * 1000, entity: 'urn:e:1', bytes, notice: '{}' },
        seq: i + 1,
      }));
    await store.state.apply({
      seq: 0,
      at: 0,
      entities: [],
      rows: ['many', 'large', 'few'].map((id) => ({
        table: subscriptionTable.name,
        key: { tenant: 0, id },
        row: { document: '{}' },
        seq: 0,
      })),
      derived: [...hits('many', 100, 10), ...hits('large', 10, 1000), ...hits('few', 5, 10)],
    });
    const rows = subscriptionStore(store.rows);
    const passed = async (window: { maxAgeMs?: number; maxHits?: number; maxBytes?: number }, now = 100_000) => {
      const found = await passedBy(rows, { maxAgeMs: 1e9, maxHits: 1e9, maxBytes: 1e9, ...window }, now);
      return Object.fromEntries(found.map(({ id, keptFrom }) => [id, keptFrom]));
    };
    assert.deepEqual(await passed({}), {});
    assert.deepEqual(await passed({ maxHits: 90 }), { many: 11 });
    assert.deepEqual(await passed({ maxAgeMs: 90_000 }, 98_000), { large: 8, many: 8, few: 6 });
    assert.deepEqual(await passed({ maxBytes: 5000 }), { large: 8 });
    assert.deepEqual(await passed({ maxBytes: 500 }), { large: 11, many: 56 });
    assert.equal(await rows.countBetween(0, 'many', { seq: 3, place: 0 }, 56), 52);
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
});
