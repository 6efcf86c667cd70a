/** What must be true, kept as plainly as possible: every durable record folded with applyDelta into a Map. */
import assert from 'node:assert/strict';
import { applyDelta, deltaId, type EntityDelta, withRemovals } from '../../src/ngsild/entity.ts';
import type { Change, JournalRecord, StoredEntity } from '../../src/store/ports.ts';

export type Model = {
  readonly records: readonly JournalRecord[];
  get(tenant: number, id: string): StoredEntity | undefined;
  entities(): ReadonlyMap<string, StoredEntity>;
  /** A record that became durable; `change` is what was asked for. */
  add(record: JournalRecord, change: Change | undefined): void;
};

export function createModel(): Model {
  const records: JournalRecord[] = [];
  const entities = new Map<string, StoredEntity>();
  const rows = new Map<string, number>();
  const rowOf = (table: string, key: object): string => `${table} ${JSON.stringify(key)}`;
  return {
    records,
    get: (tenant, id) => entities.get(`${tenant} ${id}`),
    entities: () => entities,
    add(record, change) {
      assert.equal(record.seq, records.length + 1, 'records follow one another');
      assert.ok(record.at >= (records.at(-1)?.at ?? 0), 'time never goes back');
      assert.ok(change, 'every record was asked for');
      for (const expected of change.expect ?? []) {
        const found =
          'entity' in expected
            ? entities.get(`${record.tenant} ${expected.entity}`)?.seq
            : rows.get(rowOf(expected.row.table, expected.row.key));
        assert.equal(found ?? null, expected.seq, 'an expectation held when the change was taken');
      }
      assert.equal(record.entities.length, change.entities.length);
      for (const [n, delta] of record.entities.entries()) {
        const name = `${record.tenant} ${deltaId(delta)}`;
        const before = entities.get(name);
        const given: EntityDelta | undefined = change.entities[n];
        assert.deepStrictEqual(delta, given && withRemovals(given, before?.entity), 'recorded as asked for');
        const after = applyDelta(before?.entity, delta);
        if (!after) entities.delete(name);
        else if (after !== before?.entity) entities.set(name, { entity: after, seq: record.seq });
      }
      for (const { table, key, row } of record.rows) {
        if (row) rows.set(rowOf(table, key), record.seq);
        else rows.delete(rowOf(table, key));
      }
      records.push(record);
    },
  };
}
