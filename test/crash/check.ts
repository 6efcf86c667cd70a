/** What must be true of a data directory after a crash: checked on the real store, record by record. */
import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { applyDelta, deltaId, type Entity } from '../../src/ngsild/entity.ts';
import { openStore } from '../../src/store/index.ts';
import type { JournalRecord } from '../../src/store/ports.ts';
import { tables } from '../simulation/changes.ts';
import { tellingDerivation, toldOf } from '../simulation/derivation.ts';

export const segmentBytes = 256 * 1024;

/** Number of a change (in its cause) and the seq under which it was acknowledged. */
export type Acknowledged = ReadonlyMap<string, number>;

/** @returns how many records the journal holds */
export async function checkAfterCrash(directory: string, acknowledged: Acknowledged): Promise<number> {
  const store = await openStore({ directory, clock: systemClock, tables, derivation: tellingDerivation, segmentBytes });
  try {
    const { journal, writer } = store;
    const entities = new Map<string, { tenant: number; id: string; entity: Entity | undefined }>();
    const places = new Map<string, number>();
    const all: JournalRecord[] = [];
    let last: JournalRecord | undefined;
    for (let next = 1; next <= journal.lastSeq();) {
      const { records, gap } = await journal.read(next, 1000);
      assert.equal(gap, undefined);
      for (const record of records) {
        assert.equal(record.seq, (last?.seq ?? 0) + 1, 'no hole');
        assert.ok(record.at >= (last?.at ?? 0), 'time never goes back');
        const n = record.cause.source ?? '';
        assert.ok(!places.has(n), `change ${n} is there once`);
        places.set(n, record.seq);
        for (const delta of record.entities) {
          const id = deltaId(delta);
          const name = `${record.tenant} ${id}`;
          entities.set(name, { tenant: record.tenant, id, entity: applyDelta(entities.get(name)?.entity, delta) });
        }
        all.push(record);
        last = record;
      }
      next += records.length;
    }
    for (const [n, seq] of acknowledged) assert.equal(places.get(n), seq, `acknowledged change ${n} is record ${seq}`);
    assert.equal(store.state.appliedSeq(), journal.lastSeq());
    for (const { tenant, id, entity } of entities.values()) {
      assert.deepStrictEqual((await writer.get(tenant, id))?.entity, entity);
      assert.deepStrictEqual(store.state.read(tenant, id)?.entity, entity, `state of ${id}`);
    }
    const rows = await store.rows.all('SELECT watcher, seq, text FROM told ORDER BY watcher, seq, place');
    const told = [...toldOf(all).values()].map((row) => JSON.stringify(row));
    assert.deepEqual(rows.map((row) => JSON.stringify(row)).sort(), told.sort(), 'what follows from changes, once');
    return journal.lastSeq();
  } finally {
    await store.close();
  }
}
