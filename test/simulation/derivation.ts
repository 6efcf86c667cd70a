/** A derivation as awkward as one may be: it remembers rows, looks at other entities, puts rows and takes them away. */
import { applyDelta, deltaId, touchesState, type Entity } from '../../src/ngsild/entity.ts';
import { canonicalJson } from '../../src/base/canonical.ts';
import type { Derivation, DerivedWrite, JournalRecord, TableDefinition } from '../../src/store/ports.ts';
import { rowName } from '../../src/store/sqlite/tables.ts';

export const toldTable: TableDefinition = {
  name: 'told',
  columns: { watcher: 'TEXT', seq: 'INTEGER', place: 'INTEGER', text: 'TEXT' },
  key: ['watcher', 'seq', 'place'],
};

/** Every report is told of every change, until it is gone. */
export function tellingDerivation(): Derivation {
  const watchers = new Set<string>();
  return {
    async load(rows) {
      for (const { id } of await rows.all('SELECT id FROM report')) watchers.add(String(id));
    },
    entity(before, after, { tenant, seq, place }, resolve) {
      // The journal gives members back in another order.
      const text = canonicalJson([before ?? null, after ?? null, resolve(tenant, 'urn:lamp:1')?.attrs ?? null]);
      return [...watchers].map((watcher) => ({ table: 'told', key: { watcher, seq, place }, row: { text }, seq }));
    },
    row({ table, key, row }, { seq }) {
      if (table !== 'report') return [];
      const watcher = String(key['id']);
      if (row === null) {
        watchers.delete(watcher);
        return [{ table: 'told', seq, equal: { watcher } }];
      }
      watchers.add(watcher);
      const old = { table: 'told', seq, equal: { watcher }, below: { column: 'seq', value: seq - 30 } };
      return seq % 2 === 0 ? [old] : [];
    },
  };
}

export type Told = Map<string, { readonly watcher: unknown; readonly seq: number; readonly text: unknown }>;

/** What a write makes of the rows that were told, as plainly as possible. */
export function tell(told: Told, write: DerivedWrite): void {
  if ('key' in write) {
    const { key, row, seq } = write;
    told.set(rowName(toldTable, key), { watcher: key['watcher'], seq, text: row?.['text'] });
    return;
  }
  for (const [name, { watcher, seq }] of told) {
    const below = write.below === undefined || seq < write.below.value;
    if (watcher === write.equal['watcher'] && below && seq <= write.seq) told.delete(name);
  }
}

/** What follows from these records, from the first on. */
export function toldOf(records: readonly JournalRecord[]): Told {
  const told: Told = new Map();
  const entities = new Map<string, Entity | undefined>();
  const derivation = tellingDerivation();
  for (const { tenant, seq, at, entities: deltas, rows } of records) {
    for (const [place, delta] of deltas.entries()) {
      if (!touchesState(delta)) continue;
      const name = `${tenant} ${deltaId(delta)}`;
      const before = entities.get(name);
      const after = applyDelta(before, delta);
      entities.set(name, after);
      const resolve = (of: number, id: string): Entity | undefined => entities.get(`${of} ${id}`);
      for (const write of derivation.entity(before, after, { tenant, seq, at, place }, resolve)) tell(told, write);
    }
    for (const [place, delta] of rows.entries()) {
      for (const write of derivation.row(delta, { tenant, seq, at, place })) tell(told, write);
    }
  }
  return told;
}
