/** At start: what the journal holds beyond the state store is applied, as the writer would have. */
import { applyDelta, deltaId, touchesState, type Entity } from '../ngsild/entity.ts';
import type { Derivation, DerivedWrite, Journal, StoredEntity, Tenant } from './ports.ts';
import type { RowWrite } from './sqlite/apply.ts';
import { entityWrite } from './sqlite/shape.ts';
import { rowName } from './sqlite/tables.ts';
import type { WriterState } from './writer.ts';

const recordsPerBatch = 5000;

/**
 * @param derivation has seen all that the state store holds
 * @returns how many records were applied, and how many row changes had no table any more
 * @throws Error when the journal no longer holds what the state lacks, or lacks what the state holds
 */
export async function replay(
  journal: Journal,
  state: WriterState,
  derivation: Derivation | undefined,
  progress: (seq: number, last: number) => void = () => {},
): Promise<{ records: number; droppedRows: number }> {
  if (state.appliedSeq() > journal.lastSeq()) {
    throw new Error(
      `state.db holds changes up to ${state.appliedSeq()}, the journal only up to ${journal.lastSeq()}: they do not belong together; restore from a backup`,
    );
  }
  let records = 0;
  let droppedRows = 0;
  for (;;) {
    const from = state.appliedSeq() + 1;
    const { records: batch, gap } = await journal.read(from, recordsPerBatch);
    if (gap) {
      throw new Error(
        `state.db ends at change ${from - 1}, the journal begins at ${gap.to + 1}: ${gap.count} changes are missing; restore from a backup`,
      );
    }
    const last = batch.at(-1);
    if (!last) return { records, droppedRows };
    const entities = new Map<string, { tenant: Tenant; id: string; seq: number; stored: StoredEntity | undefined }>();
    const rows = new Map<string, RowWrite>();
    const derived: DerivedWrite[] = [];
    const latest = (tenant: Tenant, id: string): Entity | undefined =>
      (entities.get(`${tenant} ${id}`) ?? { stored: state.read(tenant, id) }).stored?.entity;
    for (const record of batch) {
      const { tenant, seq, at } = record;
      for (const [place, delta] of record.entities.entries()) {
        if (!touchesState(delta)) continue;
        const id = deltaId(delta);
        const name = `${tenant} ${id}`;
        let known = entities.get(name);
        if (!known) {
          known = { tenant, id, seq: 0, stored: state.read(tenant, id) };
          entities.set(name, known);
        }
        const before: Entity | undefined = known.stored?.entity;
        const entity = applyDelta(before, delta);
        known.seq = seq;
        if (entity !== before) known.stored = entity && { entity, seq };
        if (derivation) derived.push(...derivation.entity(before, entity, { tenant, seq, at, place }, latest));
      }
      for (const [place, delta] of record.rows.entries()) {
        const { table, key, row } = delta;
        const definition = state.tables.get(table);
        if (definition) rows.set(rowName(definition, key), { table, key, row, seq });
        else droppedRows++;
        if (derivation) derived.push(...derivation.row(delta, { tenant, seq, at, place }));
      }
    }
    await state.apply({
      seq: last.seq,
      at: last.at,
      entities: [...entities.values()].map(({ tenant, id, seq, stored }) =>
        entityWrite(tenant, id, stored?.seq ?? seq, stored?.entity),
      ),
      rows: [...rows.values()],
      derived,
    });
    records += batch.length;
    progress(last.seq, journal.lastSeq());
  }
}
